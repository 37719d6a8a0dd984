"""Rates and times are what the counted work says, and users get them for their own design."""

import json
import math
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from invc.cli.bench import command
from invc.design import Clamped, Design, parse_clamps, presolve, write_design
from invc.engine.dynamics import DYNAMICS
from invc.tools.bench import (
    Answers,
    Attempt,
    bench,
    built_in_design,
    first_answers,
    measure_rate,
    our_work,
)
from terminal import runs


@pytest.fixture(scope="module")
def built_in() -> tuple[Design, Clamped]:
    return built_in_design()


def test_a_rate_leaves_out_what_a_run_costs_before_its_sweeps() -> None:
    now = [0.0]

    def work(sweeps: int) -> int:
        now[0] += 0.3 + sweeps * 2e-3  # 2 ms for a sweep of 10**6 flips: 0.5 flips/ns
        return sweeps * 10**6

    rates = measure_rate(work, 10.0, lambda: now[0])
    assert len(rates) == 3
    assert all(math.isclose(rate, 0.5, rel_tol=1e-9) for rate in rates)


def test_a_dynamics_that_sets_its_length_is_divided_as_it_is() -> None:
    now = [0.0]

    def work(sweeps: int) -> int:
        now[0] += 0.004
        return 10**6

    assert measure_rate(work, 1.0, lambda: now[0]) == pytest.approx((0.25,) * 3)


def test_so_is_one_that_sometimes_does_less_when_told_to_do_more() -> None:
    now, call = [0.0], [0]

    def work(sweeps: int) -> int:
        now[0] += 0.004
        call[0] += 1
        return 10**6 - call[0]

    assert measure_rate(work, 1.0, lambda: now[0]) == pytest.approx((0.25,) * 3, rel=1e-3)


def test_what_takes_far_too_long_is_not_measured() -> None:
    now = [0.0]

    def work(sweeps: int) -> int:
        now[0] += 40.0 * sweeps
        return 10**9 * sweeps

    assert measure_rate(work, 1.0, lambda: now[0]) == ()
    assert now[0] == 40.0


def test_the_mean_counts_the_time_of_runs_that_were_cut_short() -> None:
    attempts = (Attempt(0, True, 1.0, 5), Attempt(1, False, 4.0, 20), Attempt(2, True, 3.0, 15))
    assert Answers("gibbs", attempts).mean == 4.0
    assert Answers("gibbs", attempts[1:2]).mean is None


def test_flips_are_free_spins_times_reads_times_sweeps(built_in: tuple[Design, Clamped]) -> None:
    design, clamped = built_in
    assert clamped.free < design.model.spins
    work = our_work(design, clamped, "gibbs", "auto")
    assert work(3) == 3 * work(1) == 3 * 1024 * clamped.free


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_runs_follow_each_other_until_the_time_ends(
    built_in: tuple[Design, Clamped], dynamics: str
) -> None:
    design, clamped = built_in
    answers = first_answers(design, clamped, dynamics, seconds=0.3, threads=1, seed=7, most=5)
    assert [a.seed for a in answers.attempts] == list(range(7, 7 + len(answers.attempts)))
    assert 1 <= len(answers.attempts) <= 5


def test_the_command_reports_the_rates_and_answers_of_a_file(
    built_in: tuple[Design, Clamped], tmp_path: Path
) -> None:
    design, _ = built_in
    write_design(design, tmp_path / "m.hj")
    arguments = [str(tmp_path / "m.hj"), "-c", "p=38243", "--seconds", "0.5", "--threads", "1"]
    done = CliRunner().invoke(command, [*arguments, "--json", str(tmp_path / "rates.json")])
    assert done.exit_code == 0
    report, text = json.loads((tmp_path / "rates.json").read_text()), done.stdout
    assert report["free_spins"] == presolve(design, parse_clamps(design.netlist, ["p=38243"])).free
    assert report["answers"][0]["dynamics"] == "auto"
    assert len(report["rates"]) + len(report["answers"]) + len(report["skipped"]) > len(DYNAMICS)
    assert all(rate["threads"] == 1 and rate["flips_per_ns"] for rate in report["rates"])
    assert text.startswith(f"multiplier: {report['free_spins']} free of 192 spins\n")
    assert all(rate["sampler"] in text for rate in report["rates"])


def test_a_design_too_large_for_the_time_says_what_was_left_out(
    built_in: tuple[Design, Clamped],
) -> None:
    design, clamped = built_in
    measured = bench(design, clamped, seconds=1e-6, threads=1)
    assert measured.rates == ()
    assert "gibbs, reference on 1 core" in measured.skipped
    assert len(measured.skipped) + len(measured.answers) >= len(DYNAMICS) + 1


def test_nothing_is_measured_where_everything_follows(
    built_in: tuple[Design, Clamped], tmp_path: Path
) -> None:
    design, _ = built_in
    write_design(design, tmp_path / "m.hj")
    arguments = [str(tmp_path / "m.hj"), "-c", "a=3", "-c", "b=5"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0
    assert "every spin follows from the clamps: nothing to measure" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-c", "p=1"], "error: --clamp needs a FILE\n  hint: without a file the clamp is p=38243"),
        (
            ["--dynamics", "gibs", "--seconds", "0.1"],
            "error: no dynamics is called 'gibs'\n  hint: did you mean 'gibbs'?",
        ),
    ],
)
def test_faults_of_the_user(arguments: Sequence[str], message: str) -> None:
    done = CliRunner().invoke(command, arguments)
    assert str(done.exception) == message


def test_impossible_clamps_are_a_fault(built_in: tuple[Design, Clamped], tmp_path: Path) -> None:
    design, _ = built_in
    write_design(design, tmp_path / "m.hj")
    done = CliRunner().invoke(command, [str(tmp_path / "m.hj"), "-c", "a=0", "-c", "p=1"])
    assert "error: impossible: " in str(done.exception)
    assert "hint: clamp what has an answer" in str(done.exception)


def test_ctrl_c_ends_a_benchmark_wherever_it_is() -> None:
    with subprocess.Popen(
        runs("bench", "--seconds", "600"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as job:
        assert job.stdout is not None
        assert "free of" in job.stdout.readline()  # from here on it measures
        job.send_signal(signal.SIGINT)
        out, err = job.communicate()
    assert (job.returncode, out, err.strip()) == (130, "", "interrupted")
