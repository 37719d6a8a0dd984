"""Compare an unrolled netlist with its source: words of Yosys, moved cycle by cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from invc.design.frames import INITIAL, Frames, at
from invc.diagnostics import InvcError
from invc.frontend.registers import Cut
from invc.frontend.words.algebra import LOW, Bit, Logic, Trials
from invc.frontend.words.check import CycleAgreement
from invc.frontend.words.evaluate import evaluate_module
from invc.netlist import Netlist, evaluate_ports
from invc.netlist.machine import Register

RUNS = 256
SEED = 256
Words = Mapping[str, Sequence[Bit]]


def compare_cycles(cut: Cut, netlist: Netlist, frames: Frames, where: str) -> CycleAgreement:
    """Run the source and the netlist made of it over all cycles, and compare every output.

    What the source leaves undefined may be anything, as may be what follows from it.

    Args:
        cut: The source as Yosys elaborated it, without its registers.
        netlist: Its copies, as they will be written.
        frames: What their ports are in time.
        where: The source file, for messages.

    Raises:
        InvcError: They differ.
    """
    widths = {port.name: len(port.bits) for port in netlist.inputs}
    given = dict(_stimulus(widths))
    made = evaluate_ports(netlist, given, RUNS)
    for cycle, values in enumerate(_steps(cut, given, netlist, frames)):
        for name, bits in values.items():
            words = made.get(at(name, cycle))
            if words is None:
                continue
            for word, bit in zip(words, bits, strict=True):
                if (word ^ bit.value) & ~bit.undefined:
                    raise InvcError(
                        f"the unrolled netlist is not equal to its source: {name!r} differs in "
                        f"cycle {cycle}",
                        where=where,
                        hint="please report it with the source",
                    )
    return CycleAgreement(frames.cycles + 1, RUNS)


def _stimulus(widths: Mapping[str, int]) -> Iterator[tuple[str, list[int]]]:
    """Random words of every port; in some runs a bit is mostly 0, in others mostly 1.

    In which of them is the same in every cycle, so that a machine gets further than its reset.
    """
    lean: dict[tuple[str, int], tuple[int, int]] = {}
    draw = Random(SEED)
    for port, width in widths.items():
        name, _, _ = port.rpartition("@")
        words = []
        for k in range(width):
            few, many = lean.setdefault((name, k), (draw.getrandbits(RUNS), draw.getrandbits(RUNS)))
            one, other = draw.getrandbits(RUNS), draw.getrandbits(RUNS) & draw.getrandbits(RUNS)
            words.append((one & ~few | one & other) & ~(many & few) | (one | ~other) & many & few)
        yield port, [word & (1 << RUNS) - 1 for word in words]


def _steps(
    cut: Cut, given: Mapping[str, Sequence[int]], netlist: Netlist, frames: Frames
) -> Iterator[dict[str, Sequence[Bit]]]:
    """The visible outputs of the source in each cycle."""
    logic = Logic(Trials(RUNS))
    hidden = {name for register in cut.registers for name in (register.state, register.next)}
    outputs = [n for n, p in cut.module["ports"].items() if p["direction"] == "output"]
    inputs = {
        name: len(port["bits"])
        for name, port in cut.module["ports"].items()
        if port["direction"] == "input" and name not in hidden
    }
    held = {r.name: _start(r, given, netlist, frames) for r in cut.registers}

    def values(cycle: int) -> dict[str, list[Bit]]:
        now: dict[str, Sequence[Bit]] = {r.state: held[r.name] for r in cut.registers}
        for name, width in inputs.items():
            now[name] = [Bit(word) for word in given.get(at(name, cycle), [0] * width)]
        return evaluate_module(cut.module, {}, logic, now)

    falling = [register for register in cut.registers if register.falling]
    for cycle in range(frames.cycles + 1):
        if falling:
            early = values(cycle)
            held.update({register.name: early[register.next] for register in falling})
        found = values(cycle)
        yield {name: found[name] for name in outputs if name not in hidden}
        held.update({r.name: found[r.next] for r in cut.registers if not r.falling})


def _start(
    register: Register, given: Mapping[str, Sequence[int]], netlist: Netlist, frames: Frames
) -> list[Bit]:
    """What a register holds at first: the bits that are free, else what the source says."""
    port = netlist.port_by_name.get(register.name + INITIAL)
    if port is None or register.name not in frames.names("initial"):
        return [_constant(value or 0) for value in register.initial]
    free = iter(given[port.name])
    if len(port.bits) == len(register.initial):
        return [Bit(word) for word in free]
    return [Bit(next(free)) if v is None else _constant(v) for v in register.initial]


def _constant(value: int) -> Bit:
    return Bit((1 << RUNS) - 1) if value else LOW
