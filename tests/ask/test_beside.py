"""SAT beside a run: it ends what is futile, and is gone when the run is over."""

import time

import pytest

from designs import CELLS, multiplier
from invc.ask import Effort, Question, Wanted, ask, beside
from invc.ask.beside import Beside
from invc.ask.question import read_question
from invc.design.assemble import assemble
from typed import sure

PROOF = Wanted(proof=True)


@pytest.fixture(scope="module")
def futile() -> Question:
    return read_question(assemble(multiplier(8), CELLS), ["p=64507"])  # 251 times 257


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Beside]:
    """Those that were started."""
    made: list[Beside] = []

    class Kept(Beside):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr("invc.ask.asking.Beside", Kept)
    return made


def test_a_futile_run_ends_when_that_is_proven(futile: Question, kept: list[Beside]) -> None:
    samples = ask(futile, Effort(dynamics="gibbs", time_limit=300), PROOF)
    assert samples.status == "impossible"
    assert samples.summary == "impossible: no inputs give these clamps (proven by SAT)"
    assert sure(samples.result).seconds < 150
    assert sure(kept[0].process).poll() == 0


def test_a_run_of_so_many_reads_makes_them_all(futile: Question) -> None:
    """Its result is to be repeated: no clock of another process decides what it has."""
    effort = Effort(dynamics="gibbs", reads=3000, sweeps=300)
    one, other = (ask(futile, effort, PROOF) for _ in range(2))
    assert sure(one.result).reads == sure(other.result).reads == 3000
    assert one.summary == other.summary


def test_what_is_not_needed_is_not_left_behind(
    kept: list[Beside], monkeypatch: pytest.MonkeyPatch
) -> None:
    design = assemble(multiplier(4), CELLS)
    question = read_question(design, ["p=143"])
    assert ask(question, Effort(), PROOF).proof is None
    assert not kept[0].thread.is_alive()

    def interrupted(*_: object, **__: object) -> None:
        while kept[-1].process is None:
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr("invc.ask.asking.sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask(question, Effort(), PROOF)
    assert not kept[-1].thread.is_alive()
    assert sure(kept[-1].process).poll() is not None


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "import nothing_of_this_name"])
def test_where_no_process_can_be_had_the_proof_comes_after_the_run(
    futile: Question, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(beside, "CODE", code)
    samples = ask(futile, Effort(dynamics="gibbs", time_limit=0.5), PROOF)
    assert samples.status == "impossible"
