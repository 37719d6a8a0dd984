from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Layer = tuple[npt.NDArray[np.int8], Words, int, bool, int, int, int, Words | None]

def kernels() -> list[str]: ...
def run_pass(
    layers: Sequence[Layer],
    code: npt.NDArray[np.uint64],
    inputs: npt.NDArray[np.uint64],
    labels: npt.NDArray[np.uint8],
    order: npt.NDArray[np.int32],
    batch: int,
    margin: int,
    step: int,
    limit: int,
    drop: int,
    phases: int,
    key: int,
    threads: int,
    kernel: str,
) -> tuple[int, int, int]: ...
def forward(
    layers: Sequence[Layer],
    code: npt.NDArray[np.uint64],
    inputs: npt.NDArray[np.uint64],
    outputs: npt.NDArray[np.int32],
    threads: int,
    kernel: str,
) -> None: ...

DENSE_LANES: int

def run_dense(
    J: npt.NDArray[np.int32],
    levels: npt.NDArray[np.int32],
    sweeps: int,
    state: npt.NDArray[np.int8],
    fields: npt.NDArray[np.int32],
    rng: npt.NDArray[np.uint32],
    threads: int,
    kernel: str,
) -> None: ...
