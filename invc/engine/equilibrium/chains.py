"""Chains that go on, block after block: what starts and moves them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from invc.engine.block import Block, Outcome, Rules
from invc.engine.dynamics.pt import space_rungs
from invc.engine.equilibrium.setting import Setting
from invc.engine.problem import Problem
from invc.engine.work import Halted, run_block
from invc.pbits.backend import Backend, State
from invc.pbits.heatbath.heat import USES
from invc.pbits.heatbath.ladder import Betas

BLOCKS = 4  # of chains
SLICE = 64  # sweeps between two looks at the clock
PILOT_BLOCK = 1 << 40  # far from the blocks of any run
SPACING_BLOCK = PILOT_BLOCK - 1
SPINS_A_USE = 8  # of random numbers: chains are then nearly as good as independent ones
FORGET = 4  # samples' worth of sweeps, before the first: a bias of the start outlives correlations
LOOK_UPDATES = 1e4  # of a chain, which take as long as to verify and count a sample of it


@dataclass(frozen=True, eq=False)
class Chains:
    """What moves chains of one problem.

    Attributes:
        problem: What is sampled.
        backend: What moves p-bits.
        seed: The user's.
    """

    problem: Problem
    backend: Backend
    seed: int

    def cost(self, sweeps: int) -> float:
        """Of a sample, in sweeps."""
        return sweeps + LOOK_UPDATES / max(1, self.problem.free)

    def leaning(self, beta: float) -> Chains:
        """Chains of the same problem with the fields of its biases."""
        return replace(self, problem=self.problem.leaning(beta))

    def start(self, block: int) -> State:
        """A block of chains at random states, held spins in place."""
        return self.backend.start(self.problem.known, self.seed, block)

    @property
    def uses(self) -> int:
        """How often a vector of random numbers of all chains may serve.

        One that happens to lean leans on all chains at once, each time that it serves. A spin
        meets it about USES / free times while it is in use, and the variance of what is counted
        over chains grows by about as much: 21 % at 30 spins, were it 64 times there too.
        """
        return max(1, min(USES, self.problem.free // SPINS_A_USE))

    def betas(self, setting: Setting) -> Betas:
        """The inverse temperatures of a setting in the units of the model, ladders spaced."""
        scale = self.problem.scale
        if setting.low is None:
            return (setting.beta / scale,)
        state = self.start(SPACING_BLOCK)
        low, high = setting.low / scale, setting.beta / scale
        return space_rungs(self.problem, self.backend, state, low, high)

    def rules(self, betas: Betas, uses: int = USES) -> Rules:
        """Those of blocks of chains: samples are at the last beta and at the ground level."""
        last = betas[-1] * self.problem.scale
        nets = {(bit >> 1) - 1 for port in self.problem.ports for bit in port.bits if bit > 1}
        return Rules(
            self.seed,
            (last, last),
            strict=True,
            hold=SLICE,
            rungs=betas if len(betas) > 1 else None,
            uses=uses,
            shown=tuple(sorted(nets)),
        )

    def advance(
        self, state: State, rules: Rules, sweeps: int, halted: Halted, reads: int = 0
    ) -> Outcome | None:
        """Move a block on in place; None where it was halted on the way."""
        block = Block(0, _dynamics(rules), sweeps, reads, -1, draws=False)
        return run_block(self.problem, block, self.backend, rules, start=state, halted=halted)


def _dynamics(rules: Rules) -> str:
    return "pt" if rules.rungs else "gibbs"


def chain_blocks(chains: Chains, rules: Rules, thin: int, reads: int | None) -> Iterator[Block]:
    """Rounds of blocks, one of each block of chains, which go on from those of the round before.

    The first round forgets the start and is not judged. The states that the chains start from
    are the parents -BLOCKS to -1.

    Args:
        chains: Which.
        rules: How they move.
        thin: Sweeps between two samples; the first round has `FORGET` times as many.
        reads: Samples in all, if there is a number.
    """
    lanes = chains.backend.lanes // len(rules.rungs or (0,))
    name, number, left = _dynamics(rules), 0, reads
    while True:
        size = 0 if number < BLOCKS else lanes if left is None else min(lanes, left)
        sweeps = FORGET * thin if number < BLOCKS else thin
        yield Block(number, name, sweeps, size, number - BLOCKS, draws=False, kept=True)
        left = None if left is None else left - size
        number += 1
