"""Gates that read the same nets become one cell with several outputs."""

from __future__ import annotations

from invc.mapping.mapper import Mapper
from invc.netlist import Gate, Literal, Netlist


def pair_adders(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Pair an XOR and an AND of the same nets into a half adder, XOR3 and MAJ3 into a full one.

    Any two gates with one output each that read the same nets, in whatever polarity, are paired
    where the library has a cell for both that adds fewer spins. ABC maps one output at a time and
    cannot find them. Leaves the number and the names of nets as they are.
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for k, gate in enumerate(netlist.gates):
        if len(gate.function.outputs) == 1:
            groups.setdefault(tuple(sorted(pin >> 1 for pin in gate.inputs)), []).append(k)
    replaced: dict[int, Gate | None] = {}
    for nets, members in groups.items():
        left = members
        while len(left) > 1:
            first, *left = left
            for other in left:
                pair = _pair(netlist.gates[first], netlist.gates[other], nets, mapper)
                if pair is not None:
                    replaced[first], replaced[other] = pair, None
                    left = [k for k in left if k != other]
                    break
    gates = (replaced.get(k, gate) for k, gate in enumerate(netlist.gates))
    return netlist.with_gates(tuple(gate for gate in gates if gate is not None))


def _pair(first: Gate, second: Gate, nets: tuple[int, ...], mapper: Mapper) -> Gate | None:
    """One gate that drives what both drive, if a cell for it saves spins."""
    tables = (_table(first, nets), _table(second, nets))
    recipe = mapper.recipe(len(nets), tables)
    apart = mapper.spins(first.function) + mapper.spins(second.function)
    if len(recipe.steps) != 1 or recipe.spins >= apart:
        return None
    (step,) = recipe.steps
    count = len(nets)
    driven: dict[int, Literal] = {}
    for out, gate in zip(recipe.outputs, (first, second), strict=True):
        driven[out >> 1] = gate.pins[-1] ^ (out & 1)
    if len(driven) != len(step.function.outputs):
        return None
    pins = tuple(
        2 * nets[(pin >> 1) - 1] | (pin & 1) if pin >> 1 <= count else driven[pin >> 1]
        for pin in step.pins
    )
    return Gate(step.function, pins, first.source or second.source)


def _table(gate: Gate, nets: tuple[int, ...]) -> int:
    """The value of the gate's output pin as a function of the nets it reads."""
    place = {net: k for k, net in enumerate(nets)}
    (table,) = gate.function.tables
    out = 0
    for row in range(1 << len(nets)):
        source = sum(
            ((row >> place[pin >> 1] & 1) ^ (pin & 1)) << k for k, pin in enumerate(gate.inputs)
        )
        out |= (table >> source & 1) << row
    return out
