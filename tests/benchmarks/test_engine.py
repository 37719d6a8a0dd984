"""The engine benchmark's arithmetic, and that a run can be ended, resumed and reported."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.engine import main, models, peers
from benchmarks.engine.measure import (
    Point,
    Rate,
    Row,
    Rows,
    Run,
    Scaling,
    at_least,
    growth,
    interval,
    key,
    share_interval,
    tts,
    tts99,
)
from benchmarks.engine.peers import Peer
from invc.netlist import Port
from typed import sure

MAIN = Path(models.HERE) / "main.py"


def run_row(
    seconds: float,
    *,
    found: bool = True,
    sampler: str = "gibbs",
    width: int = 8,
    product: int = 143,
    seed: int = 0,
) -> Run:
    return Run(sampler, "seen", width, product, seed, found, seconds)


def exponential(mean: float, count: int, width: int, chance: np.random.Generator) -> list[Run]:
    return [
        run_row(float(t), width=width, product=k % 3, seed=k)
        for k, t in enumerate(chance.exponential(mean, count))
    ]


def test_tts99_of_runs_cut_short_is_that_of_runs_that_were_not() -> None:
    chance = np.random.default_rng(5)
    times = chance.exponential(2.0, 20_000)
    whole = [run_row(float(t)) for t in times]
    cut = [run_row(float(min(t, 1.0)), found=bool(t < 1.0)) for t in times]
    truth = 2.0 * math.log(100)
    assert tts99(whole) == pytest.approx(truth, rel=0.03)
    assert tts99(cut) == pytest.approx(truth, rel=0.05)
    assert np.quantile(times, 0.99) == pytest.approx(truth, rel=0.05)


def test_a_time_that_every_run_needs_counts_once() -> None:
    chance = np.random.default_rng(6)
    steady = [run_row(2.0 + 1e-6 * k) for k in range(20)]
    assert tts99(steady) == pytest.approx(2.0, rel=1e-3)
    means = [
        sure(tts99([run_row(float(t)) for t in 3.0 + chance.exponential(0.5, 20)]))
        for _ in range(400)
    ]
    assert np.mean(means) == pytest.approx(3.0 + 0.5 * math.log(100), rel=0.03)


def test_no_answer_gives_a_lower_bound_only() -> None:
    runs = [run_row(3.0, found=False)] * 4
    assert tts99(runs) is None
    # At this TTS99 twelve seconds without an answer happen once in twenty times.
    assert math.exp(-12.0 / (at_least(runs) / math.log(100))) == pytest.approx(0.05, rel=0.01)


def test_hard_products_count_as_much_as_easy_ones() -> None:
    easy = [run_row(1.0 + 0.1 * k, product=1, seed=k) for k in range(20)]
    hard = [run_row(10.0 + k, product=2, seed=k) for k in range(3)]
    assert tts(easy + hard) == pytest.approx((sure(tts99(easy)) + sure(tts99(hard))) / 2)
    unsolved = [run_row(3.0, found=False, product=3)] * 4
    assert tts(easy + unsolved) is None
    assert at_least(easy + unsolved) == pytest.approx((sure(tts99(easy)) + at_least(unsolved)) / 2)


def test_sat_is_judged_by_its_median() -> None:
    assert tts([run_row(t, sampler="SAT (CaDiCaL)") for t in (1.0, 2.0, 30.0)]) == 2.0


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    chance = np.random.default_rng(1)
    truth = math.log(100)
    intervals = [interval(exponential(1.0, 40, 8, chance), 200) for _ in range(60)]
    held = sum(low <= truth <= high for low, high in intervals)
    assert held >= 50


def test_growth_is_the_factor_for_two_bits() -> None:
    chance = np.random.default_rng(2)
    cells = {n: exponential(1e-3 * 7.0 ** (n / 2), 400, n, chance) for n in (4, 8, 10, 12, 14)}
    assert growth(cells) == pytest.approx(7.0, rel=0.1)
    assert growth({8: cells[8]}) is None


def test_a_share_of_none_is_not_known_to_be_none() -> None:
    low, high = share_interval(0, 1024)
    assert low == 0
    assert 0.001 < high < 0.01


def test_rows_survive_a_run_that_was_ended(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    written: list[Row] = [
        run_row(0.5),
        run_row(0.7, seed=1, found=False),
        Rate("gibbs", "8 x 8 multiplier", 168, (1.0, 2.0)),
        Point("gibbs", "8 x 8 multiplier", 64, 1024, 5, 3, 0.1, 11_010_048, 168),
        Scaling("8 x 8 multiplier", 65536, (2.0, 2.1), (1.0, 1.1)),
    ]
    rows = Rows(path, resume=False)
    for row in written:
        rows.add(row)
    with path.open("a") as file:
        file.write('{"kind": "Run", "sampl')
    again = Rows(path, resume=True)
    assert [again.rows[key(row)] for row in written] == written
    assert len(again.rows) == len(written)
    assert Rows(path, resume=False).rows == {}


def test_a_dynamics_that_ends_by_itself_shows_what_it_spent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = Rows(tmp_path / "rows.jsonl", resume=False)
    rows.add(Point("gibbs", "toy", 64, 1024, 512, 3, 0.1, 64 * 1024 * 10, 10))
    rows.add(Point("staged", "toy", 512, 1024, 256, 3, 0.1, 20 * 1024 * 10, 10))
    main.report_curves(rows)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert lines[1].startswith("| 64 | 50 (")
    assert lines[3].startswith("| staged | 512 | 20 | 25 (")


def test_a_state_is_right_when_its_inputs_are(tmp_path: Path) -> None:
    problem = models.factoring(4, 143)
    states = np.random.default_rng(0).choice([-1, 1], (4000, problem.free.spins)).astype(np.int8)
    seen = problem.seen(states)
    whole = np.tile(problem.clamped.values, (len(states), 1))
    whole[:, problem.folded[1]] = states

    def value(port: Port, row: Any) -> int:
        return sum(int(row[(bit >> 1) - 1] > 0) << k for k, bit in enumerate(port.bits))

    a, b = problem.design.netlist.inputs
    assert seen.tolist() == [value(a, row) * value(b, row) == 143 for row in whole]
    assert 0 < seen.sum() < len(states)


# thrml brings jax, 600 MB, and takes ten seconds to compile: only the benchmark itself runs it.
QUICK = [peer for peer in peers.PEERS if peer.name != "thrml"]


@pytest.mark.parametrize("peer", QUICK, ids=lambda peer: peer.name)
def test_every_peer_factors_143(peer: Peer) -> None:
    if not peer.installed:
        pytest.skip("not installed: pip install --group bench")
    problem = models.factoring(4, 143)
    setting = peer.grid[0] if peer.grid else None
    attempt = peer.attempt(problem, "strict", setting, 1, 20.0)
    assert attempt.found
    assert attempt.seconds > 0


def test_the_random_formula_has_its_hidden_answer() -> None:
    import random

    text = models.sat3_verilog(20, 4.2, random.Random(3))
    assert text.count("|") == 2 * 84
    chance = random.Random(3)
    hidden = [chance.random() < 0.5 for _ in range(20)]
    for line in text.split("{")[1].split("}")[0].split(","):
        literals = [word.strip() for word in line.split("|")]
        assert any(hidden[int(word.strip("~x[]"))] != word.startswith("~") for word in literals), (
            line
        )


def test_a_run_prints_its_tables_and_resumes(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    command = [
        sys.executable,
        "-P",
        str(MAIN),
        "--quick",
        "--only",
        "tts",
        "--widths",
        "4",
    ]
    command += ["--products", "1", "--cell-seconds", "0.05", "--peers", "--rows", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    assert "| gibbs |" in done.stdout
    kinds = [json.loads(line)["kind"] for line in rows.read_text().splitlines()]
    assert kinds.count("Run") >= 2
    again = subprocess.run(
        [*command, "--report"], capture_output=True, text=True, check=True, timeout=900
    )
    assert again.stdout == done.stdout
