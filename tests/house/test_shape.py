"""The shape of the package: a table to look at, and the few bounds that are held.

`pytest -s tests/house/test_shape.py` prints it, a room in a line: how many functions, the median and
the nine in ten of their lines, the same of the nine in ten without docstrings, the longest, the most
parameters; then how many modules, the longest, and the lines of all.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence

import pytest

from house.sources import Function, files, functions, short, tree

MOST_LINES = 59  # of a function
MOST_PARAMETERS = 8
MOST_LINES_OF_A_MODULE = 400
LINES_OF_NINE_IN_TEN = 20  # docstrings, which are wanted, not counted
FEWEST_WORDS = 5  # of a docstring


def quantile(values: Sequence[int], share: float) -> int:
    """The smallest value that so many are not above."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def rooms(found: Sequence[Function]) -> dict[str, list[Function]]:
    """Functions by the room that they are in."""
    by_room: dict[str, list[Function]] = defaultdict(list)
    for function in found:
        parts = function.file.split("/")
        by_room[parts[1] if len(parts) > 2 else "(top)"].append(function)
    return by_room


def lines_of_modules() -> dict[str, int]:
    """Lines of every module."""
    return {short(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files()}


def row(name: str, found: Sequence[Function], modules: Sequence[int]) -> str:
    """A line of the table."""
    lines = [f.lines for f in found] or [0]
    code = [f.code for f in found] or [0]
    parameters = max((f.parameters for f in found), default=0)
    nine = (quantile(lines, 0.9), quantile(code, 0.9))
    cells = (quantile(lines, 0.5), *nine, max(lines), parameters)
    return f"{name:12}{len(found):>10}" + "".join(
        f"{cell:>8}" for cell in (*cells, len(modules), max(modules), sum(modules))
    )


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    found, sizes = list(functions()), lines_of_modules()
    head = f"{'room':12}{'functions':>10}" + "".join(
        f"{name:>8}"
        for name in ("p50", "p90", "code", "max", "params", "modules", "longest", "lines")
    )
    table = [head]
    for name, own in sorted(rooms(found).items()):
        inside = [
            size
            for file, size in sizes.items()
            if (file.split("/")[1] if file.count("/") > 1 else "(top)") == name
        ]
        table.append(row(name, own, inside))
    table.append(row("all", found, list(sizes.values())))
    print("\n".join(table))
    assert quantile([f.code for f in found], 0.9) <= LINES_OF_NINE_IN_TEN


def offenders(is_one: Callable[[Function], bool]) -> list[Function]:
    """Functions beyond a bound."""
    return [function for function in functions() if is_one(function)]


def test_no_function_is_long() -> None:
    assert offenders(lambda f: f.lines > MOST_LINES) == []


def test_no_function_has_many_parameters() -> None:
    assert offenders(lambda f: f.parameters > MOST_PARAMETERS) == []


def test_no_module_is_long() -> None:
    assert {f: n for f, n in lines_of_modules().items() if n > MOST_LINES_OF_A_MODULE} == {}


def test_docstrings_say_something() -> None:
    """Few words say no more than the name above them does."""
    short_ones = [
        (short(file), node.name, text)
        for file in files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and (text := ast.get_docstring(node)) is not None
        and len(text.split()) < FEWEST_WORDS
    ]
    assert short_ones == []
