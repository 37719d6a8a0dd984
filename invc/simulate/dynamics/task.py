"""What a dynamics is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from invc.ising import IsingModel
from invc.ising.model import Int8
from invc.simulate.kernels.heatbath import Kernel
from invc.simulate.program import Program
from invc.simulate.random import UInt64, block_generator, first_state, generators
from invc.simulate.schedule import Schedule


@dataclass(frozen=True, eq=False)
class Task:
    """One block of replicas.

    Attributes:
        program: The sweep.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).
        schedule: Inverse temperatures.
        kernel: What performs sweeps.
        seed: The user's.
        block: Number of the block; with the seed it fixes every random number.
        stopped: Asked between steps; True ends the work.
        watch: Shown the sweeps done and the state, shape (spins, 16), between steps, which it
            must leave as it is; True ends the read there, as a good one.
        model: What is sampled, for dynamics that do not sweep.
        code: Name of the kernel, for those that have kernels of their own.
        settings: What the user set of the dynamics, by name.
    """

    program: Program
    known: Int8
    schedule: Schedule
    kernel: Kernel
    seed: int
    block: int
    stopped: Callable[[], bool]
    watch: Callable[[int, UInt64], bool] = lambda sweeps, state: False
    model: IsingModel = field(kw_only=True)
    code: str = field(kw_only=True)
    settings: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def start(self) -> tuple[UInt64, UInt64]:
        """The first state, held spins in place, and the generators."""
        source = block_generator(self.seed, self.block)
        state = first_state(source, len(self.known))
        state[self.known > 0] = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
        state[self.known < 0] = np.uint64(0)
        return state, generators(source)
