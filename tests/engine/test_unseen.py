"""How many answers nobody has seen: estimated, waited for, and said."""

import random
from collections import Counter

import pytest

import invc
from designs import CELLS, multiplier
from invc.ask import Effort, Question, ask
from invc.cli.options import View
from invc.cli.samples import echo_samples
from invc.design import Design
from invc.design.assemble import assemble
from invc.engine.tally import SMALL, Tally
from invc.engine.unseen import estimated, unseen_of
from invc.netlist import Port
from typed import sure


@pytest.fixture(scope="module")
def mult4() -> Design:
    return assemble(multiplier(4), CELLS)


@pytest.mark.parametrize("reads", [100, 256, 600, 1500])
def test_the_estimate_is_the_share_that_nobody_has_seen(reads: int) -> None:
    """Of answers as likely as each other, on average over many runs."""
    answers, runs, draw = 256, 400, random.Random(reads)
    error = chao = 0.0
    for _ in range(runs):
        found = Counter(draw.randrange(answers) for _ in range(reads))
        error += unseen_of(list(found.values())) - (1 - len(found) / answers)
        chao += estimated(list(found.values())) / answers
    assert abs(error / runs) < 0.01
    assert 0.9 < chao / runs < 1.1


def test_shares_and_estimates_of_few_answers_are_those_of_the_formulas() -> None:
    assert [unseen_of(counts) for counts in ([], [1], [2], [1, 3], [1, 1, 2])] == [
        0,
        1,
        0,
        1 / 4,
        1 / 2,
    ]
    # n + f1 (f1 - 1) / (2 (f2 + 1)), of f1 that came once and f2 that came twice.
    assert [estimated(counts) for counts in ([], [1], [1, 1], [1, 1, 1, 2, 3])] == [0, 1, 3, 6.5]


def tally_of(counts: list[int], *, blocks: int = 2, reads: int | None = None) -> Tally:
    tally = Tally((Port("a", "input", (2,)),), reads)
    tally.found = {(k,): (seen, 0) for k, seen in enumerate(counts)}
    tally.flips, tally.first_effort = blocks * 1000, 1000
    return tally


def test_a_run_goes_on_while_many_are_unseen() -> None:
    assert not tally_of([1] * 61 + [2] * 140).enough()  # 201 of 256, as they say
    assert tally_of([1] * 2 + [4] * 250).enough()
    assert tally_of([1] * 1000).enough()  # countless
    assert not tally_of([1] * 61 + [2] * 140, reads=10_000).enough()
    assert not tally_of([1, 1, 3], blocks=100).enough()
    assert tally_of([1] * 3 + [200] * 4, blocks=100).enough()
    known = tally_of([1] * 61 + [2] * 140, blocks=100)
    known.total = 256
    assert not known.enough()


@pytest.mark.parametrize("dynamics", ["gibbs", "pt", "ssa"])
def test_nearly_all_answers_are_found_where_that_takes_no_more(
    mult4: Design, dynamics: str
) -> None:
    samples = ask(Question(mult4), Effort(dynamics=dynamics, time_limit=20))
    result = sure(samples.result)
    assert len(samples) >= 240
    assert result.unseen <= SMALL


def test_the_report_says_what_is_unseen(mult4: Design, capsys: pytest.CaptureFixture[str]) -> None:
    samples = ask(Question(mult4), Effort(dynamics="gibbs", reads=300, threads=1))
    view = View(0, "dec", None, False)
    echo_samples(samples, view)
    share = round(100 * sure(samples.result).unseen)
    assert share > 5
    assert f"hint: about {share} % of the answers not seen yet" in capsys.readouterr().out
    all_known = invc.simulate(mult4, threads=1)
    echo_samples(all_known, view)
    assert "not seen" not in capsys.readouterr().out


def test_a_share_that_is_hardly_any_is_not_called_none(
    mult4: Design, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = ask(Question(mult4), Effort(dynamics="gibbs", reads=300, threads=1))
    monkeypatch.setattr(type(sure(samples.result)), "unseen", 0.0003)
    echo_samples(samples, View(0, "dec", None, False))
    assert "hint: under 0.1 % of the answers not seen yet" in capsys.readouterr().out
