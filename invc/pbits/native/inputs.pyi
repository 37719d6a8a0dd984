from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

def kernels() -> list[str]: ...

class Circuit:
    def settle(self, values: npt.NDArray[np.int8], state: npt.NDArray[np.uint64]) -> None: ...

def circuit(
    nets: int,
    spins: int,
    inputs: npt.NDArray[np.int32],
    procedures: Sequence[tuple[int, Sequence[int], Sequence[int], Sequence[int], int]],
    gate: npt.NDArray[np.int32],
    first_pin: npt.NDArray[np.int64],
    pins: npt.NDArray[np.int32],
    first_ancilla: npt.NDArray[np.int64],
) -> Circuit: ...

class Component:
    inputs: int
    count: int
    operations: npt.NDArray[np.int32]
    goals: npt.NDArray[np.int32]
    biased: npt.NDArray[np.int32]
    bias: npt.NDArray[np.int32]
    input: npt.NDArray[np.int32]
    cone_size: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]
    effort: float

def component(
    inputs: int,
    operations: npt.NDArray[np.int32],
    goals: npt.NDArray[np.int32],
    biased: npt.NDArray[np.int32],
) -> Component: ...

class Marginal:
    impossible: bool
    too_large: bool
    goals: int
    reoriented: int
    settled: int
    components: list[Component]
    free: npt.NDArray[np.int32]
    kept: npt.NDArray[np.int32]
    def recover(self, kept: npt.NDArray[np.uint64], values: npt.NDArray[np.uint64]) -> None: ...

def marginal(
    circuit: Circuit,
    values: npt.NDArray[np.int8],
    first: npt.NDArray[np.int64],
    forbidden: npt.NDArray[np.int32],
    biased: npt.NDArray[np.int32],
    reorient: bool,
) -> Marginal: ...

class Walkers:
    evaluated: int
    def __init__(
        self,
        kernel: str,
        component: Component,
        rng: npt.NDArray[np.uint64],
        picks: int,
        odds: npt.NDArray[np.int32],
        favoured: npt.NDArray[np.uint8],
    ) -> None: ...
    def randomize(self) -> None: ...
    def walk(
        self,
        levels: npt.NDArray[np.int32],
        pairs: bool,
        adapt: bool,
        count: bool,
        between: int,
        sweeps: int,
        wanted: int,
        most: int,
    ) -> int: ...
    def meets(self, every: bool, out: npt.NDArray[np.uint64]) -> None: ...
    def copy_good(self, good: npt.NDArray[np.uint64]) -> None: ...
    def read(self, out: npt.NDArray[np.uint64]) -> None: ...
    def write(self, rows: npt.NDArray[np.uint64]) -> None: ...
    def flips(self) -> npt.NDArray[np.int64]: ...
    def set_goals(
        self,
        weight: npt.NDArray[np.int32],
        active: npt.NDArray[np.uint8],
        flips: npt.NDArray[np.int64],
    ) -> None: ...
    def goals(self, out: npt.NDArray[np.uint64]) -> None: ...

class All:
    count: int
    thinned: int
    evaluated: int
    answers: npt.NDArray[np.uint64]
    def __init__(
        self, kernel: str, component: Component, order: int, fixed: int, most: int
    ) -> None: ...
    def run(self, most: int, wanted: int) -> bool: ...
