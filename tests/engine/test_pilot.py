"""The pilot of equilibrium runs: chosen by work, honest where nothing mixes, and where it is futile."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Contradiction, bit_names, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Effort, Problem, problem_of
from invc.engine.equilibrium import Setting, equilibrium
from invc.engine.equilibrium.budget import Budget
from invc.engine.equilibrium.chains import Chains
from invc.engine.equilibrium.mixing import Pairs
from invc.engine.equilibrium.pilot import Pilot
from invc.engine.equilibrium.prospect import MARGIN, Prospect, foresee
from invc.engine.equilibrium.setting import Asked
from invc.engine.work import never
from invc.frontend.yosys import Sources
from invc.ising import all_energies, fold_known
from invc.netlist import Netlist
from invc.pbits.backend import backend_named
from invc.pipeline import synth

EXAMPLES = Path(__file__).resolve().parents[2] / "rtl_examples"


def problem(n: int, *clamps: str) -> Problem:
    design = assemble(multiplier(n), CELLS)
    return problem_of(design, presolve(design, parse_clamps(design.netlist, clamps)))


def test_what_is_chosen_does_not_depend_on_how_fast_the_clock_goes() -> None:
    """A busy machine is one whose clock runs ahead of the work: here by a third of the time."""
    effort = Effort(seed=1, reads=2048, threads=1, time_limit=30)
    looks = itertools.count()
    idle = equilibrium(problem(3), effort, clock=lambda: 0.0 * next(looks))
    many = next(looks)
    ticks = itertools.count()
    busy = equilibrium(problem(3), effort, clock=lambda: 10.0 / many * next(ticks))
    assert busy.setting == idle.setting
    assert busy.result.answers == idle.result.answers
    assert next(ticks) == many


def test_a_run_that_mixes_nowhere_has_samples_and_says_so() -> None:
    """Frozen from the start: too cold for any thinning, so that the pilot finds none."""
    effort = Effort(dynamics="gibbs", beta=(4.0, 4.0), reads=8192, time_limit=1, threads=1)
    found = equilibrium(problem(6, "p[0]=1"), effort, clock=lambda: 0.0)
    assert found.result.reads == 8192
    assert found.setting.thin < 1 << 13
    assert not found.mixed
    assert found.doubt
    assert "remember their past" in found.doubt


def test_a_futile_run_is_refused_with_what_was_to_be_expected() -> None:
    """18 ways to a product of 24 bits: hot enough to mix, hardly a gate of 400 is right."""
    effort = Effort(time_limit=4, threads=1)
    found = equilibrium(problem(12, "p=9699690"), effort, clock=lambda: 0.0)
    assert found.result.reads == 0
    assert found.prospect
    assert (found.prospect.number, found.prospect.complete) == (18, True)
    assert found.prospect.share < -30
    assert not found.mixed
    assert found.doubt
    assert found.doubt.startswith("one sample in 2^")


def test_chains_forget_outputs_as_well_as_inputs() -> None:
    """Factors of an even product change at once, and it stays even for hundreds of sweeps."""
    file = EXAMPLES / "multiplier" / "multiplier.v"
    design = synth(Sources((file,), parameters={"W": "3"}))
    asked = problem_of(design, presolve(design, parse_clamps(design.netlist, ["p[2]=1"])))
    effort = Effort(dynamics="gibbs", beta=(0.85, 0.85), reads=1, time_limit=20, threads=1)
    thins = [equilibrium(asked, replace(effort, seed=seed)).setting.thin for seed in range(8)]
    assert min(thins) >= 512  # by inputs alone some are 256, of which marginals are off


def test_the_pilot_predicts_how_the_share_of_answers_grows_with_beta() -> None:
    """What is integrated over the betas that were tried is what was counted there."""
    chains = Chains(problem(2), backend_named("auto"), 1)
    for dynamics in ("gibbs", "pt"):
        trials = Pilot(chains, Asked(dynamics), never).trials(Budget(1e6))
        counted = np.log([trial.answers / trial.seen for trial in trials])
        shares = np.array([trial.share for trial in trials])
        assert len(trials) > 3
        assert np.allclose(shares - shares[0], counted - counted[0], atol=0.4)


def test_hope_is_given_up_only_beyond_what_a_prediction_may_be_wrong_by() -> None:
    samples = 2.0**20
    for each, hopeless in ((-19.0, False), (-20.0 - MARGIN, False), (-20.5 - MARGIN, True)):
        assert Prospect(each, 1, True, 8.0, samples).is_hopeless == hopeless
    assert not Prospect(-30.0, 4096, False, 16.0, samples).is_hopeless  # there may be 2^16
    assert Prospect(0.0, 0, True, 8.0, samples).is_hopeless


@given(netlist=netlists(max_gates=5), data=st.data(), beta=st.sampled_from([0.2, 0.5, 0.9]))
@settings(max_examples=15)
def test_the_predicted_share_of_answers_is_that_of_all_states(
    netlist: Netlist, data: st.DataObject, beta: float
) -> None:
    """Against the partition function, by enumeration: within half a bit."""
    design = assemble(netlist, CELLS)
    label = data.draw(st.sampled_from(sorted({n for p in netlist.ports for n in bit_names(p)})))
    try:
        clamped = presolve(design, parse_clamps(netlist, [f"{label}=0b1"]))
    except Contradiction:
        return
    assume(0 < clamped.free <= 14)
    problem = problem_of(design, clamped)
    found = foresee(Chains(problem, backend_named(), 3), Setting(beta, 1), 1.0, never)
    assert found
    energies = all_energies(fold_known(problem.model, problem.known)[0]).astype(float)
    assume((energies == 0).any())  # else there is no answer, and a share of nothing
    weights = np.exp(-beta * energies)
    share = np.log2(weights[energies == 0].sum() / weights.sum())
    assert found.complete
    assert abs(found.share - share) < 0.5


def test_pairs_of_answers_tell_chains_that_forget_from_chains_that_do_not() -> None:
    random = np.random.default_rng(4)
    chains = np.arange(500)
    forgetful, stubborn = Pairs(500, 3), Pairs(500, 3)
    first = random.integers(0, 2, (500, 3)).astype(np.uint8)
    for _ in range(8):
        drawn = random.integers(0, 2, (500, 3)).astype(np.uint8)
        forgetful.add(chains, drawn)
        keeps = random.random((500, 3)) < 0.8
        stubborn.add(chains, np.where(keeps, first, drawn))
    assert forgetful.count == stubborn.count == 3500
    assert forgetful.correlation < 0.03
    assert stubborn.correlation > 0.5
    few = []
    for _ in range(40):
        pairs = Pairs(64, 8)
        for _ in range(2):
            pairs.add(np.arange(64), random.integers(0, 2, (64, 8)).astype(np.uint8))
        few.append(pairs.correlation)
    assert np.mean(few) < 0.08  # chance alone, which is left out, shows 0.125
