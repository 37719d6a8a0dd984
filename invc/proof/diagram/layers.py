"""A diagram as layers of numpy arrays, one for each variable, with the answers below each edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from invc.proof.diagram.manager import FALSE, TRUE, Node, TooLarge

Places = npt.NDArray[np.intp]
UInt64 = npt.NDArray[np.uint64]
UInt8 = npt.NDArray[np.uint8]
Generator = np.random.Generator

MOST_PLACES = 1 << 22  # in all layers together
WORD = 64


@dataclass(frozen=True, eq=False)
class Layer:
    """What is decided about one variable.

    Attributes:
        net: The variable.
        child: Place in the next layer for a 0 and for a 1 of each place: entries 2 k and 2 k + 1.
        low: Answers with a 0 at each place.
        total: Answers below each place.
    """

    net: int
    child: Places
    low: tuple[int, ...]
    total: tuple[int, ...]

    @cached_property
    def ranks(self) -> UInt64:
        """`low` as machine words; a rank that is one is below any that does not fit."""
        return np.array([min(low, (1 << WORD) - 1) for low in self.low], dtype=np.uint64)

    @cached_property
    def thresholds(self) -> UInt64:
        """floor(2^64 low / total) of each place, 2^64 - 1 where it would be 2^64."""
        return np.array(
            [
                min((low << WORD) // total, (1 << WORD) - 1)
                for low, total in zip(self.low, self.total, strict=True)
            ],
            dtype=np.uint64,
        )


@dataclass(frozen=True, eq=False)
class Part:
    """The answers of variables that nothing joins to others.

    Attributes:
        layers: From the first variable that is decided to the last.
        nodes: Nodes of the reduced diagram, its size.
    """

    layers: tuple[Layer, ...]
    nodes: int

    @property
    def count(self) -> int:
        """Number of answers, over the variables of the layers alone."""
        return self.layers[0].total[0] if self.layers else 1

    def answer_bits(self, ranks: UInt64) -> UInt8:
        """The answers of some numbers from 0 to count - 1, which must fit 63 bits.

        Returns:
            Bit of each variable, in the order of the layers. Shape (layers, answers).
        """
        left = ranks.copy()
        at = np.zeros(len(left), dtype=np.intp)
        bits = np.empty((len(self.layers), len(left)), dtype=np.uint8)
        for k, layer in enumerate(self.layers):
            low = layer.ranks[at]
            high = left >= low
            left -= low * high
            at *= 2
            at += high
            at = layer.child[at]
            bits[k] = high
        return bits

    def draw_bits(self, random: Generator, draws: int) -> UInt8:
        """Answers drawn independently, each with the same probability. Shape (layers, draws).

        Up to 2^63 answers one whole number below their count is drawn for each. Beyond, each
        variable is decided by comparing the share of answers with a 0, a fraction, with random
        bits: 64 of them, and more where those leave it open. Neither rounds anything.
        """
        if self.count < 1 << 63:
            return self.answer_bits(random.integers(0, self.count, draws, dtype=np.uint64))
        at = np.zeros(draws, dtype=np.intp)
        bits = np.empty((len(self.layers), draws), dtype=np.uint8)
        for k, layer in enumerate(self.layers):
            word = random.integers(0, 1 << WORD, draws, dtype=np.uint64)
            threshold = layer.thresholds[at]
            high = word > threshold
            for open_at in np.flatnonzero(word == threshold):
                place = at[open_at]
                share = Fraction(layer.low[place], layer.total[place])
                high[open_at] = not _is_below(int(word[open_at]), share, random)
            at = layer.child[2 * at + high]
            bits[k] = high
        return bits

    def shares(self) -> dict[int, Fraction]:
        """The share of answers in which each variable is 1."""
        if not self.layers:
            return {}
        above = [1]  # ways that lead to each place
        found = {}
        for layer, after in zip(self.layers, (*self.layers[1:], None), strict=True):
            child = layer.child.tolist()
            width = len(after.total) if after else 1
            below = [0] * width
            ones = 0
            for k, ways in enumerate(above):
                low, high = layer.low[k], layer.total[k] - layer.low[k]
                ones += ways * high
                if low:
                    below[child[2 * k]] += ways
                if high:
                    below[child[2 * k + 1]] += ways
            found[layer.net] = Fraction(ones, self.count)
            above = below
        return found


def _is_below(word: int, share: Fraction, random: Generator) -> bool:
    """Whether a random number that begins with a word of 64 bits is below a share."""
    bits = WORD
    while True:
        if (word + 1) * share.denominator <= share.numerator << bits:
            return True
        if word * share.denominator >= share.numerator << bits:
            return False
        word = word << WORD | int(random.integers(0, 1 << WORD, dtype=np.uint64))
        bits += WORD


def part_of(root: int, nodes: Sequence[Node], order: Sequence[int], own: set[int]) -> Part:
    """A reduced diagram in layers, with a place in each layer that an edge passes.

    Args:
        root: Number of its first node, not the constant false.
        nodes: As `Manager.nodes` numbers them.
        order: The variable of each level.
        own: The variables that answers have; those that the diagram leaves out are free.

    Raises:
        TooLarge: There would be too many places.
    """
    levels = [level for level, net in enumerate(order) if net in own]
    widths = [[root]]
    children: list[list[int]] = []  # numbers of nodes, two for each place
    for level in levels:
        below: list[int] = []
        for number in widths[-1]:
            node = nodes[number]
            below += (node.low, node.high) if node.level == level else (number, number)
        children.append(below)
        widths.append(list(dict.fromkeys(number for number in below if number != FALSE)))
        if sum(map(len, widths)) > MOST_PLACES:
            raise TooLarge(f"its layers have more than {MOST_PLACES} places")
    assert widths[-1] == [TRUE]
    layers: list[Layer] = []
    total = {TRUE: 1, FALSE: 0}
    for level, places, below, after in reversed(
        list(zip(levels, widths, children, widths[1:], strict=False))
    ):
        place = {number: k for k, number in enumerate(after)}
        low = [total[number] for number in below[::2]]
        high = [total[number] for number in below[1::2]]
        sums = tuple(a + b for a, b in zip(low, high, strict=True))
        child = np.array([place.get(number, 0) for number in below], dtype=np.intp)
        layers.append(Layer(order[level], child, tuple(low), sums))
        total = {FALSE: 0, **dict(zip(places, sums, strict=True))}
    return Part(tuple(reversed(layers)), len(nodes) - 2)
