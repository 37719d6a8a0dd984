import numpy as np
import numpy.typing as npt

def kernels() -> list[str]: ...

class Network:
    def __init__(
        self,
        target: npt.NDArray[np.int32],
        base: npt.NDArray[np.int64],
        first: npt.NDArray[np.int64],
        ref: npt.NDArray[np.int64],
        weight: npt.NDArray[np.int64],
    ) -> None: ...

class Registers:
    def __init__(
        self,
        spins: npt.NDArray[np.uint64],
        magnitude: npt.NDArray[np.uint64],
        rng: npt.NDArray[np.uint64],
    ) -> None: ...

def run(
    kernel: str,
    network: Network,
    registers: Registers,
    time: int,
    limit: npt.NDArray[np.int64],
    noise: npt.NDArray[np.int64],
    density: int,
    stall: int,
) -> None: ...
