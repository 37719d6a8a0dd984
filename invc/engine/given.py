"""Runs that begin with states or follow a schedule that the user gave, and those cut short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from invc.diagnostics import InvcError
from invc.engine.choose import Mix
from invc.engine.execute import Executor, Job
from invc.engine.plan import Plan, given_number
from invc.engine.tally import Tally
from invc.pbits.backend import Backend
from invc.pbits.lanes import UInt64
from invc.pbits.random import block_generator


def annealing(dynamics: str) -> Mix:
    """What goes on from states that are given, or by a schedule that is.

    Raises:
        InvcError: The user named a dynamics that does neither.
    """
    if dynamics not in ("auto", "gibbs"):
        raise InvcError(
            f"{dynamics} takes neither first states nor a schedule", hint="gibbs takes both"
        )
    return Mix("gibbs")


def give(executor: Executor, backend: Backend, start: UInt64 | None) -> int:
    """Hand first states to the blocks that begin with them; how many blocks those are.

    Args:
        executor: What will run the blocks.
        backend: What moves p-bits.
        start: Shape (spins, words), bit l of word w being read 64 w + l; None for no states.
    """
    if start is None:
        return 0
    words = backend.lanes // 64
    blocks = -(-int(start.shape[1]) // words)
    for block in range(blocks):
        rows = np.zeros((len(start), words), dtype=np.uint64)
        part = start[:, block * words : (block + 1) * words]
        rows[:, : part.shape[1]] = part
        # Its generators are never used: a block that goes on from it draws numbers of its own.
        executor.give(given_number(block), backend.adopt(rows, block_generator(0, 0)))
    return blocks


def add_last(job: Job, plan: Plan, tally: Tally) -> None:
    """Where no state is wrong, one sweep is worth more than none when the time ended before any."""
    first = plan.block(0)
    assert first, "a run has reads"
    outcome = job.do(replace(first, sweeps=1, parent=None, kept=False), None)
    if outcome is not None:
        tally.add(outcome)
