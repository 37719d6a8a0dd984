"""Which code moves assignments of inputs: the compiled kernels by name, or the numpy reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32
from invc.pbits.inputs.reference import Reference
from invc.pbits.native import inputs as native
from invc.pbits.random import UInt64

Maker: TypeAlias = Callable[
    [native.Component, UInt64, int, Int32, npt.NDArray[np.uint8]], "native.Walkers | Reference"
]


def find_walkers(kernel: str) -> Maker:
    """What makes 1,024 assignments of a component that a kernel moves.

    Its arguments are the component, the generators of shape (4, 16), the state of the generator of
    picks, the odds of 65,536 of each bias, and the value that each favours.
    """
    return Reference if kernel == "reference" else partial(native.Walkers, kernel)
