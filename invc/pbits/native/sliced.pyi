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

class Code:
    def __init__(
        self,
        program: Program,
        code: npt.NDArray[np.uint64],
        rows: npt.NDArray[np.uint32],
        bits: tuple[int, int],
        doors: tuple[int, int],
    ) -> None: ...

class Logic:
    def __init__(self, operations: npt.NDArray[np.int32], spins: int, scratch: int) -> None: ...

class Condition:
    def __init__(self, logic: Logic, literal: int) -> None: ...

class Heat:
    def __init__(
        self,
        even: npt.NDArray[np.int32],
        certain_even: int,
        odd: npt.NDArray[np.int32],
        certain_odd: int,
        uses: int,
    ) -> None: ...

class Meter:
    def __init__(self, terms: npt.NDArray[np.int32], bits: int) -> None: ...

class Ladder:
    def __init__(self, heat: Heat, chances: npt.NDArray[np.int32], meter: Meter) -> None: ...

class Stage:
    def __init__(
        self, program: Program, satisfied: Condition, restless: npt.NDArray[np.int8]
    ) -> None: ...

def sweep(
    kernel: str,
    program: Program,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    heat: Heat,
    sweeps: int,
    generated: Code | None = None,
) -> None: ...
def cool(
    kernel: str,
    program: Program,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    heats: list[Heat],
    sweeps: int,
    generated: list[Code | None],
) -> None: ...
def settle(
    kernel: str,
    stage: Stage,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    heat: Heat,
    looks: tuple[int, int, int],
    course: tuple[int, int, int],
    row: npt.NDArray[np.uint64],
    generated: Code | None = None,
) -> tuple[int, tuple[int, int, int]]: ...
def sweep_ladder(
    kernel: str,
    program: Program,
    state: npt.NDArray[np.uint64],
    rng: npt.NDArray[np.uint64],
    ladder: Ladder,
    pace: tuple[int, int, int],
    seen: Condition | None,
    traded: npt.NDArray[np.int64],
    generated: Code | None = None,
) -> int: ...
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
def sum_terms(
    meter: Meter, state: npt.NDArray[np.uint64], totals: npt.NDArray[np.int64]
) -> None: ...
def copy_lanes(
    state: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.int64],
    source: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
) -> None: ...
