"""Stochastic-computing p-bits: kernels equal the reference, the reference equals the equation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.assemble import assemble
from invc.ising import from_terms
from invc.simulate import stochastic as reference
from invc.simulate.kernels import stochastic
from invc.simulate.kernels.accumulator import accumulator
from invc.simulate.network import compile_network, field_distribution
from invc.simulate.random import LANES, bits_of
from invc.simulate.registers import (
    Habits,
    first_registers,
    planes_of,
    random_bits,
    read_itanh,
    seeds,
    splitmix,
    step,
    write_itanh,
)

habits_of = st.builds(
    Habits,
    density=st.sampled_from([256, 256, 0, 1, 64, 129, 255]),
    stall=st.sampled_from([0, 0, 128, 3]),
    average=st.sampled_from([1, 1, 2, 4]),
)
cycle = st.tuples(st.integers(1, 40) | st.just(2**12), st.integers(0, 30) | st.just(3000))


@st.composite
def models(draw, most=8):
    """Any small model: missing couplings, large weights, isolated spins."""
    n = draw(st.integers(1, most))
    weights = st.integers(-9, 9) | st.integers(-300, 300)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    J = [draw(weights) for _ in chosen]
    h = [draw(weights) for _ in range(n)]
    i, j = zip(*chosen, strict=True) if chosen else ((), ())
    return from_terms(n, h, i, j, J, 0)


def begin(model, known, cycles, habits, seed=0, block=0):
    network = compile_network(model, known)
    planes = planes_of(max((limit for limit, _ in cycles), default=1))
    return network, first_registers(network, known, planes, habits, seed=seed, block=block)


def columns(cycles):
    table = np.array(cycles, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


@pytest.mark.parametrize("name", stochastic.kernels())
@given(
    model=models(),
    habits=habits_of,
    cycles=st.lists(cycle, max_size=6),
    more=st.lists(cycle, max_size=3),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=8, max_size=8),
)
@settings(max_examples=40)
def test_kernels_equal_the_reference(name, model, habits, cycles, more, held):
    known = np.array(held[: model.spins], dtype=np.int8)
    network, want = begin(model, known, cycles + more, habits)
    _, got = begin(model, known, cycles + more, habits)
    for time, part in ((0, cycles), (len(cycles), more)):
        reference.run(network, want, time, *columns(part), habits)
        accumulator(name)(network, got, time, *columns(part), habits)
        used = np.unique(network.target // 64)  # generators that nobody reads may rest
        assert np.array_equal(got.spins, want.spins)
        assert np.array_equal(got.magnitude, want.magnitude)
        assert np.array_equal(got.rng[0, used], want.rng[0, used])


@pytest.mark.parametrize("name", stochastic.kernels())
@pytest.mark.parametrize("habits", [Habits(), Habits(40, 128, 4)], ids=["plain", "all options"])
def test_kernels_equal_the_reference_on_a_multiplier(name, habits):
    """More than 64 p-bits, so several generators; some held."""
    model = assemble(multiplier(5), CELLS).model
    known = np.zeros(model.spins, dtype=np.int8)
    known[::7] = 1
    cycles = [(I0, n) for I0 in (1, 3, 16, 7, 16) for n in (5, 0, 11)]
    network, want = begin(model, known, cycles, habits, 3, 9)
    _, got = begin(model, known, cycles, habits, 3, 9)
    reference.run(network, want, 0, *columns(cycles), habits)
    accumulator(name)(network, got, 0, *columns(cycles), habits)
    assert np.array_equal(got.spins, want.spins)
    assert np.array_equal(got.magnitude, want.magnitude)


@given(model=models(), cycles=st.lists(cycle, min_size=1, max_size=5), lane=st.integers(0, 1023))
@settings(max_examples=30)
def test_the_reference_is_the_equation_for_one_replica(model, cycles, lane):
    """What hardware would do, with Python's integers, one p-bit after another."""
    known = np.zeros(model.spins, dtype=np.int8)
    network, registers = begin(model, known, cycles, Habits(), seed=5, block=2)
    x = int(registers.rng[0, 0, lane & 63, lane >> 6])
    itanh = [0 if x >> i & 1 else -1 for i in range(model.spins)]
    reference.run(network, registers, 0, *columns(cycles), Habits())
    coupling = np.zeros((model.spins, model.spins), dtype=int)
    for (i, j), J in zip(model.edges.tolist(), model.J.tolist(), strict=True):
        coupling[i, j] = coupling[j, i] = J
    for limit, noise in cycles:
        x ^= x << 13 & (1 << 64) - 1
        x ^= x >> 7
        x ^= x << 17 & (1 << 64) - 1
        m = [1 if value >= 0 else -1 for value in itanh]
        itanh = [
            min(
                max(
                    itanh[i]
                    + int(model.h[i])
                    + sum(int(coupling[i, j]) * m[j] for j in range(model.spins))
                    + noise * (1 if x >> i & 1 else -1),
                    -limit,
                ),
                limit - 1,
            )
            for i in range(model.spins)
        ]
    assert read_itanh(network, registers, len(cycles))[:, lane].tolist() == itanh


def test_seeds_are_splitmix64():
    """First outputs of the authors' own C for the seed 1234567."""
    state = 1234567 + 0x9E37_79B9_7F4A_7C15 * np.arange(3, dtype=np.uint64)
    with np.errstate(over="ignore"):
        got = splitmix(state).tolist()
    assert got == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_no_two_generators_start_alike_and_none_at_zero():
    rng = seeds(0, 0, 3, 4)
    assert rng.shape == (3, 4, 64, 16)
    assert len(np.unique(np.concatenate([rng, seeds(0, 1, 3, 4)]))) == 2 * rng.size
    assert np.all(rng)
    assert not np.array_equal(rng, seeds(1, 0, 3, 4))


def test_random_bits_are_the_generators_own():
    rng = seeds(4, 0, 1, 2)
    bits = random_bits(rng[0], 100)
    for spin, lane in ((0, 0), (63, 5), (64, 700), (99, 1023)):
        assert bits[spin, lane] == int(rng[0, spin // 64, lane & 63, lane >> 6]) >> spin % 64 & 1


def test_the_generator_is_xorshift64():
    """Marsaglia's own seed; the outputs that other implementations give."""
    x = np.array([88172645463325252], dtype=np.uint64)
    got = []
    for _ in range(3):
        x = step(x)
        got.append(int(x[0]))
    assert got == [8748534153485358512, 3040900993826735515, 3453997556048239312]


@given(st.data())
@settings(max_examples=10)
def test_itanh_survives_a_round_trip(data):
    model = from_terms(3, [1, 0, 2], [0], [1], [3], 0)
    network, registers = begin(model, np.zeros(3, dtype=np.int8), [(37, 1)], Habits())
    values = data.draw(st.lists(st.integers(-37, 36), min_size=3, max_size=3))
    itanh = np.repeat(np.array(values)[:, np.newaxis], LANES, axis=1)
    write_itanh(network, registers, 0, itanh)
    assert np.array_equal(read_itanh(network, registers, 0), itanh)
    assert np.array_equal(bits_of(registers.state(0))[:, 0], np.array(values) >= 0)


@given(model=models(6), held=st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=8))
@settings(max_examples=30)
def test_the_field_distribution_is_that_of_random_spins(model, held):
    """Mean and deviation over all states of the free spins and all p-bits, exactly."""
    known = np.array(held[: model.spins], dtype=np.int8)
    free = np.flatnonzero(known == 0)
    states = np.repeat(known[np.newaxis], 1 << len(free), axis=0)
    for k, spin in enumerate(free):
        states[:, spin] = 2 * (np.arange(len(states)) >> k & 1) - 1
    fields = model.local_fields(states)[:, free]
    mean, deviation = field_distribution(compile_network(model, known))
    if len(free):
        assert np.isclose(mean, fields.mean())
        assert np.isclose(deviation, fields.std())
    else:
        assert (mean, deviation) == (0, 0)


def test_the_kernel_refuses_arrays_that_do_not_fit():
    model = from_terms(3, [1, 0, 2], [0], [1], [3], 0)
    network, registers = begin(model, np.zeros(3, dtype=np.int8), [(4, 1)], Habits())
    with pytest.raises(ValueError, match="do not fit"):  # I0 needs more planes than there are
        accumulator("baseline")(network, registers, 0, *columns([(5, 1)]), Habits())
    with pytest.raises(ValueError, match="do not fit"):  # a stream for each bit of the density
        accumulator("baseline")(network, registers, 0, *columns([(4, 1)]), Habits(density=3))
