"""From a question to diagrams: what it asks of nets, its parts, and each part's conjunction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from invc.design import Clamp
from invc.netlist import Gate, Literal, Netlist
from invc.proof.diagram.layers import Part, part_of
from invc.proof.diagram.manager import Function, Manager, TooLarge

__all__ = ["Demand", "TooLarge", "build", "demands"]

SMALLER = 8  # so many times, where sifting has to move every node about


@dataclass(frozen=True)
class Demand:
    """What must hold: one of some literals is true. Nets have their value by gates alone.

    Attributes:
        literals: None of them has a known value.
        gate: The gate whose output is asked to have a known value, or None where the literals
            are those of a forbidden combination.
        output: Which of its outputs.
        value: The value that its net has.
    """

    literals: tuple[Literal, ...]
    gate: Gate | None = None
    output: int = 0
    value: int = 0


def demands(
    netlist: Netlist, known: Mapping[int, int], forbidden: Iterable[Sequence[Clamp]]
) -> Iterator[Demand]:
    """What is asked of the nets that are not known: by gates that drive known ones, and others.

    Args:
        netlist: The gates.
        known: Nets that have one value in every answer, as `presolve` found them.
        forbidden: Combinations, none of which an answer may have as a whole.
    """
    for gate in netlist.gates:
        free = tuple(pin for pin in gate.inputs if pin > 1 and pin >> 1 not in known)
        for k, pin in enumerate(gate.outputs):
            if free and pin >> 1 in known:
                yield Demand(free, gate, k, known[pin >> 1] ^ (pin & 1))
    for combination in forbidden:
        literals = []
        for literal, value, _ in combination:
            have = known.get(literal >> 1) if literal > 1 else 0
            if have is None:
                literals.append(literal ^ value)
            elif have ^ (literal & 1) != value:
                break  # it cannot come about
        else:
            yield Demand(tuple(literals))


@dataclass(eq=False)
class _Cones:
    """Which gate drives each net, and what the nets above a demand depend on."""

    netlist: Netlist
    known: Mapping[int, int]
    driver: dict[int, tuple[int, Gate]] = field(default_factory=dict)
    depth: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for k, gate in enumerate(self.netlist.gates):
            deep = 1 + max((self.depth.get(pin >> 1, 0) for pin in gate.inputs), default=0)
            for pin in gate.outputs:
                self.driver[pin >> 1] = k, gate
                self.depth[pin >> 1] = deep

    def inputs(self, literals: Iterable[Literal], seen: set[int]) -> Iterator[int]:
        """Inputs and gates' nets below literals, not seen before: the deepest pins first.

        So inputs that meet early stand beside each other, as the bits of equal weight of a sum.
        """
        stack = [*literals]
        while stack:
            net = stack.pop() >> 1
            if net == 0 or net in self.known or net in seen:
                continue
            seen.add(net)
            yield net
            if net in self.driver:
                pins = self.driver[net][1].inputs
                stack += sorted(pins, key=lambda pin: self.depth.get(pin >> 1, 0))


def build(
    netlist: Netlist,
    known: Mapping[int, int],
    asked: Sequence[Demand],
    most_nodes: int,
    stopped: Callable[[], bool],
) -> list[Part] | None:
    """The parts of a question, each as a diagram over the inputs that it depends on.

    Returns:
        The parts; None where there is no answer.

    Raises:
        TooLarge: A diagram of bounded size was not found in time.
    """
    cones = _Cones(netlist, known)
    parts = []
    for group in _groups(cones, asked):
        part = _part(cones, group, most_nodes, stopped)
        if part is None:
            return None
        parts.append(part)
    return parts


def _groups(cones: _Cones, asked: Sequence[Demand]) -> list[list[Demand]]:
    """Demands that share an unknown net, directly or through others, are one group."""
    parent: dict[int, int] = {}

    def root(net: int) -> int:
        while parent.setdefault(net, net) != net:
            parent[net] = parent[parent[net]]
            net = parent[net]
        return net

    seen: set[int] = set()
    for demand in asked:
        for literal in demand.literals:
            parent[root(literal >> 1)] = root(demand.literals[0] >> 1)
        for net in cones.inputs(demand.literals, seen):
            if net in cones.driver:
                for pin in cones.driver[net][1].inputs:
                    if pin > 1 and pin >> 1 not in cones.known:
                        parent[root(pin >> 1)] = root(net)
    groups: dict[int, list[Demand]] = {}
    for demand in asked:
        groups.setdefault(root(demand.literals[0] >> 1) if demand.literals else 0, []).append(
            demand
        )
    return list(groups.values())


def _part(
    cones: _Cones, group: Sequence[Demand], most_nodes: int, stopped: Callable[[], bool]
) -> Part | None:
    """The conjunction of a group of demands, or None where nothing satisfies it.

    Orders of the variables are tried one after another, the last one improved by sifting as the
    diagrams grow, for which they have to be smaller.

    Raises:
        TooLarge: None of them led to a diagram of bounded size.
    """
    seen: set[int] = set()
    nets = [net for demand in group for net in cones.inputs(demand.literals, seen)]
    fault: TooLarge | None = None
    for order, sifting in _orders(cones, nets):
        most = most_nodes // SMALLER if sifting else most_nodes
        manager = Manager(order, most, stopped, sifting=sifting)
        try:
            return _diagram(cones, group, nets, manager)
        except TooLarge as reason:
            fault = fault or TooLarge(*reason.args)  # without frames that hold its functions
        if stopped():
            break
    assert fault is not None
    raise fault


def _orders(cones: _Cones, nets: Sequence[int]) -> Iterator[tuple[list[int], bool]]:
    """Orders of the inputs among some nets, the most promising first; True where they are sifted.

    Bits of equal weight beside each other, the highest first, keep sums, comparisons and products
    small; so does the order in which the nets are found, which serves shifts and parities too.
    """
    found = [net for net in nets if net not in cones.driver]
    place = {
        bit >> 1: (k, at)
        for at, port in enumerate(cones.netlist.inputs)
        for k, bit in enumerate(port.bits)
    }
    yield found[::-1], False
    yield sorted(found, key=lambda net: place[net], reverse=True), False
    yield found, False
    yield found, True


def _diagram(
    cones: _Cones, group: Sequence[Demand], nets: Sequence[int], manager: Manager
) -> Part | None:
    """The diagram of a group of demands in the order of a manager."""
    functions = _functions(cones, manager, nets)
    conjuncts = [_conjunct(manager, functions, cones.known, demand) for demand in group]
    whole = _conjunction(manager, conjuncts)
    if whole == manager.false:
        return None
    root, nodes = manager.nodes(whole)
    return part_of(root, nodes, manager.order(), {net for net in nets if net not in cones.driver})


def _functions(cones: _Cones, manager: Manager, nets: Iterable[int]) -> dict[int, Function]:
    """Each net as a function of the inputs, in the order of the gates."""
    functions: dict[int, Function] = {0: manager.false}
    gates = {}
    for net in nets:
        if net in cones.driver:
            k, gate = cones.driver[net]
            gates[k] = gate
        else:
            functions[net] = manager.variable(net)
    wanted = set(nets)
    for _, gate in sorted(gates.items(), key=lambda item: item[0]):
        pins = [_literal(manager, functions, cones.known, pin) for pin in gate.inputs]
        for table, pin in zip(gate.function.tables, gate.outputs, strict=True):
            if pin >> 1 in wanted:
                value = manager.table(table, pins)
                functions[pin >> 1] = ~value if pin & 1 else value
    return functions


def _literal(
    manager: Manager, functions: Mapping[int, Function], known: Mapping[int, int], pin: Literal
) -> Function:
    if pin >> 1 in known:
        return manager.true if known[pin >> 1] ^ (pin & 1) else manager.false
    return ~functions[pin >> 1] if pin & 1 else functions[pin >> 1]


def _conjunct(
    manager: Manager, functions: Mapping[int, Function], known: Mapping[int, int], demand: Demand
) -> Function:
    """A demand as a function of the inputs."""
    if demand.gate is None:
        whole = manager.false
        for literal in demand.literals:
            whole = manager.choice(
                _literal(manager, functions, known, literal), manager.true, whole
            )
        return whole
    pins = [_literal(manager, functions, known, pin) for pin in demand.gate.inputs]
    value = manager.table(demand.gate.function.tables[demand.output], pins)
    return value if demand.value else ~value


def _conjunction(manager: Manager, conjuncts: Sequence[Function]) -> Function:
    """All of them at once: those of the last variables first, so that what is there stays small."""
    place = {net: k for k, net in enumerate(manager.order())}

    def first(function: Function) -> int:
        return min((place[net] for net in manager.support(function)), default=-1)

    whole = manager.true
    for function in sorted(conjuncts, key=first, reverse=True):
        whole = manager.both(whole, function)
    return whole
