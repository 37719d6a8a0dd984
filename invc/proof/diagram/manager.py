"""Binary decision diagrams behind one face: the package dd, with CUDD where its wheel has it.

Source: Bryant, https://doi.org/10.1109/TC.1986.1676819; dd, https://pypi.org/project/dd.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

Function: TypeAlias = Any  # a diagram of dd; nobody but this module looks into one

BYTES_OF_A_NODE = 1024  # CUDD's node and its share of the tables, with what waits to be freed
LEAST_BYTES = 1 << 28
MOST_SWAPS = 200_000  # of neighbouring variables in one sifting, which nothing interrupts


class TooLarge(Exception):
    """No diagram of bounded size was found; the text says what the bound was."""


class Node(NamedTuple):
    """A decision: the level of its variable, and the numbers of its two children."""

    level: int
    low: int
    high: int


FALSE, TRUE = 0, 1  # numbers of the two constant nodes


class Manager:
    """Diagrams over variables by number, together of at most so many nodes.

    Attributes:
        most_nodes: More than these raise TooLarge.
        stopped: Asked between operations whether there is time for more.
        sifting: Whether the order of the variables is improved as the diagrams grow.
    """

    def __init__(
        self,
        variables: Sequence[int],
        most_nodes: int,
        stopped: Callable[[], bool],
        *,
        sifting: bool = False,
    ) -> None:
        self.most_nodes = most_nodes
        self.stopped = stopped
        self.bdd = _backend().BDD()
        if backend_name() == "cudd":
            memory = LEAST_BYTES + BYTES_OF_A_NODE * most_nodes
            self.bdd.configure(reordering=sifting, max_memory=memory, max_swaps=MOST_SWAPS)
        else:
            self.bdd.configure(reordering=sifting)
        self.bdd.declare(*(f"v{k}" for k in variables))
        self.false: Function = self.bdd.false
        self.true: Function = self.bdd.true

    def variable(self, number: int) -> Function:
        """The function that is one variable."""
        return self.bdd.var(f"v{number}")

    def checked(self, function: Function) -> Function:
        """The result of an operation, unless there are too many nodes or no time is left.

        Raises:
            TooLarge: There are, or there is none.
        """
        if len(self.bdd) > self.most_nodes:
            raise TooLarge(f"it has more than {self.most_nodes} nodes")
        if self.stopped():
            raise TooLarge("it was not ready in time")
        return function

    def both(self, a: Function, b: Function) -> Function:
        """The conjunction of two functions."""
        try:
            return self.checked(a & b)
        except RuntimeError as error:  # CUDD's way to say that its memory is full
            raise TooLarge(f"it has more than {self.most_nodes} nodes") from error

    def choice(self, condition: Function, high: Function, low: Function) -> Function:
        """`high` where the condition holds, `low` elsewhere."""
        try:
            return self.checked(self.bdd.ite(condition, high, low))
        except RuntimeError as error:
            raise TooLarge(f"it has more than {self.most_nodes} nodes") from error

    def table(self, rows: int, inputs: Sequence[Function]) -> Function:
        """The function of other functions by its truth table, bit i of a row being inputs[i]."""
        return self._expanded(rows, len(inputs), inputs, {})

    def _expanded(
        self,
        rows: int,
        width: int,
        inputs: Sequence[Function],
        known: dict[tuple[int, int], Function],
    ) -> Function:
        """The part of a table that the first `width` inputs choose from, equal parts once.

        No closure: one that calls itself is a circle, and dd wants its functions freed in order.
        """
        size = 1 << width
        if rows == 0 or rows == (1 << size) - 1:
            return self.true if rows else self.false
        if (rows, width) not in known:
            half = size >> 1
            low = self._expanded(rows & (1 << half) - 1, width - 1, inputs, known)
            high = self._expanded(rows >> half, width - 1, inputs, known)
            known[rows, width] = self.choice(inputs[width - 1], high, low)
        return known[rows, width]

    def support(self, function: Function) -> set[int]:
        """The variables that a function depends on."""
        return {int(name[1:]) for name in self.bdd.support(function)}

    def order(self) -> list[int]:
        """The variables by level, as the manager has them now."""
        levels = self.bdd.var_levels
        return [int(name[1:]) for name in sorted(levels, key=levels.get)]

    def nodes(self, root: Function) -> tuple[int, list[Node]]:
        """A function as numbered nodes without complemented edges, and the number of its root.

        Numbers 0 and 1 are the constants and have no entry of their own: the first is a filler.
        """
        if backend_name() == "cudd":
            self.bdd.configure(reordering=False)  # levels must hold still
        constant = len(self.bdd.vars)
        found = [Node(constant, FALSE, FALSE), Node(constant, TRUE, TRUE)]
        numbers = {int(self.bdd.false): FALSE, int(self.bdd.true): TRUE}
        stack = [root]
        while stack:
            function = stack[-1]
            key = int(function)
            if key in numbers:
                stack.pop()
                continue
            low, high = function.low, function.high
            if function.negated:
                low, high = ~low, ~high
            waiting = [child for child in (low, high) if int(child) not in numbers]
            if waiting:
                stack += waiting
                continue
            numbers[key] = len(found)
            found.append(Node(function.level, numbers[int(low)], numbers[int(high)]))
            stack.pop()
        return numbers[int(root)], found


def backend_name() -> str:
    """Which of dd's modules makes the diagrams: "cudd" or "autoref"."""
    return str(_backend().__name__).rpartition(".")[2]


def _backend() -> Any:  # noqa: ANN401 - a module of a package without types
    try:
        return import_module("dd.cudd")
    except ImportError:
        return import_module("dd.autoref")
