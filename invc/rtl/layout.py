"""How a sparse circuit lays a model out in memories.

The rows of the coupling matrix are sorted by their lengths and laid out in bundles of one row a
lane, each bundle as long as its own longest row: hardly anything is padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from invc.pbits.accumulator.registers import GROUP
from invc.rtl.circuit import Circuit
from invc.rtl.fields import fields_of
from invc.rtl.software import Bits
from invc.rtl.verilog import signed_bits, unsigned_bits


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the rows of a model stand in the memories.

    Attributes:
        circuit: Whose.
    """

    circuit: Circuit

    @cached_property
    def order(self) -> list[int]:
        """The spins as they stand: the longest rows first, position p in lane p mod lanes."""
        degrees = self.circuit.design.model.degrees
        order: list[int] = np.argsort(-degrees, kind="stable").tolist()
        return order

    @cached_property
    def position(self) -> list[int]:
        """The position of each spin."""
        found = [0] * len(self.order)
        for position, spin in enumerate(self.order):
            found[spin] = position
        return found

    @property
    def lanes(self) -> int:
        """Rows of a bundle: p-bits that are updated together."""
        return self.circuit.lanes

    @property
    def bundles(self) -> int:
        """How many bundles all rows make."""
        return -(-len(self.order) // self.lanes)

    @cached_property
    def lengths(self) -> list[int]:
        """Slots of each bundle: those of its longest row, and at least one."""
        degrees = self.circuit.design.model.degrees
        return [max(1, int(degrees[self.order[k]])) for k in range(0, len(self.order), self.lanes)]

    @property
    def slots(self) -> int:
        """Couplings of a lane that all bundles have room for."""
        return sum(self.lengths)

    @property
    def clocks(self) -> int:
        """Clocks of a step: its slots and what the last of them takes, or the generators."""
        return max(self.slots + 5, self.circuit.groups + 4)

    @property
    def bundle_bits(self) -> int:
        """Bits of the number of a bundle."""
        return unsigned_bits(self.bundles - 1)

    @property
    def lane_bits(self) -> int:
        """Bits of the number of a lane."""
        return unsigned_bits(self.lanes - 1)

    @property
    def weight_bits(self) -> int:
        """Bits of the widest coupling, signed."""
        J = self.circuit.design.model.J
        return signed_bits(min(int(J.min(initial=0)), 0), max(int(J.max(initial=0)), 0))

    @property
    def bases(self) -> list[int]:
        """H - sum J of each spin."""
        model = self.circuit.design.model
        start, _, J = model.neighbours
        total = np.concatenate([[0], np.cumsum(J.astype(np.int64))])
        bases: list[int] = (model.h - (total[start[1:]] - total[start[:-1]])).tolist()
        return bases

    @property
    def base_bits(self) -> int:
        """Bits of the widest base of a field, signed."""
        return signed_bits(min(self.bases), max(self.bases))

    @property
    def field_bits(self) -> int:
        """Bits of the sum, which has room for every base and twice every coupling."""
        ranges = [field.range for field in fields_of(self.circuit.design.model)]
        own = signed_bits(min(low for low, _ in ranges), max(high for _, high in ranges))
        return max(own, self.base_bits + 1, self.weight_bits + 2)

    @property
    def entry_bits(self) -> int:
        """Bits of a coupling with where its neighbour is."""
        return self.weight_bits + self.bundle_bits + self.lane_bits

    @property
    def group_bits(self) -> int:
        """Bits of the number of a group of generators."""
        return unsigned_bits(self.circuit.groups - 1)

    @property
    def row_bits(self) -> int:
        """Bits of a row: where its noise is, and its base."""
        return self.base_bits + self.group_bits + 6

    def coupling_words(self) -> list[int]:
        """A word for each slot: whether it is the last of its bundle, then lane by lane."""
        start, neighbour, J = self.circuit.design.model.neighbours
        words = []
        for bundle, length in enumerate(self.lengths):
            spins = self.order[bundle * self.lanes : (bundle + 1) * self.lanes]
            for slot in range(length):
                word = int(slot == length - 1) << self.lanes * self.entry_bits
                for lane, spin in enumerate(spins):
                    k = start[spin] + slot
                    if k < start[spin + 1]:
                        entry = self._entry(int(J[k]), int(neighbour[k]))
                        word |= entry << lane * self.entry_bits
                words.append(word)
        return words

    def _entry(self, weight: int, spin: int) -> int:
        bundle, lane = divmod(self.position[spin], self.lanes)
        weight &= (1 << self.weight_bits) - 1
        return (weight << self.bundle_bits | bundle) << self.lane_bits | lane

    def row_words(self) -> list[int]:
        """A word for each bundle, lane by lane: base, group, bit in the group."""
        words = []
        for bundle in range(self.bundles):
            word = 0
            spins = self.order[bundle * self.lanes : (bundle + 1) * self.lanes]
            for lane, spin in enumerate(spins):
                base = self.bases[spin] & ((1 << self.base_bits) - 1)
                group, bit = divmod(spin, GROUP)
                row = (base << self.group_bits | group) << 6 | bit
                word |= row << lane * self.row_bits
            words.append(word)
        return words

    def sizes(self) -> dict[str, int]:
        """Bits of the couplings with where their neighbours are, beside other layouts.

        dense is a full matrix, ELL one row of the longest length for each spin, CSR all entries in
        a row with the beginning of each row; indices as short as they can be.
        """
        model = self.circuit.design.model
        entries, spins = 2 * len(model.J), model.spins
        index, weight = unsigned_bits(spins - 1), self.weight_bits
        longest = int(model.degrees.max(initial=0))
        return {
            "bundles": self.slots * self.lanes * self.entry_bits,
            "dense": spins * spins * weight,
            "ell": spins * longest * (index + weight),
            "csr": entries * (index + weight) + spins * unsigned_bits(entries),
            "entries": entries,
            "slots": self.slots * self.lanes,
        }

    def sorted_states(self, states: Bits) -> Bits:
        """States, shape (times, spins), in the order of the positions, spare ones being 0."""
        found: Bits = np.zeros((len(states), self.bundles * self.lanes), dtype=np.uint8)
        found[:, : len(self.order)] = states[:, self.order]
        return found
