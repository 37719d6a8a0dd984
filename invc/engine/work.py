"""One block of a run, done and judged: the one way in which p-bits move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from invc.engine.block import Block, Outcome, Rules
from invc.engine.dynamics import DYNAMICS, Task
from invc.engine.problem import Problem
from invc.engine.verify import Verified, View
from invc.pbits.backend import Backend, State
from invc.pbits.lanes import UInt64

# Of a block with many answers in any order, so many are judged: many times those that end the run.
FEW_READS, AMPLE, MANY = 64, 4, 4
LOOK = 16  # sweeps between two looks for answers, where a run ends with them

Halted: TypeAlias = Callable[[], bool]
# Number of a block, sweeps done, and rows of the state, shape (spins, words), bit l of word w being
# replica 64 w + l. It leaves them as they are, and copies what it keeps.
Watcher: TypeAlias = Callable[[int, int, UInt64], object]


def never() -> bool:
    """Asked whether to stop, says no: for work that no clock and no user ends."""
    return False


def run_block(
    problem: Problem,
    block: Block,
    backend: Backend,
    rules: Rules,
    *,
    start: State | None = None,
    halted: Halted = never,
    watch: Watcher | None = None,
) -> Outcome | None:
    """Move the replicas of a block, and judge them.

    Equal arguments give equal outcomes, wherever and whenever it runs: there is no clock in it.

    Args:
        problem: What is sampled.
        block: How much of it.
        backend: What moves p-bits.
        rules: Those of the run.
        start: The last state of the block's parent, where it has one.
        halted: Asked between steps; True ends the work without an outcome.
        watch: Shown the states on the way.
    """
    dynamics = DYNAMICS[block.dynamics]
    problem = problem.by_gates if dynamics.by_gates else problem
    look = Look(problem, backend, block, rules, watch)
    task = Task(problem, block, backend, rules, halted, start, look)
    ended = dynamics.move(task)
    if ended is None:
        return None
    view = View(backend, problem.whole(backend, ended.state), len(rules.rungs or (0,)))
    return Outcome(
        block,
        look.judged(view, ended.good),
        ended.sweeps,
        ended.updates,
        ended.suits,
        view.fetch()[np.array(rules.shown)] if rules.shown else np.zeros((0, 0), np.uint64),
        ended.state if block.kept else None,
        ended.total,
        ended.impossible,
    )


@dataclass(eq=False)
class Look:
    """Shows a block to whoever watches, and ends it once there are answers enough.

    The inputs of an answer may be right long before every gate has settled; where it has to, an
    early state is not worth a look.

    Attributes:
        problem: What is sampled.
        backend: Whose states are looked at.
        block: Which block.
        rules: What is looked for.
        watch: Who wants to see.
        looked: Sweeps at the last look for answers.
    """

    problem: Problem
    backend: Backend
    block: Block
    rules: Rules
    watch: Watcher | None
    looked: int = 0

    def __call__(self, sweeps: int, state: State, early: bool = False) -> bool:
        """Whether the block may end."""
        if self.watch is not None:
            state = self.problem.whole(self.backend, state)
            self.watch(self.block.number, sweeps, self.backend.fetch(state))
        target = self.rules.target
        if (early and self.rules.strict) or target is None or sweeps - self.looked < LOOK:
            return False
        self.looked = sweeps
        return self.count(state) >= target

    def count(self, state: State) -> int:
        """Replicas whose inputs are those of an answer, or that are one in every gate."""
        if self.rules.strict:
            state = self.problem.whole(self.backend, state)
        return self.problem.judge.count(self.backend, state, strict=self.rules.strict)

    def judged(self, view: View, good: int | None = None) -> Verified:
        """What the reads of the block are worth, of which so many seem good, if that is known."""
        reads = self.block.reads
        judge, rules = self.problem.judge, self.rules
        if not self.problem.free:  # one state: to look at it is less than to compile what is right
            good = min(1, reads)
        if good is None and reads and not rules.near:
            good = self.backend.count(judge.answers, view.state)
        if good and good > view.lanes // MANY and rules.target and not rules.bounded:
            reads = min(reads, max(FEW_READS, AMPLE * rules.target) * view.lanes // good)
        if not reads or not (rules.near or good):
            return Verified(reads, 0, 0, {})
        return judge.verify(view, reads, ground=rules.strict, near=rules.near)
