"""Nets with too many couplings, or too large a bias, become several: copies joined in a tree."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from invc.library import Cell, Limits
from invc.netlist import Function, Gate, Literal, Netlist

OPEN_GROUPS = 32  # that a use is tried in: keeps large fan-outs linear
COPY = "COPY"
COPY_MARK = "$copy"


class Use(NamedTuple):
    """What one gate gives to the spin of a net on its pins.

    Attributes:
        gate: Index of the gate.
        drives: Whether the gate drives the net.
        h: Its bias.
        couplings: Spins that it couples the net to, with their J; nets by number, ancillas by
            numbers below 0, which no two gates share.
    """

    gate: int
    drives: bool
    h: int
    couplings: tuple[tuple[int, int], ...]

    @property
    def degree(self) -> int:
        """How many spins it couples the net to."""
        return len(self.couplings)


class Tree(NamedTuple):
    """How a net becomes copies.

    Attributes:
        groups: The uses of each copy, in the order of the tree; the first keeps the net.
        parents: For each copy the place of the one that it copies, -1 for the first.
    """

    groups: tuple[tuple[Use, ...], ...]
    parents: tuple[int, ...]


def split_nets(
    netlist: Netlist, cells: Mapping[str, Cell], nets: Iterable[int], limits: Limits
) -> Netlist:
    """Split nets such that each copy is within the limits, whatever becomes of its neighbours.

    The gates on a net are shared out to copies of it, joined in a tree by COPY gates: Y = A, with
    h = 0 and one ferromagnetic coupling s. A copy costs 2 s where it differs and nothing where
    it agrees, so it is a gate like any other: all gates can still be satisfied at once, and
    the ground states stay for every s > 0. The gap stays as well where 2 s is no less than it.
    The driver and the ports keep the net itself. Nothing after this pass may take a COPY for the
    wire that it is.

    Args:
        netlist: Gates whose pins are on nets.
        cells: The cell of each gate, scaled as it will stand in the model; COPY among them.
        nets: The nets to split.
        limits: What each copy is within, counting the couplings of two gates to one spin twice.

    Raises:
        AssertionError: One gate alone is beyond the limits.
    """
    uses = uses_of(netlist, cells, nets)
    return _Rewrite(netlist, cells).run({net: _tree(of, limits) for net, of in uses.items()})


def uses_of(
    netlist: Netlist, cells: Mapping[str, Cell], nets: Iterable[int]
) -> dict[int, list[Use]]:
    """The uses of some nets, in the order of the gates."""
    found: dict[int, list[Use]] = {net: [] for net in nets}
    for k, gate in enumerate(netlist.gates):
        for net in dict.fromkeys([pin >> 1 for pin in gate.pins]):
            if net in found:
                found[net].append(_use(k, gate, cells[gate.function.name], net))
    return found


def _use(k: int, gate: Gate, cell: Cell, net: int) -> Use:
    """One gate on one net, constants folded into h as `assemble` does."""
    pins = gate.pins
    h = sum(cell.h[i] * _sign(pin) for i, pin in enumerate(pins) if pin >> 1 == net)
    couplings: Counter[int] = Counter()
    for i, j, J in cell.J:
        for own, other in ((i, j), (j, i)):
            if own >= len(pins) or pins[own] >> 1 != net:
                continue
            spin = pins[other] >> 1 if other < len(pins) else len(pins) - 1 - other
            value = J * _sign(pins[own]) * (_sign(pins[other]) if other < len(pins) else 1)
            if spin == 0:
                h -= value  # constant false is a spin of -1, and the sign has its polarity
            elif spin != net:
                couplings[spin] += value
    drives = any(pin >> 1 == net for pin in gate.outputs)
    return Use(k, drives, h, tuple((spin, J) for spin, J in couplings.items() if J))


def _sign(lit: Literal) -> int:
    return -1 if lit & 1 else 1


@dataclass(eq=False)
class _Group:
    """The uses of one copy while it is filled."""

    degree: int = 0
    h: int = 0
    uses: list[Use] = field(default_factory=list)
    couplings: Counter[int] = field(default_factory=Counter)

    def takes(self, use: Use, limits: Limits) -> bool:
        """Whether a use fits, with one coupling left to join the tree."""
        if limits.degree is not None and self.degree + use.degree > limits.degree - 1:
            return False
        most = limits.largest
        return most is None or (
            abs(self.h + use.h) <= most
            and all(abs(self.couplings[spin] + J) <= most for spin, J in use.couplings)
        )

    def add(self, use: Use) -> None:
        self.uses.append(use)
        self.degree += use.degree
        self.h += use.h
        for spin, J in use.couplings:
            self.couplings[spin] += J

    def free(self, limits: Limits, groups: int) -> int:
        """Couplings left for the tree."""
        return groups if limits.degree is None else limits.degree - self.degree


def _tree(uses: Sequence[Use], limits: Limits) -> Tree:
    """As few copies as first fit, largest first, finds; then the flattest tree of them.

    A tree of n copies has n - 1 couplings, and each of them counts at both its ends. Where the
    groups have fewer to spare, copies without uses of their own are put between.
    """
    groups: list[_Group] = []
    room: deque[_Group] = deque(maxlen=OPEN_GROUPS)
    for use in sorted(uses, key=lambda use: (not use.drives, -use.degree, use.gate)):
        group = next((group for group in room if group.takes(use, limits)), None)
        if group is None:
            group = _Group()
            assert group.takes(use, limits), "one gate alone is beyond the limits"
            groups.append(group)
            room.append(group)
        group.add(use)
    if limits.degree is not None:
        lacking = 2 * (len(groups) - 1) - sum(group.free(limits, 0) for group in groups)
        groups += [_Group() for _ in range(-(-max(0, lacking) // (limits.degree - 2)))]
    return _join(groups, limits)


def _join(groups: list[_Group], limits: Limits) -> Tree:
    """Groups with the most couplings to spare come first; each hangs on the first that has one.

    The group of the driver is the root; where the net is an input, any may be.
    """
    count = len(groups)
    driven = any(use.drives for use in groups[0].uses)
    rest = sorted(groups[driven:], key=lambda group: -group.free(limits, count))
    ordered = [*groups[:driven], *rest]
    parents, slots = [-1], deque([0] * ordered[0].free(limits, count))
    for k, group in enumerate(ordered[1:], start=1):
        parents.append(slots.popleft())
        slots.extend([k] * (group.free(limits, count) - 1))
    return Tree(tuple(tuple(group.uses) for group in ordered), tuple(parents))


class _Rewrite:
    """The netlist with some nets as trees of copies."""

    def __init__(self, netlist: Netlist, cells: Mapping[str, Cell]) -> None:
        self.netlist = netlist
        function = cells[COPY].function
        assert function is not None
        assert function.tables == (0b10,), "COPY is Y = A"
        self.copy: Function = function
        self.names = list(netlist.names)
        self.taken = {*netlist.names}
        self.numbers: Counter[str] = Counter()
        self.moved: dict[tuple[int, int], int] = {}  # gate and net to the copy that it is on
        self.copies: dict[int, list[tuple[int, int]]] = {}  # for each net, from and to

    def run(self, trees: Mapping[int, Tree]) -> Netlist:
        for net, tree in trees.items():
            self._make(net, tree)
        gates: list[Gate] = []
        for port in self.netlist.inputs:
            for bit in port.bits:
                gates += self._copies(bit >> 1, port.source)
        for k, gate in enumerate(self.netlist.gates):
            pins = tuple(
                [2 * self.moved.get((k, pin >> 1), pin >> 1) | pin & 1 for pin in gate.pins]
            )
            gates.append(Gate(gate.function, pins, gate.source))
            for pin in gate.outputs:
                gates += self._copies(pin >> 1, gate.source)
        return Netlist(
            self.netlist.name, self.netlist.ports, tuple(gates), tuple(self.names)
        ).check()

    def _make(self, net: int, tree: Tree) -> None:
        copies = [net]
        for uses, parent in zip(tree.groups, tree.parents, strict=True):
            if parent >= 0:
                copies.append(self._net(net))
                self.copies.setdefault(net, []).append((copies[parent], copies[-1]))
            for use in uses:
                self.moved[use.gate, net] = copies[-1]

    def _net(self, net: int) -> int:
        """A new net with a name of its own."""
        base = self.names[net].partition(COPY_MARK)[0]
        name = base
        while name in self.taken:
            self.numbers[base] += 1
            name = f"{base}{COPY_MARK}{self.numbers[base]}"
        self.names.append(name)
        self.taken.add(name)
        return len(self.names) - 1

    def _copies(self, net: int, source: str) -> list[Gate]:
        return [
            Gate(self.copy, (2 * one, 2 * other), source) for one, other in self.copies.pop(net, ())
        ]
