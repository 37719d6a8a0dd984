"""The blocks of a run, one after the other or side by side, and what can be told of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from invc.engine.block import Outcome
from invc.engine.dynamics import DYNAMICS
from invc.engine.execute import Executor, Job
from invc.engine.plan import Plan


@dataclass(eq=False)
class Story:
    """A run on its way, and what can be told of it.

    Attributes:
        job: What all blocks are of.
        plan: The blocks.
        names: Dynamics that moved p-bits, in the order in which they came.
        described: What each runs with, in words.
        tried: How the blocks ended that were run alone.
    """

    job: Job
    plan: Plan
    names: list[str] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    tried: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in self.plan.mix.names:
            self._tell(name)

    def outcomes(self, executor: Executor) -> Iterator[Outcome]:
        """Outcomes in the order of the blocks; those on which others depend run alone."""
        for outcome in outcomes_of(executor, self.job, self.plan, self.tried):
            self._tell(outcome.block.dynamics)
            yield outcome

    def _tell(self, name: str) -> None:
        if name not in self.names:
            job = self.job
            text = DYNAMICS[name].described(name, job.problem, job.backend, job.rules)
            self.names.append(name)
            self.described.append(text)

    @property
    def text(self) -> str:
        """What was chosen, and why."""
        kernel = f"{self.job.backend.name} kernel"
        why = self.plan.mix.why(self.tried)
        # The inputs take steps of their own, unless the user said how long reads are.
        own = self.names == ["inputs"] and not self.job.rules.bounded
        parts = [*self.described, kernel, "" if own else self.plan.text, why]
        return ", ".join(part for part in parts if part)


def outcomes_of(
    executor: Executor,
    job: Job,
    plan: Plan,
    tried: list[Outcome] | None = None,
) -> Iterator[Outcome]:
    """Outcomes in the order of the blocks of a plan.

    Blocks on whose end others depend run alone, and are added to those that were tried.
    """
    tried = [] if tried is None else tried
    while plan.mix.alone(tried):
        alone = plan.block(len(tried), tried)
        if alone is None:
            return
        before = len(tried)
        for outcome in executor.run(job, iter([alone]), ahead=False):
            tried.append(outcome)
            yield outcome
        if len(tried) == before:
            return
    yield from executor.run(job, plan.blocks(max(plan.first, len(tried)), tried))
