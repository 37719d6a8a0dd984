"""Why a read is no answer: the gates that its state violates, and what its inputs give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from invc.design import Clamp, Design, decode
from invc.engine.block import Block, Rules
from invc.engine.problem import Problem
from invc.engine.schedule import FIRST_SWEEPS
from invc.engine.verify import Near, Verified
from invc.engine.work import run_block
from invc.ising.model import Int8, Int64
from invc.netlist import Gate, evaluate, word_of
from invc.pbits.backend import backend_named
from invc.pbits.lanes import copies_of
from invc.pbits.random import block_generator

PARTIAL = "staged"  # the dynamics whose reads can end before every gate was switched on
SETTLE_BLOCK = 1 << 41  # its generators are those of no block of a run
MOST_UPDATES = 1 << 22  # of one replica, so that no explanation takes longer than a run


@dataclass(frozen=True)
class Violation:
    """A gate that is not at its ground level.

    Attributes:
        gate: Its place in the netlist's gates.
        cell: Name of its cell.
        drives: Name of the first net that it drives.
        excess: Energy above its ground level.
        wrong: Whether its pins are no row of its function; else only an ancilla is out of place.
        source: "file:line:column" of the net that it drives, or "".
        clamps: Clamped bits on its pins, by name.
    """

    gate: int
    cell: str
    drives: str
    excess: int
    wrong: bool
    source: str
    clamps: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a read is no answer.

    Attributes:
        energy: Of its state above the ground level.
        violations: The violated gates, the worst first; their excess adds up to the energy.
        annealed: Whether it was annealed on, as gates may never have been switched on in it.
        ports: What all ports are, given its inputs.
        missed: Names of clamped bits that those inputs give another value, in order.
        answer: An answer that it became as it was annealed on, where it did.
    """

    energy: int
    violations: tuple[Violation, ...]
    annealed: bool
    ports: Mapping[str, int]
    missed: tuple[str, ...]
    answer: Mapping[str, int] | None = None


def explain_read(
    problem: Problem,
    near: Near,
    clamps: Sequence[Clamp],
    *,
    dynamics: str,
    seed: int = 0,
) -> Explanation:
    """Why the best unverified read of a run is no answer.

    Of reads that `staged` gave up, most gates were never switched on, and what those violate says
    nothing. There the read is annealed on first, in as many copies as a block has, and the copy of
    lowest energy is explained.

    Args:
        problem: What was sampled.
        near: The read, from `run`.
        clamps: The bits that were held, as they were named.
        dynamics: What moved it: `Result.dynamics`.
        seed: That of the run.
    """
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    annealed = False
    if PARTIAL in dynamics:
        settled = settle(problem, near, seed)
        found = settled.found
        if settled.near and settled.near.energy < near.energy:
            near, annealed = settled.near, True
    design = problem.judge.design
    names = [port.name for port in problem.ports]
    values = _forward(design, near.spins)
    missed = (c.name for c in clamps if word_of(c.literal, values, 1) != c.value)
    return Explanation(
        near.energy,
        explain(design, near.spins, clamps),
        annealed,
        _ports(design, values),
        tuple(missed),
        dict(zip(names, min(found), strict=True)) if found else None,
    )


def settle(problem: Problem, near: Near, seed: int) -> Verified:
    """Copies of one read annealed on from where it is, all spins moving, and verified."""
    backend = backend_named()
    start = backend.adopt(copies_of(near.spins), block_generator(seed, SETTLE_BLOCK))
    sweeps = max(1, min(FIRST_SWEEPS, MOST_UPDATES // max(1, problem.free)))
    block = Block(SETTLE_BLOCK, "gibbs", sweeps, start.lanes, SETTLE_BLOCK, draws=False)
    outcome = run_block(problem, block, backend, Rules(seed, near=True), start=start)
    assert outcome, "nothing halts it"
    return outcome.verified


def _forward(design: Design, spins: Int8) -> list[int]:
    """The value of every net that follows from the inputs of a state."""
    inputs = {
        port.name: [int(spins[(bit >> 1) - 1] > 0) for bit in port.bits]
        for port in design.netlist.inputs
    }
    return evaluate(design.netlist, inputs, 1)


def _ports(design: Design, values: list[int]) -> dict[str, int]:
    return {
        port.name: decode([word_of(bit, values, 1) for bit in port.bits], port.signed)
        for port in design.netlist.ports
    }


def explain(design: Design, spins: Int8, clamps: Iterable[Clamp] = ()) -> tuple[Violation, ...]:
    """The violated gates of a state, the worst first.

    Their excess energies add up to the energy of the state: a model is the sum of its gates.

    Args:
        design: What was sampled.
        spins: A state, -1 and +1. Shape (spins,).
        clamps: Bits that were held.
    """
    held: dict[int, list[str]] = {}
    for clamp in clamps:
        held.setdefault(clamp.literal >> 1, []).append(clamp.name)
    excess = excesses(design, spins)
    order = sorted(np.flatnonzero(excess).tolist(), key=lambda k: (-int(excess[k]), k))
    return tuple(_violation(design, k, int(excess[k]), spins, held) for k in order)


def excesses(design: Design, spins: Int8) -> Int64:
    """Energy of every gate above its ground level in one state. Shape (gates,)."""
    gates, starts = design.netlist.gates, design.ancilla_starts
    excess = np.zeros(len(gates), dtype=np.int64)
    by_cell: dict[str, list[int]] = {}
    for k, gate in enumerate(gates):
        by_cell.setdefault(gate.function.name, []).append(k)
    for name, chosen in by_cell.items():
        cell = design.cells[name]
        pins = _pin_spins(spins, [gates[k].pins for k in chosen])
        ancilla = starts[chosen][:, None] + np.arange(len(cell.ancillas))
        states = np.concatenate([pins, spins[ancilla].astype(np.int8)], axis=1)
        excess[chosen] = cell.model.energies(states) - cell.ground
    return excess


def _pin_spins(spins: Int8, pins: Sequence[Sequence[int]]) -> Int8:
    """Values of literals as spins. Shape (gates, pins)."""
    literal = np.array(pins, dtype=np.int64)
    known = np.concatenate([np.array([-1], dtype=np.int8), spins])  # net 0 is false
    signed: Int8 = (known[literal >> 1] * (1 - 2 * (literal & 1))).astype(np.int8)
    return signed


def _violation(
    design: Design, k: int, excess: int, spins: Int8, held: dict[int, list[str]]
) -> Violation:
    gate = design.netlist.gates[k]
    nets = dict.fromkeys(pin >> 1 for pin in gate.pins)
    return Violation(
        k,
        gate.function.name,
        design.netlist.labels[gate.outputs[0] >> 1],
        excess,
        not _valid(gate, spins),
        gate.source,
        tuple(name for net in nets for name in held.get(net, ())),
    )


def _valid(gate: Gate, spins: Int8) -> bool:
    bits = _pin_spins(spins, [gate.pins])[0] > 0
    return bool(gate.function.relation >> sum(int(bit) << i for i, bit in enumerate(bits)) & 1)
