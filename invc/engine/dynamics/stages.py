"""The order in which `staged` switches gates on: a cone at a time, the smallest first.

The goals are the nets that gates drive and that clamps hold, or that follow from clamps. The
stage of a goal is what its cone adds to those before it: the gates it depends on through free
nets. For the product of a multiplier the cones nest, and the stages are its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from invc.design import Clamped, Design
from invc.design.assemble import gate_terms
from invc.engine.problem import Problem
from invc.ising.model import Int8, Int64
from invc.pbits.heatbath.logic import Condition, gates_satisfied
from invc.pbits.heatbath.program import Program, compile_rows, part_of
from invc.pbits.heatbath.settling import Settling

MOST_EXACT = 1 << 14  # gates whose cones are sets, to be counted exactly
MOST_STAGES = 512  # more goals than that share stages


@dataclass(frozen=True, eq=False)
class Stage:
    """Gates that are switched on together.

    Attributes:
        program: Updates of the spins born in this stage, under the Hamiltonian of its gates
            alone: gates before it have no spin that is still free, later ones are off.
        restless: 1 for the updates of spins that flip where nothing is to choose between, so that
            what does not fit runs along a chain of gates until it does. Inputs and what gates
            make of them toss coins, so that all their values stay as likely, but for the last
            input of the stage, which fits itself to the others. Shape (u,).
        copied: Spins that a copy of a replica needs once this stage is done: inputs, and what
            later stages read. Shape (k,).
        retired: Spins born by now that were copied until this stage and are not from it on.
        inputs: How many inputs are born in this stage.
        complete: Whether every input that a gate reads is born in this stage or before.
        design: Whose gates.
        gates: Which of them.
    """

    program: Program
    restless: Int8
    copied: Int64
    retired: Int64
    inputs: int
    complete: bool
    design: Design
    gates: tuple[int, ...]

    @cached_property
    def satisfied(self) -> Condition:
        """Whether a replica satisfies all gates of the stage."""
        return gates_satisfied(self.design, self.gates)

    @cached_property
    def settling(self) -> Settling:
        """What is to settle before the next stage."""
        return Settling(self.program, self.satisfied, self.restless)


def stages_of(problem: Problem) -> tuple[Stage, ...]:
    """The order in which gates of a problem can be switched on; none where there are none."""
    if "stages" not in problem.notes:
        judge = problem.judge
        stages = plan_stages(judge.design, judge.clamped) if judge.switches else ()
        problem.notes["stages"] = stages
    found: tuple[Stage, ...] = problem.notes["stages"]  # type: ignore[assignment]
    return found


def plan_stages(design: Design, clamped: Clamped) -> tuple[Stage, ...]:
    """The stages of a design under some clamps; none where no gate has a free spin."""
    free = clamped.values == 0
    groups = [gates for gates in _groups(design, clamped) if free[_spins(design, gates)].any()]
    spins_of = [_spins(design, gates) for gates in groups]
    born_in = np.full(design.model.spins, len(groups), dtype=np.int64)
    last_use = np.full(design.model.spins, -1, dtype=np.int64)
    order: list[int] = []  # inputs before the gates that read them, gates in topological order
    ends = [0]
    for k, spins in enumerate(spins_of):
        last_use[spins] = k
        fresh = [s for s in dict.fromkeys(spins) if free[s] and born_in[s] == len(groups)]
        born_in[fresh] = k
        order += fresh
        ends.append(len(order))
    inputs = np.zeros(design.model.spins, dtype=bool)
    inputs[[(bit >> 1) - 1 for port in design.netlist.inputs for bit in port.bits]] = True
    last_input = int(born_in[inputs & free & (last_use >= 0)].max(initial=0))
    program = _compile(design, clamped, groups, born_in, np.array(order, dtype=np.int64))
    stages = []
    for k, group in enumerate(groups):
        live = born_in <= k
        stages.append(
            Stage(
                part_of(program, ends[k], ends[k + 1]),
                _restless(design, group, order[ends[k] : ends[k + 1]], inputs),
                np.flatnonzero(live & ((last_use > k) | inputs)),
                np.flatnonzero(live & (last_use == k) & ~inputs),
                int(np.count_nonzero(inputs[order[ends[k] : ends[k + 1]]])),
                k >= last_input,
                design,
                tuple(group),
            )
        )
    return tuple(stages)


def are_gradual(stages: Sequence[Stage]) -> bool:
    """Whether inputs are born little by little: none of the stages has more than half of them.

    Where one has, all is decided in it, and there is nothing that stages could sort out before.
    """
    born = [stage.inputs for stage in stages]
    return 2 * max(born, default=0) <= sum(born)


def _restless(
    design: Design, gates: Sequence[int], born: Sequence[int], inputs: npt.NDArray[np.bool_]
) -> Int8:
    """Which of the spins born in a stage are restless, see `Stage`."""
    chosen = {spin + 1 for spin in [spin for spin in born if inputs[spin]][:-1]}
    calm = set(chosen)
    for k in gates:
        gate = design.netlist.gates[k]
        if not chosen.isdisjoint(pin >> 1 for pin in gate.inputs):
            calm.update(pin >> 1 for pin in gate.outputs)
    return np.array([spin + 1 not in calm for spin in born], dtype=np.int8)


def _compile(
    design: Design, clamped: Clamped, groups: Sequence[Sequence[int]], born_in: Int64, order: Int64
) -> Program:
    """The updates of all stages: each spin by the gates of the stage in which it is born."""
    stage_of = np.full(len(design.netlist.gates), -1, dtype=np.int64)
    for k, gates in enumerate(groups):
        stage_of[list(gates)] = k
    place = np.zeros(design.model.spins, dtype=np.int64)
    place[order] = np.arange(len(order))
    terms = gate_terms(design.netlist, design.cells)
    gate, spin, value = terms.biases.T
    own = stage_of[gate] == born_in[spin]
    h: Int64 = np.zeros(len(order), dtype=np.int64)
    np.add.at(h, place[spin[own]], value[own])
    gate, i, j, J = terms.couplings.T
    apart = i != j
    felt = [apart & (stage_of[gate] == born_in[end]) for end in (i, j)]
    update = np.concatenate([place[i[felt[0]]], place[j[felt[1]]]])
    other = np.concatenate([j[felt[0]], i[felt[1]]])
    value = np.concatenate([J[felt[0]], J[felt[1]]])
    return compile_rows(order, h, update, other, value, clamped.values)


def _groups(design: Design, clamped: Clamped) -> list[list[int]]:
    """The gates of each stage, in topological order."""
    gates = design.netlist.gates
    cones = _cones(design, clamped)
    goals = [
        (size, k)
        for k, size in enumerate(_sizes(cones))
        if any(clamped.values[(pin >> 1) - 1] for pin in gates[k].outputs)
    ]
    taken = bytearray(len(gates))
    groups = []
    for _, goal in sorted(goals):
        group = _take(cones, goal, taken)
        if group:
            groups.append(group)
    rest = [k for k in range(len(gates)) if not taken[k]]
    together = -(-len(groups) // MOST_STAGES)
    if together > 1:
        groups = [
            sorted(chain.from_iterable(groups[k : k + together]))
            for k in range(0, len(groups), together)
        ]
    return [*groups, rest] if rest else groups


def _cones(design: Design, clamped: Clamped) -> list[list[int]]:
    """For each gate those that drive its free inputs."""
    driver: dict[int, int] = {}
    sources: list[list[int]] = []
    for k, gate in enumerate(design.netlist.gates):
        nets = {pin >> 1 for pin in gate.inputs}
        sources.append(
            sorted(driver[net] for net in nets if net in driver and not clamped.values[net - 1])
        )
        for pin in gate.outputs:
            driver[pin >> 1] = k
    return sources


def _sizes(sources: Sequence[Sequence[int]]) -> list[int]:
    """Gates in the cone of each gate; in a large netlist its depth, which orders cones alike."""
    if len(sources) > MOST_EXACT:
        depth: list[int] = []
        for before in sources:
            depth.append(1 + max((depth[s] for s in before), default=0))
        return depth
    sets: list[int] = []
    for k, before in enumerate(sources):
        cone = 1 << k
        for s in before:
            cone |= sets[s]
        sets.append(cone)
    return [cone.bit_count() for cone in sets]


def _take(sources: Sequence[Sequence[int]], goal: int, taken: bytearray) -> list[int]:
    """The gates of a cone that no cone before has taken, in order."""
    group, stack = [], [goal]
    while stack:
        k = stack.pop()
        if not taken[k]:
            taken[k] = 1
            group.append(k)
            stack += sources[k]
    return sorted(group)


def _spins(design: Design, gates: Iterable[int]) -> list[int]:
    """The spins of some gates, in the order of their pins."""
    spins: list[int] = []
    for k in gates:
        spins += [(pin >> 1) - 1 for pin in design.netlist.gates[k].pins if pin > 1]
        spins += range(design.ancilla_starts[k], design.ancilla_starts[k + 1])
    return spins
