"""Inputs to compare by: all of them where they are few, else random ones and corners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from invc.netlist import counting_words

BLOCK = 512
SEED = 4096


def all_vectors(widths: Mapping[str, int]) -> dict[str, list[int]]:
    """Words of every port under which 2**n trials run through all values of n input bits."""
    words = iter(counting_words(sum(widths.values())))
    return {name: [next(words) for _ in range(width)] for name, width in widths.items()}


def some_vectors(widths: Mapping[str, int]) -> tuple[dict[str, list[int]], int]:
    """Words of every port for random values and corners, and how many trials they are.

    Eight blocks: corners of each port in all kinds of company, few ones, many ones, all ports
    alike, one port at a corner while the others are random, and uniform values. The same for the
    same widths, always.
    """
    random = Random(SEED)
    most = max(widths.values(), default=0)
    alike = [random.getrandbits(BLOCK) for _ in range(most)]
    made: dict[str, list[int]] = {}
    for place, (name, width) in enumerate(widths.items()):
        corners, mine = _some_corners(width, random), _some_corners(width, random)
        words = []
        for k in range(width):
            uniform = random.getrandbits(BLOCK)
            few = uniform & random.getrandbits(BLOCK) & random.getrandbits(BLOCK)
            many = ~(random.getrandbits(BLOCK) & random.getrandbits(BLOCK)) & (1 << BLOCK) - 1
            turn = mine[k] if place % 2 else random.getrandbits(BLOCK)
            other = random.getrandbits(BLOCK) if place % 2 else mine[k]
            blocks = [corners[k], few, many, alike[k], turn, other]
            blocks += [random.getrandbits(BLOCK), random.getrandbits(BLOCK)]
            words.append(sum(block << BLOCK * i for i, block in enumerate(blocks)))
        made[name] = words
    return made, 8 * BLOCK


def _some_corners(width: int, random: Random) -> list[int]:
    """Values at which arithmetic goes wrong first, in random order: words of a block of trials."""
    full, top = (1 << width) - 1, 1 << (width - 1) if width else 0
    stripes = sum(1 << k for k in range(0, width, 2))
    always = [0, full, 1 & full, top, top - 1 if top else 0, stripes, full ^ stripes]
    values = []
    for _ in range(BLOCK):
        pick = random.randrange(len(always) + 4)
        if pick < len(always):
            values.append(always[pick])
            continue
        one = random.randrange(4) & full if pick % 2 else 1 << random.randrange(max(1, width))
        values.append(one & full ^ (full if pick > len(always) + 1 else 0))
    return _transposed(values, width)


def _transposed(values: Sequence[int], width: int) -> list[int]:
    """For each bit the word whose bit t is that of value t."""
    if width == 0:
        return []
    rows = [f"{value:0{width}b}" for value in reversed(values)]
    return [int("".join(column), 2) for column in zip(*rows, strict=True)][::-1]
