"""Known spins folded into the fields of the free ones: the model that other samplers get."""

from __future__ import annotations

import numpy as np

from invc.ising.model import Int8, Int64, IsingModel, from_terms


def fold_known(model: IsingModel, known: Int8) -> tuple[IsingModel, Int64]:
    """The model of the free spins alone, with equal energies, and which spins they are.

    A held neighbour adds J m to a free spin's h; what couples two held spins, and their own h,
    goes into the offset.

    Args:
        model: The whole model.
        known: -1 or +1 for a spin that is held, 0 for a free one. Shape (spins,).

    Returns:
        The model of f free spins, and their numbers in the whole model, ascending. Shape (f,).
    """
    free = np.flatnonzero(known == 0)
    place = np.zeros(model.spins, dtype=np.int64)
    place[free] = np.arange(len(free))
    m = known.astype(np.int64)
    i, j, J = model.edges[:, 0], model.edges[:, 1], model.J.astype(np.int64)
    h = model.h.astype(np.int64)
    np.add.at(h, i, J * m[j])
    np.add.at(h, j, J * m[i])
    both = (m[i] == 0) & (m[j] == 0)
    # The product is 0 unless both ends are held.
    offset = model.offset - int(model.h.astype(np.int64) @ m) - int((J * m[i] * m[j]).sum())
    folded = from_terms(len(free), h[free], place[i[both]], place[j[both]], J[both], offset)
    return folded, free
