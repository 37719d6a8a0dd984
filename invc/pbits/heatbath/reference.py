"""The kernels in plain numpy, replica by replica in integers: slow, and what they must equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int8, Int32, Int64
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.heat import BITS, FULL, Heat
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import AND, FALSE, TRUE, Condition, Logic
from invc.pbits.heatbath.program import Program
from invc.pbits.heatbath.settling import Course, Looks, Settling, Verdict, until_settled
from invc.pbits.lanes import ALL, LANES, WORDS, Rows, UInt64, bits_of, ones, words_of
from invc.pbits.random import draw

POOL = 64
FEW_UPDATES = 16
EVERY = 8
TURNS = 8
FEW_LEFT = 24


def sweep(
    program: Program, state: Rows, heat: Heat, sweeps: int, restless: Int8 | None = None
) -> None:
    """Update every target in order, `sweeps` times, in place: heat bath at one temperature.

    Cold, a spin whose field is 0 is all that is left to chance. Some may be restless: they flip
    then and toss a coin in one sweep of `EVERY` only. Both rules leave the Boltzmann distribution
    as it is, and flipping moves on what a coin moves to and fro.

    Source: Peskun, https://doi.org/10.1093/biomet/60.3.607; of two states: Liu,
    https://doi.org/10.1093/biomet/83.3.681.

    Args:
        program: The updates.
        state: Of 1024 replicas.
        heat: Of one temperature.
        sweeps: How many.
        restless: 1 for the updates of spins that are. Shape (u,).
    """
    bits = bits_of(state.rows)
    flips = np.zeros(program.updates, dtype=bool)
    if restless is not None and heat.is_cold:
        flips = (restless != 0) & (program.parity == 0)
    with np.errstate(over="ignore"):
        noise = _noises(program, heat, state.rng, sweeps, flips)
        for s in range(sweeps):
            certain = heat.even.certain, heat.odd.certain
            _sweep(program, bits, noise, certain, flips if s % EVERY else None)
    state.rows[:] = words_of(bits)


def exchange(
    program: Program, state: Rows, ladder: Ladder, pace: Pace, seen: Condition | None = None
) -> Exchanged:
    """The same for ladders, whose neighbours trade states after some sweeps.

    A rung of energy E trades with the next colder one, of energy E', if E' + 2 n >= E, n being the
    number of the pair's chances above a random number: exactly with probability
    min(1, exp((beta' - beta) (E' - E))). Of the exchanges, counted by the state, the even ones
    are between rungs 0 and 1, 2 and 3, and so on.

    Args:
        program: The updates.
        state: Of 1024 replicas.
        ladder: The temperatures.
        pace: How many sweeps, and how many between two exchanges.
        seen: Looked for after each exchange; the first replica that fulfils it ends the sweeps.
    """
    certain = ladder.heat.even.certain, ladder.heat.odd.certain
    traded = np.zeros(ladder.rungs, dtype=np.int64)
    with np.errstate(over="ignore"):
        noise = _noises(program, ladder.heat, state.rng, pace.sweeps)
        chance = _noise(ladder.chances, state.rng, pace.sweeps // pace.between, 1)
        for k in range(1, pace.sweeps + 1):
            bits = bits_of(state.rows)
            _sweep(program, bits, noise, certain)
            state.rows[:] = words_of(bits)
            if k % pace.between == 0:
                traded += _exchange(program, ladder, state, next(chance))
                state.turn += 1
                if seen and ones(holds(seen, state.rows)):
                    return Exchanged(k, traded)
    return Exchanged(pace.sweeps, traded)


def _exchange(
    program: Program, ladder: Ladder, state: Rows, above: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Trades between the rungs whose turn it is."""
    rungs = ladder.rungs
    energy = energies(ladder.meter, state.rows).reshape(-1, rungs, 64)
    allowed = energy[:, 1:] + 2 * above.reshape(-1, rungs, 64)[:, :-1] >= energy[:, :-1]
    allowed[:, 1 - state.turn % 2 :: 2] = False
    shape = len(program.target), WORDS // rungs, rungs, 64
    bits = bits_of(state.rows)[program.target].reshape(shape)
    hot, cold = bits[:, :, :-1].copy(), bits[:, :, 1:].copy()
    bits[:, :, :-1][:, allowed] = cold[:, allowed]
    bits[:, :, 1:][:, allowed] = hot[:, allowed]
    state.rows[program.target] = words_of(bits.reshape(len(program.target), LANES))
    return np.append(allowed.sum(axis=(0, 2)), 0)


def _sweep(
    program: Program,
    bits: npt.NDArray[np.uint8],
    noise: Sequence[Iterator[npt.NDArray[np.int64]]],
    certain: tuple[int, int],
    flips: npt.NDArray[np.bool_] | None = None,
) -> None:
    for u in range(program.updates):
        r = int(program.parity[u])
        # Thresholds above the random number, for each replica; one, of a spin that is to flip.
        if flips is not None and flips[u]:
            above = 1 - bits[program.target[u]].astype(np.int64)
        else:
            above = next(noise[r])
        total = _sum(program, u, bits)
        bits[program.target[u]] = total + above >= certain[r] - program.shift[u]


def _sum(program: Program, u: int, bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """S of one update for every replica."""
    total = np.zeros(LANES, dtype=np.int64)
    ref = program.first_ref[u]
    counts = program.count[program.first_count[u] : program.first_count[u + 1]]
    for k, count in enumerate(counts):  # neighbours with J > 0 and J < 0 in turn
        for neighbour in program.ref[ref : ref + count]:
            total += (bits[neighbour] ^ (k & 1)).astype(np.int64) << (k >> 1)
        ref += count
    return total


def _noises(
    program: Program,
    heat: Heat,
    rng: UInt64,
    sweeps: int,
    flips: npt.NDArray[np.bool_] | None = None,
) -> list[Iterator[npt.NDArray[np.int64]]]:
    """Noise for even and odd fields, of which some updates need little."""
    each = 1 if program.updates < FEW_UPDATES else heat.uses
    uses = [sweeps * int(np.count_nonzero(program.parity == r)) for r in (0, 1)]
    if flips is not None:
        uses[0] -= int(np.count_nonzero(flips)) * (sweeps - -(-sweeps // EVERY))
    tables = heat.even.thresholds, heat.odd.thresholds
    return [_noise(tables[r], rng, uses[r], each) for r in (0, 1)]


def _noise(
    tables: npt.NDArray[np.int32], rng: UInt64, uses: int, each: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Vectors from a pool, each drawn once and used so often, rotated among and within words.

    Tables are by rung; words are rotated among those of their rung.
    """
    rungs, levels = tables.shape
    words = WORDS // rungs
    if not levels:
        while True:
            yield np.zeros(LANES, dtype=np.int64)
    size = 1
    while size < POOL and 2 * size * each <= uses:
        size *= 2
    while True:
        pool, shift, step = [], [], []
        for _ in range(size):
            pool.append(_fresh(tables, rng).reshape(WORDS, 64))
            word = draw(rng) if each > 1 else [0, 0]
            shift.append(int(word[0]) % (64 * words))
            # Odd: all shifts in turn.
            step.append(int(word[1]) % (64 * words) | 1 if each > 1 else 0)
        for _ in range(each):
            word = draw(rng)
            cursor = int(word[0]) & (size - 1)
            stride = int(word[1]) & (size - 1) | 1
            for _ in range(size):
                cursor = (cursor + stride) & (size - 1)
                shift[cursor] = (shift[cursor] + step[cursor]) % (64 * words)
                rows = np.roll(pool[cursor], -(shift[cursor] % words) * rungs, axis=0)
                yield np.roll(rows, shift[cursor] // words, axis=1).reshape(LANES)


def _fresh(tables: npt.NDArray[np.int32], rng: UInt64) -> npt.NDArray[np.int64]:
    """For each replica a random number of `BITS` rows of bits, as its rung's thresholds above it.

    Bits below the lowest one of any threshold decide nothing and are not drawn.
    """
    inside = tables[(tables > 0) & (tables < FULL)]
    lowest = min((int(t & -t).bit_length() - 1 for t in inside), default=BITS - 1)
    rows = np.stack([draw(rng) for _ in range(lowest, BITS)])
    u = (bits_of(rows).astype(np.int64) << np.arange(lowest, BITS)[:, None]).sum(axis=0)
    u = u.reshape(WORDS, 64)
    above: npt.NDArray[np.int64] = np.empty((WORDS, 64), dtype=np.int64)
    for rung, table in enumerate(tables):
        own = slice(rung, WORDS, len(tables))
        above[own] = len(table) - np.searchsorted(table, u[own], side="right")
    return above.reshape(LANES)


def settle(
    stage: Settling, state: Rows, heat: Heat, looks: Looks, course: Course
) -> tuple[Verdict, Course, UInt64]:
    """Sweep the spins of a stage, twice as often after each look, in place.

    It comes back between two looks after `BRIEF` updates.

    Args:
        stage: What is to settle.
        state: Of 1024 replicas.
        heat: Of one temperature.
        looks: When to end.
        course: How far it is.

    Returns:
        What next, how far it is then, and which replicas satisfy the stage. Shape (16,).
    """

    def look() -> UInt64:
        return holds(stage.satisfied, state.rows)

    def move(sweeps: int) -> None:
        sweep(stage.program, state, heat, sweeps, stage.restless)

    return until_settled(stage, looks, course, move, look)


def rows_of(logic: Logic, literals: Int32, rows: UInt64) -> UInt64:
    """The rows of some literals, the operations of the logic done one by one.

    Args:
        logic: What they are computed by.
        literals: Of which rows. Shape (n,).
        rows: Of the state. Shape (spins, words).

    Returns:
        Shape (n, words).
    """
    space = np.concatenate([rows, np.zeros((logic.rows, rows.shape[1]), dtype=np.uint64)])

    def value(literal: int) -> UInt64:
        if literal in (FALSE, TRUE):
            return np.full(rows.shape[1], ALL if literal == TRUE else 0, dtype=np.uint64)
        row: UInt64 = space[literal >> 1] ^ (ALL if literal & 1 else np.uint64(0))
        return row

    for kind, row, a, b in logic.operations.tolist():
        space[row] = value(a) & value(b) if kind == AND else value(a) ^ value(b)
    found = np.empty((len(literals), rows.shape[1]), dtype=np.uint64)
    for k, literal in enumerate(literals.tolist()):
        found[k] = value(literal)
    return found


def holds(condition: Condition, rows: UInt64) -> UInt64:
    """Which replicas fulfil a condition. Shape (words,)."""
    found: UInt64 = rows_of(condition.logic, condition.literal, rows)[0]
    return found


def energies(meter: Meter, rows: UInt64) -> Int64:
    """Energies of all replicas, term by term. Shape (lanes,)."""
    total = np.zeros(64 * rows.shape[1], dtype=np.int64)
    for i, j, flip, p in meter.terms.tolist():
        word = rows[i] ^ (rows[j] if j >= 0 else np.uint64(0)) ^ (ALL if flip else np.uint64(0))
        total += bits_of(word[np.newaxis])[0].astype(np.int64) << p
    return meter.base + 2 * total


def copy_lanes(rows: UInt64, spins: Int64, source: Int64, target: Int64) -> None:
    """In the rows of some spins, lane target[k] becomes what lane source[k] is, in place."""
    bits = bits_of(rows[spins])
    now = bits.copy()
    now[:, target] = bits[:, source]
    rows[spins] = words_of(now)


def resample(state: Rows, spins: Int64, good: UInt64) -> Int32:
    """Make lanes that are not good copies of random ones that are, in some rows, in place.

    All lanes turn by a random amount, and whoever meets a good one becomes its copy: each good
    one has as many copies as another on average, and nearly as many each time. Those that are
    left, or all where few are good, choose one for themselves.

    Args:
        state: Of 1024 replicas.
        spins: Which rows are copied.
        good: Shape (16,); some bit is set.

    Returns:
        The lane whose copy each lane is now. Shape (1024,).
    """
    donor = bits_of(good[None])[0].astype(bool)
    donors = np.flatnonzero(donor)
    left = ~donor
    origin = np.arange(LANES, dtype=np.int32)
    with np.errstate(over="ignore"):
        for _ in range(TURNS):
            if left.sum() <= FEW_LEFT or len(donors) < LANES // 8:
                break
            first = int(draw(state.rng)[0])
            words, bits = first % WORDS, first // WORDS % 64
            lane = np.arange(LANES).reshape(WORDS, 64)
            source = np.roll(np.roll(lane, -words, axis=0), bits, axis=1).reshape(LANES)
            taken = left & donor[source]
            origin[taken] = source[taken]
            left &= ~taken
        alone = np.flatnonzero(left)
        drawn = [draw(state.rng) for _ in range(0, len(alone), WORDS)]
        for k, lane_alone in enumerate(alone):
            word = int(drawn[k // WORDS][k % WORDS])
            origin[lane_alone] = donors[(word >> 32) * len(donors) >> 32]
    state.rows[spins] = words_of(bits_of(state.rows[spins])[:, origin])
    return origin
