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
