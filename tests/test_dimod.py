"""InvcSampler is a dimod sampler by dimod's own tests, and its samples are as good as its engine."""

import subprocess
import sys
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invc.dimod import InvcSampler

FEW = {"num_reads": 10, "num_sweeps": 20, "seed": 1}


class Quick(InvcSampler):
    """Few sweeps and reads, for models that dimod's tests make by the hundred."""

    def sample(self, bqm, **options):
        return super().sample(bqm, **{"num_sweeps": 5, "threads": 1, **options})


@dimod.testing.load_sampler_bqm_tests(Quick)
class TestDimodsOwnModels(unittest.TestCase):
    pass


def test_the_api_is_what_dimod_asserts():
    dimod.testing.assert_sampler_api(InvcSampler())


LABELS = st.one_of(st.integers(-5, 5), st.text(max_size=3), st.tuples(st.integers(0, 2)))


@st.composite
def bqms(draw):
    """Any labels, either kind, real biases."""
    labels = draw(st.lists(LABELS, unique=True, max_size=5))
    bias = st.floats(-3, 3, allow_subnormal=False)
    bqm = dimod.BinaryQuadraticModel(draw(st.sampled_from(["SPIN", "BINARY"])))
    bqm.offset = draw(bias)
    for k, label in enumerate(labels):
        bqm.add_variable(label, draw(bias))
        for other in labels[:k]:
            if draw(st.booleans()):
                bqm.add_quadratic(label, other, draw(bias))
    return bqm


@settings(max_examples=40)
@given(bqms())
def test_samples_have_the_energies_the_labels_and_the_reads_asked_for(bqm):
    samples = InvcSampler().sample(bqm, **FEW)
    dimod.testing.assert_response_energies(samples, bqm)
    dimod.testing.assert_sampleset_energies(samples, bqm)
    assert samples.vartype is bqm.vartype
    assert set(samples.variables) == set(bqm.variables)
    assert samples.record.num_occurrences.sum() == FEW["num_reads"]


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_ground_states_of_real_models_are_those_of_dimods_exact_solver(vartype):
    random = np.random.default_rng(7)
    bqm = dimod.BinaryQuadraticModel(vartype)
    for j in range(12):
        bqm.add_variable(f"v{j}", random.normal())
        for i in range(j):
            bqm.add_quadratic(f"v{i}", f"v{j}", random.normal())
    best = dimod.ExactSolver().sample(bqm).first
    found = InvcSampler().sample(bqm, num_reads=200, seed=3)
    assert found.first.sample == best.sample
    assert found.first.energy == pytest.approx(best.energy)


@pytest.mark.parametrize("size", [1, np.pi * 1e5, 1e-7])
def test_a_fixed_temperature_gives_the_boltzmann_distribution(size):
    bqm = dimod.BinaryQuadraticModel({"a": 0.3}, {("a", "b"): -0.5}, 0.1, "SPIN")
    bqm.scale(size)
    beta, reads = 0.7 / size, 20000
    samples = InvcSampler().sample(
        bqm, num_reads=reads, num_sweeps=30, beta_range=(beta, beta), seed=2
    )
    weights = {
        (a, b): np.exp(-beta * bqm.energy({"a": a, "b": b})) for a in (-1, 1) for b in (-1, 1)
    }
    for row in samples.data():
        expected = weights[row.sample["a"], row.sample["b"]] / sum(weights.values())
        error = np.sqrt(expected * (1 - expected) / reads)
        assert abs(row.num_occurrences / reads - expected) < 5 * error


def test_equal_seeds_give_equal_samples_and_no_seed_gives_fresh_ones():
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys(range(40), 0.0), {}, 0.0, "SPIN")
    sampler = InvcSampler()
    one = sampler.sample(bqm, **FEW)
    assert one == sampler.sample(bqm, **FEW)
    fresh = [sampler.sample(bqm, num_reads=1, num_sweeps=1) for _ in range(2)]
    assert fresh[0] != fresh[1]


def test_small_terms_beside_large_penalties_decide_in_the_end():
    penalty = dimod.generators.combinations([f"x{k}" for k in range(6)], 2, strength=1e4)
    costs = {f"x{k}": cost for k, cost in enumerate([3.0, 1.5, 2.0, 0.25, 2.5, 4.0])}
    penalty.add_linear_from(costs)
    found = InvcSampler().sample(penalty, num_reads=1000, seed=1)
    assert [name for name, bit in found.first.sample.items() if bit] == ["x1", "x3"]
    assert found.first.energy == pytest.approx(1.75)
    cold = InvcSampler().sample(penalty, num_reads=100, seed=1, beta_range=(1e-6, 1e9))
    dimod.testing.assert_sampleset_energies(cold, penalty)


def test_time_limit_ends_with_the_reads_that_were_done():
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys(range(300), 1.0), {}, 0.0, "SPIN")
    samples = InvcSampler().sample(bqm, num_reads=10**7, num_sweeps=50, time_limit=0.5)
    assert samples.record.num_occurrences.sum() < 10**7
    dimod.testing.assert_sampleset_energies(samples, bqm)


def test_ising_and_qubo_come_with_the_base_class():
    sampler = InvcSampler()
    ising = sampler.sample_ising({"a": 1}, {("a", "b"): -1}, **FEW)
    assert ising.first.sample == {"a": -1, "b": -1}
    qubo = sampler.sample_qubo({("a", "a"): -1, ("a", "b"): 2}, **FEW)
    assert qubo.first.sample == {"a": 1, "b": 0}


@pytest.mark.parametrize(
    "options",
    [
        {"num_reads": 0},
        {"num_sweeps": 0},
        {"beta_range": (2, 1)},
        {"beta_range": (0, 1)},
        {"seed": -1},
    ],
)
def test_misuse_is_a_value_error(options):
    with pytest.raises(ValueError, match=r"must be|is \("):
        InvcSampler().sample_ising({"a": 1}, {}, **options)


def test_unknown_parameters_are_warned_of_as_dimod_does_it():
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        InvcSampler().sample_ising({"a": 1}, {}, num_reads=1, answer_mode="raw")


def test_without_dimod_the_fault_says_what_to_install():
    code = "import sys; sys.modules['dimod'] = None\ntry:\n import invc.dimod\nexcept Exception as e: print(e)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert (
        done.stdout
        == "error: dimod is not installed\n  hint: pip install '.[dimod]' in a checkout of invc\n"
    )
