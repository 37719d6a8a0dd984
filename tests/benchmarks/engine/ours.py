"""Our dynamics under the same questions as the peers: through `invc.engine.run` and nothing else."""

import time

from benchmarks.engine.models import Problem
from invc.engine import Effort, problem_of, run
from invc.tools.bench import Attempt, first_answer


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
    """Until a read satisfies every gate."""
    started = time.process_time()
    effort = Effort(
        dynamics=dynamics, seed=seed, threads=1, time_limit=limit, target=1, strict=True
    )
    result = run(problem_of(problem.design, problem.clamped), effort)
    return Attempt(seed, bool(result.answers), time.process_time() - started, result.flips)
