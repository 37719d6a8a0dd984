import numpy as np
import numpy.typing as npt

LANES: int

def kernels() -> list[str]: ...
def sweep(
    kernel: str,
    target: npt.NDArray[np.int32],
    parity: npt.NDArray[np.int8],
    shift: npt.NDArray[np.int64],
    most: npt.NDArray[np.int64],
    first_count: npt.NDArray[np.int64],
    count: npt.NDArray[np.int32],
    first_ref: npt.NDArray[np.int64],
    ref: npt.NDArray[np.int32],
    most_inputs: int,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    even: npt.NDArray[np.int32],
    certain_even: int,
    odd: npt.NDArray[np.int32],
    certain_odd: int,
    sweeps: int,
) -> None: ...
def run_logic(
    operations: npt.NDArray[np.int32],
    state: npt.NDArray[np.uint64],
    scratch: npt.NDArray[np.uint64],
) -> None: ...
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
