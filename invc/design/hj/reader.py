"""A design from the text of a .hj file, in time linear in it."""

from __future__ import annotations

from pathlib import Path

from invc.design.design import Design
from invc.design.hj.cursor import MAKE, Cursor
from invc.design.hj.frames import check_frames, read_frames
from invc.design.hj.logic import read_cells, read_gates, read_ports
from invc.design.hj.tables import read_biases, read_couplings
from invc.design.hj.writer import FORMAT
from invc.diagnostics import InvcError
from invc.ising import IsingModel
from invc.netlist import Netlist
from invc.text.files import read_text


def read_design(path: Path) -> Design:
    """Read a .hj file.

    Raises:
        InvcError: It is no .hj file, or is broken: one line that names the line at fault.
    """
    return parse_design(read_text(path, hint="give a .hj file; 'invc synth' makes one"), str(path))


def parse_design(text: str, file: str = "<text>") -> Design:
    """A design from the text of a .hj file; `file` stands in error messages."""
    cursor = Cursor(text, file)
    _header(cursor)
    name = cursor.string(cursor.field("name"))
    origin = cursor.string(cursor.field("origin"))
    names = ("", *cursor.strings("nets"))
    nets = len(names) - 1
    spins, spins_line = cursor.integer(cursor.field("spins")), cursor.next - 1
    offset = cursor.integer(cursor.field("offset"))
    scale = cursor.scale()
    frames = read_frames(cursor)
    sources = ("", *cursor.strings("sources"))
    ports = read_ports(cursor, nets, sources)
    cells = read_cells(cursor)
    gates = read_gates(cursor, cells, nets, sources)
    ancillas = sum(len(cells[gate.function.name].ancillas) for gate in gates)
    if spins != nets + ancillas:
        cursor.fail(f"spins {spins}, but {nets} nets and {ancillas} ancillas", spins_line)
    h = read_biases(cursor, spins)
    edges, J = read_couplings(cursor, spins)
    if cursor.field("end") or cursor.next != len(cursor.lines):
        cursor.fail("text after 'end'")
    netlist = Netlist(name, ports, gates, names)
    check_frames(cursor, frames, netlist)
    try:
        netlist.check()
    except AssertionError as error:
        raise InvcError(f"the gates make no netlist: {error}", where=file, hint=MAKE) from None
    return Design(netlist, IsingModel(h, edges, J, offset), cells, origin, scale, frames)


def _header(cursor: Cursor) -> None:
    """The first line, which says that it is a .hj file and of which version."""
    first = cursor.lines[0] if cursor.lines else ""
    if first.strip() == FORMAT:
        return
    if first.startswith("invc-hj "):
        version = first[len("invc-hj ") :].strip()[:20]
        cursor.fail(f"format version {version!r} is not known", hint="this invc reads version 1")
    if not cursor.lines:
        cursor.fail("the file is empty", hint="give a .hj file; 'invc synth' makes one")
    cursor.fail("not a .hj file", hint=f"its first line would be '{FORMAT}'")
