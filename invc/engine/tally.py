"""What a run has found so far: blocks add to it, tallies of the same problem merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from invc.engine.block import Outcome
from invc.engine.result import Answer, Progress
from invc.engine.unseen import estimated, unseen_of
from invc.engine.verify import Near
from invc.netlist import Port

# When a run may end by itself: see `Tally.enough`.
MORE_EFFORT = 3
MOST_EFFORT = 32
SEEN_OFTEN = 8
MOST_LISTED = 1 << 10  # so many are all found, as far as they are known or to be estimated
SMALL = 0.01  # of all answers: what is unseen then is not waited for
# States kept of a model without gates, the lowest, while a run goes on by itself.
MOST_STATES = 1 << 12

MANY_ANSWERS = 64  # that the rule for few is not made for

Found = dict[tuple[int, ...], tuple[int, int]]


@dataclass(eq=False)
class Tally:
    """Answers and effort.

    Attributes:
        ports: Whose values answers are, in order.
        wanted_reads: Where the user bounds the run by them.
        target: Distinct answers that are enough.
        reads: Reads that ended.
        verified: Reads that are answers.
        strict: Reads that satisfied every gate.
        sweeps: Sweeps of all reads.
        flips: Updates in them.
        first_effort: Flips until there was an answer; 0 while there is none.
        found: Reads and lowest energy of each answer.
        near: The unverified read of lowest energy, where such are kept.
        total: Answers that there are, where a dynamics knows.
        impossible: Whether a dynamics has ruled out every answer.
    """

    ports: Sequence[Port]
    wanted_reads: int | None = None
    target: int | None = None
    reads: int = 0
    verified: int = 0
    strict: int = 0
    sweeps: int = 0
    flips: int = 0
    first_effort: int = 0
    found: Found = field(default_factory=dict)
    near: Near | None = None
    total: int | None = None
    impossible: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count the reads of one block, in the order of the blocks."""
        verified = outcome.verified
        self.reads += verified.reads
        self.verified += verified.verified
        self.strict += verified.strict
        self.sweeps += verified.reads * outcome.sweeps
        self.flips += verified.reads * outcome.updates
        self._see(verified.found, verified.near)
        self._know(outcome.total, outcome.impossible)
        if self.found and not self.first_effort:
            self.first_effort = max(1, self.flips)

    def merge(self, later: Tally) -> None:
        """Count what another tally has, as if its blocks came after those of this one."""
        if later.found and not self.first_effort:
            self.first_effort = max(1, self.flips + later.first_effort)
        self.reads += later.reads
        self.verified += later.verified
        self.strict += later.strict
        self.sweeps += later.sweeps
        self.flips += later.flips
        self._see(later.found, later.near)
        self._know(later.total, later.impossible)

    def _know(self, total: int | None, impossible: bool) -> None:
        self.total = total if total is not None else self.total
        self.impossible = self.impossible or impossible

    def _see(self, found: Found, near: Near | None) -> None:
        if near and (self.near is None or near.energy < self.near.energy):
            self.near = near
        for answer, (reads, energy) in found.items():
            before, lowest = self.found.get(answer, (0, energy))
            self.found[answer] = (before + reads, min(lowest, energy))

    @property
    def progress(self) -> Progress:
        """How far the run is."""
        return Progress(self.reads, self.verified, len(self.found))

    def enough(self) -> bool:
        """Whether a run without a fixed number of reads may end."""
        if self.target is not None and len(self.found) >= self.target:
            return True
        if self.wanted_reads is not None:
            return False
        if self.impossible or self.total == len(self.found):
            return True
        if self.target is not None or not self.found:
            return False
        if self.total is not None and self.total <= MOST_LISTED:
            return False
        counts = [reads for reads, _ in self.found.values()]
        effort = self.flips / self.first_effort
        if effort >= MOST_EFFORT or len(counts) > MANY_ANSWERS:
            countless = self.total is not None or estimated(counts) > MOST_LISTED
            return countless or unseen_of(counts) <= SMALL
        rarest = min(counts)
        # Two answers as likely as each other, one of them unseen in 8 reads: 1 in 256.
        return rarest >= SEEN_OFTEN or (
            effort >= MORE_EFFORT and rarest > 1 and len(self.found) > 2
        )

    def answers(self) -> tuple[Answer, ...]:
        """Answers, the most often found first."""
        names = [port.name for port in self.ports]
        ordered = sorted(self.found.items(), key=lambda item: (-item[1][0], item[0]))
        return tuple(
            Answer(dict(zip(names, values, strict=True)), reads, energy)
            for values, (reads, energy) in ordered
        )


@dataclass(eq=False)
class Ranked(Tally):
    """What has been found of a model without gates, where every state is an answer of a kind.

    `first_effort` is the effort at which the lowest energy was first seen.

    Attributes:
        lowest: That energy; None while there is no state.
    """

    lowest: int | None = None

    def add(self, outcome: Outcome) -> None:
        """Count the reads of one block, and see whether its lowest energy is a new one."""
        super().add(outcome)
        lowest = min((energy for _, energy in outcome.verified.found.values()), default=None)
        self._rank(lowest, self.flips)

    def merge(self, later: Tally) -> None:
        """Count what another tally has, as if its blocks came after those of this one."""
        flips = self.flips
        super().merge(later)
        lowest = later.lowest if isinstance(later, Ranked) else None
        self._rank(lowest, flips + later.first_effort)

    def _rank(self, lowest: int | None, effort: int) -> None:
        """Take note of the lowest energy of what came, and of the effort until it was seen."""
        if lowest is not None and (self.lowest is None or lowest < self.lowest):
            self.lowest, self.first_effort = lowest, max(1, effort)
        if self.wanted_reads is None and len(self.found) > 2 * MOST_STATES:
            kept = sorted(self.found.items(), key=lambda item: item[1][1])[:MOST_STATES]
            self.found = dict(kept)

    def enough(self) -> bool:
        """Whether the lowest energy has been seen often, or for long nothing lower was."""
        best = [reads for reads, energy in self.found.values() if energy == self.lowest]
        if self.target is not None and len(best) >= self.target:
            return True
        if self.wanted_reads is not None or self.target is not None or not best:
            return False
        effort = self.flips / self.first_effort
        return effort >= MOST_EFFORT or (effort >= MORE_EFFORT and sum(best) >= SEEN_OFTEN)

    def answers(self) -> tuple[Answer, ...]:
        """States, those of lowest energy first, and among them the most often found."""
        return tuple(sorted(super().answers(), key=lambda answer: answer.energy))
