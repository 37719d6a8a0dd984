"""What chains have in common with what they were, counted bit by bit and pair by pair."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import AND2, CELLS
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Answer, Problem, Result, problem_of
from invc.engine.block import Block, Outcome
from invc.engine.equilibrium import Equilibrium, Setting
from invc.engine.equilibrium import tally as counted
from invc.engine.equilibrium.chains import BLOCKS
from invc.engine.equilibrium.mixing import Pairs, root_mean, square
from invc.engine.equilibrium.prospect import MARGIN, Prospect
from invc.engine.equilibrium.sample import FORGETFUL, MOST_CORRELATION
from invc.engine.equilibrium.tally import ChainTally
from invc.engine.verify import Verified
from invc.netlist import Gate, Netlist, Port
from invc.pbits.lanes import bits_of, words_of

Bits = npt.NDArray[Any]


def squared(x: Bits, y: Bits) -> float:
    """The squared correlation of a bit at two times; one that never differs is as it was."""
    if x.std() == 0 or y.std() == 0:
        return float(x.std() == y.std())
    return float(np.corrcoef(x, y)[0, 1] ** 2)


@given(st.integers(0, 2**32), st.integers(1, 3), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_the_square_is_the_mean_over_bits_without_what_chance_shows(
    seed: int, words: int, flipped: float
) -> None:
    source = np.random.default_rng(seed)
    before = source.integers(2, size=(5, 64 * words), dtype=np.uint8)
    after = before ^ (source.random(before.shape) < flipped).astype(np.uint8)
    before[3:], after[4] = 1, 0
    expected = np.mean([squared(x, y) for x, y in zip(before, after, strict=True)])
    found = square(words_of(before), words_of(after))
    assert found == pytest.approx(expected - 1 / (64 * words), abs=1e-9)
    assert square(words_of(before[:0]), words_of(after[:0])) == 0


def test_the_root_of_what_chance_made_negative_is_nothing() -> None:
    assert root_mean([0.25, 0.75, 0.5]) == sqrt(0.5)
    assert root_mean([0.25, -0.5]) == 0


@given(st.integers(0, 2**32), st.integers(0, 30))
def test_pairs_are_what_came_of_a_chain_and_what_came_before_it(seed: int, rounds: int) -> None:
    source, pairs = np.random.default_rng(seed), Pairs(6, 4)
    came: list[list[Bits]] = [[] for _ in range(6)]
    for _ in range(rounds):
        chains = np.flatnonzero(source.random(6) < 0.4)
        bits = source.integers(2, size=(len(chains), 4), dtype=np.uint8)
        bits[:, 3] = 1
        pairs.add(chains, bits)
        for chain, one in zip(chains, bits, strict=True):
            came[chain].append(one)
    x, y = ([one for of in came for one in of[part]] for part in (slice(-1), slice(1, None)))
    assert pairs.count == len(x)
    before, after = np.array(x, dtype=np.int64).reshape(-1, 4), np.array(y).reshape(-1, 4)
    assert pairs.sums.tolist() == [
        *(rows.sum(axis=0).tolist() for rows in (before, after, before * after)),
    ]
    both = [k for k in range(4) if len(x) and before[:, k].std() and after[:, k].std()]
    squares = [squared(before[:, k], after[:, k]) for k in both]
    expected = sqrt(max(0.0, float(np.mean(squares)) - 1 / len(x))) if squares else 0.0
    assert pairs.correlation == pytest.approx(expected, abs=1e-9)


def test_one_pair_tells_nothing() -> None:
    pairs = Pairs(2, 1)
    assert pairs.correlation == 0
    for bit in (1, 1):
        pairs.add(np.array([1]), np.array([[bit]], dtype=np.uint8))
    assert (pairs.count, pairs.correlation) == (1, 0)


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Of three inputs one is held; the output shows nets, complements and constants."""
    ports = (Port("a", "input", (2, 4, 6)), Port("y", "output", (9, 0, 8, 1, 3), signed=True))
    gates = (Gate(AND2, (2, 5, 8)),)
    netlist = Netlist("few", ports, gates, ("", "a0", "a1", "a2", "y0")).check()
    design = assemble(netlist, CELLS)
    return problem_of(design, presolve(design, parse_clamps(netlist, ["a[2]=1"])))


def rounds(seed: int, words: int, count: int) -> list[list[Outcome]]:
    """Outcomes of four spins, of which about a third of the chains are answers."""
    source, made = np.random.default_rng(seed), []
    for number in range(count):
        outcomes = []
        for block in range(BLOCKS):
            shown = words_of(source.integers(2, size=(4, 64 * words), dtype=np.uint8))
            lanes = tuple(np.flatnonzero(source.random(64 * words) < 0.3).tolist())
            verified = Verified(64 * words, len(lanes), len(lanes), {(0, 0): (1, 0)}, lanes)
            of = Block(BLOCKS * number + block, "gibbs", 5, 64 * words)
            outcomes.append(Outcome(of, verified, 5, 20, True, shown))
        made.append(outcomes)
    return made


@pytest.mark.parametrize(("words", "lanes"), [(1, 64), (2, 128), (1, 256)])
def test_bits_of_answers_are_counted_chain_by_chain(
    problem: Problem, words: int, lanes: int
) -> None:
    """Where a block has ladders, only the chains of its last rung are shown."""
    tally = ChainTally(problem, lanes, (0, 1, 2, 3))
    samples = np.zeros(BLOCKS * lanes, dtype=int)
    ones = np.zeros((BLOCKS * lanes, 8), dtype=int)
    squares: list[float] = []
    before: list[npt.NDArray[np.uint64]] = []
    for outcomes in rounds(lanes, words, 3):
        tally.add_round(outcomes)
        for k, outcome in enumerate(outcomes):
            a0, a1, a2, y0 = bits_of(outcome.shown)
            bits = np.array([a0, a1, a2, 1 - y0, 0 * y0, y0, 0 * y0 + 1, 1 - a0]).T
            for lane in outcome.verified.lanes:
                samples[64 * words * k + lane] += 1
                ones[64 * words * k + lane] += bits[lane]
        whole = np.concatenate([outcome.shown[:2] for outcome in outcomes], axis=1)
        now = np.split(whole, BLOCKS * 64 * words // lanes, axis=1)
        squares += [square(a, b) for a, b in zip(before, now, strict=bool(before))]
        before = now
    assert tally.samples.tolist() == samples.tolist()
    assert tally.ones.tolist() == ones.tolist()
    assert tally.squares == squares
    assert len(squares) == 2 * BLOCKS * 64 * words // lanes
    assert tally.pairs.count == int(np.maximum(samples - 1, 0).sum())
    assert (tally.count.reads, tally.count.flips) == (
        3 * BLOCKS * 64 * words,
        20 * tally.count.reads,
    )


def test_few_pairs_of_answers_tell_nothing(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = ChainTally(problem, 64, (0, 1, 2, 3))
    assert tally.correlation == 1, "nothing is known"
    for outcomes in rounds(1, 1, 3):
        tally.add_round(outcomes)
    by_pairs, by_states = tally.pairs.correlation, root_mean(tally.squares)
    assert by_pairs != by_states
    for few, expected in ((tally.pairs.count, by_pairs), (tally.pairs.count + 1, by_states)):
        monkeypatch.setattr(counted, "FEW_PAIRS", few)
        assert tally.correlation == expected


def run_of(
    correlation: float, reads: int, verified: int, prospect: Prospect | None = None
) -> Equilibrium:
    answers = (Answer({"a": 1}, verified, 0),) if verified else ()
    result = Result(
        *(answers, reads, verified, verified, reads, reads, 1.0, 0, "equilibrium", "", ""),
        False,
    )
    none = np.zeros(0, dtype=np.int64)
    return Equilibrium(result, Setting(1.0, 1), correlation, none, none[:, None], prospect)


def test_chains_are_mixed_up_to_a_correlation_and_doubted_beyond() -> None:
    poor = Prospect(-30.0, 3, True, 8.0, 2.0**20)
    most, more = MOST_CORRELATION, np.nextafter(MOST_CORRELATION, 1)
    told = {
        (most, 9, 1, None): (True, None),
        (more, 9, 1, None): (False, FORGETFUL),
        (more, 1, 0, None): (False, FORGETFUL),
        (more, 0, 0, None): (False, None),
        (most, 9, 0, None): (False, None),
        (most, 9, 0, poor): (False, poor.text),
        (most, 9, 1, poor): (True, None),
    }
    for how, (mixed, doubt) in told.items():
        run = run_of(*how)
        assert (run.mixed, run.doubt) == (mixed, doubt)


@pytest.mark.parametrize(
    ("prospect", "share", "hopeless", "text"),
    [
        (Prospect(-9.0, 0, True, 4.0, 1.0), -9.0, True, "there is no answer, says SAT"),
        (Prospect(-12.0, 0, False, 4.0, 4.0), -8.0, False, "at most one sample in 2^8 would"),
        (
            Prospect(-12.1, 9, False, 4.0, 4.0),
            -8.1,
            True,
            "2^8 would be an answer; SAT finds 9 and",
        ),
        (Prospect(-10.0, 4, True, 9.0, 4.0), -8.0, False, "an answer; SAT finds all 4: ask for"),
        (Prospect(-10.1, 4, True, 9.0, 0.5), -8.1, True, "one sample in 2^8 would be an answer;"),
        (Prospect(-2.0, 8, True, 9.0, 1.0), 0.0, False, "one sample in 2^-0 would"),
    ],
)
def test_prospects_are_hopeless_beyond_the_margin(
    prospect: Prospect, share: float, hopeless: bool, text: str
) -> None:
    assert MARGIN == 6
    assert prospect.share == pytest.approx(share)
    assert prospect.is_hopeless == hopeless
    assert text in prospect.text
