"""A netlist as a graph that graphviz draws, where its `dot` is installed.

Names reach `dot` only inside quoted labels on standard input: none can be an option, a file or a
statement. Nodes are called g0, i0, o0 by number.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from html import escape

from invc.diagnostics import InvcError, printable
from invc.netlist import Gate, Literal, Netlist
from invc.report.columns import port_bits
from invc.report.names import describe_gate, net_names

MOST_GATES = 3000
SECONDS = 120
EASY = 300  # gates up to which graphviz takes all the time that it wants for short wires
# Beyond, bounds on its network simplex and on its search for fewer crossings: 5 s in place of
# 60 s for 1,100 gates.
BOUNDS = ("-Gnslimit=1", "-Gnslimit1=1", "-Gmclimit=0.05")
PORT = "shape=box style=rounded height=0.25"
DOT = {False: "none", True: "odot"}
INSTALL = "install graphviz (apt-get install graphviz, brew install graphviz)"


def find_dot() -> str | None:
    """The path of graphviz's program, or None where it is not on PATH."""
    return shutil.which("dot")


def render(netlist: Netlist, form: str) -> bytes:
    """The picture as "svg", "png" or "pdf".

    Raises:
        InvcError: `dot` is not installed, or did not manage.
    """
    dot = find_dot()
    if dot is None:
        raise InvcError(f"{form} needs graphviz, which is not on PATH", hint=INSTALL)
    if len(netlist.gates) > MOST_GATES:
        raise InvcError(
            f"{len(netlist.gates)} gates are too many for a picture",
            hint="-o FILE.html writes a page with what they are",
        )
    text = "".join(format_dot(netlist)).encode("utf-8", errors="backslashreplace")
    bounds = BOUNDS if len(netlist.gates) > EASY else ()
    try:
        done = subprocess.run(
            [dot, f"-T{form}", *bounds],
            input=text,
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        late = isinstance(error, subprocess.TimeoutExpired)
        raise InvcError(
            "graphviz did not manage" + (f" in {SECONDS} s" if late else f": {error}"),
            hint="-o FILE.html needs no graphviz",
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no word"]
        raise InvcError(
            f"graphviz did not manage: {printable(said[0])}", hint="-o FILE.html needs none"
        )
    return done.stdout


def format_dot(netlist: Netlist) -> Iterator[str]:
    """The graph in the DOT language, in pieces."""
    names = net_names(netlist)
    yield f"digraph {_quote(netlist.name)} {{\n  rankdir=LR; ranksep=0.6; nodesep=0.15;\n"
    yield '  node [fontname="DejaVu Sans" fontsize=10 color="#5a6472" shape=plain];\n'
    yield '  edge [color="#8b94a1" arrowsize=0.6];\n'
    driver: dict[int, tuple[str, bool]] = {0: ("zero:e", False)}  # place, whether inverted
    if any(bit <= 1 for bits in _readers(netlist) for _, bit in bits):
        yield '  zero [shape=plaintext label="0"];\n'
    for k, (label, bit) in enumerate(port_bits(netlist, "input")):
        yield f"  i{k} [{PORT} label={_quote(label)}];\n"
        driver[bit >> 1] = f"i{k}:e", False
    for k, gate in enumerate(netlist.gates):
        yield f"  g{k} [label=<{_table(gate)}> tooltip={_quote(describe_gate(gate, names))}];\n"
        for pin, bit in enumerate(gate.outputs):
            driver[bit >> 1] = f"g{k}:o{pin}:e", bool(bit & 1)
    for k, (label, _) in enumerate(port_bits(netlist, "output")):
        yield f"  o{k} [{PORT} label={_quote(label)}];\n"
    for bits in _readers(netlist):
        for place, bit in bits:
            tail, inverted = driver[bit >> 1]
            ends = f"arrowtail={DOT[inverted]} arrowhead={DOT[bool(bit & 1)]}"
            yield f"  {tail} -> {place} [dir=both {ends} tooltip={_quote(names[bit >> 1])}];\n"
    yield "}\n"


def _readers(netlist: Netlist) -> Iterator[list[tuple[str, Literal]]]:
    """The places that read literals, gate by gate, then the outputs."""
    for k, gate in enumerate(netlist.gates):
        yield [(f"g{k}:p{pin}:w", bit) for pin, bit in enumerate(gate.inputs)]
    yield [(f"o{k}:w", bit) for k, (_, bit) in enumerate(port_bits(netlist, "output"))]


def _table(gate: Gate) -> str:
    """A gate as graphviz's own kind of HTML: input pins, the cell, output pins."""
    function = gate.function
    inputs = _pins("p", function.inputs)
    outputs = _pins("o", function.outputs)
    return (
        '<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" STYLE="ROUNDED"><TR>'
        f"<TD>{inputs}</TD><TD><B>{_text(function.name)}</B></TD><TD>{outputs}</TD></TR></TABLE>"
    )


def _pins(kind: str, names: tuple[str, ...]) -> str:
    rows = "".join(
        f'<TR><TD PORT="{kind}{k}"><FONT POINT-SIZE="7">{_text(name)}</FONT></TD></TR>'
        for k, name in enumerate(names)
    )
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>'


def _text(name: str) -> str:
    """Text inside an HTML label."""
    return escape(printable(name)) or " "


def _quote(name: str) -> str:
    """A quoted string in which nothing is an escape, an entity or an end."""
    text = printable(name).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
