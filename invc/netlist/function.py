"""The Boolean function of a gate, as truth tables, and its bit-parallel evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

MAX_INPUTS = 12


@dataclass(frozen=True)
class Function:
    """A Boolean function of named inputs with one or more named outputs.

    Attributes:
        name: Name of the cell that computes it.
        inputs: Input pins.
        outputs: Output pins.
        tables: One truth table per output: bit r is the output for input row r, and bit i of
            r is the value of input i.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tables: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.inputs) > MAX_INPUTS:
            raise ValueError(f"{self.name}: more than {MAX_INPUTS} inputs")
        if len(self.tables) != len(self.outputs):
            raise ValueError(f"{self.name}: one table per output")
        if any(not 0 <= table < 1 << (1 << len(self.inputs)) for table in self.tables):
            raise ValueError(f"{self.name}: a table does not fit {len(self.inputs)} inputs")
        if len({*self.pins}) != len(self.pins):
            raise ValueError(f"{self.name}: two pins share a name")

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[object, ...]:
        # What was compiled of it cannot be pickled, and is compiled again.
        return Function, (self.name, self.inputs, self.outputs, self.tables)

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.inputs, self.outputs, self.tables))

    @cached_property
    def pins(self) -> tuple[str, ...]:
        """Inputs, then outputs: the order of a gate's literals and of a relation's row bits."""
        return self.inputs + self.outputs

    @cached_property
    def relation(self) -> int:
        """The valid rows over `pins`: bit r is set when row r (bit i is pin i) is valid."""
        flags = bytearray((1 << len(self.pins)) + 7 >> 3)
        for word in self.rows:
            flags[word >> 3] |= 1 << (word & 7)
        return int.from_bytes(flags, "little")

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The valid rows over `pins` one by one, by the value of their inputs: bit i is pin i."""
        n = len(self.inputs)
        words = list(range(1 << n))
        for k, table in enumerate(self.tables):
            bits = f"{table:0{1 << n}b}"[::-1]  # a shift for each row would be quadratic
            words = [word | (bits[row] == "1") << (n + k) for row, word in enumerate(words)]
        return tuple(words)

    @cached_property
    def evaluate(self) -> Callable[..., tuple[int, ...]]:
        """Outputs for bit-parallel inputs: `evaluate(mask, *inputs)`, all Python integers.

        Bit t of every word belongs to trial t; `mask` has a one for each trial.
        """
        return _compile(len(self.inputs), self.tables)


@cache
def _compile(n: int, tables: tuple[int, ...]) -> Callable[..., tuple[int, ...]]:
    namespace: dict[str, Callable[..., tuple[int, ...]]] = {}
    exec(evaluator(n, tables), namespace)  # of integers only: no name from a file reaches it
    return namespace["evaluate"]


def evaluator(n: int, tables: tuple[int, ...]) -> str:
    """A function made of word operations by Shannon expansion, shared subfunctions once."""
    lines: list[str] = []
    known: dict[tuple[int, int], str] = {}

    def expand(table: int, width: int) -> str:
        size = 1 << width
        full = (1 << size) - 1
        if table == 0:
            return "0"
        if table == full:
            return "M"
        key = (table, width)
        if key in known:
            return known[key]
        half = size >> 1
        low, high = table & ((1 << half) - 1), table >> half
        x = f"x{width - 1}"
        if low == high:
            known[key] = expand(low, width - 1)
            return known[key]
        if low ^ high == (1 << half) - 1:
            text = f"{x} ^ {expand(low, width - 1)}" if low else x
        elif low == 0:
            text = f"{x} & {expand(high, width - 1)}"
        elif high == 0:
            text = f"{expand(low, width - 1)} & ~{x}"
        elif high == (1 << half) - 1:
            text = f"{x} | {expand(low, width - 1)}"
        elif low == (1 << half) - 1:
            text = f"(M ^ {x}) | {expand(high, width - 1)}"
        else:
            a, b = expand(low, width - 1), expand(high, width - 1)
            text = f"{a} ^ ({x} & ({a} ^ {b}))"
        known[key] = f"t{len(lines)}"
        lines.append(f"    {known[key]} = {text}")
        return known[key]

    results = [expand(table, n) for table in tables]
    arguments = "".join(f", x{i}" for i in range(n))
    returned = "".join(f"{r}, " for r in results)
    return f"def evaluate(M{arguments}):\n" + "\n".join([*lines, f"    return ({returned})"])
