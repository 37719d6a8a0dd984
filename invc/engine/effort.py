"""What a run may cost, and how it goes about it: one value, checked once, whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from operator import index

COUNTS = ("reads", "sweeps", "threads", "target")
# Of an inverse temperature. Hotter than the first one every p-bit is a fair coin, colder than the
# second one none has a choice; beyond either, quotients of floats leave their range.
LEAST_BETA, MOST_BETA = 1e-100, 1e100
MOST_COUNT = 2**63 - 1
MOST_BLOCK = 2**40
FEW_THREADS = 16  # that may be asked for whatever the machine has


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How a question is sampled, and how much of it: everything but what is asked.

    Equal efforts on equal questions give equal results, as far as the time does not end them.
    Frozen and picklable; whole numbers may be numpy's, and are ints afterwards.

    Attributes:
        dynamics: How p-bits move: a name of `invc.engine.dynamics.DYNAMICS`, or "auto" for what
            suits the question.
        kernel: What code moves them, or "auto" for the fastest. Results do not depend on it.
        reads: Exactly so many runs of p-bits, unless the time ends before; None for as many as it
            takes. At equilibrium, samples.
        sweeps: Updates of every free spin in a read; None for as many as it takes. At equilibrium,
            the sweeps between two samples of a chain.
        beta: Inverse temperatures, first and last, in the units of the design's energies; None for
            those that its model suggests.
        schedule: The inverse temperature of each sweep, in any order; `beta` and `sweeps` say
            nothing then.
        settings: What the dynamics has of its own, texts by name.
        seed: Of all random numbers, not negative.
        threads: Most that work at once; None for one a core. Results do not depend on it.
        time_limit: Seconds of wall time; None for 60 where `reads` does not bound the run, else
            for as long as it takes.
        target: Stop at so many distinct answers, or at so many states of lowest energy where the
            model has no gates.
        open: Whether `reads` is what a run came to that nothing bounded: it is run again as it was.
        watched: Whether it is run as if somebody looked on, which not every dynamics allows.
        strict: Whether only reads count in which every gate is satisfied, not those whose inputs
            alone are right.
        fold: Whether spins that follow from the clamps are held too, or left to the p-bits.
        cluster: Whose machines work: the address of a Dask scheduler, or "local:N" for N processes
            of this one; None for threads. Results do not depend on it.
        checkpoint: A folder that keeps finished blocks.
        resume: Whether it may have some already, which are not run again.
        blocks: Only the blocks from the first up to the second number, as a part of a run whose
            other parts run elsewhere. The dynamics and `sweeps` must be said then.

    Raises:
        ValueError: A value is out of its range. Whether a dynamics or a kernel has the name, and
            the dynamics the settings, is said by whoever runs it.
    """

    dynamics: str = "auto"
    kernel: str = "auto"
    reads: int | None = None
    sweeps: int | None = None
    beta: tuple[float, float] | None = None
    schedule: tuple[float, ...] | None = None
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    seed: int = 0
    threads: int | None = None
    time_limit: float | None = None
    target: int | None = None
    open: bool = False
    watched: bool = False
    strict: bool = False
    fold: bool = True
    cluster: str | None = None
    checkpoint: str | None = None
    resume: bool = False
    blocks: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name in COUNTS:
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _count(name, value))
        object.__setattr__(self, "seed", _whole("seed", self.seed))
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, not {self.seed!r}")
        if self.time_limit is not None:
            object.__setattr__(self, "time_limit", _seconds(self.time_limit))
        if self.beta is not None:
            object.__setattr__(self, "beta", _betas(self.beta))
        if self.schedule is not None:
            object.__setattr__(self, "schedule", _schedule(self.schedule))
        object.__setattr__(self, "settings", dict(self.settings))
        if self.checkpoint is not None:
            object.__setattr__(self, "checkpoint", os.fspath(self.checkpoint))
        if self.resume and self.checkpoint is None:
            raise ValueError("resume needs the folder of a checkpoint")
        if self.blocks is not None:
            object.__setattr__(self, "blocks", _blocks(self.blocks))
            self._check_blocks()

    def _check_blocks(self) -> None:
        """Blocks of a part of a run are such that each is known without the others."""
        if self.dynamics == "auto" or self.sweeps is None:
            raise ValueError("blocks need a dynamics and its sweeps: each is to stand for itself")
        if self.reads is not None or self.schedule is not None:
            raise ValueError("blocks say how many reads there are, and have no schedule")

    @property
    def workers(self) -> int:
        """Threads that are worth starting: no more than cores, or a few where many are asked."""
        cores = _cores()
        return min(self.threads or cores, max(cores, FEW_THREADS))


@cache
def _cores() -> int:
    """Of this machine; asking the system costs a tenth of a short run."""
    return os.cpu_count() or 1


def _count(name: str, value: object) -> int:
    """The value as an int that is positive and below 2**63."""
    count = _whole(name, value)
    if count <= 0:
        raise ValueError(f"{name} must be positive, not {value!r}")
    if count > MOST_COUNT:
        raise ValueError(f"{name} must be below 2**63, not {value!r}")
    return count


def _blocks(value: object) -> tuple[int, int]:
    """(first, last), whole numbers, the first not negative and below the last."""
    wrong = f"blocks must be (first, last) with 0 <= first < last, not {value!r}"
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError(wrong)
    first, last = (_whole("blocks", end) for end in value)
    if not 0 <= first < last <= MOST_BLOCK:
        raise ValueError(wrong)
    return first, last


def _whole(name: str, value: object) -> int:
    """An int, also where it is numpy's."""
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None


def _seconds(value: object) -> float:
    """A positive number, which may be infinite."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"time_limit must be a number of seconds, not {value!r}") from None
    if not seconds > 0:
        raise ValueError(f"time_limit must be positive, not {value!r}")
    return seconds


def _schedule(value: Iterable[object]) -> tuple[float, ...]:
    """Inverse temperatures; 0 is as hot as the least that is told from it."""
    wrong = "schedule must be inverse temperatures, none of them negative"
    try:
        betas = tuple(float(beta) for beta in value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(wrong) from None
    if not betas or not all(0 <= beta <= MOST_BETA for beta in betas):
        raise ValueError(wrong)
    return tuple(max(beta, LEAST_BETA) for beta in betas)


def _betas(value: object) -> tuple[float, float]:
    """(first, last), both positive and finite."""
    wrong = f"beta must be (first, last) with 0 < first <= last, not {value!r}"
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError(wrong)
    try:
        first, last = (float(end) for end in value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(wrong) from None
    if not (0 < first <= last and isfinite(last)):
        raise ValueError(wrong)
    if not (first >= LEAST_BETA and last <= MOST_BETA):
        raise ValueError(f"beta must be within {LEAST_BETA:g} to {MOST_BETA:g}, not {value!r}")
    return first, last
