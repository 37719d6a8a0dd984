"""Kernels equal the reference state for state, and the reference is the heat bath."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.ising import all_energies, from_terms
from invc.pbits.heatbath import reference
from invc.pbits.heatbath.energy import compile_meter
from invc.pbits.heatbath.heat import FULL, heat
from invc.pbits.heatbath.kernels import (
    find_kernel,
    find_ladder_kernel,
    find_settler,
    kernel_names,
)
from invc.pbits.heatbath.ladder import compile_ladder
from invc.pbits.heatbath.logic import Compiler, condition, gates_satisfied
from invc.pbits.heatbath.program import compile_program
from invc.pbits.native import sliced
from invc.pbits.random import (
    LANES,
    bits_of,
    block_generator,
    draw,
    first_state,
    generators,
    random_rows,
    words_of,
)

COMPILED = [name for name in kernel_names() if name != "reference"]


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


def begin(spins, seed=0, block=0):
    source = block_generator(seed, block)
    return first_state(source, spins), generators(source)


@pytest.mark.parametrize("name", COMPILED)
@given(
    model=models(),
    beta=st.floats(0.001, 3),
    sweeps=st.integers(0, 5),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=8, max_size=8),
)
@settings(max_examples=40)
def test_kernels_equal_the_reference(name, model, beta, sweeps, held):
    known = np.array(held[: model.spins], dtype=np.int8)
    program = compile_program(model, known)
    heats = (heat(beta, 0), heat(beta, 1))
    want, want_rng = begin(model.spins)
    reference.sweep(program, want, want_rng, heats, sweeps)
    got, got_rng = begin(model.spins)
    find_kernel(name)(program, got, got_rng, heats, sweeps)
    assert np.array_equal(got, want)
    assert np.array_equal(got_rng, want_rng)


@pytest.mark.parametrize("name", COMPILED)
def test_kernels_equal_the_reference_on_a_multiplier(name):
    model = assemble(multiplier(6), CELLS).model
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    want, want_rng = begin(model.spins, 5)
    got, got_rng = begin(model.spins, 5)
    for beta, sweeps in ((0.05, 3), (0.3, 40), (1.0, 7)):
        heats = (heat(beta, 0), heat(beta, 1))
        reference.sweep(program, want, want_rng, heats, sweeps)
        find_kernel(name)(program, got, got_rng, heats, sweeps)
        assert np.array_equal(got, want), beta


@pytest.mark.parametrize("name", COMPILED)
def test_a_long_program_does_what_its_parts_do_again_and_again(name):
    """Programs of more than 2^17 updates are prepared part by part, and fetch ahead."""
    model = assemble(multiplier(4), CELLS).model
    times = (1 << 17) // model.spins + 1
    known = np.zeros(model.spins, dtype=np.int8)
    long = compile_program(model, known, np.tile(np.arange(model.spins), times))
    heats = (heat(0.3, 0), heat(0.3, 1))
    want, want_rng = begin(model.spins, 6)
    find_kernel(name)(compile_program(model, known), want, want_rng, heats, 2 * times)
    got, got_rng = begin(model.spins, 6)
    find_kernel(name)(long, got, got_rng, heats, 2)
    assert long.updates > 1 << 17
    assert np.array_equal(got, want)
    assert np.array_equal(got_rng, want_rng)


@pytest.mark.parametrize("name", COMPILED)
@given(
    enough=st.integers(0, 1025),
    stalled=st.integers(-5, 300),
    most=st.integers(1, 40),
    length=st.integers(1, 9),
    beta=st.sampled_from([0.3, 1.0, 20.0]),
    flips=st.integers(0, 2**30),
)
@settings(max_examples=30, deadline=None)
def test_settling_equals_the_reference(name, enough, stalled, most, length, beta, flips):
    design = assemble(multiplier(3), CELLS)
    program = compile_program(design.model, np.zeros(design.model.spins, dtype=np.int8))
    satisfied = gates_satisfied(design, range(4))
    heats = (heat(beta, 0), heat(beta, 1))
    restless = np.array([flips >> k % 30 & 1 for k in range(program.updates)], dtype=np.int8)
    looks = reference.Looks(enough, stalled, most)
    ends = []
    for settle in (find_settler(name), find_settler("reference")):
        state, rng = begin(design.model.spins, 7)
        row = np.empty(16, dtype=np.uint64)
        course = reference.Course(0, length, -1)
        result = settle(program, satisfied, state, rng, heats, restless, looks, course, row)
        ends.append((result, state.tolist(), rng.tolist(), row.tolist()))
    assert ends[0] == ends[1]


def test_settling_comes_back_after_a_while():
    design = assemble(multiplier(6), CELLS)
    program = compile_program(design.model, np.zeros(design.model.spins, dtype=np.int8))
    heats = (heat(1.0, 0), heat(1.0, 1))
    state, rng = begin(design.model.spins)
    verdict, course = find_settler(COMPILED[0])(
        program,
        gates_satisfied(design, range(len(design.netlist.gates))),
        state,
        rng,
        heats,
        np.zeros(program.updates, dtype=np.int8),
        reference.Looks(1025, -5000, 1 << 40),
        reference.Course(0, 16, -5000),
        np.empty(16, dtype=np.uint64),
    )
    assert verdict == reference.Verdict.MORE
    assert reference.BRIEF == sliced.BRIEF <= course.done * program.updates < 4 * sliced.BRIEF


def lanes(count, seed):
    """A row in which so many lanes are good."""
    chosen = np.random.default_rng(seed).permutation(LANES)[:count]
    row = np.zeros(LANES, dtype=np.uint8)
    row[chosen] = 1
    return words_of(row[None])[0]


@given(count=st.integers(1, LANES), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_copies_of_lanes_equal_the_reference(count, seed):
    good = lanes(count, seed)
    rows = np.array([3, 0, 7], dtype=np.int64)
    want, want_rng = begin(9, seed)
    before = bits_of(want)
    origin = reference.resample(want, rows, good, want_rng)
    got, got_rng = begin(9, seed)
    also = np.empty(LANES, dtype=np.int32)
    sliced.resample(got, rows, good, got_rng, also)
    assert np.array_equal(got, want)
    assert np.array_equal(got_rng, want_rng)
    assert np.array_equal(also, origin)
    is_good = bits_of(good[None])[0].astype(bool)
    assert is_good[origin].all()
    assert np.array_equal(origin[is_good], np.flatnonzero(is_good))
    after = bits_of(got)
    assert np.array_equal(after[rows], before[rows][:, origin])
    others = np.setdiff1d(np.arange(9), rows)
    assert np.array_equal(after[others], before[others])


@pytest.mark.parametrize("count", [40, 200, 700])
def test_every_good_lane_has_as_many_copies_as_another(count):
    """On average over runs; and in no run do they differ more than by independent choice."""
    good = lanes(count, count)
    runs = 2000
    rng = begin(1, count)[1]
    copies = np.zeros(LANES)
    spread = 0.0
    for _ in range(runs):
        origin = np.empty(LANES, dtype=np.int32)
        state = np.zeros((1, 16), dtype=np.uint64)
        sliced.resample(state, np.zeros(0, dtype=np.int64), good, rng, origin)
        made = np.bincount(origin, minlength=LANES)
        copies += made
        spread += made[made > 0].var() / runs
    expected = LANES / count
    assert copies[copies > 0].min() > 0
    assert (copies > 0).sum() == count
    independent = (LANES - count) / count  # variance of the copies of one lane, nearly
    assert spread < 1.1 * independent
    # Chi-square of `count` lanes: mean 1, deviation sqrt(2 / count).
    squares = ((copies[copies > 0] - runs * expected) ** 2).mean() / (runs * independent)
    assert squares < 1 + 4 * np.sqrt(2 / count)


@given(model=models(), held=st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=8))
@settings(max_examples=60)
def test_a_program_has_the_fields_of_its_model(model, held):
    known = np.array(held[: model.spins], dtype=np.int8)
    program = compile_program(model, known)
    state, _ = begin(model.spins, 3)
    bits = bits_of(state)
    bits[known > 0], bits[known < 0] = 1, 0
    fields = model.local_fields(2 * bits.T.astype(np.int8) - 1)
    assert program.target.tolist() == np.flatnonzero(known == 0).tolist()
    for u, spin in enumerate(program.target):
        total = reference._sum(program, u, bits)
        field = 2 * (total + program.shift[u]) + program.parity[u]
        assert np.array_equal(field, fields[:, spin])
        assert total.max() <= program.most[u]


@given(beta=st.floats(0.0005, 5), parity=st.sampled_from([0, 1]))
def test_thresholds_are_the_logistic(beta, parity):
    table = heat(beta, parity)
    levels = len(table.thresholds)
    assert np.all(np.diff(table.thresholds) >= 0)
    v = np.arange(table.certain - levels, table.certain)
    exact = 1 / (1 + np.exp(-2 * beta * (2 * v + parity)))
    cut = levels >= 1 << 13  # so hot that the table ends before the logistic does
    assert np.abs(table.thresholds / FULL - exact).max(initial=0) <= 0.5 / FULL
    assert cut or 1 / (1 + np.exp(-2 * beta * (2 * table.certain + parity))) > 1 - 1 / FULL


def test_generators_are_xoshiro256plusplus():
    """First outputs of the authors' own C for the state 1, 2, 3, 4."""
    rng = np.repeat(np.array([[1], [2], [3], [4]], dtype=np.uint64), 16, axis=1)
    with np.errstate(over="ignore"):
        got = [int(draw(rng)[7]) for _ in range(4)]
    assert got == [41943041, 58720359, 3588806011781223, 3591011842654386]


def test_words_and_bits_are_inverse():
    state, _ = begin(3, 1)
    assert np.array_equal(words_of(bits_of(state)), state)
    assert bits_of(state)[2, 130] == int(state[2, 2]) >> 2 & 1


@pytest.mark.parametrize("name", COMPILED[:1])
@pytest.mark.parametrize("beta", [0.1, 0.35, 0.8])
def test_equilibrium_is_boltzmann(name, beta):
    """Chi-square at 99.9 % of the states of every lane group against exp(-beta E) / Z."""
    model = from_terms(
        5, [1, -2, 0, 1, 0], [0, 0, 1, 2, 3, 1], [1, 2, 3, 3, 4, 4], [-1, 2, 1, -2, 1, 2], 0
    )
    program = compile_program(model, np.zeros(5, dtype=np.int8))
    heats = (heat(beta, 0), heat(beta, 1))
    counts = np.zeros((4, 32))
    for block in range(40):
        state, rng = begin(5, 11, block)
        find_kernel(name)(program, state, rng, heats, 200)
        bits = bits_of(state).astype(np.int64)
        index = sum(bits[k] << k for k in range(5))
        for group in range(4):
            lanes = index[group * LANES // 4 : (group + 1) * LANES // 4]
            counts[group] += np.bincount(lanes, minlength=32)
    weight = np.exp(-beta * all_energies(model).astype(float))
    expected = weight / weight.sum() * counts[0].sum()
    few = expected < 8
    for group in counts:
        have = np.append(group[~few], group[few].sum())
        want = np.append(expected[~few], expected[few].sum())
        chi2 = ((have - want) ** 2 / np.maximum(want, 1e-9))[want > 0].sum()
        degrees = int((want > 0).sum()) - 1
        # Wilson and Hilferty's limit of chi-square at 99.9 %.
        limit = degrees * (1 - 2 / (9 * degrees) + 3.09 * (2 / (9 * degrees)) ** 0.5) ** 3
        assert chi2 < limit


def test_lanes_are_independent():
    """No lane follows another: at beta 0.05 two lanes agree in half of 40 x 200 bits."""
    model = assemble(multiplier(3), CELLS).model
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    heats = (heat(0.02, 0), heat(0.02, 1))
    state, rng = begin(model.spins, 2)
    rows = []
    for _ in range(200):
        find_kernel(COMPILED[0])(program, state, rng, heats, 2)
        rows.append(2.0 * bits_of(state) - 1)
    m = np.concatenate(rows)
    m -= m.mean(axis=1, keepdims=True)
    m /= m.std(axis=0)
    correlation = m.T @ m / len(m)
    np.fill_diagonal(correlation, 0)
    # The extreme of half a million normal values of deviation 1 / sqrt(n) lies near 5 of them.
    assert np.abs(correlation).max() < 6.5 / len(m) ** 0.5


def test_an_unknown_kernel_is_named():
    with pytest.raises(InvcError, match="no kernel is called 'avx'"):
        find_kernel("avx")


def test_colder_than_cold_is_the_same():
    for parity in (0, 1):
        cold, coldest = heat(20.0, parity), heat(1e12, parity)
        assert cold.certain == coldest.certain
        assert cold.thresholds.tolist() == coldest.thresholds.tolist()
        assert set(cold.thresholds.tolist()) <= {FULL // 2}


@pytest.mark.parametrize("name", COMPILED)
@given(
    model=models(),
    betas=st.lists(st.floats(0.001, 3), min_size=8, max_size=8, unique_by=lambda x: round(x, 2)),
    power=st.integers(1, 3),
    sweeps=st.integers(0, 7),
    between=st.integers(1, 3),
    turn=st.integers(0, 1),
    seen=st.lists(st.integers(0, 1), min_size=8, max_size=8),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=8, max_size=8),
)
@settings(max_examples=40)
def test_ladders_equal_the_reference(name, model, betas, power, sweeps, between, turn, seen, held):
    known = np.array(held[: model.spins], dtype=np.int8)
    program, meter = compile_program(model, known), compile_meter(model, known)
    rungs = tuple(sorted(betas[: 1 << power]))
    ladder = compile_ladder(rungs, 1 << meter.bits)
    want, want_rng = begin(model.spins)
    got, got_rng = begin(model.spins)
    states = (want, want_rng), (got, got_rng)
    looked_for = Compiler(model.spins)
    looked_for.all(2 * spin ^ bit for spin, bit in enumerate(seen[: model.spins]))
    good = 2 * (model.spins + len(looked_for.operations)) - 2
    goal = condition(looked_for, good) if looked_for.operations else None
    results = [
        find_ladder_kernel(kernel)(program, meter, *state, ladder, sweeps, between, turn, goal)
        for kernel, state in zip(("reference", name), states, strict=True)
    ]
    assert np.array_equal(got, want)
    assert np.array_equal(got_rng, want_rng)
    (done, traded), (same, also) = results
    assert done == same <= sweeps
    assert traded.tolist() == also.tolist()
    assert traded[-1] == 0


@pytest.mark.parametrize("name", COMPILED)
def test_ladders_equal_the_reference_on_a_multiplier(name):
    model = assemble(multiplier(6), CELLS).model
    known = np.zeros(model.spins, dtype=np.int8)
    program, meter = compile_program(model, known), compile_meter(model, known)
    ladder = compile_ladder((0.3, 0.5, 0.6, 0.9), 1 << meter.bits)
    want, want_rng = begin(model.spins, 5)
    got, got_rng = begin(model.spins, 5)
    for turn in range(3):
        arguments = ladder, 8, 2, turn, None
        _, traded = find_ladder_kernel("reference")(program, meter, want, want_rng, *arguments)
        _, same = find_ladder_kernel(name)(program, meter, got, got_rng, *arguments)
        assert np.array_equal(got, want), turn
        assert same.tolist() == traded.tolist()
        assert min(traded[:-1]) > 0


@given(spins=st.integers(0, 40))
def test_states_begin_at_a_cache_line(spins):
    state = first_state(block_generator(1, 0), spins)
    assert state.shape == (spins, 16)
    assert state.ctypes.data % 64 == 0 or not spins
    raw = block_generator(1, 0).random_raw(spins * 16)
    assert np.array_equal(state.ravel(), np.asarray(raw, dtype=np.uint64))
    rng = generators(block_generator(1, 0))
    rows = random_rows(rng.copy(), spins)
    assert rows.ctypes.data % 64 == 0 or not spins
    assert rows.tolist() == [draw(rng).tolist() for _ in range(spins)]
