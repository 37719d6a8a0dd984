"""What free inputs are for, as an `inputs` circuit sees it: goals, and stages on the way to them.

A goal is a net that a gate drives and that is on a port, so that it may be held. The goals are put
into an order in which each adds as few inputs as possible, and a stage is the inputs that a goal
adds, with it and all goals after it that add none. Of a multiplier these are its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

from invc.netlist import Netlist
from invc.rtl.verilog import depends

MOST = 7  # steps back, and rises of the energy, that a random number can allow


@dataclass(frozen=True)
class Walk:
    """How the free inputs of a circuit move.

    Attributes:
        staged: Whether stages count, and not goals.
        k: A rise of the energy by 1 is accepted with the probability 2**-k.
        weight: What the goal weighs that depends on the fewest inputs, those after it less, down to
            1 for the last, where goals count.
    """

    staged: bool = True
    k: int = 1
    weight: int = 2

    def random_bits(self, inputs: int) -> int:
        """How many random bits a cycle takes, see `invc.rtl.walk`."""
        return (MOST + inputs if self.staged else 1 + 3 * inputs) + MOST * self.k


@dataclass(frozen=True, eq=False)
class Goals:
    """Inputs, goals and stages of a netlist.

    Attributes:
        netlist: Whose.
    """

    netlist: Netlist

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """The nets of the input ports, in order."""
        return tuple(bit >> 1 for port in self.netlist.inputs for bit in port.bits)

    @cached_property
    def _reads(self) -> dict[int, list[int]]:
        """The nets that each driven net follows from, in topological order."""
        found = {}
        for gate in self.netlist.gates:
            count = len(gate.inputs)
            for pin, table in zip(gate.outputs, gate.function.tables, strict=True):
                own = [gate.inputs[k] >> 1 for k in range(count) if depends(table, k, count)]
                found[pin >> 1] = own
        return found

    @cached_property
    def _cones(self) -> dict[int, int]:
        """Of each goal the inputs that it depends on, input i at bit i."""
        reach = [0] * len(self.netlist.names)
        for i, net in enumerate(self.inputs):
            reach[net] = 1 << i
        for net, reads in self._reads.items():
            reach[net] = reduce(or_, [reach[other] for other in reads], 0)
        nets = [bit >> 1 for port in self.netlist.ports for bit in port.bits]
        return {net: reach[net] for net in dict.fromkeys(nets) if net in self._reads}

    @cached_property
    def _order(self) -> list[tuple[int, int]]:
        """The goals in their order, each with the inputs that it adds."""
        left, born = dict(self._cones), 0
        order = []
        while left:
            net = min(left, key=lambda net: (left[net] & ~born).bit_count())
            added = left.pop(net) & ~born
            born |= added
            order.append((net, added))
        return order

    @property
    def nets(self) -> list[int]:
        """The goals in their order."""
        return [net for net, _ in self._order]

    @cached_property
    def stages(self) -> tuple[tuple[int, ...], ...]:
        """The goals of each stage; at least one stage, which may have none."""
        found: list[list[int]] = [[]]
        for net, added in self._order:
            if added and found[-1]:
                found.append([])
            found[-1].append(net)
        return tuple(map(tuple, found))

    @cached_property
    def stage_of(self) -> list[int]:
        """The stage of each input; the last for those on which no goal depends."""
        stage = [len(self.stages) - 1] * len(self.inputs)
        number = -1
        for _, added in self._order:
            number += bool(added) or number < 0
            for i in bits_of(added):
                stage[i] = number
        return stage

    def weights(self, highest: int) -> list[int]:
        """What each goal weighs, in their order: from the highest down to 1 for the last."""
        last = max(len(self._order) - 1, 1)
        return [1 + (highest - 1) * (last - k) // last for k in range(len(self._order))]

    @cached_property
    def cone(self) -> frozenset[int]:
        """The nets that goals depend on, themselves among them."""
        wanted = set(self.nets)
        for net, reads in reversed(self._reads.items()):
            if net in wanted:
                wanted.update(reads)
        return frozenset(wanted)


def bits_of(word: int) -> Sequence[int]:
    """The numbers of the bits of a word that are 1."""
    return [k for k in range(word.bit_length()) if word >> k & 1]
