"""Where samples at equilibrium would be no answers, all answers are drawn from, or it is said why not."""

import pytest

from designs import CELLS, multiplier
from invc.ask import Effort, Question, Wanted, ask
from invc.ask.instead import NAME, draw_instead
from invc.ask.question import read_question
from invc.ask.records import Record
from invc.ask.results import report
from invc.design.assemble import assemble
from invc.proof import diagram

EFFORT = Effort(time_limit=4, threads=1, seed=3)
WANTED = Wanted(equilibrium=True, uniformity=True)
WAYS = 18  # to make 9,699,690 of two factors of twelve bits


@pytest.fixture(scope="module")
def product() -> Question:
    return read_question(assemble(multiplier(12), CELLS), ["p=9699690"])


def no_diagram(*_: object, **__: object) -> None:
    raise diagram.TooLarge("it is not allowed to be found")


def test_a_futile_run_draws_from_all_answers_and_can_be_repeated(product: Question) -> None:
    samples = ask(product, EFFORT, WANTED)
    assert samples.status == "found"
    assert len(samples.answers) == WAYS
    assert all(answer["a"] * answer["b"] == 9699690 for answer in samples.answers)
    assert samples.uniformity().passed
    assert samples.result is not None
    assert samples.result.dynamics == NAME
    (told,) = samples.warnings
    assert told.startswith("one sample in 2^")
    fields = report(samples)
    question, effort, wanted = Record("r.json", fields).asked(product.design)
    again = ask(question, effort, wanted)
    assert again.answers == samples.answers
    assert again.columns == samples.columns


def test_without_a_diagram_it_draws_from_a_list_by_sat(
    product: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagram, "exact", no_diagram)
    drawn = draw_instead(product, EFFORT, 4000)
    assert drawn is not None
    reads = [answer.reads for answer in drawn.result.answers]
    assert (len(reads), sum(reads)) == (WAYS, 4000)
    mean = 4000 / WAYS
    assert sum((n - mean) ** 2 / mean for n in reads) < 45  # 17 degrees of freedom: p = 0.0003


def test_what_has_no_answer_is_impossible() -> None:
    prime = read_question(assemble(multiplier(12), CELLS), ["p=16777213"])
    samples = ask(prime, EFFORT, Wanted(equilibrium=True))
    assert samples.status == "impossible"


def test_too_many_answers_for_a_list_are_refused_with_their_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diagram, "exact", no_diagram)
    top = read_question(assemble(multiplier(12), CELLS), ["p[23]=1"])
    samples = ask(top, EFFORT, Wanted(equilibrium=True))
    assert samples.status == "none"
    (told,) = samples.warnings
    assert told.startswith("at most one sample in 2^")
