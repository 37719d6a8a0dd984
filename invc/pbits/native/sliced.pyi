import numpy as np
import numpy.typing as npt

LANES: int
BRIEF: int

def kernels() -> list[str]: ...

class Program:
    def __init__(
        self,
        target: npt.NDArray[np.int32],
        parity: npt.NDArray[np.int8],
        shift: npt.NDArray[np.int64],
        most: npt.NDArray[np.int64],
        first_count: npt.NDArray[np.int64],
        count: npt.NDArray[np.int32],
        first_ref: npt.NDArray[np.int64],
        ref: npt.NDArray[np.int32],
        most_inputs: int,
    ) -> None: ...

class Logic:
    def __init__(self, operations: npt.NDArray[np.int32], spins: int, scratch: int) -> None: ...

def sweep(
    kernel: str,
    program: Program,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    even: npt.NDArray[np.int32],
    certain_even: int,
    odd: npt.NDArray[np.int32],
    certain_odd: int,
    sweeps: int,
) -> None: ...
def settle(
    kernel: str,
    program: Program,
    satisfied: Logic,
    good: int,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    even: npt.NDArray[np.int32],
    certain_even: int,
    odd: npt.NDArray[np.int32],
    certain_odd: int,
    restless: npt.NDArray[np.int8],
    enough: int,
    stalled: int,
    most: int,
    done: int,
    length: int,
    before: int,
    row: npt.NDArray[np.uint64],
) -> tuple[int, int, int, int]: ...
def holds(
    logic: Logic,
    literals: npt.NDArray[np.int32],
    state: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.uint64],
) -> int: ...
def fill_rows(rng: npt.NDArray[np.uint64], rows: npt.NDArray[np.uint64]) -> None: ...
def resample(
    state: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.int64],
    good: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    origin: npt.NDArray[np.int32],
) -> None: ...
def sweep_ladder(
    kernel: str,
    program: Program,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    even: npt.NDArray[np.int32],
    certain_even: int,
    odd: npt.NDArray[np.int32],
    certain_odd: int,
    chances: npt.NDArray[np.int32],
    terms: npt.NDArray[np.int32],
    bits: int,
    sweeps: int,
    between: int,
    turn: int,
    seen: Logic | None,
    good: int,
    traded: npt.NDArray[np.int64],
) -> int: ...
def sum_terms(
    terms: npt.NDArray[np.int32],
    bits: int,
    state: npt.NDArray[np.uint64],
    totals: npt.NDArray[np.int64],
) -> None: ...
def copy_lanes(
    state: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
) -> None: ...
