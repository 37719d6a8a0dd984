"""Sources through Yosys and ABC to a netlist of library cells and adders."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from invc.diagnostics import InvcError, within
from invc.frontend.arithmetic import PLAIN, Adders
from invc.frontend.words.storage import without_storage
from invc.frontend.yosys.drivers import Conflict, find_conflict, find_undefined, places_that_drive
from invc.frontend.yosys.errors import DRIVERS
from invc.frontend.yosys.find import Yosys
from invc.frontend.yosys.links import link
from invc.frontend.yosys.session import HERE, MOST_SECONDS, Session
from invc.frontend.yosys.slang import as_declared
from invc.frontend.yosys.sources import Kind, Sources, Tell, check_sources, nobody
from invc.frontend.yosys.types import with_shapes
from invc.frontend.yosys.unused import run_without_unused
from invc.frontend.yosys_cells import GATES, Json
from invc.frontend.yosys_json import read_json, read_module, unmapped
from invc.netlist import CombinationalLoop, Function, Netlist

# What a gate-level source is made of at the level of words, and how large it may be.
GATE_KINDS = frozenset({*GATES, "$not", "$and", "$or", "$xor", "$xnor", "$mux", "$buf", "$pos"})
GATE_KINDS |= {"$logic_not", "$logic_and", "$logic_or", "$reduce_and", "$reduce_or"}
MOST_GATES = 20_000
ABC_FAULT = r"ABC: .*amap.*Assertion|ABC: execution of script .* failed"

FLOATING = re.compile(r"Wire \S+?\.\$auto\$jsonparse\S+ is used but has no driver")
# Undefined bits become 0 once it is known that nothing reads a net without a driver.
UNDEFINED = """\
design -push-copy
tribuf
opt_expr
opt_clean
check
design -pop
setundef -undriven -zero"""


@dataclass(frozen=True)
class Compiled:
    """What became of sources.

    Attributes:
        netlist: Their netlist of library cells and adders.
        source: The top module as Yosys elaborated it, flat, at the level of words; None
            where Yosys has not read them.
        reader: What read them, where there was a choice.
        plain: Their netlist without ABC, where they are gates already: ABC mixes up the adders that
            are hidden among them.
        others: Functions of cells of Liberty files, by name.
    """

    netlist: Netlist
    source: Json | None
    reader: str = ""
    plain: Netlist | None = None
    others: Mapping[str, Function | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What sources are compiled to.

    Attributes:
        functions: Those of the library's cells, by name.
        liberty: The library as ABC reads it.
        adders: What sums are built of.
        defined: Whether an undefined bit of the source is 0, not whatever costs least.
    """

    functions: Mapping[str, Function]
    liberty: str
    adders: Adders = PLAIN
    defined: bool = False


def compile_sources(
    sources: Sources,
    target: Target,
    yosys: Yosys,
    *,
    log: Path | None = None,
    seconds: float = MOST_SECONDS,
    tell: Tell = nobody,
) -> Compiled:
    """Verilog, or a Yosys JSON file with cells that are still to be mapped, as a netlist.

    Args:
        sources: What to compile.
        target: What to compile it to.
        yosys: What compiles it.
        log: Where to leave Yosys's own output; a file is left elsewhere only on an error.
        seconds: How long a run of Yosys may take.
        tell: Told what is being done.

    Raises:
        InvcError: Yosys refused the sources, or the design is not combinational.
    """
    check_sources(sources)
    unnamed = sources.kind is Kind.JSON and not sources.located
    with (
        tempfile.TemporaryDirectory(prefix="invc-") as name,
        within(str(sources.files[0])) if unnamed else nullcontext(),
    ):
        folder = Path(name)
        session = Session(sources, yosys, folder, link(sources, folder), log, seconds)
        tell("reading")
        session.read()
        tell("elaborating")
        netlist = _netlist(session, target)
        source = without_storage(read_module(folder / "source.json"), session.links.locate)
        plain = _gates(session, target) if is_gates(source) else None
        if session.links.elaborated:
            shapes = session.shapes(netlist.name)
            netlist = with_shapes(as_declared(netlist, sources), shapes)
            plain = plain and with_shapes(as_declared(plain, sources), shapes)
        return Compiled(netlist, source, session.reader, plain)


def _netlist(session: Session, target: Target) -> Netlist:
    script = session.script("synth.ys")
    script = script.replace("@UNDEFINED@", UNDEFINED if target.defined else "")
    (session.folder / "hamlib.lib").write_text(target.liberty, encoding="utf-8")
    for name in ("wall.v", "pow.v"):
        (session.folder / name).write_bytes((HERE / name).read_bytes())
    output, script = run_without_unused(session, script, lambda text: _mapped(session, text))
    for name in ("drivers.il", "source.json", "netlist.json"):
        session.check_written(name)
    check_drivers(session, output, script)
    session.write_log()
    try:
        netlist = _read(session, "netlist.json", target)
    except CombinationalLoop as loop:
        netlist = _without_choices(session, script, target, loop)
    if netlist is None:
        raise _unmapped(session, session.folder / "netlist.json", target)
    return netlist


def _read(session: Session, name: str, target: Target) -> Netlist | None:
    """A netlist that Yosys wrote; None where a cell is left that nobody can make gates of."""
    return read_json(
        session.folder / name,
        target.functions,
        adders=target.adders,
        locate=session.links.locate,
        shown=session.sources.files[0],
    )


def _without_choices(
    session: Session, script: str, target: Target, loop: CombinationalLoop
) -> Netlist | None:
    """The netlist, where ABC has made a loop that the source does not have.

    Sums are beyond ABC: what they give is an input to it. Among nodes that are equal it may choose
    one that reads such an input in vain, and the sum reads that node. Without dch it has few nodes
    to choose from; as it left them the gates have no loop but the source's.

    Raises:
        CombinationalLoop: The source has a loop.
    """
    try:
        plain = _gates(session, target)
    except CombinationalLoop:
        raise loop from None
    _mapped(session, script.replace("dch,-f;", ""))
    try:
        return _read(session, "netlist.json", target)
    except CombinationalLoop:
        return plain


def _mapped(session: Session, script: str) -> str:
    """What Yosys says of the script; where ABC's better mapper fails, with the other one.

    amap asserts that no path has more than 4,094 gates.
    """
    try:
        return session.run(script)
    except InvcError:
        if not re.search(ABC_FAULT, session.output[-1]):
            raise
    return session.run(script.replace("amap,-m", "map,-a"))


def _unmapped(session: Session, path: Path, target: Target) -> InvcError:
    """The error for a cell that nobody can make gates of: a module without a body, a power."""
    left = dict(unmapped(path, target.functions))
    kind = min(left, key=lambda kind: (kind[0] == "$", kind))
    where = session.links.locate(left[kind])
    if kind == "$pow":
        return InvcError(
            "this power is too large",
            where=where,
            hint="give it an exponent of few bits or a constant, or a table",
        )
    if kind[0] != "$":
        return no_body(kind, where, session.sources)
    return InvcError(
        f"{session.yosys} left a cell unmapped: {kind}",
        where=where or None,
        hint=f"please report it; Yosys's log: {session.keep_log()}",
    )


def no_body(kind: str, where: str, sources: Sources) -> InvcError:
    """The error for an instance of a module that only has ports."""
    marked = re.compile(
        rf"\(\*[^)]*black_?box[^)]*\*\)\s*module\s+\\?{re.escape(kind)}\b"
        rf"|module\s+\\?{re.escape(kind)}\b[^;]*;\s*/\*[^*]*black_?box",
    )
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in sources.files)
    if any(marked.search(text) for text in texts):
        message, hint = f"{kind!r} is a black box and has no gates", "name the file with its body"
    else:
        message = f"module {kind!r} has no body: give its function"
        hint = "name the file with its body, or make it a cell: 'invc lib-gen', then --lib"
    return InvcError(message, where=where or None, hint=hint)


def is_gates(source: Json) -> bool:
    """Whether a source is gates of one bit only, as other synthesis tools leave them."""
    cells = source["cells"].values()
    return 0 < len(cells) <= MOST_GATES and all(
        cell["type"] in GATE_KINDS and all(len(bits) == 1 for bits in cell["connections"].values())
        for cell in cells
    )


def _gates(session: Session, target: Target) -> Netlist | None:
    """The netlist as it was before ABC."""
    return _read(session, "gates.json", target)


def _driven_twice(session: Session, conflict: Conflict, script: str) -> InvcError:
    """The error that names both drivers, where Yosys's syntax trees or cells say where they are.

    Else the place at which the net is declared.
    """
    places = [session.links.locate(src) for src in conflict.sources]
    if not all(places) and session.sources.kind is Kind.VERILOG and not session.links.elaborated:
        dump = session.links.read.replace("read_verilog ", "read_verilog -dump_ast1 ")
        _, output = session.attempt(dump)
        found = places_that_drive(output, conflict, session.links.locate)
        if not conflict.port:
            places = [*found, *places] if len(found) < 2 else found
        else:
            places = [*places, *found]
    places = sorted({place for place in places if place}, key=_in_order)
    other = f"its other driver is at {places[0]}; " if len(places) > 1 else ""
    if not places:
        places = [_declared(session, conflict.net, script)]
    return InvcError(
        f"net {conflict.net!r} is driven twice",
        where=places[-1] or str(session.sources.files[0]),
        hint=f"{other}leave it one driver",
    )


def _in_order(place: str) -> tuple[str, list[int]]:
    """A place by its file, then its line and column as numbers."""
    file, *numbers = place.rsplit(":", 2)
    return file, [int(number) for number in numbers if number.isdigit()]


def check_drivers(session: Session, output: str, script: str) -> None:
    """Refuse nets with two drivers, and what Yosys's `check` only warns of.

    Args:
        session: Its folder has `drivers.il`, as the script wrote it before any pass.
        output: What Yosys said.
        script: What it carried out, `check` being a line of it.

    Raises:
        InvcError: A net has two drivers, or none.
    """
    conflict = find_conflict(session.folder / "drivers.il", numbered=session.numbered)
    if conflict is not None and not conflict.net:
        raise InvcError(
            "what is assigned is an expression, not a net",
            where=session.links.locate(max(conflict.sources)) or None,
            hint="assign a net, or bits of it by constant indices; others may vary in an always",
        )
    if conflict is not None:
        raise _driven_twice(session, conflict, script)
    undefined = find_undefined(session.folder / "drivers.il")
    if undefined is not None:
        raise InvcError(
            "compared by === with x or z, which no net of two values is",
            where=session.links.locate(undefined) or None,
            hint="compare with 0 and 1, or take casez, whose ? is any value",
        )
    for pattern, problem, hint in DRIVERS:
        match = re.search(pattern, output)
        if match:
            name = match[1].replace(" [", "[")
            where = _declared(session, name, script) or str(session.sources.files[0])
            raise InvcError(f"net {name!r} {problem}", where=where, hint=hint)
    if session.numbered and not session.sources.located and FLOATING.search(output):
        # A number that a netlist in JSON only reads: `check` warns under a name of Yosys's own.
        raise InvcError(
            "a net without a name is read but nothing drives it",
            hint="is the file whole? every number among the pins of cells is a net",
        )


def _declared(session: Session, name: str, script: str) -> str:
    """Where a net is declared: run again up to the check, and look at what is there then."""
    elaborated, _, _ = script.partition("\ncheck\n")
    session.run(f"{elaborated}\nwrite_rtlil checked.il\n")
    wire = f" \\{name.partition('[')[0]}\n"
    source = ""
    with (session.folder / "checked.il").open(encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if words[:2] == ["attribute", "\\src"]:
                source = words[2].strip('"')
            elif words[:1] == ["wire"] and line.endswith(wire):
                return session.links.locate(source)
    return ""
