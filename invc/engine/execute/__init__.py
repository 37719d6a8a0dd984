"""Who runs blocks: threads of this machine, or whoever else keeps the promise of `Executor`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from invc.engine.block import Block, Outcome
from invc.engine.execute.choose import executor_for
from invc.engine.execute.halt import Halt
from invc.engine.execute.job import Job
from invc.engine.execute.threads import Threads
from invc.pbits.backend import State


class Executor(Protocol):
    """Runs the blocks of one run."""

    def run(self, job: Job, blocks: Iterator[Block], *, ahead: bool = True) -> Iterator[Outcome]:
        """Outcomes in the order of the blocks, until one was halted or there are no more.

        Args:
            job: What all blocks are of.
            blocks: In order; the parent of each comes before it, or was given.
            ahead: Whether blocks may begin before those before them have ended. What has run
                ahead is dropped when the iterator is closed.
        """
        ...

    def give(self, number: int, state: State) -> None:
        """A state for blocks to go on from that no block ended in, by a number of its own."""
        ...


__all__ = ["Executor", "Halt", "Job", "Threads", "executor_for"]
