"""What all blocks of a run are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from invc.engine.block import Block, Outcome, Rules
from invc.engine.problem import Problem
from invc.engine.work import Halted, Watcher, never, run_block
from invc.pbits.backend import Backend, State


@dataclass(frozen=True, eq=False)
class Job:
    """A problem, what moves its p-bits, and the rules.

    Attributes:
        problem: What is sampled.
        backend: What moves p-bits.
        rules: What holds for all blocks.
        watch: Shown states on the way, where the executor can.
        keep: Told of each outcome as soon as there is one, in no order, in any thread.
    """

    problem: Problem
    backend: Backend
    rules: Rules
    watch: Watcher | None = None
    keep: Callable[[Outcome], object] | None = None

    def do(self, block: Block, start: State | None, halted: Halted = never) -> Outcome | None:
        """Run one block; see `run_block`."""
        outcome = run_block(
            self.problem,
            block,
            self.backend,
            self.rules,
            start=start,
            halted=halted,
            watch=self.watch,
        )
        if outcome is not None and self.keep:
            self.keep(outcome)
        return outcome
