"""What induction over cycles needs of a question: a start, and what is held for all time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from invc.design import Clamp, Design
from invc.design.frames import INITIAL
from invc.diagnostics import InvcError

CYCLE = re.compile(r"(.+)@(\d+)(\[-?\d+\])?", re.DOTALL | re.ASCII)


def start_of(design: Design) -> tuple[Clamp, ...]:
    """The bits that registers begin with, where the source says so.

    Raises:
        InvcError: The design has no time, or its registers are not free at the start.
    """
    if design.frames is None or not design.frames.free:
        raise InvcError(
            "induction begins in any state",
            hint="give a design from 'invc synth --cycles K --init free'",
        )
    bits = []
    for signal in design.frames.signals:
        if signal.kind == "initial":
            port = design.netlist.port_by_name[signal.name + INITIAL]
            for literal, value in zip(port.bits, reversed(signal.start), strict=False):
                if value != "x":
                    bits.append(Clamp(literal, int(value), port.name))
    return tuple(bits)


def always_of(design: Design, clamps: Iterable[Clamp]) -> tuple[Clamp, ...]:
    """The clamps that are held in every cycle; those of the first state are left out.

    Raises:
        InvcError: Others are held in some cycles only.
    """
    ports = design.netlist.port_by_name
    groups: dict[tuple[str, str], list[tuple[int, Clamp]]] = defaultdict(list)
    for clamp in clamps:
        match = CYCLE.fullmatch(clamp.name)
        if match is not None and f"{match[1]}@{match[2]}" in ports:
            groups[match[1], match[3] or ""].append((int(match[2]), clamp))
        elif INITIAL not in clamp.name:
            raise _passing(clamp.name)
    for (name, _), held in groups.items():
        cycles = {cycle for cycle, _ in held}
        missing = [t for t in _cycles(design) if f"{name}@{t}" in ports and t not in cycles]
        if missing or len({clamp.value for _, clamp in held}) > 1:
            raise _passing(held[0][1].name)
    return tuple(clamp for held in groups.values() for _, clamp in held)


def _cycles(design: Design) -> Sequence[int]:
    assert design.frames is not None
    return range(design.frames.cycles + 1)


def _passing(name: str) -> InvcError:
    return InvcError(
        f"induction is about all time, and {name} is held in some of it",
        hint="hold NAME@*=VALUE, or the first state by NAME@init=VALUE",
    )
