"""A question answered exactly: how many answers there are, how often a bit is 1, and fair draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from invc.design import Clamp, Contradiction, Design, bit_names, presolve
from invc.proof.diagram.build import build, demands
from invc.proof.diagram.draws import Draws, as_draws, holds
from invc.proof.diagram.layers import Part, UInt8
from invc.proof.sat import Clock

MOST_NODES = 1 << 18
MOST_LISTED = 1 << 16  # answers of which all are made once, to be drawn from
BLOCK = 1 << 14  # draws at a time: what a core's cache holds


@dataclass(frozen=True, eq=False)
class Exact:
    """Every answer of a question, as diagrams whose counts multiply.

    Attributes:
        design: What was asked.
        clamps: The bits that are held.
        known: Input nets that have one value in every answer, with that value.
        parts: Diagrams over the other inputs that something is asked of.
        idle: Inputs of which nothing is asked: each has either value in half of the answers.
        count: Number of answers; two differ in an input bit.
        forbidden: Combinations of bits of which no answer has all.
    """

    design: Design
    clamps: tuple[Clamp, ...]
    known: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]
    idle: tuple[int, ...]
    count: int
    forbidden: tuple[tuple[Clamp, ...], ...] = ()

    @property
    def nodes(self) -> int:
        """Nodes of all diagrams together."""
        return sum(part.nodes for part in self.parts)

    def draws(self, seed: int = 0, *, first: int = 0) -> Iterator[Draws]:
        """Answers drawn independently and uniformly, without end, in blocks of `BLOCK`.

        Block k depends on the seed and on k alone, so a stream can be taken up anywhere. The
        gates are evaluated for each draw, and what is clamped is asserted.

        Args:
            seed: From 0; equal seeds give equal streams.
            first: The block to begin with.
        """
        assert self.count, "there is nothing to draw from"
        block = first
        while True:
            random = np.random.default_rng([seed, block])
            block += 1
            if self.count <= MOST_LISTED:
                yield _chosen(self._all, random.integers(0, self.count, BLOCK))
                continue
            rows = [
                self._known_rows(BLOCK),
                random.integers(0, 2, (len(self.idle), BLOCK), dtype=np.uint8),
                *(part.draw_bits(random, BLOCK) for part in self.parts),
            ]
            yield self._draws(rows, BLOCK)

    @cached_property
    def _all(self) -> Draws:
        return self.answers(self.count)

    def answers(self, most: int) -> Draws:
        """The first answers of an order of its own, at most so many, each once."""
        number = min(most, self.count)
        if not number:
            none = {port.name: np.zeros(0, dtype=np.int64) for port in self.design.netlist.ports}
            return Draws(none, 0)
        rows = [self._known_rows(number)]
        left = np.arange(number, dtype=np.uint64)
        idle = np.zeros((len(self.idle), number), dtype=np.uint8)
        for k in range(min(len(self.idle), 63)):
            idle[k] = left & np.uint64(1)
            left >>= np.uint64(1)
        rows.append(idle)
        for part in self.parts:
            size = np.uint64(min(part.count, number))
            rows.append(part.answer_bits(left % size))
            left //= size
        return self._draws(rows, number)

    def marginals(self, clock: Clock | None = None) -> dict[str, Fraction]:
        """For each bit of a port the share of answers in which it is 1, by its name.

        Bits of inputs are weighed in the diagrams; for each other one its answers are counted anew,
        with the bit held.

        Args:
            clock: Says when to give up.

        Raises:
            TooLarge: A diagram with a bit held is too large.
        """
        assert self.count, "there is nothing to weigh"
        share = {net: Fraction(value) for net, value in self.known}
        share |= dict.fromkeys(self.idle, Fraction(1, 2))
        for part in self.parts:
            share |= part.shares()
        found = {}
        for port in self.design.netlist.ports:
            for name, bit in zip(bit_names(port), port.bits, strict=True):
                one = share.get(bit >> 1)
                if one is None:
                    one = share[bit >> 1] = self._share(bit & ~1, clock)
                found[name] = 1 - one if bit & 1 else one
        return found

    def _share(self, literal: int, clock: Clock | None) -> Fraction:
        """Of the answers in which a literal is 1."""
        if literal == 0:
            return Fraction(0)
        clamps = (*self.clamps, Clamp(literal, 1, ""))
        held = exact(self.design, clamps, forbidden=self.forbidden, clock=clock)
        return Fraction(held.count, self.count)

    def _known_rows(self, count: int) -> UInt8:
        values = np.array([value for _, value in self.known], dtype=np.uint8)
        return np.repeat(values[:, None], count, axis=1)

    def _draws(self, rows: Sequence[UInt8], count: int) -> Draws:
        nets = [net for net, _ in self.known]
        nets += self.idle
        nets += [layer.net for part in self.parts for layer in part.layers]
        draws, words = as_draws(self.design.netlist, nets, np.concatenate(rows))
        wanted = [(clamp.literal, clamp.value) for clamp in self.clamps]
        assert holds(words, wanted, count), "an answer does not have the values that are clamped"
        return draws


def _chosen(answers: Draws, ranks: npt.NDArray[np.int64]) -> Draws:
    """Some of the answers, by their numbers."""
    ports = {
        name: values[ranks] if isinstance(values, np.ndarray) else [values[k] for k in ranks]
        for name, values in answers.ports.items()
    }
    return Draws(ports, len(ranks))


def exact(
    design: Design,
    clamps: Iterable[Clamp],
    *,
    forbidden: Iterable[Sequence[Clamp]] = (),
    most_nodes: int = MOST_NODES,
    clock: Clock | None = None,
) -> Exact:
    """All answers of a question at once.

    Args:
        design: Its gates are asked, not its Hamiltonian.
        clamps: Bits that are held, from `parse_clamps`.
        forbidden: Combinations of bits; an answer that has all bits of one is left out.
        most_nodes: The largest diagram that is tried.
        clock: Says when to give up.

    Raises:
        TooLarge: No diagram of bounded size was found.
    """
    netlist, clamps = design.netlist, tuple(clamps)
    left_out = tuple(tuple(bits) for bits in forbidden)
    nothing = Exact(design, clamps, (), (), (), 0)
    try:
        values = presolve(design, clamps).values[: netlist.net_count].tolist()
    except Contradiction:
        return nothing
    known = {net: int(m > 0) for net, m in enumerate(values, 1) if m}
    asked = list(demands(netlist, known, left_out))
    if any(not demand.literals for demand in asked):
        return nothing
    parts = build(netlist, known, asked, most_nodes, (clock or Clock()).stopped)
    if parts is None:
        return nothing
    inputs = [bit >> 1 for port in netlist.inputs for bit in port.bits]
    decided = {layer.net for part in parts for layer in part.layers}
    idle = tuple(net for net in inputs if net not in known and net not in decided)
    fixed = tuple((net, known[net]) for net in inputs if net in known)
    count = prod(part.count for part in parts) << len(idle)
    return Exact(design, clamps, fixed, tuple(parts), idle, count, left_out)
