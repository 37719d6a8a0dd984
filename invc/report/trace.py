"""What was seen of a run from sweep to sweep: plain arrays, for whoever draws them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Of the energies of all reads; the middle one is the median.
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
ENOUGH_LOOKS = 8

Float = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Trace:
    """Some reads that ran side by side, seen at t of their sweeps.

    Attributes:
        sweeps: Sweeps done when each look was taken, ascending. Shape (t,), int64.
        reads: Number of reads looked at.
        energies: Quantiles of their energies, one column for each of QUANTILES. Shape (t, 5).
        verified: Share of reads whose inputs give the clamped values. Shape (t,).
        satisfied: Share of reads in which moreover every gate is satisfied. Shape (t,).
        violated: Share of reads in which each gate is violated. Shape (t, gates), float32.
        chosen: Number of the read shown below: one that ended in an answer where there is one.
        answered: Whether it ended in an answer.
        nets: Value of each net in that read. Shape (t, nets), uint8.
        energy: Energy of that read. Shape (t,), int64.
    """

    sweeps: Int64
    reads: int
    energies: Float
    verified: Float
    satisfied: Float
    violated: npt.NDArray[np.float32]
    chosen: int
    answered: bool
    nets: UInt8
    energy: Int64

    @property
    def moves(self) -> bool:
        """Whether there is a course to draw: two looks at least, and energies that differ."""
        return len(self.sweeps) > 1 and float(np.ptp(self.energies)) > 0

    @property
    def course(self) -> slice:
        """The looks to draw: of many not that before the first sweep, where chance alone reigns."""
        return slice(int(self.sweeps[0] == 0 and len(self.sweeps) > ENOUGH_LOOKS), None)

    @property
    def converges(self) -> bool:
        """Whether any read was verified at any look."""
        return bool(self.verified.any() or self.satisfied.any())
