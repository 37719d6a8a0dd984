"""Gibbs sampling of dense models: fields are kept as spins flip, replicas lie in lanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.training.native import contrast
from invc.training.network import Int, Signs

Int32 = npt.NDArray[np.int32]
UInt32 = npt.NDArray[np.uint32]
LANES = contrast.DENSE_LANES
LEVELS = 1 << 12
STAGES = 64  # temperatures of an anneal
MOST_FIELD = 1 << 30


@dataclass(frozen=True, eq=False)
class Model:
    """E(m) = - sum_i h_i m_i - sum_{i<j} J_ij m_i m_j.

    Attributes:
        h: Shape (spins,), int32.
        J: Symmetric, 0 on the diagonal. Shape (spins, spins), int32.
    """

    h: Int32
    J: Int32

    def energy(self, states: Signs) -> Int:
        """The energy of each state. Shape (replicas, spins) to (replicas,)."""
        m = states.astype(np.int64)
        pairs = (m @ self.J.astype(np.int64) * m).sum(axis=1) // 2
        found: Int = -(m @ self.h.astype(np.int64)) - pairs
        return found


def levels(beta: float) -> Int32:
    """What a field must reach, by 12 random bits k: P(I >= levels[k]) is the ideal p-bit's.

    P(m = +1) = 1 / (1 + exp(-2 beta I)) is at least (k + 1/2) / 4096 where
    I >= log(p / (1 - p)) / (2 beta) at that p. Shape (4096,), int32.
    """
    p = (np.arange(LEVELS) + 0.5) / LEVELS
    needed = np.ceil(np.log(p / (1 - p)) / (2 * beta))
    return np.clip(needed, -MOST_FIELD, MOST_FIELD).astype(np.int32)


def anneal(low: float, high: float, sweeps: int) -> tuple[Int32, int]:
    """Levels of each stage of a geometric anneal, and the sweeps of a stage."""
    stages = min(STAGES, sweeps)
    betas = np.geomspace(low, high, stages)
    return np.stack([levels(float(beta)) for beta in betas]), -(-sweeps // stages)


@dataclass(frozen=True, eq=False)
class Lanes:
    """Replicas under way; sweeps change them in place.

    Attributes:
        state: Shape (blocks, spins, 64), int8.
        fields: h_i + sum_j J_ij m_j. Shape (blocks, spins, 64), int32.
        rng: Shape (blocks, 64), uint32, none 0.
    """

    state: npt.NDArray[np.int8]
    fields: Int32
    rng: UInt32


def start(model: Model, replicas: int, seed: int) -> Lanes:
    """Random states, for at least so many replicas."""
    blocks = -(-replicas // LANES)
    spins = len(model.h)
    state = np.empty((blocks, spins, LANES), dtype=np.int8)
    rng = np.empty((blocks, LANES), dtype=np.uint32)
    for block in range(blocks):  # each from its own source: more of them leave the first as it is
        source = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 4, block])))
        state[block] = 2 * source.integers(0, 2, (spins, LANES), dtype=np.int8) - 1
        rng[block] = source.integers(1, 1 << 32, LANES, dtype=np.uint32)
    couplings = np.einsum("ij,bjk->bik", model.J.astype(np.float64), state.astype(np.float64))
    fields = model.h[None, :, None] + np.rint(couplings).astype(np.int64)
    return Lanes(state, np.ascontiguousarray(fields.astype(np.int32)), rng)


def sweep(
    model: Model, lanes: Lanes, tables: Int32, sweeps: int, *, threads: int = 1, kernel: str = ""
) -> None:
    """So many sweeps at each of the levels, by compiled code."""
    name = kernel or contrast.kernels()[0]
    contrast.run_dense(model.J, tables, sweeps, *_arrays(lanes), threads, name)


def _arrays(lanes: Lanes) -> tuple[npt.NDArray[np.int8], Int32, UInt32]:
    return lanes.state, lanes.fields, lanes.rng


def sweep_reference(model: Model, lanes: Lanes, tables: Int32, sweeps: int) -> None:
    """The same in numpy: what the compiled code is equal to."""
    for table in tables:
        for _ in range(sweeps):
            for i in range(len(model.h)):
                wanted = table[_draw(lanes.rng) >> np.uint32(20)]
                new = np.where(lanes.fields[:, i] >= wanted, 1, -1).astype(np.int8)
                change = (new - lanes.state[:, i]).astype(np.int32)
                lanes.state[:, i] = new
                lanes.fields[...] += model.J[i][None, :, None] * change[:, None, :]


def _draw(rng: UInt32) -> UInt32:
    """A number from each generator, which step: xorshift32, its output times an odd constant.

    Source: Marsaglia, https://doi.org/10.18637/jss.v008.i14.
    """
    rng ^= rng << np.uint32(13)
    rng ^= rng >> np.uint32(17)
    rng ^= rng << np.uint32(5)
    return rng * np.uint32(0x9E3779B1)


def states_of(lanes: Lanes, replicas: int) -> Signs:
    """The first so many replicas. Shape (replicas, spins)."""
    rows = lanes.state.transpose(0, 2, 1).reshape(-1, lanes.state.shape[1])
    return np.ascontiguousarray(rows[:replicas])
