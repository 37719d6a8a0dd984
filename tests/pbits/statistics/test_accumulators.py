"""A p-bit of stochastic computing by itself: its accumulator is a Markov chain that is known exactly."""

import numpy as np
import numpy.typing as npt
import pytest

from invc.ising import from_terms
from invc.pbits.accumulator.network import compile_network
from invc.pbits.accumulator.plan import Cycles
from invc.pbits.accumulator.registers import Habits, planes_of, read_itanh
from invc.pbits.backend import backend_named, backend_names
from invc.pbits.lanes import LANES
from randomness import assert_distribution, normal_limit

PBITS = 150  # alike and not coupled: so many more samples, and of three generators a lane
CYCLES = 61


def transition(h: int, I0: int, n: int, habits: Habits) -> npt.NDArray[np.float64]:
    """P[a, b]: from Itanh = a - I0 to b - I0 in one cycle. Shape (2 I0, 2 I0)."""
    P = np.zeros((2 * I0, 2 * I0))
    density, stall = habits.density / 256, habits.stall / 256
    for a in range(2 * I0):
        P[a, a] += stall
        for noise, chance in ((n, density / 2), (-n, density / 2), (0, 1 - density)):
            b = int(np.clip(a - I0 + h + noise, -I0, I0 - 1)) + I0
            P[a, b] += (1 - stall) * chance
    assert np.allclose(P.sum(axis=1), 1)
    return P


def run(
    kernel: str, h: int, I0: int, n: int, habits: Habits, cycles: int, seed: int = 0
) -> npt.NDArray[np.int64]:
    """Itanh + I0 of every p-bit and lane. Shape (PBITS, 1024)."""
    model = from_terms(PBITS, [h] * PBITS, [], [], [], 0)
    known = np.zeros(PBITS, dtype=np.int8)
    network = compile_network(model, known)
    backend = backend_named(kernel)
    state = backend.accumulators(network, known, planes_of(I0), habits, seed=seed, block=0)
    all_cycles = Cycles(np.full(cycles, I0, dtype=np.int64), np.full(cycles, n, dtype=np.int64))
    backend.accumulate(network, state, all_cycles, habits)
    return read_itanh(network, state.registers, cycles) + I0


@pytest.mark.parametrize("kernel", [name for name in backend_names() if name != "reference"])
@pytest.mark.parametrize(
    ("h", "I0", "n", "habits"),
    [
        (0, 8, 3, Habits()),
        (1, 8, 3, Habits()),
        (-2, 16, 5, Habits()),
        (3, 5, 11, Habits()),
        (1, 16, 5, Habits(density=64)),
        (-1, 12, 4, Habits(density=77, stall=128)),
        (1, 8, 3, Habits(stall=200, average=4)),
    ],
    ids=str,
)
def test_itanh_has_the_distribution_of_its_chain(
    kernel: str, h: int, I0: int, n: int, habits: Habits
) -> None:
    """After so many cycles from 0 or -1, exactly; not only in the limit."""
    start = np.zeros(2 * I0)
    start[I0 - 1 : I0 + 1] = 0.5
    expected = start @ np.linalg.matrix_power(transition(h, I0, n, habits), CYCLES)
    assert_distribution(run(kernel, h, I0, n, habits, CYCLES), expected)


def stationary(P: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The distribution that one more cycle does not change, of both phases of a periodic chain."""
    pi = np.full(len(P), 1 / len(P)) @ np.linalg.matrix_power(P, 1 << 16)
    value: npt.NDArray[np.float64] = (pi + pi @ P) / 2
    return value


@pytest.mark.parametrize("h", [-2, -1, 0, 1, 2])
def test_a_p_bit_follows_tanh(h: int) -> None:
    """P(m = +1) of the chain tends to (1 + tanh(h I0 / n^2)) / 2 where 1 << |h| << n << I0.

    The accumulator drifts by h and spreads by n^2 a cycle between two walls: the stationary density
    at x is proportional to exp(2 h x / n^2), and m is the side of 0. So I0 / n^2 is an inverse
    temperature of a p-bit in a constant field.
    """
    n, I0 = 20, 200
    P = transition(h, I0, n, Habits())
    up = stationary(P)[I0:].sum()
    assert abs(up - (1 + np.tanh(h * I0 / n**2)) / 2) < 0.03


def test_m_is_up_as_often_as_the_chain_says() -> None:
    """The kernel's own p-bits against the stationary chain, by field."""
    habits, I0, n = Habits(), 16, 7
    shares = []
    for h in (-4, -2, -1, 0, 1, 2, 4):
        up = (run("auto", h, I0, n, habits, 400, seed=h + 9) >= I0).mean(axis=0)
        shares.append(up.mean())
        expected = stationary(transition(h, I0, n, habits))[I0:].sum()
        assert abs(up.mean() - expected) < normal_limit(1e-4) * 0.5 / (PBITS * LANES) ** 0.5, h
    assert shares == sorted(shares)


def test_neither_p_bits_nor_lanes_follow_each_other() -> None:
    """Each pair, and the mean of all pairs at one distance, in p-bits and in lanes."""
    rows = [
        run("auto", 0, 8, 5, Habits(), cycles, seed=cycles).astype(np.float32)
        for cycles in range(90, 110)
    ]
    for m in (np.concatenate(rows), np.concatenate([row.T for row in rows])):
        samples, size = m.shape
        unit = (m - m.mean()) / m.std()
        correlation = unit.T @ unit / samples
        np.fill_diagonal(correlation, 0)
        pairs = size * (size - 1) // 2
        assert np.abs(correlation).max() < normal_limit(1e-3 / pairs) / samples**0.5
        means = np.array(
            [np.mean([correlation[i - d, i] for i in range(size)]) for d in range(1, size)]
        )
        assert np.abs(means).max() < normal_limit(1e-3 / size) / (samples * size) ** 0.5
