"""Gates that became clauses: the same answers, one ground state each, and as large a gap."""

import random
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

import invc
from invc.design import Clamped, Design, parse_clamps, presolve
from invc.engine import Effort, problem_of, run

MESH = """module mesh(input [8:0] x, output ok, bad);
assign ok = ~(x[0] & x[1]) & ~(x[1] & x[2]) & ~(x[3] & x[4]) & ~(x[4] & x[5]) & ~(x[6] & x[7])
  & ~(x[7] & x[8]) & ~(x[0] & x[3]) & ~(x[3] & x[6]) & ~(x[1] & x[4]) & ~(x[4] & x[7])
  & ~(x[2] & x[5]) & ~(x[5] & x[8]);
assign bad = ~ok;
endmodule"""
MIXED = """module mixed(input [6:0] x, output y, z);
assign y = ((x[0] & x[1]) | x[2]) & ~((x[2] | x[3]) & x[4]) & (x[5] ? x[6] : x[3]);
assign z = (x[0] & ~x[5]) | (x[1] & x[6]);
endmodule"""
QUESTIONS = [(MESH, "ok=1"), (MESH, "bad=0"), (MIXED, "y=1"), (MIXED, "z=0")]


def asked(source: str, clamp: str) -> tuple[Design, Clamped]:
    design = invc.synth(source)
    return design, presolve(design, parse_clamps(design.netlist, [clamp]))


def states_of(design: Design, clamped: Clamped) -> npt.NDArray[np.int8]:
    """All states of the spins that are free and have not left, others held."""
    left = set(clamped.split.left.tolist()) if clamped.split else set()
    free = [s for s in np.flatnonzero(clamped.values == 0).tolist() if s not in left]
    assert len(free) <= 16
    states = np.repeat(clamped.values[None, :], 1 << len(free), axis=0)
    states[states == 0] = -1
    for n, values in enumerate(product((-1, 1), repeat=len(free))):
        states[n, free] = values
    return states


@pytest.mark.parametrize(("source", "clamp"), QUESTIONS)
def test_ground_states_of_a_split_model_are_the_answers_and_its_gap_is_no_smaller(
    source: str, clamp: str
) -> None:
    design, clamped = asked(source, clamp)
    model = clamped.split.model if clamped.split else design.model
    states = states_of(design, clamped)
    energies = model.energies(states)
    ground = states[energies == 0]
    inputs = [(bit >> 1) - 1 for port in design.netlist.inputs for bit in port.bits]
    found = {tuple(row) for row in ground[:, inputs].tolist()}
    assert len(found) == len(ground)
    assert len(found) == len(invc.prove(design, clamp, count=True).answers)
    assert energies.min() == 0 and energies[energies > 0].min() >= design.min_gap


def test_a_clamped_conjunction_loses_its_ancillas() -> None:
    clamped = asked(MESH, "ok=1")[1]
    assert clamped.split is not None and len(clamped.split.left) > 0
    assert clamped.free == 9  # the inputs and nothing else


@pytest.mark.parametrize("dynamics", ["gibbs", "pt", "staged", "sc", "inputs"])
@pytest.mark.parametrize(("source", "clamp"), [QUESTIONS[0], QUESTIONS[3]])
def test_answers_are_the_same_for_every_dynamics_and_strict_ones_have_their_ancillas_in_place(
    source: str, clamp: str, dynamics: str
) -> None:
    design, clamped = asked(source, clamp)
    all_of_them = {tuple(a.values()) for a in invc.prove(design, clamp, count=True).answers}
    effort = Effort(dynamics=dynamics, reads=2048, sweeps=400, strict=True, seed=1)
    found = run(problem_of(design, clamped), effort).answers
    assert found and all(answer.energy == 0 for answer in found)
    assert {tuple(answer.ports.values()) for answer in found} <= all_of_them
    if dynamics in ("gibbs", "pt", "inputs"):
        assert {tuple(answer.ports.values()) for answer in found} == all_of_them


def test_samples_at_equilibrium_are_even() -> None:
    design = invc.synth(MESH)
    samples = invc.simulate(
        design, "ok=1", equilibrium=True, reads=1 << 16, seed=random.Random(2).randrange(99)
    )
    reads = np.array(samples.columns["reads"], dtype=float)
    number = len(invc.prove(design, "ok=1", count=True).answers)
    assert len(reads) == number
    chi = float(((reads - reads.mean()) ** 2 / reads.mean()).sum())
    assert chi / (number - 1) < 1.6
