"""The whole compiler on one page: sources in, design out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from invc import __version__
from invc.design import Design
from invc.design.assemble import assemble
from invc.design.fit import fit
from invc.diagnostics import InvcError
from invc.frontend.arithmetic import PLAIN, Adders, counters
from invc.frontend.yosys import Sources, Yosys, find_yosys, map_json, prove_equal, read_verilog
from invc.frontend.yosys_json import read_json
from invc.library import Cell, Library, Limits, cells_within, hamlib, liberty
from invc.mapping.mine import mine
from invc.netlist import Function, Netlist, Port, counting_words, evaluate_ports
from invc.netlist.gates import families
from invc.passes import (
    Mapper,
    cover_cones,
    fuse_products,
    fusions,
    name_nets,
    pair_adders,
    simplify,
    sweep_dead,
    use_own_cells,
    widen_gaps,
)

Pass = Callable[[Netlist, Mapper], Netlist]

# In order: what is left of each gate, what nobody needs, what belongs together.
PASSES: Mapping[str, tuple[Pass, ...]] = {
    "gap": (
        *(simplify, sweep_dead, pair_adders, sweep_dead, use_own_cells, cover_cones),
        *(sweep_dead, widen_gaps, name_nets),
    ),
    "balanced": (
        *(simplify, sweep_dead, pair_adders, sweep_dead, use_own_cells, cover_cones),
        *(sweep_dead, name_nets),
    ),
    "spins": (
        *(simplify, sweep_dead, pair_adders, fuse_products, sweep_dead),
        *(use_own_cells, cover_cones, sweep_dead, name_nets),
    ),
}
# What is mapped to: no cell that is weaker than the adders, unless spins are all that counts.
LEAST_RATIO = {"gap": Fraction(1), "balanced": Fraction(1), "spins": Fraction(0)}
MAX_CELL_INPUTS = 8  # lib-gen writes a truth table


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
    """The steps of a run as they end; `yosys` is what ran, if any did."""

    stages: list[Stage] = field(default_factory=list)
    yosys: str | None = None
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
    gate_level: bool = False,
    proving: float | None = None,
    yosys: str | None = None,
    log: Path | None = None,
    journal: Journal | None = None,
) -> Design:
    """Compile sources to an invertible design.

    Args:
        sources: Verilog, or one Yosys JSON netlist.
        library: Cells to map to; by default hamlib.
        objective: "gap": cells with ancillas that widen the smallest gap; "balanced": plain
            adders; "spins": the fewest spins, by counters and products fused into adders.
        limits: What every spin of the model is within.
        mining: Seconds for new cells where they save spins, or None.
        gate_level: Whether the sources are instances of cells and primitives only, to be read by
            Pyverilog.
        proving: Seconds for a proof by Yosys that the netlist is equal to its sources, or None.
        yosys: The Yosys to use; by default `find_yosys` looks for one.
        log: Where to leave Yosys's output.
        journal: Takes the steps as they end.

    Raises:
        InvcError: The sources cannot be compiled, or a proof failed.
    """
    cells = hamlib() if library is None else library
    if limits is not None:
        cells = cells_within(cells, limits)
    notes = Journal() if journal is None else journal
    defined = proving is not None
    netlist = _read(sources, cells, objective, limits, gate_level, defined, yosys, log, notes)
    notes.note("read", netlist, cells)
    mapper = Mapper(cells, least_ratio=LEAST_RATIO[objective])
    for transform in PASSES[objective]:
        netlist = transform(netlist, mapper)
        notes.note(transform.__name__, netlist, cells)
    if mining is not None:
        ratio = LEAST_RATIO[objective]
        found = mine(netlist, cells, time_limit=mining, limits=limits, least_ratio=ratio)
        netlist, cells = found.netlist, Library({**cells, **found.cells}, cells.own)
        notes.note("mine", netlist, cells)
    made_by = f"invc {__version__}" + (f", {notes.yosys}" if notes.yosys else "")
    if limits is None:
        design = assemble(netlist, cells, origin=made_by)
    else:
        design = fit(netlist, cells, limits, origin=made_by)
    notes.note("assemble", design.netlist, cells)
    if proving is not None:
        outside = sources.files[0].suffix.lower() == ".json" or gate_level
        known = {**families(), **_functions(cells)} if outside else {}
        tool = _find(yosys, notes)
        prove_equal(sources, design.netlist, known, tool, seconds=proving, log=log)
        notes.note("prove", design.netlist, cells)
    return design


def _read(
    sources: Sources,
    library: Library,
    objective: str,
    limits: Limits | None,
    gate_level: bool,
    defined: bool,
    yosys: str | None,
    log: Path | None,
    journal: Journal,
) -> Netlist:
    if not sources.files:
        raise InvcError("no source file", hint="invc synth design.v -o design.hj")
    if gate_level:
        from invc.frontend.gates import read_gates  # noqa: PLC0415 - a parser that takes a while to load

        return read_gates(_only(sources, "--netlist"), library, top=sources.top)
    functions = _functions(library)
    degree = limits.degree if limits else None
    view = liberty(library, LEAST_RATIO[objective], max_degree=degree)
    adders = PLAIN
    if objective == "spins":
        adders = Adders(counters(library.values()), fused=fusions(library).keys())
    if sources.files[0].suffix.lower() == ".json":
        path = _only(sources, "a Yosys JSON netlist")
        netlist = read_json(path, functions, top=sources.top, adders=adders)
        if netlist is not None:
            return netlist
        tool = _find(yosys, journal)
        return map_json(
            *(path, sources.top, functions, view, tool),
            adders=adders,
            defined=defined,
            log=log,
        )
    tool = _find(yosys, journal)
    return read_verilog(*(sources, functions, view, tool), adders=adders, defined=defined, log=log)


def _functions(library: Library) -> dict[str, Function]:
    return {name: cell.function for name, cell in library.items() if cell.function}


def _find(named: str | None, journal: Journal) -> Yosys:
    tool = find_yosys(named)
    journal.yosys = str(tool)
    return tool


def _only(sources: Sources, what: str) -> Path:
    """The one file of a kind of input that takes no more, and none of the Verilog options."""
    if len(sources.files) != 1:
        raise InvcError(f"{what} is one file", where=str(sources.files[1]))
    if sources.parameters or sources.defines or sources.includes:
        raise InvcError(
            f"-G, -D and -I do not apply to {what}", hint="its modules are elaborated already"
        )
    return sources.files[0]


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
