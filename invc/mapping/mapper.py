"""The cheapest cells of a library for a Boolean function, polarities on pins being free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import NamedTuple

from invc.library import Cell, Library, cells_to_map
from invc.netlist import Function, Literal

AND, MUX = 0x8, 0xD8  # of (a, b), and of (s, b, a)
MAX_MATCHED_INPUTS = 5  # beyond it the transforms are too many to try


class Step(NamedTuple):
    """A gate over local nets: 1 to k are the inputs of the function, the rest follow."""

    function: Function
    pins: tuple[Literal, ...]


class Recipe(NamedTuple):
    """Gates that compute some functions of k inputs.

    Attributes:
        steps: In topological order; local net k + 1 is the first output of the first step.
        outputs: A local literal for each function.
        spins: What the gates add: outputs and ancillas.
    """

    steps: tuple[Step, ...]
    outputs: tuple[Literal, ...]
    spins: int


class Mapper:
    """Finds recipes in a library, each once, of cells that have a gap ratio at least."""

    def __init__(self, library: Mapping[str, Cell], *, least_ratio: Fraction = Fraction(0)) -> None:
        self.library = library
        self.own = library.own if isinstance(library, Library) else frozenset()
        self.cells = sorted(
            (c for c in cells_to_map(library, least_ratio).values() if c.function is not None),
            key=lambda cell: (_spins(cell), cell.name),
        )
        self.recipe = cache(self._recipe)

    def holds(self, function: Function) -> bool:
        """Whether the function is a cell of the library as it stands."""
        cell = self.library.get(function.name)
        return cell is not None and (cell.function is function or cell.function == function)

    def spins(self, function: Function) -> int:
        """Spins that a gate of a cell adds."""
        return _spins(self.library[function.name])

    def _recipe(self, inputs: int, tables: tuple[int, ...]) -> Recipe:
        """The cheapest recipe found for functions that each depend on at least two inputs.

        One cell for all of them if there is one, else each for itself, by Shannon expansion
        where no cell computes it.

        Args:
            inputs: Number of inputs, k.
            tables: One truth table of 2**k bits for each function.
        """
        together = self._match(inputs, tables)
        if len(tables) == 1:
            return together or self._single(inputs, tables[0])
        apart = _chain([self._single_cached(inputs, table) for table in tables], inputs)
        return together if together and together.spins <= apart.spins else apart

    def _single_cached(self, inputs: int, table: int) -> Recipe:
        """As `recipe` for one function, which may be a constant or a literal too."""
        full = always(inputs)
        if table in {0, full}:
            return Recipe((), (1 if table else 0,), 0)
        for k in range(inputs):
            if table in (projection(inputs, k), full ^ projection(inputs, k)):
                return Recipe((), (2 * (k + 1) + int(table != projection(inputs, k)),), 0)
        support = [k for k in range(inputs) if depends(table, inputs, k)]
        if len(support) == inputs:
            return self.recipe(inputs, (table,))
        inner = self.recipe(len(support), (restrict(table, support),))
        return moved(inner, [2 * (k + 1) for k in support], inputs)

    def _single(self, inputs: int, table: int) -> Recipe:
        """Shannon expansion on the input that makes it cheapest."""
        options = [self._expanded(inputs, table, k) for k in range(inputs if inputs <= 5 else 1)]
        return min(options, key=lambda recipe: recipe.spins)

    def _expanded(self, inputs: int, table: int, k: int) -> Recipe:
        low, high = cofactors(table, inputs, k)
        halves = [self._single_cached(inputs, half) for half in (low, high)]
        both = _chain(halves, inputs)
        a, b = both.outputs
        s = 2 * (k + 1)
        pins: tuple[Literal, ...]
        # What is left of "s ? b : a", as a function of two or three literals.
        if a > 1 and a ^ 1 == b:
            last, pins = 0x6, (s, a)
        elif a < 2:  # s & b, or ~s | b
            last, pins = (0x8 if a == 0 else 0xD), (s, b)
        elif b < 2:  # ~s & a, or s | a
            last, pins = (0x4 if b == 0 else 0xE), (s, a)
        else:
            last, pins = MUX, (s, b, a)
        final = self._match(len(pins), (last,)) or self._of_ands(last)
        return _append(both, final, pins, inputs)

    def _of_ands(self, table: int) -> Recipe:
        """An exclusive or (s, a), or a multiplexer (s, b, a), where no cell is either."""
        product = self._match(2, (AND,))
        assert product is not None, "every library has AND2"
        count, s, b, a = (3, 2, 4, 6) if table == MUX else (2, 2, 5, 4)
        high = moved(product, (s, b), count)
        both = _append(high, product, (s ^ 1, a), count)
        neither = _append(both, product, (high.outputs[0] ^ 1, both.outputs[0] ^ 1), count)
        return neither._replace(outputs=(neither.outputs[0] ^ 1,))

    def _match(self, inputs: int, tables: tuple[int, ...]) -> Recipe | None:
        """One cell that computes all the functions up to polarities and order of its pins."""
        if inputs > MAX_MATCHED_INPUTS:
            return None
        for cell in self.cells:
            function = cell.function
            assert function is not None
            if len(function.inputs) != inputs or len(function.outputs) != len(tables):
                continue
            found = _transform(function.tables, inputs, tables)
            if found is not None:
                pins, outputs = found
                base = 2 * (inputs + 1)
                driven = tuple(base + 2 * k for k in range(len(tables)))
                return Recipe(
                    (Step(function, pins + driven),),
                    tuple(base + out for out in outputs),
                    _spins(cell),
                )
        return None


def _spins(cell: Cell) -> int:
    return len(cell.pins) - len(cell.function.inputs if cell.function else ()) + len(cell.ancillas)


@cache
def _transform(
    have: tuple[int, ...], inputs: int, want: tuple[int, ...]
) -> tuple[tuple[Literal, ...], tuple[Literal, ...]] | None:
    """Pins and outputs under which a cell's tables become the wanted ones, or None.

    Returns:
        For each input of the cell a local literal, and for each wanted function twice the
        output of the cell plus its polarity.
    """
    size = 1 << inputs
    full = (1 << size) - 1
    ones = sorted(min(t.bit_count(), size - t.bit_count()) for t in have)
    if ones != sorted(min(t.bit_count(), size - t.bit_count()) for t in want):
        return None
    for rows, pins in _orders(inputs):
        made = [sum((t >> row & 1) << r for r, row in enumerate(rows)) for t in have]
        index = {}
        for k, table in reversed(list(enumerate(made))):
            index[table], index[full ^ table] = 2 * k, 2 * k + 1
        outputs = tuple(index.get(table, -1) for table in want)
        if -1 not in outputs and len({out >> 1 for out in outputs}) == len(want):
            return pins, outputs
    return None


@cache
def _orders(inputs: int) -> tuple[tuple[tuple[int, ...], tuple[Literal, ...]], ...]:
    """Each way to connect k inputs: the cell's row for each of ours, and the pins."""
    found = []
    for flips in range(1 << inputs):
        for order in permutations(range(inputs)):
            rows = tuple(
                sum((r >> source & 1 ^ flips >> pin & 1) << pin for pin, source in enumerate(order))
                for r in range(1 << inputs)
            )
            pins = tuple(2 * (s + 1) + (flips >> pin & 1) for pin, s in enumerate(order))
            found.append((rows, pins))
    return tuple(found)


def always(inputs: int) -> int:
    """The truth table of true."""
    return (1 << (1 << inputs)) - 1


@cache
def projection(inputs: int, k: int) -> int:
    """The truth table of input k."""
    return sum(1 << row for row in range(1 << inputs) if row >> k & 1)


def depends(table: int, inputs: int, k: int) -> bool:
    """Whether a function depends on input k."""
    low, high = cofactors(table, inputs, k)
    return low != high


def cofactors(table: int, inputs: int, k: int) -> tuple[int, int]:
    """The function with input k at 0 and at 1, both over all k inputs."""
    mask = projection(inputs, k)
    high, low = table & mask, table & ~mask
    step = 1 << k
    return low | low << step, high | high >> step


def restrict(table: int, support: Sequence[int]) -> int:
    """The truth table over some of the inputs, the others at 0."""
    if list(support) == list(range(len(support))):
        return table & always(len(support))
    out = 0
    for row in range(1 << len(support)):
        source = sum((row >> new & 1) << old for new, old in enumerate(support))
        out |= (table >> source & 1) << row
    return out


def _through(lit: Literal, image: Sequence[Literal]) -> Literal:
    return image[lit >> 1] ^ (lit & 1)


def moved(recipe: Recipe, inputs: Sequence[Literal], count: int) -> Recipe:
    """The recipe whose inputs are some literals among `count` local inputs."""
    return _append(Recipe((), (), 0), recipe, inputs, count)


def _append(first: Recipe, second: Recipe, inputs: Sequence[Literal], count: int) -> Recipe:
    """`first`, then `second` with its inputs taken from literals of the first."""
    net = count + 1 + sum(len(step.function.outputs) for step in first.steps)
    image = [0, *inputs, *_new_nets(second, net)]
    steps = tuple(
        Step(step.function, tuple(_through(pin, image) for pin in step.pins))
        for step in second.steps
    )
    outputs = tuple(_through(out, image) for out in second.outputs)
    return Recipe(first.steps + steps, outputs, first.spins + second.spins)


def _new_nets(recipe: Recipe, net: int) -> Iterator[Literal]:
    count = sum(len(step.function.outputs) for step in recipe.steps)
    return iter(range(2 * net, 2 * (net + count), 2))


def _chain(recipes: Sequence[Recipe], count: int) -> Recipe:
    """Recipes over the same inputs, one after the other."""
    inputs = [2 * (k + 1) for k in range(count)]
    whole = Recipe((), (), 0)
    for recipe in recipes:
        longer = _append(whole, recipe, inputs, count)
        whole = Recipe(longer.steps, whole.outputs + longer.outputs, longer.spins)
    return whole
