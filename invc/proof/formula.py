"""A design and its clamps as clauses: only what the clamps depend on, and only what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from invc.design import Clamp, Clamped, Design, presolve
from invc.netlist import Constraint, Gate, Literal, Netlist, clauses_over, constraint_of


@dataclass(frozen=True)
class Formula:
    """Clauses whose models, seen on `inputs`, are the answers.

    Attributes:
        clauses: As in DIMACS files: variable k is net k, a negative number its complement.
        known: Nets that have one value in every answer, with that value.
        inputs: Input nets that occur in a clause, ascending.
        idle: The other unknown input nets: each value of them makes an answer of its own.
    """

    clauses: tuple[tuple[int, ...], ...]
    known: dict[int, int]
    inputs: tuple[int, ...]
    idle: tuple[int, ...]


def pose(
    design: Design, clamps: Iterable[Clamp], forbidden: Iterable[Sequence[Clamp]] = ()
) -> Formula:
    """The clauses that say which inputs give the clamped values.

    Presolved nets are constants. Of the gates only those that decide a clamped or forbidden bit
    are there; every other gate is a function of inputs and can always be satisfied.

    Args:
        design: Its gates; the Hamiltonian is not looked at, but for what presolve finds in it.
        clamps: Bits that are held.
        forbidden: Combinations of bits, none of which an answer may have as a whole.

    Raises:
        Contradiction: Presolve shows that there is no answer.
    """
    netlist = design.netlist
    known = known_nets(presolve(design, clamps), netlist)
    blocks = [block([(c.literal, c.value) for c in clamps], known) for clamps in forbidden]
    clauses = [clause for clause in blocks if clause is not None]
    needed = {abs(variable) for clause in clauses for variable in clause}
    for gate in reversed(netlist.gates):
        asked = gate_clauses(gate, known, needed)
        if asked:
            needed.update(abs(variable) for clause in asked for variable in clause)
            clauses += asked
    inputs = [bit >> 1 for port in netlist.inputs for bit in port.bits]
    unknown = sorted(net for net in inputs if net not in known)
    return Formula(
        tuple(clauses),
        known,
        tuple(net for net in unknown if net in needed),
        tuple(net for net in unknown if net not in needed),
    )


def known_nets(clamped: Clamped, netlist: Netlist) -> dict[int, int]:
    """Nets that have one value in every answer, with that value."""
    values = clamped.values[: netlist.net_count].tolist()
    return {net: int(m > 0) for net, m in enumerate(values, 1) if m}


def block(bits: Sequence[tuple[Literal, int]], known: dict[int, int]) -> tuple[int, ...] | None:
    """The clause against a combination of bits, or None where it cannot come about anyway."""
    clause = []
    for literal, value in bits:
        net, wanted = literal >> 1, value ^ (literal & 1)
        have = known.get(net) if net else 0
        if have is None:
            clause.append(-net if wanted else net)
        elif have != wanted:
            return None
    return tuple(clause)


def gate_clauses(gate: Gate, known: dict[int, int], needed: set[int]) -> list[tuple[int, ...]]:
    """What a gate says of nets that are not known, as far as nets that are needed depend on it."""
    constraint = _constraint(gate, known, needed)
    return _clauses(gate, constraint) if constraint else []


def _constraint(gate: Gate, known: dict[int, int], needed: set[int]) -> Constraint | None:
    """What a gate asks of pins that are not known, or None where it asks nothing."""
    count = len(gate.function.inputs)
    outputs = gate.pins[count:]
    if not any(pin >> 1 in needed or pin >> 1 in known for pin in outputs):
        return None
    mask = word = ignored = 0
    for i, pin in enumerate(gate.pins):
        value = known.get(pin >> 1) if pin > 1 else 0
        if value is not None:
            mask |= 1 << i
            word |= (value ^ (pin & 1)) << i
        elif i >= count and pin >> 1 not in needed:
            ignored |= 1 << i
    return constraint_of(gate.function, mask, word, ignored)


def _clauses(gate: Gate, constraint: Constraint) -> list[tuple[int, ...]]:
    """The cubes of a constraint as clauses over nets; one that is always true is left out."""
    pins = [gate.pins[i] for i in constraint.pins]
    return [
        tuple(sorted((-(lit >> 1) if lit & 1 else lit >> 1 for lit in clause), key=abs))
        for clause in clauses_over(pins, constraint.forbidden)
    ]
