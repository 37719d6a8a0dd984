"""Blocks on the threads of this machine."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from invc.engine.block import Block, Outcome
from invc.engine.execute.halt import Halt
from invc.engine.execute.job import Job
from invc.pbits.backend import State

_T = TypeVar("_T")


@dataclass(eq=False)
class Threads:
    """An `Executor`: the calling thread where one is wanted, else a pool.

    Attributes:
        threads: Most that work at once.
        halt: Ends what runs.
        ends: Last states by the number of their block, or None of one that was halted.
    """

    threads: int
    halt: Halt
    ends: dict[int, Future[State | None]] = field(default_factory=dict)

    def give(self, number: int, state: State) -> None:
        """A state for blocks to go on from that no block ended in."""
        self._end(number).set_result(state)

    def run(self, job: Job, blocks: Iterator[Block], *, ahead: bool = True) -> Iterator[Outcome]:
        """Outcomes in the order of the blocks, until one was halted or there are no more."""
        if ahead and self.threads > 1:
            yield from self._together(job, blocks)
            return
        for block in blocks:
            outcome = self._work(job, block)
            if outcome is None:
                return
            yield outcome

    def _together(self, job: Job, blocks: Iterator[Block]) -> Iterator[Outcome]:
        running: deque[Future[Outcome | None]] = deque()
        pool = ThreadPoolExecutor(self.threads)
        try:
            while True:
                # Twice as many as threads: one done early need not wait for an earlier block.
                for block in islice(blocks, 2 * self.threads - len(running)):
                    running.append(pool.submit(self._work, job, block))
                outcome = _wait(running.popleft()) if running else None
                if outcome is None:
                    return
                yield outcome
        finally:
            self.halt.now()
            pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, job: Job, block: Block) -> Outcome | None:
        """Run one block, and hand on its last state whatever happens."""
        outcome = None
        try:
            start = None if block.parent is None else self._end(block.parent).result()
            if block.parent is not None and start is None:  # its parent was halted
                return None
            outcome = job.do(block, start, self.halt)
        finally:
            if block.kept:
                self._end(block.number).set_result(outcome.end if outcome else None)
        return outcome

    def _end(self, number: int) -> Future[State | None]:
        return self.ends.setdefault(number, Future())


def _wait(future: Future[_T]) -> _T:
    """The result; wakes up to let Ctrl-C through."""
    while True:
        try:
            return future.result(timeout=0.1)
        except NotYet:
            if future.done():
                raise
