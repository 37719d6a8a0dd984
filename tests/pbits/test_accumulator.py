"""Stochastic-computing p-bits: kernels equal the reference, the reference equals the equation."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design.assemble import assemble
from invc.ising import IsingModel, from_terms
from invc.pbits.accumulator.network import Network, compile_network, field_distribution
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import (
    Habits,
    Running,
    first_registers,
    planes_of,
    random_bits,
    read_itanh,
    seeds,
    splitmix,
    step,
    write_itanh,
)
from invc.pbits.backend import backend_named, backend_names
from invc.pbits.lanes import LANES, bits_of

COMPILED = [name for name in backend_names() if name != "reference"]
REFERENCE = backend_named("reference")

habits_of = st.builds(
    Habits,
    density=st.sampled_from([256, 256, 0, 1, 64, 129, 255]),
    stall=st.sampled_from([0, 0, 128, 3]),
    average=st.sampled_from([1, 1, 2, 4]),
)
cycle = st.tuples(st.integers(1, 40) | st.just(2**12), st.integers(0, 30) | st.just(3000))


@st.composite
def models(draw: st.DrawFn, most: int = 8) -> IsingModel:
    """Any small model: missing couplings, large weights, isolated spins."""
    n = draw(st.integers(1, most))
    weights = st.integers(-9, 9) | st.integers(-300, 300)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    J = [draw(weights) for _ in chosen]
    h = [draw(weights) for _ in range(n)]
    i, j = zip(*chosen, strict=True) if chosen else ((), ())
    return from_terms(n, h, i, j, J, 0)


def begin(
    model: IsingModel,
    known: npt.NDArray[np.int8],
    cycles: Sequence[tuple[int, int]],
    habits: Habits,
    seed: int = 0,
    block: int = 0,
) -> tuple[Network, Running]:
    network = compile_network(model, known)
    planes = planes_of(max((limit for limit, _ in cycles), default=1))
    registers = first_registers(network, known, planes, habits, seed=seed, block=block)
    return network, Running(registers)


def columns(cycles: Sequence[tuple[int, int]]) -> Cycles:
    table = np.array(cycles, dtype=np.int64).reshape(-1, 2)
    return Cycles(np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1]))


@pytest.mark.parametrize("name", COMPILED)
@given(
    model=models(),
    habits=habits_of,
    cycles=st.lists(cycle, max_size=6),
    more=st.lists(cycle, max_size=3),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=8, max_size=8),
)
@settings(max_examples=40)
def test_kernels_equal_the_reference(
    name: str,
    model: IsingModel,
    habits: Habits,
    cycles: list[tuple[int, int]],
    more: list[tuple[int, int]],
    held: Sequence[int],
) -> None:
    known = np.array(held[: model.spins], dtype=np.int8)
    network, want = begin(model, known, cycles + more, habits)
    _, got = begin(model, known, cycles + more, habits)
    for part in (cycles, more):
        REFERENCE.accumulate(network, want, columns(part), habits)
        backend_named(name).accumulate(network, got, columns(part), habits)
        used = np.unique(network.target // 64)  # generators that nobody reads may rest
        assert got.time == want.time
        assert np.array_equal(got.registers.spins, want.registers.spins)
        assert np.array_equal(got.registers.magnitude, want.registers.magnitude)
        assert np.array_equal(got.registers.rng[0, used], want.registers.rng[0, used])


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("habits", [Habits(), Habits(40, 128, 4)], ids=["plain", "all options"])
def test_kernels_equal_the_reference_on_a_multiplier(name: str, habits: Habits) -> None:
    """More than 64 p-bits, so several generators; some held."""
    model = assemble(multiplier(5), CELLS).model
    known = np.zeros(model.spins, dtype=np.int8)
    known[::7] = 1
    cycles = [(I0, n) for I0 in (1, 3, 16, 7, 16) for n in (5, 0, 11)]
    network, want = begin(model, known, cycles, habits, 3, 9)
    _, got = begin(model, known, cycles, habits, 3, 9)
    REFERENCE.accumulate(network, want, columns(cycles), habits)
    backend_named(name).accumulate(network, got, columns(cycles), habits)
    assert np.array_equal(got.registers.spins, want.registers.spins)
    assert np.array_equal(got.registers.magnitude, want.registers.magnitude)


MASK = (1 << 64) - 1


def mix(x: int) -> int:
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def hardware(
    model: IsingModel,
    known: npt.NDArray[np.int8],
    cycles: Sequence[tuple[int, int]],
    habits: Habits,
    *,
    seed: int,
    block: int,
    replica: int,
) -> tuple[list[int], list[int]]:
    """docs/dynamics.md for one replica, register by register: m and Itanh after the cycles."""

    def first(stream: int, group: int) -> int:
        x = 0
        for number in (seed, block, replica, group, stream):
            x = mix(x + number)
        return x or 0x9E3779B97F4A7C15

    def next_word(x: int) -> int:
        x ^= x << 13 & MASK
        x ^= x >> 7
        return x ^ (x << 17 & MASK)

    spins = range(model.spins)
    x = {(k, g): first(k, g) for k in range(17) for g in range(-(-len(spins) // 64))}
    coupling = np.zeros((len(spins), len(spins)), dtype=int)
    for (i, j), J in zip(model.edges.tolist(), model.J.tolist(), strict=True):
        coupling[i, j] = coupling[j, i] = J

    def bit(stream: int, i: int) -> int:
        return x[stream, i // 64] >> i % 64 & 1

    def number(first_stream: int, i: int) -> int:
        return sum(bit(first_stream + k, i) << 7 - k for k in range(8))

    m = [int(known[i]) or 2 * bit(0, i) - 1 for i in spins]
    itanh = [0 if m[i] > 0 else -1 for i in spins]
    fields = []
    for I0, n in cycles:
        x = {key: next_word(word) for key, word in x.items()}
        fields.append((model.h + coupling @ np.array(m)).tolist())
        past = [fields[max(0, len(fields) - 1 - k)] for k in range(habits.average)]
        for i in spins:
            if known[i] or number(9, i) < habits.stall:
                continue
            F = sum(row[i] for row in past) // habits.average
            r = (2 * bit(0, i) - 1) * (number(1, i) < habits.density)
            itanh[i] = max(-I0, min(I0 - 1, itanh[i] + F + n * r))
            m[i] = 1 if itanh[i] >= 0 else -1
    return m, itanh


@given(
    model=models(70),
    habits=habits_of,
    cycles=st.lists(cycle, max_size=5),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=70, max_size=70),
    seed=st.integers(0, 2**63 - 1),
    block=st.integers(0, 9),
    replica=st.integers(0, LANES - 1),
)
@settings(max_examples=40)
def test_kernels_do_what_the_document_tells_hardware(
    model: IsingModel,
    habits: Habits,
    cycles: Sequence[tuple[int, int]],
    held: Sequence[int],
    seed: int,
    block: int,
    replica: int,
) -> None:
    known = np.array(held[: model.spins], dtype=np.int8)
    network, state = begin(model, known, cycles, habits, seed, block)
    backend_named().accumulate(network, state, columns(cycles), habits)
    m, itanh = hardware(model, known, cycles, habits, seed=seed, block=block, replica=replica)
    bits = bits_of(state.rows)[:, replica]
    assert (2 * bits.astype(int) - 1).tolist() == m
    got = read_itanh(network, state.registers, state.time)[:, replica].tolist()
    assert got == [itanh[i] for i in network.target]


def test_seeds_are_splitmix64() -> None:
    """First outputs of the authors' own C for the seed 1234567."""
    state = 1234567 + 0x9E37_79B9_7F4A_7C15 * np.arange(3, dtype=np.uint64)
    with np.errstate(over="ignore"):
        got = splitmix(state).tolist()
    assert got == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_no_two_generators_start_alike_and_none_at_zero() -> None:
    rng = seeds(0, 0, 3, 4)
    assert rng.shape == (3, 4, 64, 16)
    assert len(np.unique(np.concatenate([rng, seeds(0, 1, 3, 4)]))) == 2 * rng.size
    assert np.all(rng)
    assert not np.array_equal(rng, seeds(1, 0, 3, 4))


def test_random_bits_are_the_generators_own() -> None:
    rng = seeds(4, 0, 1, 2)
    bits = random_bits(rng[0], 100)
    for spin, lane in ((0, 0), (63, 5), (64, 700), (99, 1023)):
        assert bits[spin, lane] == int(rng[0, spin // 64, lane & 63, lane >> 6]) >> spin % 64 & 1


def test_the_generator_is_xorshift64() -> None:
    """Marsaglia's own seed; the outputs that other implementations give."""
    x = np.array([88172645463325252], dtype=np.uint64)
    got = []
    for _ in range(3):
        x = step(x)
        got.append(int(x[0]))
    assert got == [8748534153485358512, 3040900993826735515, 3453997556048239312]


@given(st.data())
@settings(max_examples=10)
def test_itanh_survives_a_round_trip(data: st.DataObject) -> None:
    model = from_terms(3, [1, 0, 2], [0], [1], [3], 0)
    network, state = begin(model, np.zeros(3, dtype=np.int8), [(37, 1)], Habits())
    registers = state.registers
    values = data.draw(st.lists(st.integers(-37, 36), min_size=3, max_size=3))
    itanh = np.repeat(np.array(values)[:, np.newaxis], LANES, axis=1)
    write_itanh(network, registers, 0, itanh)
    assert np.array_equal(read_itanh(network, registers, 0), itanh)
    assert np.array_equal(bits_of(registers.state(0))[:, 0], np.array(values) >= 0)


@given(model=models(6), held=st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=8))
@settings(max_examples=30)
def test_the_field_distribution_is_that_of_random_spins(
    model: IsingModel, held: Sequence[int]
) -> None:
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


def test_the_kernel_refuses_arrays_that_do_not_fit() -> None:
    model = from_terms(3, [1, 0, 2], [0], [1], [3], 0)
    network, state = begin(model, np.zeros(3, dtype=np.int8), [(4, 1)], Habits())
    baseline = backend_named("baseline")
    with pytest.raises(ValueError, match="do not fit"):  # I0 needs more planes than there are
        baseline.accumulate(network, state, columns([(5, 1)]), Habits())
    with pytest.raises(ValueError, match="do not fit"):  # a stream for each bit of the density
        baseline.accumulate(network, state, columns([(4, 1)]), Habits(density=3))
