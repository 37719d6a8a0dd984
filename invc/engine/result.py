"""What a run brings: answers, and how it came by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invc.engine.unseen import unseen_of
from invc.engine.verify import Near


@dataclass(frozen=True)
class Answer:
    """A verified answer.

    Attributes:
        ports: Value of every port, by name.
        reads: Reads that ended in it.
        energy: The lowest energy among them; 0 where every gate was satisfied.
    """

    ports: Mapping[str, int]
    reads: int
    energy: int


@dataclass(frozen=True)
class Progress:
    """How far a run is: reads so far, those that are answers, and distinct answers."""

    reads: int
    verified_reads: int
    answers: int


@dataclass(frozen=True)
class Result:
    """What a run found and how.

    Attributes:
        answers: Verified answers, the most often found first.
        reads: Reads that ended.
        verified_reads: Reads whose inputs give the clamped values.
        strict_reads: Reads that satisfied every gate.
        sweeps: Sweeps of all those reads.
        flips: Updates of free spins in them.
        seconds: Wall time.
        seed: The seed.
        dynamics: What moved the p-bits.
        kernel: What code moved them.
        chosen: The schedule, in words.
        interrupted: Whether the user ended it.
        near: The unverified read of lowest energy, where it was asked for and there is one.
        biased: What the probability of each bias came to in the whole units of the fields.
        total: Answers that there are, where a dynamics knows it.
        impossible: Whether a dynamics has ruled out every answer.
    """

    answers: tuple[Answer, ...]
    reads: int
    verified_reads: int
    strict_reads: int
    sweeps: int
    flips: int
    seconds: float
    seed: int
    dynamics: str
    kernel: str
    chosen: str
    interrupted: bool
    near: Near | None = None
    biased: tuple[float, ...] = ()
    total: int | None = None
    impossible: bool = False

    @property
    def unseen(self) -> float:
        """The share of all answers that was not seen: known, or estimated by Good and Turing."""
        if self.total:
            return 1 - len(self.answers) / self.total
        return unseen_of([answer.reads for answer in self.answers])
