"""The whole compiler on one page: sources in, design out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from invc import __version__
from invc.design import Design
from invc.design.assemble import assemble
from invc.design.fit import fit
from invc.diagnostics import InvcError, entry, within
from invc.frontend.arithmetic import PLAIN, Adders, counters
from invc.frontend.words import Agreement, CycleAgreement, compare
from invc.frontend.yosys import (
    MOST_SECONDS,
    Compiled,
    Kind,
    Sources,
    Target,
    Tell,
    Yosys,
    compile_sources,
    elaborate_gates,
    find_yosys,
    liberty_functions,
    nobody,
    prove_equal,
)
from invc.frontend.yosys_json import read_json, read_module
from invc.library import Cell, Library, Limits, cells_within, hamlib, liberty
from invc.mapping.cones import Shape
from invc.mapping.mapper import Mapper
from invc.mapping.mine import SHAPE, Yield, spins
from invc.mapping.mine import mine as mine_cells
from invc.netlist import Function, Netlist, Port, counting_words, evaluate_ports
from invc.netlist.gates import families
from invc.passes import find_pass
from invc.passes.fuse_products import fusions
from invc.passes.sweep_dead import sweep_dead

MAX_CELL_INPUTS = 8  # lib-gen writes a truth table


@dataclass(frozen=True)
class Objective:
    """What a design is mapped for.

    Attributes:
        passes: Modules of `invc.passes`, in order: what is left of each gate, what nobody needs,
            what belongs together.
        least_ratio: No cell of a smaller gap ratio is mapped to.
        counting: Whether sums are built of the library's counters and of products fused into
            adders, which are weaker than full adders.
    """

    passes: tuple[str, ...]
    least_ratio: Fraction
    counting: bool = False

    def adders(self, library: Library) -> Adders:
        """What sums are built of."""
        if not self.counting:
            return PLAIN
        return Adders(counters(library.values()), fused=fusions(library).keys())


OBJECTIVES: Mapping[str, Objective] = {
    "gap": Objective(
        (
            *("simplify", "sweep_dead", "pair_adders", "sweep_dead", "use_own_cells"),
            *("cover_cones", "sweep_dead", "widen_gaps", "name_nets"),
        ),
        Fraction(1),
    ),
    "balanced": Objective(
        (
            *("simplify", "sweep_dead", "pair_adders", "sweep_dead", "use_own_cells"),
            *("cover_cones", "sweep_dead", "name_nets"),
        ),
        Fraction(1),
    ),
    "spins": Objective(
        (
            *("simplify", "sweep_dead", "pair_adders", "fuse_products", "sweep_dead"),
            *("use_own_cells", "cover_cones", "sweep_dead", "name_nets"),
        ),
        Fraction(0),
        counting=True,
    ),
}


@dataclass(frozen=True)
class Tool:
    """The Yosys that compiles and proves.

    Attributes:
        path: Its name or path; by default `find_yosys` looks for one.
        log: Where to leave its output.
        seconds: How long one of its runs may take.
        tell: Told what is being done, for people.
    """

    path: str | None = None
    log: Path | None = None
    seconds: float = MOST_SECONDS
    tell: Tell = nobody


@dataclass(frozen=True)
class Check:
    """How a netlist is checked against its sources before anybody sees it.

    Attributes:
        wanted: Whether it is compared with them as Yosys elaborated them, before any pass: for
            all inputs where they are few, else for vectors.
        proving: Seconds for a proof to the end by Yosys and ABC, or None.
    """

    wanted: bool = True
    proving: float | None = None


@dataclass(frozen=True)
class Stage:
    """What one step did.

    Attributes:
        name: Name of the step.
        seconds: How long it took.
        gates: Gates after it.
        nets: Nets after it that are inputs or driven by a gate: a spin each.
        ancillas: Ancillas of its gates, as far as they are cells of the library already.
    """

    name: str
    seconds: float
    gates: int
    nets: int
    ancillas: int


@dataclass
class Journal:
    """The steps of a run as they end.

    Attributes:
        stages: In order.
        yosys: What ran, if any did.
        reader: What read the sources, where there was a choice.
        agreement: How far the netlist is known to equal its sources; None unless it was checked.
        cycles: How far the copies of a clocked design do, where it was unrolled and compared.
    """

    stages: list[Stage] = field(default_factory=list)
    yosys: str | None = None
    reader: str = ""
    agreement: Agreement | None = None
    cycles: CycleAgreement | None = None
    started: float = field(default_factory=time.perf_counter)

    def note(self, name: str, netlist: Netlist, cells: Mapping[str, Cell]) -> None:
        """End the step that has been running; what it left is counted on nobody's time."""
        seconds = time.perf_counter() - self.started
        gates = Counter(gate.function for gate in netlist.gates)
        nets = sum(len(port.bits) for port in netlist.inputs)
        nets += sum(n * len(function.outputs) for function, n in gates.items())
        ancillas = sum(
            n * len(cells[function.name].ancillas)
            for function, n in gates.items()
            if function.name in cells
        )
        self.stages.append(Stage(name, seconds, len(netlist.gates), nets, ancillas))
        self.started = time.perf_counter()


def synth(
    sources: Sources,
    *,
    library: Library | None = None,
    objective: str = "balanced",
    limits: Limits | None = None,
    mining: float | None = None,
    check: Check = Check(),
    tool: Tool = Tool(),
    journal: Journal | None = None,
) -> Design:
    """Compile sources to an invertible design.

    Args:
        sources: Verilog, one Yosys JSON netlist, or one netlist of cells.
        library: Cells to map to; by default hamlib.
        objective: "gap": cells with ancillas that widen the smallest gap; "balanced": plain
            adders; "spins": the fewest spins, by counters and products fused into adders.
        limits: What every spin of the model is within.
        mining: Seconds for new cells where they save spins, or None.
        check: How the netlist is checked against its sources.
        tool: The Yosys to use.
        journal: Takes the steps as they end.

    Raises:
        InvcError: The sources cannot be compiled, or the netlist is not equal to them.
    """
    cells = hamlib() if library is None else library
    if limits is not None:
        cells = cells_within(cells, limits)
    notes, aim = journal or Journal(), entry(OBJECTIVES, objective, "objective")
    target = _target(cells, aim, limits, check.proving is not None)
    read = _read(sources, target, cells, tool, notes)
    notes.reader = read.reader
    notes.note("read", read.netlist, cells)
    tool.tell("mapping")
    netlist = _improved(read.netlist, cells, aim, notes)
    if read.plain is not None:
        netlist = _fewer(netlist, read.plain, cells, aim)
        notes.note("adders", netlist, cells)
    if mining is not None:
        found = mine(netlist, cells, objective=objective, time_limit=mining, limits=limits)
        netlist, cells = found.netlist, Library({**cells, **found.cells}, cells.own)
        notes.note("mine", netlist, cells)
    made_by = f"invc {__version__}" + (f", {notes.yosys}" if notes.yosys else "")
    if limits is None:
        design = assemble(netlist, cells, origin=made_by)
    else:
        design = fit(netlist, cells, limits, origin=made_by)
    notes.note("assemble", design.netlist, cells)
    _check(sources, read, design, target, check, tool, notes)
    return design


def _improved(
    netlist: Netlist, library: Library, objective: Objective, journal: Journal
) -> Netlist:
    """The netlist after the passes of an objective."""
    mapper = Mapper(library, least_ratio=objective.least_ratio)
    for name in objective.passes:
        netlist = find_pass(name)(netlist, mapper)
        journal.note(name, netlist, library)
    return netlist


def _fewer(netlist: Netlist, plain: Netlist, library: Library, objective: Objective) -> Netlist:
    """The netlist, or what the passes make of its gates without ABC where that has fewer spins."""
    other = _improved(plain, library, objective, Journal())
    mapper = Mapper(library)
    return other if spins(other, mapper) < spins(netlist, mapper) else netlist


def _check(
    sources: Sources,
    read: Compiled,
    design: Design,
    target: Target,
    check: Check,
    tool: Tool,
    journal: Journal,
) -> None:
    """Compare and prove, as far as that is wanted.

    Raises:
        InvcError: The netlist is not equal to its sources, or could not be proven so.
    """
    if check.wanted:
        tool.tell("checking")
        _compare(sources, read, design.netlist, target, tool, journal)
        journal.note("check", design.netlist, design.cells)
    if check.proving is not None:
        tool.tell("proving")
        outside = sources.kind is not Kind.VERILOG
        known = {**families(), **target.functions} if outside else {}
        yosys = _find(tool, journal)
        prove_equal(sources, design.netlist, known, yosys, seconds=check.proving, log=tool.log)
        journal.agreement = Agreement(True)
        journal.note("prove", design.netlist, design.cells)


def _compare(
    sources: Sources,
    read: Compiled,
    netlist: Netlist,
    target: Target,
    tool: Tool,
    journal: Journal,
) -> None:
    """Compare what is to be written with the sources as they were elaborated.

    Raises:
        InvcError: They differ.
    """
    known = {**families(), **{n: f for n, f in read.others.items() if f}, **target.functions}
    source = read.source or elaborate_gates(sources, netlist.name, known, _find(tool, journal))
    with within(sources.files[0]):
        journal.agreement = compare(source, known, netlist, where=str(sources.files[0]))


def mine(
    netlist: Netlist,
    library: Library,
    *,
    objective: str,
    time_limit: float,
    shape: Shape = SHAPE,
    limits: Limits | None = None,
) -> Yield:
    """New cells for a netlist that was mapped for an objective, as `invc.mapping.mine.mine`."""
    return mine_cells(
        netlist,
        library,
        sweep=sweep_dead,
        time_limit=time_limit,
        shape=shape,
        limits=limits,
        least_ratio=entry(OBJECTIVES, objective, "objective").least_ratio,
    )


def _target(library: Library, objective: Objective, limits: Limits | None, defined: bool) -> Target:
    """What the sources are compiled to before any pass."""
    degree = limits.degree if limits else None
    view = liberty(library, objective.least_ratio, max_degree=degree)
    return Target(_functions(library), view, objective.adders(library), defined)


def _read(
    sources: Sources, target: Target, library: Library, tool: Tool, journal: Journal
) -> Compiled:
    """The sources as a netlist, each kind by its own reader."""
    if not sources.files:
        raise InvcError("no source file", hint="invc synth design.v -o design.hj")
    if sources.kind is Kind.GATES:
        from invc.frontend.gate_level import read_gates  # noqa: PLC0415 - a parser that takes a while to load

        others = liberty_functions(sources, _find(tool, journal)) if sources.liberty else {}
        first, *more = sources.netlists
        gates = read_gates(
            first, library, more=more, top=sources.top, include=sources.includes,
            define=sources.defines, others=others,
        )  # fmt: skip
        return Compiled(gates, None, others=others)
    if sources.kind is Kind.JSON:
        path = sources.only
        netlist = read_json(path, target.functions, top=sources.top, adders=target.adders)
        if netlist is not None:
            return Compiled(netlist, read_module(path, sources.top))
    yosys = _find(tool, journal)
    return compile_sources(
        sources, target, yosys, log=tool.log, seconds=tool.seconds, tell=tool.tell
    )


def _functions(library: Library) -> dict[str, Function]:
    return {name: cell.function for name, cell in library.items() if cell.function}


def _find(tool: Tool, journal: Journal) -> Yosys:
    found = find_yosys(tool.path)
    journal.yosys = str(found)
    return found


def module_function(path: Path, name: str, *, top: str | None = None) -> Function:
    """The function of a small combinational module, for a new cell.

    Its bits become pins: port `a` of one bit is A, bit 2 of port `d` is D2.

    Raises:
        InvcError: It has too many inputs, or an output that is no function of two of them.
    """
    design = synth(Sources((path,), top=top))
    netlist = design.netlist
    inputs = [(port, k) for port in netlist.inputs for k in range(len(port.bits))]
    outputs = [(port, k) for port in netlist.outputs for k in range(len(port.bits))]
    if len(inputs) > MAX_CELL_INPUTS:
        raise InvcError(
            f"module {netlist.name!r} has {len(inputs)} input bits",
            where=str(path),
            hint=f"a cell has at most {MAX_CELL_INPUTS}; 'invc synth' compiles larger modules",
        )
    words = iter(counting_words(len(inputs)))
    trials = 1 << len(inputs)
    values = evaluate_ports(
        netlist, {port.name: [next(words) for _ in port.bits] for port in netlist.inputs}, trials
    )
    tables = tuple(values[port.name][k] for port, k in outputs)

    def pins(bits: Sequence[tuple[Port, int]]) -> tuple[str, ...]:
        return tuple(_pin(port, k) for port, k in bits)

    return Function(name, pins(inputs), pins(outputs), tables)


def _pin(port: Port, k: int) -> str:
    word = "".join(c if c.isalnum() or c == "_" else "_" for c in port.name)
    return word if len(port.bits) == 1 else f"{word}{port.index(k)}"
