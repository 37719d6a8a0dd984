"""Which code moves and tries assignments of inputs, by the name of a backend.

Backends that have none of their own take the fastest compiled one; equal seeds give equal results
by all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32
from invc.pbits.inputs.enumeration import Enumeration
from invc.pbits.inputs.reference import Reference
from invc.pbits.lanes import UInt64
from invc.pbits.native import free_inputs as native

Walkers: TypeAlias = Callable[
    [native.Component, UInt64, int, Int32, npt.NDArray[np.uint8]], "native.Walkers | Reference"
]
Enumerator: TypeAlias = Callable[[native.Component, int, int, int], "native.All | Enumeration"]


def walkers_of(backend: str) -> Walkers:
    """What makes 1,024 assignments of a component that can move.

    Its arguments are the component, the generators of shape (4, 16), the state of the generator of
    picks, the odds of 65,536 of each bias, and the value that each favours.
    """
    return Reference if backend == "reference" else partial(native.Walkers, _compiled(backend))


def enumerator(backend: str) -> Enumerator:
    """What begins to try all assignments of a component.

    Its arguments are the component, the first values of the inputs that are tried one after
    another, how many of these keep it, and the most answers that are kept.
    """
    return Enumeration if backend == "reference" else partial(native.All, _compiled(backend))


def _compiled(backend: str) -> str:
    names = native.kernels()
    return backend if backend in names else names[0]
