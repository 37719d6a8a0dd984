"""Where each net of a design is a pin, and what known pins imply: prepared once a design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from invc.design.design import Design
from invc.netlist import Function

# What is known of a gate's pins: bit 2 i is set where pin i is known, and bit 2 i + 1 is its value.
Pins: TypeAlias = int
# Pins with their values, and what is known with them; None where no row of the function is left.
Implied: TypeAlias = tuple[tuple[tuple[int, int], ...], Pins] | None


class Implications(dict[Pins, Implied]):
    """What known pins of a function imply, worked out when it is first asked."""

    def __init__(self, function: Function) -> None:
        self.function = function

    def __missing__(self, known: Pins) -> Implied:
        implied = self[known] = _implied(self.function, known)
        return implied


@dataclass(frozen=True, eq=False)
class Gates:
    """The gates of a design, by their nets.

    Attributes:
        on: The gates on each spin, ascending.
        told: For the values 0 and 1 of each spin the gates that it is a pin of, and what each of
            them knows then.
        first: What each gate knows before anything is held: its constant pins.
        implied: What the known pins of each gate imply.
    """

    on: Sequence[Sequence[int]]
    told: tuple[Sequence[Sequence[tuple[int, Pins]]], Sequence[Sequence[tuple[int, Pins]]]]
    first: list[Pins]
    implied: Sequence[Implications]


@lru_cache(maxsize=16)
def gates_of(design: Design) -> Gates:
    """The gates of a design, by their nets; those of the last designs are kept."""
    nets = design.netlist.net_count
    on: list[list[int]] = [[] for _ in range(nets)]
    told: tuple[list[list[tuple[int, Pins]]], ...] = tuple([[] for _ in on] for _ in range(2))
    first: list[Pins] = []
    for k, gate in enumerate(design.netlist.gates):
        known = 0
        for i, pin in enumerate(gate.pins):
            low, inverted = 1 << 2 * i, pin & 1
            if pin < 2:
                known |= low | low << 1 & -inverted
                continue
            spin = (pin >> 1) - 1
            told[inverted][spin].append((k, low))
            told[1 - inverted][spin].append((k, low | low << 1))
            if not on[spin] or on[spin][-1] != k:
                on[spin].append(k)
        first.append(known)
    implied = [_implications(gate.function) for gate in design.netlist.gates]
    return Gates(on, (told[0], told[1]), first, implied)


@lru_cache(maxsize=1 << 10)
def _implications(function: Function) -> Implications:
    return Implications(function)


def _implied(function: Function, known: Pins) -> Implied:
    """Pins that the known ones force, or None if no row is left."""
    pins = range(len(function.pins))
    mask = sum(known >> 2 * i & 1 and 1 << i for i in pins)
    word = sum(known >> 2 * i + 1 & 1 and 1 << i for i in pins)
    ones = zeros = -1  # all bits
    any_row = False
    for row in function.rows:
        if (row ^ word) & mask == 0:
            any_row = True
            ones &= row
            zeros &= ~row
    if not any_row:
        return None
    forced = [(i, ones >> i & 1) for i in pins if not mask >> i & 1 and (ones | zeros) >> i & 1]
    return tuple(forced), known | sum(1 + 2 * value << 2 * i for i, value in forced)
