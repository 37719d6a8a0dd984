"""The dumbest circuits that do what p-bits do, exactly: what any other circuit must beat.

A counter goes through all values of the free inputs, from a random one; chance takes a new random
one in each cycle. Both evaluate the gates forward and compare with what is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.design import Clamp
from invc.netlist import Netlist, counting_words, evaluate, word_of

MOST_BITS = 22


@dataclass(frozen=True)
class Baselines:
    """Mean cycles before the first right value of the inputs.

    Attributes:
        free: Bits of the inputs that are not held.
        right: How many of their values are right.
        counter: With a counter from a random value; None where no value is right.
        chance: With a random value in each cycle; None where no value is right.
    """

    free: int
    right: int
    counter: float | None
    chance: float | None


def baselines(netlist: Netlist, clamps: Sequence[Clamp]) -> Baselines | None:
    """Both circuits with some bits held; None where there are too many values to go through."""
    held = {clamp.literal >> 1: clamp.value ^ (clamp.literal & 1) for clamp in clamps}
    free = [b >> 1 for p in netlist.inputs for b in p.bits if b >> 1 not in held]
    if len(free) > MOST_BITS:
        return None
    places = right_values(netlist, clamps, free)
    values = 1 << len(free)
    if not len(places):
        return Baselines(len(free), 0, None, None)
    # From a random value on, the steps to the next right one: of each gap 0, 1, ... gap - 1.
    gaps = np.diff(np.append(places, places[0] + values)).astype(float)
    counter = float((gaps * (gaps - 1)).sum() / 2 / values)
    chance = (values - len(places)) / len(places)
    return Baselines(len(free), len(places), counter, chance)


def right_values(
    netlist: Netlist, clamps: Sequence[Clamp], free: Sequence[int]
) -> npt.NDArray[np.int64]:
    """The values of the free nets, the first of them lowest, that give what is held. Ascending."""
    trials = 1 << len(free)
    mask = (1 << trials) - 1
    words = dict(zip(free, counting_words(len(free)), strict=True))
    held = {clamp.literal >> 1: clamp.value ^ (clamp.literal & 1) for clamp in clamps}
    words |= {net: mask if value else 0 for net, value in held.items()}
    inputs = {p.name: [words[b >> 1] for b in p.bits] for p in netlist.inputs}
    nets = evaluate(netlist, inputs, trials)
    wrong = 0
    for clamp in clamps:
        wrong |= word_of(clamp.literal, nets, mask) ^ (mask if clamp.value else 0)
    data = np.frombuffer((wrong ^ mask).to_bytes(-(-trials // 8), "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(data, bitorder="little")[:trials])
