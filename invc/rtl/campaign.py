"""Many runs of one circuit, each with clamps and seeds of its own, in Verilator or iverilog."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from invc.design import Clamp
from invc.diagnostics import InvcError
from invc.rtl.bench import port_clamps, tied_table
from invc.rtl.check import build
from invc.rtl.circuit import Circuit
from invc.rtl.programs import run_well
from invc.rtl.software import Run
from invc.rtl.verilog import concatenation, template, unsigned

ENDED = re.compile(r"^run (\d+): found ([01]) cycles (\d+) answer ([0-9a-f]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """A run that is asked for.

    Attributes:
        clamps: The bits that are held.
        runs: Its random numbers, and those with which it starts again where it has not ended with a
            right state.
    """

    clamps: tuple[Clamp, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        found: Whether there was a right state.
        cycles: Updates before it, or all; those of earlier starts too.
        starts: How often it started.
        ports: The bits of each port then, as an unsigned number, by its name in the design.
    """

    found: bool
    cycles: int
    starts: int
    ports: Mapping[str, int]


def campaign(
    circuit: Circuit,
    modules: Mapping[str, str],
    trials: Sequence[Trial],
    *,
    limit: int,
    simulator: str = "verilator",
    strict: bool = False,
) -> list[Ended]:
    """Run a parallel or gibbs circuit of one chain again and again.

    Args:
        circuit: The circuit.
        modules: Its modules, by the names of their files.
        trials: What is held and the seeds, run by run.
        limit: Updates after which a run ends, or starts again.
        simulator: "verilator" or "iverilog".
        strict: Whether every gate must be in place.

    Raises:
        InvcError: The simulator is not here, or failed.
    """
    files = {
        **{name: text for name, text in modules.items() if name.endswith(".v")},
        "bench.v": _bench(circuit, sum(len(trial.runs) for trial in trials), limit, strict),
        "trials.mem": "".join(
            _line(circuit, trial.clamps, run, again=k > 0)
            for trial in trials
            for k, run in enumerate(trial.runs)
        ),
    }
    with tempfile.TemporaryDirectory(prefix="invc-rtl-") as text:
        folder = Path(text)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
        output = run_well(build(folder, files, circuit.name, simulator), folder)
    done = {int(match[1]): match for match in ENDED.finditer(output)}
    found: list[Ended] = []
    line = 0
    for trial in trials:
        starts = [done[k] for k in range(line, line + len(trial.runs)) if k in done]
        if not starts:
            raise InvcError(f"{simulator} ended {len(found)} of {len(trials)} runs")
        found.append(_ended(circuit, starts))
        line += len(trial.runs)
    return found


def _widths(circuit: Circuit) -> tuple[int, int]:
    return 64 * circuit.generators, len(circuit.pins)


def _line(circuit: Circuit, clamps: Sequence[Clamp], run: Run, *, again: bool) -> str:
    """Whether it starts again, seeds, held bits, their values, highest first, in hex."""
    seeds, pins = _widths(circuit)
    held = {clamp.name: clamp.value for clamp in clamps}
    hold = value = place = 0
    for _, held_bits, values, width in port_clamps(circuit, held):
        hold |= held_bits << place
        value |= values << place
        place += width
    word = int(again)
    for seed in reversed(run.generator_seeds(circuit.streams, circuit.groups)):
        word = word << 64 | seed
    word = (word << pins | hold) << pins | value
    return f"{word:0{-(-(seeds + 2 * pins + 1) // 4)}x}\n"


def _ended(circuit: Circuit, starts: Sequence[re.Match[str]]) -> Ended:
    match = starts[-1]
    answer, ports = int(match[4], 16), {}
    for port in circuit.ports:
        ports[port.name] = answer & ((1 << len(port.bits)) - 1)
        answer >>= len(port.bits)
    return Ended(match[2] == "1", sum(int(m[3]) for m in starts), len(starts), ports)


def _bench(circuit: Circuit, trials: int, limit: int, strict: bool) -> str:
    seeds, pins = _widths(circuit)
    labels = circuit.labels
    wires = [
        f"    wire [{len(port.bits) - 1}:0] {label}, {label}_hold, {label}_value;"
        for label, port in zip(labels, circuit.ports, strict=True)
    ]
    tied = [f".{x}({x}), .{x}_hold({x}_hold), .{x}_value({x}_value)" for x in labels]
    return template(
        "trials",
        circuit.name,
        TRIALS=trials,
        SEEDS=seeds,
        PINS=pins,
        COUNT=circuit.count,
        LIMIT=unsigned(limit, circuit.count),
        STRICT=int(strict),
        TABLE=tied_table(circuit),
        WIRES="\n".join(wires),
        HOLDS=concatenation([f"{x}_hold" for x in labels]),
        VALUES=concatenation([f"{x}_value" for x in labels]),
        TIED=",\n        ".join(tied),
        LABELS=concatenation(list(labels)),
    )
