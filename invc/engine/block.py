"""A block of reads as a value that any machine can run, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from invc.engine.verify import Verified
from invc.pbits.backend import State
from invc.pbits.heatbath.heat import USES
from invc.pbits.heatbath.ladder import Betas
from invc.pbits.lanes import UInt64


@dataclass(frozen=True)
class Block:
    """So many reads of one length.

    Attributes:
        number: With the seed it fixes every random number.
        dynamics: What moves the p-bits: a name of DYNAMICS.
        sweeps: Of each read.
        reads: How many of its replicas are judged.
        parent: The block whose last state it goes on from.
        draws: Whether it goes on with random numbers of its own, as several from one parent must;
            else as one chain with its parent, with the numbers that come next.
        kept: Whether another block goes on from its last state.
        turn: Blocks of its dynamics that came before it, where dynamics take turns.
    """

    number: int
    dynamics: str
    sweeps: int
    reads: int
    parent: int | None = None
    draws: bool = True
    kept: bool = False
    turn: int = 0


@dataclass(frozen=True)
class Rules:
    """What holds for all blocks of a run.

    Attributes:
        seed: The user's.
        beta: Inverse temperatures, first and last, in the units of the design's energies; None
            for those that suit.
        settings: What the user set of the dynamics, by name.
        strict: Whether only states at the ground level count.
        near: Whether the read of lowest energy that is no answer is looked for.
        target: Answers in a block that end it.
        hold: Sweeps between two looks at the clock and at the states; None for what suits.
        rungs: Inverse temperatures of ladders in the units of what is sampled, where they are
            chosen already; only replicas at the last one are judged.
        uses: Of a vector of random numbers of all replicas, at most, see `Heat`.
        shown: Spins whose rows an outcome brings along.
        bounded: Whether the user bounds the reads or their sweeps, so that each is to be as good as
            another.
        schedule: The inverse temperature of each sweep in the units of the design's energies, where
            the user gave them.
    """

    seed: int = 0
    beta: tuple[float, float] | None = None
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    strict: bool = False
    near: bool = False
    target: int | None = None
    hold: int | None = None
    rungs: Betas | None = None
    uses: int = USES
    shown: tuple[int, ...] = ()
    bounded: bool = False
    schedule: tuple[float, ...] | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a block.

    Attributes:
        block: Which.
        verified: What its reads are worth.
        sweeps: How many there were.
        updates: Attempted updates of each replica: sweeps times free spins where each sweep
            updates them all.
        suits: Whether the dynamics could do with the problem what it is for.
        shown: Rows of the spins that the rules name, of the replicas that count. Shape
            (spins, words).
        end: The last state, where another block goes on from it.
        total: Answers that there are, where the dynamics knows.
        impossible: Whether the dynamics has ruled out every answer.
    """

    block: Block
    verified: Verified
    sweeps: int
    updates: int
    suits: bool
    shown: UInt64
    end: State | None = None
    total: int | None = None
    impossible: bool = False
