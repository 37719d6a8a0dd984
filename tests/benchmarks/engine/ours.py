"""Our dynamics under the same questions as the peers: through `invc.engine.run` and nothing else."""

import inspect
import itertools
import time

from engine.models import Problem
from invc.engine import run
from invc.tools.bench import READS, Attempt, first_answer

FIRST_SWEEPS = 256


def attempt(problem: Problem, dynamics: str, criterion: str, seed: int, limit: float) -> Attempt:
    """One run until the first answer, on one thread, in processor time."""
    if criterion == "seen":
        return first_answer(
            problem.design,
            problem.clamped,
            dynamics,
            seed=seed,
            limit=limit,
            threads=1,
            clock=time.process_time,
        )
    return strict_attempt(problem, dynamics, seed, limit)


def strict_attempt(problem: Problem, dynamics: str, seed: int, limit: float) -> Attempt:
    """Until a read satisfies every gate.

    Where `run` cannot be told to wait for that, its own plan is repeated here: blocks of reads,
    twice as long after 1, 1, 2, 4, ... of them.
    """
    started = time.process_time()
    if "strict" in inspect.signature(run).parameters:
        result = run(
            problem.design,
            problem.clamped,
            dynamics=dynamics,
            seed=seed,
            threads=1,
            time_limit=limit,
            target=1,
            strict=True,
        )
        return Attempt(seed, bool(result.answers), time.process_time() - started, result.flips)
    flips = 0
    for block in itertools.count():
        left = limit - (time.process_time() - started)
        if left <= 0:
            return Attempt(seed, False, time.process_time() - started, flips)
        result = run(
            problem.design,
            problem.clamped,
            dynamics=dynamics,
            seed=seed * 100_003 + block,
            threads=1,
            time_limit=left,
            reads=READS,
            sweeps=FIRST_SWEEPS << block.bit_length(),
        )
        flips += result.flips
        if result.strict_reads:
            return Attempt(seed, True, time.process_time() - started, flips)
    raise AssertionError("blocks never end")
