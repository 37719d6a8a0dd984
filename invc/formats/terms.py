"""What a file says, before it is a design: named variables and real coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.text.trees import Fields

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Terms:
    """E(s) = offset + sum linear_i s_i + sum quadratic_k s_i s_j, added as all others do it.

    Attributes:
        names: Name of each variable.
        linear: Shape (n,).
        pairs: Two different variables of each coupling; repeated pairs add up. Shape (k, 2).
        quadratic: Shape (k,).
        offset: Energy that no variable changes.
        boolean: Whether variables are 0 and 1 rather than -1 and +1.
        clamps: Names of variables and the value, 0 or 1, at which the file holds them.
    """

    names: tuple[str, ...]
    linear: Float64
    pairs: Int64
    quadratic: Float64
    offset: float = 0.0
    boolean: bool = False
    clamps: tuple[tuple[str, int], ...] = ()

    @property
    def spins(self) -> Terms:
        """The same energies over -1 and +1: x = (1 + s) / 2 put in."""
        if not self.boolean:
            return self
        linear = self.linear / 2
        quarter = self.quadratic / 4
        with np.errstate(over="ignore", invalid="ignore"):  # whoever takes them looks for those
            for end in (0, 1):
                np.add.at(linear, self.pairs[:, end], quarter)
            offset = self.offset + float(self.linear.sum()) / 2 + float(quarter.sum())
        return Terms(self.names, linear, self.pairs, quarter, offset, clamps=self.clamps)


def terms(
    names: Sequence[str],
    rows: Sequence[tuple[int, int, float]],
    *,
    offset: float = 0.0,
    boolean: bool = False,
    clamps: Sequence[tuple[str, int]] = (),
) -> Terms:
    """Terms from rows (i, j, value), i = j being linear."""
    linear = np.zeros(len(names))
    ends = np.array([row[:2] for row in rows], dtype=np.int64).reshape(-1, 2)
    values = np.array([row[2] for row in rows], dtype=np.float64)
    same = ends[:, 0] == ends[:, 1]
    with np.errstate(over="ignore", invalid="ignore"):
        np.add.at(linear, ends[same, 0], values[same])
    return Terms(tuple(names), linear, ends[~same], values[~same], offset, boolean, tuple(clamps))


def clamps_of(facts: Fields) -> list[tuple[str, int]]:
    """The clamps that `facts` put into a JSON file: values 0 or 1 by name."""
    clamps = facts.inside("clamps")
    held = []
    for name in clamps.fields:
        value = clamps.whole(name)
        if value not in (0, 1):
            clamps.fail(name, f"is {value}, neither 0 nor 1")
        held.append((name, value))
    return held
