"""What is done where samples at equilibrium would be no answers: draw from all of them, exactly."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from invc.ask.question import Question
from invc.ask.sample import Sampled
from invc.engine.effort import Effort

if TYPE_CHECKING:
    from invc.proof.diagram import Exact

NAME = "exact"  # what stands where other runs name their dynamics
SECONDS = 10.0  # for a diagram of all answers, and as many again to list them
MOST_LISTED = 1 << 12

Row = tuple[int, ...]


def draw_instead(
    question: Question, effort: Effort, draws: int, began: float | None = None
) -> Sampled | None:
    """So many answers, drawn independently, each as likely as any other.

    From a decision diagram of all answers; where none of bounded size is found, from a list of all
    that SAT makes; None where there are too many for that, or too few: none.

    Args:
        question: What is asked; nothing is biased.
        effort: Its seed decides the draws.
        draws: How many.
        began: When the run began that these take the place of, by `time.perf_counter`.
    """
    began = time.perf_counter() if began is None else began
    found = _by_diagram(question, effort.seed) or _by_list(question, effort.seed)
    if found is None:
        return None
    rows, how = found
    return _sampled(question, effort, Counter(islice(rows, draws)), how, began)


def _by_diagram(question: Question, seed: int) -> tuple[Iterator[Row], str] | None:
    from invc.proof.diagram import TooLarge, exact  # noqa: PLC0415 - loads dd, for this alone
    from invc.proof.sat import Clock  # noqa: PLC0415

    clock = Clock(SECONDS)
    try:
        found = exact(question.design, question.clamps, forbidden=question.forbidden, clock=clock)
    except TooLarge:
        return None
    if not found.count:
        return None
    how = f"drawn from all {found.count:,} answers, by a diagram of {found.nodes:,} nodes"
    return _rows(found, seed), how


def _rows(found: Exact, seed: int) -> Iterator[Row]:
    names = [port.name for port in found.design.netlist.ports]
    for block in found.draws(seed):
        columns = [[int(value) for value in block.ports[name]] for name in names]
        yield from zip(*columns, strict=True)


def _by_list(question: Question, seed: int) -> tuple[Iterator[Row], str] | None:
    import numpy as np  # noqa: PLC0415 - loads numpy

    from invc.proof import count  # noqa: PLC0415 - loads the solver

    found = count(
        question.design,
        question.clamps,
        forbidden=question.forbidden,
        limit=MOST_LISTED,
        time_limit=SECONDS,
    )
    if not found.complete or not found.answers or len(found.answers) < found.number:
        return None
    names = [port.name for port in question.design.netlist.ports]
    listed = [tuple(answer[name] for name in names) for answer in found.answers]
    random = np.random.default_rng(seed)
    ranks = iter(lambda: int(random.integers(len(listed))), -1)
    return (listed[rank] for rank in ranks), f"drawn from all {len(listed):,} answers, found by SAT"


def _sampled(
    question: Question, effort: Effort, counts: Counter[Row], how: str, began: float
) -> Sampled:
    from invc.engine.result import Answer, Result  # noqa: PLC0415 - loads numpy

    names = [port.name for port in question.design.netlist.ports]
    answers = tuple(
        Answer(dict(zip(names, row, strict=True)), reads, 0)
        for row, reads in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    reads, seconds = counts.total(), time.perf_counter() - began
    return Sampled(
        Result(answers, reads, reads, reads, 0, 0, seconds, effort.seed, NAME, "none", how, False)
    )
