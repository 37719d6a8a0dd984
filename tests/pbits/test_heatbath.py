"""Kernels equal the reference state for state, and the reference is the heat bath."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.ising import IsingModel, all_energies, from_terms
from invc.pbits.backend import backend_named, backend_names
from invc.pbits.heatbath.energy import compile_meter
from invc.pbits.heatbath.heat import FULL, Heat, Table, heat, table
from invc.pbits.heatbath.ladder import Pace, compile_ladder
from invc.pbits.heatbath.logic import Compiler, condition, gates_satisfied
from invc.pbits.heatbath.program import Program, compile_program, structure_of
from invc.pbits.heatbath.settling import BRIEF, Course, Looks, Settling, Verdict
from invc.pbits.lanes import LANES, Rows, bits_of, ones, words_of
from invc.pbits.native import sliced
from invc.pbits.random import block_generator, draw, first_state, generators, random_rows

COMPILED = [name for name in backend_names() if name != "reference"]
REFERENCE = backend_named("reference")


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


def begin(spins: int, seed: int = 0, block: int = 0) -> Rows:
    source = block_generator(seed, block)
    return Rows(first_state(source, spins), generators(source))


def assert_same(got: Rows, want: Rows) -> None:
    """Both states, their generators and their exchanges so far."""
    assert np.array_equal(got.rows, want.rows)
    assert np.array_equal(got.rng, want.rng)
    assert got.turn == want.turn


@pytest.mark.parametrize("name", COMPILED)
@given(
    model=models(),
    beta=st.floats(0.001, 3),
    sweeps=st.integers(0, 5),
    held=st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=8, max_size=8),
)
@settings(max_examples=40)
def test_kernels_equal_the_reference(
    name: str, model: IsingModel, beta: float, sweeps: int, held: Sequence[int]
) -> None:
    known = np.array(held[: model.spins], dtype=np.int8)
    program = compile_program(model, known)
    want, got = begin(model.spins), begin(model.spins)
    REFERENCE.sweep(program, want, heat(beta), sweeps)
    backend_named(name).sweep(program, got, heat(beta), sweeps)
    assert_same(got, want)


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("spins", [3, 15, 16, 40])
@pytest.mark.parametrize("size", [40, 700, 20_000])
def test_kernels_equal_the_reference_on_fine_fields(name: str, spins: int, size: int) -> None:
    """Thousands of thresholds, looked up in a table, and sums of up to twenty bits."""
    source = np.random.default_rng(size + spins)
    i, j = np.triu_indices(spins, 1)
    chosen = source.random(len(i)) < 0.4
    J = source.integers(-size, size + 1, int(chosen.sum()))
    model = from_terms(spins, source.integers(-size, size + 1, spins), i[chosen], j[chosen], J, 0)
    program = compile_program(model, np.zeros(spins, dtype=np.int8))
    want, got = begin(spins, 3), begin(spins, 3)
    for beta, sweeps in ((0.002, 6), (0.02, 9), (0.3, 3)):
        REFERENCE.sweep(program, want, heat(beta), sweeps)
        backend_named(name).sweep(program, got, heat(beta), sweeps)
        assert_same(got, want)


@pytest.mark.parametrize("name", COMPILED)
def test_kernels_equal_the_reference_on_a_multiplier(name: str) -> None:
    model = assemble(multiplier(6), CELLS).model
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    want, got = begin(model.spins, 5), begin(model.spins, 5)
    for beta, sweeps in ((0.05, 3), (0.3, 40), (1.0, 7)):
        REFERENCE.sweep(program, want, heat(beta), sweeps)
        backend_named(name).sweep(program, got, heat(beta), sweeps)
        assert_same(got, want)


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("levels", [1, 2, 3, 7, 8, 9, 40])
def test_kernels_equal_the_reference_by_any_thresholds(name: str, levels: int) -> None:
    """Those of a logistic come in pairs, t and FULL - t, of which kernels make use: these do not."""
    model = assemble(multiplier(4), CELLS).model
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    source = np.random.default_rng(levels)
    even, odd = (
        Table(np.sort(source.choice(FULL - 1, (1, levels), replace=False) + 1).astype(np.int32), 1)
        for _ in range(2)
    )
    want, got = begin(model.spins, 4), begin(model.spins, 4)
    for one in (Heat(even, odd), heat(0.3), Heat(odd, even, 1)):
        REFERENCE.sweep(program, want, one, 5)
        backend_named(name).sweep(program, got, one, 5)
        assert_same(got, want)


@pytest.mark.parametrize("name", ["auto", *backend_names()])
def test_cooling_is_one_temperature_after_the_other(name: str) -> None:
    model = assemble(multiplier(4), CELLS).model
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    heats = [heat(beta) for beta in (0.1, 0.5, 2.0, 0.5)]
    want, got = begin(model.spins, 8), begin(model.spins, 8)
    for one in heats:
        REFERENCE.sweep(program, want, one, 3)
    backend_named(name).cool(program, got, heats, 3)
    assert_same(got, want)


@pytest.mark.parametrize("name", COMPILED)
def test_a_long_program_does_what_its_parts_do_again_and_again(name: str) -> None:
    """Programs of more than 2^17 updates are prepared part by part, and fetch ahead."""
    model = assemble(multiplier(4), CELLS).model
    times = (1 << 17) // model.spins + 1
    known = np.zeros(model.spins, dtype=np.int8)
    long = compile_program(model, known, np.tile(np.arange(model.spins), times))
    want, got = begin(model.spins, 6), begin(model.spins, 6)
    backend_named(name).sweep(compile_program(model, known), want, heat(0.3), 2 * times)
    backend_named(name).sweep(long, got, heat(0.3), 2)
    assert long.updates > 1 << 17
    assert_same(got, want)


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
def test_settling_equals_the_reference(
    name: str, enough: int, stalled: int, most: int, length: int, beta: float, flips: int
) -> None:
    design = assemble(multiplier(3), CELLS)
    program = compile_program(design.model, np.zeros(design.model.spins, dtype=np.int8))
    restless = np.array([flips >> k % 30 & 1 for k in range(program.updates)], dtype=np.int8)
    stage = Settling(program, gates_satisfied(design, range(4)), restless)
    want, got = begin(design.model.spins, 7), begin(design.model.spins, 7)
    (verdict, course, row), (same, also, other) = (
        backend.settle(
            stage, state, heat(beta), Looks(enough, stalled, most), Course(0, length, -1)
        )
        for backend, state in ((REFERENCE, want), (backend_named(name), got))
    )
    assert (verdict, course, row.tolist()) == (same, also, other.tolist())
    assert_same(got, want)


def test_settling_comes_back_after_a_while() -> None:
    design = assemble(multiplier(6), CELLS)
    program = compile_program(design.model, np.zeros(design.model.spins, dtype=np.int8))
    satisfied = gates_satisfied(design, range(len(design.netlist.gates)))
    stage = Settling(program, satisfied, np.zeros(program.updates, dtype=np.int8))
    state, looks = begin(design.model.spins), Looks(1025, -5000, 1 << 40)
    verdict, course, _ = backend_named(COMPILED[0]).settle(
        stage, state, heat(1.0), looks, Course(0, 16, -5000)
    )
    assert verdict == Verdict.MORE
    assert BRIEF == sliced.BRIEF <= course.done * program.updates < 4 * sliced.BRIEF


def lanes(count: int, seed: int) -> npt.NDArray[np.uint64]:
    """A row in which so many lanes are good."""
    chosen = np.random.default_rng(seed).permutation(LANES)[:count]
    row = np.zeros(LANES, dtype=np.uint8)
    row[chosen] = 1
    value: npt.NDArray[np.uint64] = words_of(row[None])[0]
    return value


@pytest.mark.parametrize("name", COMPILED)
@given(count=st.integers(1, LANES), seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_copies_of_lanes_equal_the_reference(name: str, count: int, seed: int) -> None:
    good = lanes(count, seed)
    spins = np.array([3, 0, 7], dtype=np.int64)
    want, got = begin(9, seed), begin(9, seed)
    before = bits_of(want.rows)
    origin = REFERENCE.resample(want, spins, good)
    also = backend_named(name).resample(got, spins, good)
    assert_same(got, want)
    assert np.array_equal(also, origin)
    is_good = bits_of(good[None])[0].astype(bool)
    assert is_good[origin].all()
    assert np.array_equal(origin[is_good], np.flatnonzero(is_good))
    after = bits_of(got.rows)
    assert np.array_equal(after[spins], before[spins][:, origin])
    others = np.setdiff1d(np.arange(9), spins)
    assert np.array_equal(after[others], before[others])


@pytest.mark.parametrize("count", [40, 200, 700])
def test_every_good_lane_has_as_many_copies_as_another(count: int) -> None:
    """On average over runs; and in no run do they differ more than by independent choice."""
    good = lanes(count, count)
    runs = 2000
    state = begin(1, count)
    copies = np.zeros(LANES)
    spread = 0.0
    for _ in range(runs):
        origin = backend_named().resample(state, np.zeros(0, dtype=np.int64), good)
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


def fields_of(program: Program, bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """I of every update, from the parts of a program. Shape (updates, lanes)."""
    fields = []
    for u in range(program.updates):
        total = np.zeros(bits.shape[1], dtype=np.int64)
        ref = program.first_ref[u]
        counts = program.count[program.first_count[u] : program.first_count[u + 1]]
        for k, count in enumerate(counts):  # neighbours with J > 0 and J < 0 in turn
            for neighbour in program.ref[ref : ref + count]:
                total += (bits[neighbour] ^ (k & 1)).astype(np.int64) << (k >> 1)
            ref += count
        assert total.max() <= program.most[u]
        fields.append(2 * (total + program.shift[u]) + program.parity[u])
    return np.array(fields)


@given(model=models(), held=st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=8))
@settings(max_examples=60)
def test_a_program_has_the_fields_of_its_model(model: IsingModel, held: Sequence[int]) -> None:
    known = np.array(held[: model.spins], dtype=np.int8)
    program = compile_program(model, known)
    bits = bits_of(begin(model.spins, 3).rows)
    bits[known > 0], bits[known < 0] = 1, 0
    fields = model.local_fields(2 * bits.T.astype(np.int8) - 1)
    assert program.target.tolist() == np.flatnonzero(known == 0).tolist()
    if program.updates:
        assert np.array_equal(fields_of(program, bits), fields[:, program.target].T)


@given(model=models(), other=models(), held=st.lists(st.sampled_from([-1, 0, 1]), min_size=8))
@settings(max_examples=60)
def test_weights_change_without_compiling_who_feels_whom_again(
    model: IsingModel, other: IsingModel, held: list[int]
) -> None:
    """A structure weighed by a model is the program of that model, whatever it was made from."""
    known = np.array((held * 8)[: model.spins], dtype=np.int8)
    source = np.random.default_rng(len(other.J))
    changed = replace(
        model,
        h=source.integers(-9, 10, model.spins).astype(np.int32),
        J=source.integers(1, 300, len(model.J)).astype(np.int32),
    )
    structure = structure_of(model, known)
    for weights in (model, changed):
        got, want = structure.weighed(weights), compile_program(weights, known)
        for name in (
            "target",
            "parity",
            "shift",
            "most",
            "first_count",
            "count",
            "first_ref",
            "ref",
        ):
            assert getattr(got, name).tolist() == getattr(want, name).tolist()


@given(beta=st.floats(0.0005, 5), parity=st.sampled_from([0, 1]))
def test_thresholds_are_the_logistic(beta: float, parity: int) -> None:
    found = table(beta, parity)
    (thresholds,) = found.thresholds
    levels = len(thresholds)
    assert np.all(np.diff(thresholds) >= 0)
    v = np.arange(found.certain - levels, found.certain)
    exact = 1 / (1 + np.exp(-2 * beta * (2 * v + parity)))
    cut = levels >= 1 << 13  # so hot that the table ends before the logistic does
    assert np.abs(thresholds / FULL - exact).max(initial=0) <= 0.5 / FULL
    assert cut or 1 / (1 + np.exp(-2 * beta * (2 * found.certain + parity))) > 1 - 1 / FULL


def test_generators_are_xoshiro256plusplus() -> None:
    """First outputs of the authors' own C for the state 1, 2, 3, 4."""
    rng = np.repeat(np.array([[1], [2], [3], [4]], dtype=np.uint64), 16, axis=1)
    with np.errstate(over="ignore"):
        got = [int(draw(rng)[7]) for _ in range(4)]
    assert got == [41943041, 58720359, 3588806011781223, 3591011842654386]


def test_words_and_bits_are_inverse() -> None:
    rows = begin(3, 1).rows
    assert np.array_equal(words_of(bits_of(rows)), rows)
    assert bits_of(rows)[2, 130] == int(rows[2, 2]) >> 2 & 1


@pytest.mark.parametrize("name", COMPILED[:1])
@pytest.mark.parametrize("beta", [0.1, 0.35, 0.8])
def test_equilibrium_is_boltzmann(name: str, beta: float) -> None:
    """Chi-square at 99.9 % of the states of every lane group against exp(-beta E) / Z."""
    model = from_terms(
        5, [1, -2, 0, 1, 0], [0, 0, 1, 2, 3, 1], [1, 2, 3, 3, 4, 4], [-1, 2, 1, -2, 1, 2], 0
    )
    program = compile_program(model, np.zeros(5, dtype=np.int8))
    counts = np.zeros((4, 32))
    for block in range(40):
        state = begin(5, 11, block)
        backend_named(name).sweep(program, state, heat(beta), 200)
        bits = bits_of(state.rows).astype(np.int64)
        index = np.asarray(sum(bits[k] << k for k in range(5)))
        for group in range(4):
            lanes = index[group * LANES // 4 : (group + 1) * LANES // 4]
            counts[group] += np.bincount(lanes, minlength=32)
    weight = np.exp(-beta * all_energies(model).astype(float))
    expected = weight / weight.sum() * counts[0].sum()
    few = expected < 8
    for row in counts:
        have = np.append(row[~few], row[few].sum())
        want = np.append(expected[~few], expected[few].sum())
        chi2 = ((have - want) ** 2 / np.maximum(want, 1e-9))[want > 0].sum()
        degrees = int((want > 0).sum()) - 1
        # Wilson and Hilferty's limit of chi-square at 99.9 %.
        limit = degrees * (1 - 2 / (9 * degrees) + 3.09 * (2 / (9 * degrees)) ** 0.5) ** 3
        assert chi2 < limit


def test_lanes_are_independent() -> None:
    """No lane follows another: at beta 0.05 two lanes agree in half of 40 x 200 bits."""
    model = assemble(multiplier(3), CELLS).model
    program = compile_program(model, np.zeros(model.spins, dtype=np.int8))
    state = begin(model.spins, 2)
    rows = []
    for _ in range(200):
        backend_named().sweep(program, state, heat(0.02), 2)
        rows.append(2.0 * bits_of(state.rows) - 1)
    m = np.concatenate(rows)
    m -= m.mean(axis=1, keepdims=True)
    m /= m.std(axis=0)
    correlation = m.T @ m / len(m)
    np.fill_diagonal(correlation, 0)
    # The extreme of half a million normal values of deviation 1 / sqrt(n) lies near 5 of them.
    assert np.abs(correlation).max() < 6.5 / len(m) ** 0.5


def test_an_unknown_kernel_is_named() -> None:
    with pytest.raises(InvcError, match="no kernel is called 'avx'"):
        backend_named("avx")


def test_colder_than_cold_is_the_same() -> None:
    for parity in (0, 1):
        cold, coldest = table(20.0, parity), table(1e12, parity)
        assert cold.certain == coldest.certain
        assert cold.thresholds.tolist() == coldest.thresholds.tolist()
        assert set(cold.thresholds.ravel().tolist()) <= {FULL // 2}


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
def test_ladders_equal_the_reference(
    name: str,
    model: IsingModel,
    betas: Sequence[float],
    power: int,
    sweeps: int,
    between: int,
    turn: int,
    seen: Sequence[int],
    held: Sequence[int],
) -> None:
    known = np.array(held[: model.spins], dtype=np.int8)
    program, meter = compile_program(model, known), compile_meter(model, known)
    ladder = compile_ladder(tuple(sorted(betas[: 1 << power])), meter)
    want, got = begin(model.spins), begin(model.spins)
    want.turn = got.turn = turn
    looked_for = Compiler(model.spins)
    looked_for.all(2 * spin ^ bit for spin, bit in enumerate(seen[: model.spins]))
    good = 2 * (model.spins + len(looked_for.operations)) - 2
    goal = condition(looked_for, good) if looked_for.operations else None
    pace = Pace(sweeps, between)
    done, traded = REFERENCE.exchange(program, want, ladder, pace, goal)
    same, also = backend_named(name).exchange(program, got, ladder, pace, goal)
    assert_same(got, want)
    assert done == same <= sweeps
    assert traded.tolist() == also.tolist()
    assert traded[-1] == 0


@pytest.mark.parametrize("name", COMPILED)
def test_ladders_equal_the_reference_on_a_multiplier(name: str) -> None:
    model = assemble(multiplier(6), CELLS).model
    known = np.zeros(model.spins, dtype=np.int8)
    program, meter = compile_program(model, known), compile_meter(model, known)
    ladder = compile_ladder((0.3, 0.5, 0.6, 0.9), meter)
    want, got = begin(model.spins, 5), begin(model.spins, 5)
    for _ in range(3):
        traded = REFERENCE.exchange(program, want, ladder, Pace(8, 2)).traded
        same = backend_named(name).exchange(program, got, ladder, Pace(8, 2)).traded
        assert_same(got, want)
        assert same.tolist() == traded.tolist()
        assert min(traded[:-1]) > 0


@pytest.mark.parametrize("name", COMPILED)
def test_looks_at_states_equal_the_reference(name: str) -> None:
    """Energies, conditions, rows, copies: every backend sees what the reference sees."""
    design = assemble(multiplier(4), CELLS)
    known = np.zeros(design.model.spins, dtype=np.int8)
    known[:3] = 1, -1, 1
    meter = compile_meter(design.model, known)
    satisfied = gates_satisfied(design, range(3))
    ends = []
    for backend in (REFERENCE, backend_named(name)):
        state = backend.start(known, 4, 2)
        kept, some = backend.keep(state), backend.keep(state, np.array([5, 9]))
        energies = backend.energies(meter, state)
        row, count = backend.holds(satisfied, state), backend.count(satisfied, state)
        literals = np.array([-2, -1, 3, satisfied.good], dtype=np.int32)
        rows = backend.rows_of(satisfied.logic, literals, state)
        backend.copy_lanes(state, np.array([4, 5, 9]), np.array([7, 900]), np.array([1023, 0]))
        copied = backend.fetch(state).copy()
        backend.restore(state, some, lanes(300, 1))
        again = backend.fetch(state).copy()
        backend.restore(state, kept)
        branch = backend.branch(state, known, 5, 6)
        assert count == ones(row)
        ends.append([energies, row, rows, copied, again, backend.fetch(state), branch.rng])
    assert all(np.array_equal(a, b) for a, b in zip(*ends, strict=True))
    assert set(np.unique(bits_of(ends[0][5])[:3], axis=1).T.ravel()) == {0, 1}


@given(spins=st.integers(0, 40))
def test_states_begin_at_a_cache_line(spins: int) -> None:
    state = first_state(block_generator(1, 0), spins)
    assert state.shape == (spins, 16)
    assert state.ctypes.data % 64 == 0 or not spins
    raw = block_generator(1, 0).random_raw(spins * 16)
    assert np.array_equal(state.ravel(), np.asarray(raw, dtype=np.uint64))
    rng = generators(block_generator(1, 0))
    rows = random_rows(rng.copy(), spins)
    assert rows.ctypes.data % 64 == 0 or not spins
    assert rows.tolist() == [draw(rng).tolist() for _ in range(spins)]
