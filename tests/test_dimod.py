"""InvcSampler is a dimod sampler by dimod's own tests, and its samples are as good as its engine."""

import subprocess
import sys
import unittest
from collections.abc import Mapping
from typing import Any

import dimod
import dimod.testing
import numpy as np
import pytest
from dimod.binary.binary_quadratic_model import (
    BinaryQuadraticModel,
    DictBQM,
    Float32BQM,
    Float64BQM,
)
from dimod.sampleset import SampleSet
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import int8

from invc.diagnostics import InvcError
from invc.dimod import InvcSampler as Sampler

FEW: dict[str, Any] = {"num_reads": 10, "num_sweeps": 20, "seed": 1}

InvcSampler: Any = Sampler  # with the methods that dimod mixes in, of which mypy knows nothing


class Quick(Sampler):
    """Few sweeps and reads, for models that dimod's tests make by the hundred."""

    def sample(
        self, bqm: Float64BQM | Float32BQM | DictBQM | BinaryQuadraticModel, **options: Any
    ) -> SampleSet:
        return super().sample(bqm, **{"num_sweeps": 5, "threads": 1, **options})


@dimod.testing.load_sampler_bqm_tests(Quick)
class TestDimodsOwnModels(unittest.TestCase):
    pass


def test_the_api_is_what_dimod_asserts() -> None:
    dimod.testing.assert_sampler_api(InvcSampler())


LABELS = st.one_of(st.integers(-5, 5), st.text(max_size=3), st.tuples(st.integers(0, 2)))


@st.composite
def bqms(draw: st.DrawFn) -> Any:
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
def test_samples_have_the_energies_the_labels_and_the_reads_asked_for(
    bqm: BinaryQuadraticModel,
) -> None:
    samples = InvcSampler().sample(bqm, **FEW)
    dimod.testing.assert_response_energies(samples, bqm)
    dimod.testing.assert_sampleset_energies(samples, bqm)
    assert samples.vartype is bqm.vartype
    assert set(samples.variables) == set(bqm.variables)
    assert samples.record.num_occurrences.sum() == FEW["num_reads"]


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_ground_states_of_real_models_are_those_of_dimods_exact_solver(vartype: str) -> None:
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
def test_a_fixed_temperature_gives_the_boltzmann_distribution(size: float) -> None:
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


def test_equal_seeds_give_equal_samples_and_no_seed_gives_fresh_ones() -> None:
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys(range(40), 0.0), {}, 0.0, "SPIN")
    sampler = InvcSampler()
    one = sampler.sample(bqm, **FEW)
    assert one == sampler.sample(bqm, **FEW)
    fresh = [sampler.sample(bqm, num_reads=1, num_sweeps=1) for _ in range(2)]
    assert fresh[0] != fresh[1]


def test_small_terms_beside_large_penalties_decide_in_the_end() -> None:
    penalty = dimod.generators.combinations([f"x{k}" for k in range(6)], 2, strength=1e4)
    costs = {f"x{k}": cost for k, cost in enumerate([3.0, 1.5, 2.0, 0.25, 2.5, 4.0])}
    penalty.add_linear_from(costs)
    found = InvcSampler().sample(penalty, num_reads=1000, seed=1)
    assert [name for name, bit in found.first.sample.items() if bit] == ["x1", "x3"]
    assert found.first.energy == pytest.approx(1.75)
    cold = InvcSampler().sample(penalty, num_reads=100, seed=1, beta_range=(1e-6, 1e9))
    dimod.testing.assert_sampleset_energies(cold, penalty)


def test_time_limit_ends_with_the_reads_that_were_done() -> None:
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys(range(300), 1.0), {}, 0.0, "SPIN")
    samples = InvcSampler().sample(bqm, num_reads=10**7, num_sweeps=50, time_limit=0.5)
    assert samples.record.num_occurrences.sum() < 10**7
    dimod.testing.assert_sampleset_energies(samples, bqm)


def test_ising_and_qubo_come_with_the_base_class() -> None:
    sampler = InvcSampler()
    ising = sampler.sample_ising({"a": 1}, {("a", "b"): -1}, **FEW)
    assert ising.first.sample == {"a": -1, "b": -1}
    qubo = sampler.sample_qubo({("a", "a"): -1, ("a", "b"): 2}, **FEW)
    assert qubo.first.sample == {"a": 1, "b": 0}


def test_unknown_parameters_are_warned_of_as_dimod_does_it() -> None:
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning):
        InvcSampler().sample_ising({"a": 1}, {}, num_reads=1, answer_mode="raw")


def test_without_dimod_the_fault_says_what_to_install() -> None:
    code = "import sys; sys.modules['dimod'] = None\ntry:\n import invc.dimod\nexcept Exception as e: print(e)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert (
        done.stdout
        == "error: dimod is not installed\n  hint: pip install '.[dimod]' in a checkout of invc\n"
    )


def spins(
    bqm: BinaryQuadraticModel,
    **options: Any,
) -> dict[tuple[tuple[str | int, int8], ...], int]:
    """Every read by itself, in the order in which dimod lists them."""
    found = InvcSampler().sample(bqm, **options)
    return {tuple(row.sample.items()): row.num_occurrences for row in found.data()}


CHAIN = dimod.BinaryQuadraticModel(
    dict.fromkeys("cab", 0.0), {("c", "a"): -1.0, ("a", "b"): -1.0}, 0.0, "SPIN"
)


@settings(max_examples=30)
@given(bqms(), st.integers(1, 200), st.data())
def test_no_sweeps_give_the_initial_states(
    bqm: BinaryQuadraticModel, reads: int, data: st.DataObject
) -> None:
    values = st.sampled_from(sorted(bqm.vartype.value))
    state = {label: data.draw(values) for label in bqm.variables}
    found = InvcSampler().sample(
        bqm, initial_states=state, initial_states_generator="tile", num_reads=reads, num_sweeps=0
    )
    assert found.aggregate().first.sample == state
    assert found.record.num_occurrences.sum() == reads
    dimod.testing.assert_sampleset_energies(found, bqm)


def test_as_many_reads_as_initial_states_and_as_many_as_one_likes() -> None:
    three = [{"a": 1, "b": 1, "c": 1}, {"a": -1, "b": -1, "c": 1}, {"a": 1, "b": -1, "c": 1}]
    given: Any = spins(CHAIN, initial_states=three, num_sweeps=0)
    assert sum(given.values()) == 3
    assert {tuple(sorted(state)) for state in given} == {tuple(sorted(s.items())) for s in three}
    assert sum(spins(CHAIN, initial_states=three, num_reads=2000, seed=1).values()) == 2000
    random = spins(CHAIN, num_reads=50, num_sweeps=0, seed=3)
    assert random == spins(CHAIN, num_reads=50, num_sweeps=0, seed=3)
    assert len(random) > 4
    with pytest.raises(ValueError, match="insufficient number of initial states given"):
        spins(CHAIN, initial_states=three, num_reads=5, initial_states_generator="none")


@pytest.mark.parametrize("reads", [1, 64, 1024, 3000])
def test_cold_reads_stay_where_they_begin_and_hot_ones_do_not(reads: int) -> None:
    labels = [f"v{k}" for k in range(20)]
    ring = {(labels[k], labels[k - 1]): -1.0 for k in range(20)}
    bqm = dimod.BinaryQuadraticModel({}, ring, 0.0, "SPIN")
    up: dict[str, Any] = {
        "initial_states": dict.fromkeys(labels, 1),
        "initial_states_generator": "tile",
    }
    cold = InvcSampler().sample(bqm, **up, num_reads=reads, beta_schedule=[50.0] * 30, seed=1)
    assert cold.record.num_occurrences.tolist() == [reads]
    assert set(cold.first.sample.values()) == {1}
    back = InvcSampler().sample(
        bqm, **up, num_reads=reads, beta_schedule=[50, 0, 0, 0.5, 1, 50], seed=1
    )
    assert len(back) > 1 or reads == 1
    dimod.testing.assert_sampleset_energies(back, bqm)


@pytest.mark.parametrize("beta", [0.3, 2.0])
@pytest.mark.parametrize("sweeps", [1, 16, 40])
def test_a_schedule_of_one_temperature_is_that_of_a_range(beta: float, sweeps: int) -> None:
    bqm = dimod.generators.gnm_random_bqm(30, 90, "SPIN", random_state=1)
    common = {"num_reads": 1500, "seed": 5}
    ranged = spins(bqm, beta_range=(beta, beta), num_sweeps=sweeps, **common)
    assert ranged == spins(bqm, beta_schedule=[beta] * sweeps, **common)
    assert ranged == spins(bqm, beta_schedule=[beta], num_sweeps_per_beta=sweeps, **common)
    for kind in ("linear", "geometric"):
        options = {"beta_schedule_type": kind, "num_sweeps": sweeps}
        assert ranged == spins(bqm, beta_range=(beta, beta), **options, **common)


def test_an_interrupt_function_ends_the_run_with_what_it_has() -> None:
    asked = []

    def enough() -> bool:
        asked.append(True)
        return len(asked) == 2

    found = InvcSampler().sample(
        CHAIN, num_reads=10**6, num_sweeps=10, interrupt_function=enough, seed=1
    )
    assert found.record.num_occurrences.sum() == 2048
    all_reads = InvcSampler().sample(
        CHAIN, num_reads=3000, num_sweeps=10, interrupt_function=lambda: False, seed=1
    )
    assert all_reads.record.num_occurrences.sum() == 3000


@pytest.mark.parametrize("dynamics", ["auto", "pt", "sc"])
def test_a_time_limit_leaves_at_least_one_read(dynamics: str) -> None:
    bqm = dimod.generators.gnm_random_bqm(300, 900, "BINARY", random_state=1)
    for reads in (1, 5000):
        found = InvcSampler().sample(bqm, num_reads=reads, time_limit=1e-9, dynamics=dynamics)
        assert 1 <= found.record.num_occurrences.sum() <= reads
        dimod.testing.assert_sampleset_energies(found, bqm)


def test_what_ocean_passes_to_annealing_is_known() -> None:
    from dwave.samplers import SimulatedAnnealingSampler

    ours, theirs = InvcSampler().parameters, SimulatedAnnealingSampler().parameters
    assert set(theirs) - set(ours) == {"randomize_order", "proposal_acceptance_criteria"}
    options: dict[str, Any] = {
        "num_reads": np.int64(20),
        "num_sweeps": np.int32(30),
        "beta_range": np.array([0.1, 3.0]),
        "beta_schedule_type": "geometric",
        "num_sweeps_per_beta": 3,
        "initial_states": ([[1, 1, -1]], ["a", "b", "c"]),
        "initial_states_generator": "random",
        "seed": np.int64(4),
    }
    for sampler in (InvcSampler(), SimulatedAnnealingSampler()):
        assert sampler.sample(CHAIN, **options).record.num_occurrences.sum() == 20
    low, high = InvcSampler().properties["h_range"]
    extreme = InvcSampler().sample_ising({"a": high, "b": low}, {("a", "b"): high}, seed=1)
    assert extreme.first.sample == {"a": -1, "b": 1}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"num_reads": 0}, "num_reads must be positive, not 0"),
        ({"num_reads": 1.0}, "num_reads must be a whole number, not 1.0"),
        ({"num_reads": "3"}, "num_reads must be a whole number, not '3'"),
        ({"num_sweeps": -1}, "num_sweeps must be at least 0, not -1"),
        ({"num_sweeps_per_beta": 0}, "num_sweeps_per_beta must be positive, not 0"),
        *(
            (
                {"beta_range": given},
                f"beta_range is (first, last) with 0 < first <= last, both finite, not {given!r}",
            )
            for given in [(2, 1), (0, 1), (0.1, float("inf")), (1.0,), (1, 2, 3), 1.0, "ab"]
        ),
        ({"seed": -1}, "seed must be in 0 to 2**63 - 1"),
        ({"seed": 0.5}, "seed must be a whole number, not 0.5"),
        ({"time_limit": 0}, "time_limit must be positive, not 0"),
        ({"threads": -1}, "threads must be positive, not -1"),
        ({"beta_schedule_type": "custom"}, "beta_schedule_type 'custom' needs a beta_schedule"),
        (
            {"beta_schedule_type": "x"},
            "beta_schedule_type is one of linear, geometric, custom, not 'x'",
        ),
        (
            {"beta_schedule": [1, 2], "beta_range": (1, 2)},
            "beta_schedule goes with no beta_range and no other type",
        ),
        (
            {"beta_schedule": [1, -2]},
            "beta_schedule is a sequence of inverse temperatures, none negative",
        ),
        (
            {"beta_schedule": []},
            "beta_schedule is a sequence of inverse temperatures, none negative",
        ),
        (
            {"beta_schedule": [1, 2], "num_sweeps": 3},
            "num_sweeps is len(beta_schedule) * num_sweeps_per_beta, or left out",
        ),
        (
            {"initial_states_generator": "x"},
            "initial_states_generator is one of none, tile, random, not 'x'",
        ),
    ],
    ids=str,
)
def test_misuse_is_a_value_error(options: Mapping[str, Any], text: str) -> None:
    with pytest.raises(ValueError) as caught:
        InvcSampler().sample_ising({"a": 1}, {}, **options)
    assert str(caught.value) == text


def test_only_gibbs_goes_on_from_states_and_by_schedules() -> None:
    for options in ({"beta_schedule": [1.0, 2.0]}, {"initial_states": {"a": 1}}):
        with pytest.raises(InvcError, match="pt takes neither first states nor a schedule"):
            InvcSampler().sample_ising({"a": 1}, {}, dynamics="pt", **options)
