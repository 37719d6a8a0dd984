"""Clocked sources in, an unrolled design out: the combinational compiler around `unroll`."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from invc.design import Design
from invc.design.assemble import assemble
from invc.design.fit import fit
from invc.diagnostics import InvcError, entry
from invc.frontend.registers import Cut, cut_registers
from invc.frontend.yosys import Kind, Sources, find_yosys
from invc.frontend.yosys.clocked import elaborate_clocked
from invc.frontend.yosys.types import with_said
from invc.library import Library, Limits, cells_within, hamlib
from invc.mapping.mapper import Mapper
from invc.netlist import Netlist
from invc.netlist.machine import Machine
from invc.passes import find_pass
from invc.pipeline import OBJECTIVES, Check, Journal, Tool, synth
from invc.sequential.check import compare_cycles
from invc.sequential.unroll import Init, unroll

AFTER = ("simplify", "sweep_dead", "name_nets")  # what constants of the first cycle leave


@dataclass(frozen=True)
class Time:
    """How a clocked design is laid out in time.

    Attributes:
        cycles: Edges of the clock.
        init: What registers hold at first, see `unroll`.
    """

    cycles: int
    init: Init = "source"


def synth_clocked(
    sources: Sources,
    span: Time,
    *,
    library: Library | None = None,
    objective: str = "balanced",
    limits: Limits | None = None,
    check: Check | None = None,
    tool: Tool | None = None,
    journal: Journal | None = None,
) -> Design:
    """Compile clocked sources to one invertible design of several cycles.

    One cycle is compiled and checked like any combinational design, then copied; the copies are
    compared with the source again, moved cycle by cycle.

    Args:
        sources: Verilog or SystemVerilog.
        span: How long, and from what state.
        library: Cells to map to; by default hamlib.
        objective: As of `invc.pipeline.synth`.
        limits: What every spin of the model is within.
        check: How one cycle is checked against its sources.
        tool: The Yosys to use.
        journal: Takes the steps as they end.

    Raises:
        InvcError: The sources cannot be compiled, or no clock suits.
    """
    if sources.kind is not Kind.VERILOG:
        raise InvcError("--cycles takes Verilog", where=str(sources.files[0]), hint="leave it out")
    cells = hamlib() if library is None else library
    if limits is not None:
        cells = cells_within(cells, limits)
    notes = Journal() if journal is None else journal
    chosen = Chosen(cells, objective, check or Check(), tool or Tool())
    chosen.tool.tell("reading")
    cut, machine = read_machine(sources, chosen, notes)
    chosen.tool.tell("unrolling")
    netlist, frames = unroll(machine, span.cycles, span.init)
    notes.note("unroll", netlist, cells)
    mapper = Mapper(cells, least_ratio=entry(OBJECTIVES, objective, "objective").least_ratio)
    for name in AFTER:
        netlist = find_pass(name)(netlist, mapper)
        notes.note(name, netlist, cells)
    origin = f"{_made_by(notes)}; {span.cycles} cycles"
    if limits is None:
        design = assemble(netlist, cells, origin=origin)
    else:
        design = fit(netlist, cells, limits, origin=origin)
    notes.note("assemble", design.netlist, cells)
    if chosen.check.wanted:
        chosen.tool.tell("comparing cycles")
        notes.cycles = compare_cycles(cut, design.netlist, frames, str(sources.files[0]))
        notes.note("compare", design.netlist, cells)
    parameters, defines = tuple(sources.parameters.items()), tuple(sources.defines.items())
    return replace(design, frames=replace(frames, parameters=parameters, defines=defines))


@dataclass(frozen=True)
class Chosen:
    """How one cycle is compiled: as the arguments of `invc.pipeline.synth` say."""

    library: Library
    objective: str
    check: Check
    tool: Tool


def read_machine(sources: Sources, chosen: Chosen, journal: Journal) -> tuple[Cut, Machine]:
    """Clocked sources cut at their registers, and the machine: one cycle mapped to the library.

    Raises:
        InvcError: The sources cannot be compiled, or no clock suits.
    """
    if not sources.files:
        raise InvcError("no source file", hint="invc synth counter.v --cycles 8")
    yosys, log = find_yosys(chosen.tool.path), chosen.tool.log
    cut = cut_registers(elaborate_clocked(sources, yosys, log=log), str(sources.files[0]))
    core = _core(cut, sources, chosen, journal)
    return cut, Machine(
        core, cut.clock, cut.registers, cut.properties, cut.shown, cut.formal
    ).check()


def _core(cut: Cut, sources: Sources, chosen: Chosen, journal: Journal) -> Netlist:
    """One cycle as a netlist, compiled like any design that is combinational.

    Inputs stand first in the file: Yosys takes the first port of a net for its source.
    """
    first, ports = sources.files[0], cut.module["ports"]
    ordered = sorted(ports, key=lambda port: ports[port]["direction"] == "output")
    module = {**cut.module, "ports": {port: ports[port] for port in ordered}}
    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        path = Path(folder) / f"{first.stem[:80]}.json"
        path.write_text(json.dumps({"modules": {module.pop("name"): module}}), encoding="utf-8")
        netlist = synth(
            Sources((path,), located=True),
            library=chosen.library,
            objective=chosen.objective,
            check=chosen.check,
            tool=chosen.tool,
            journal=journal,
        ).netlist
    place = {port: k for k, port in enumerate(ports)}
    netlist = with_said(netlist, cut.module)
    return replace(netlist, ports=tuple(sorted(netlist.ports, key=lambda p: place[p.name])))


def _made_by(journal: Journal) -> str:
    from invc import __version__  # noqa: PLC0415 - a version is asked for last

    return f"invc {__version__}" + (f", {journal.yosys}" if journal.yosys else "")
