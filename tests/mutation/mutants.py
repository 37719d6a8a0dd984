"""Changes of a single token, as a slip of the hand would make them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

OPERATORS = {
    **{"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"},
    **{"+": "-", "-": "+", "*": "+", "//": "*", "/": "*", "%": "//", "**": "*"},
    **{"&": "|", "|": "&", "^": "|", "<<": ">>", ">>": "<<"},
    **{"and": "or", "or": "and", "is": "is not", "is not": "is", "in": "not in", "not in": "in"},
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
# What only speaks to people, only guards what we promise ourselves, or only types.
SILENT = (ast.Assert, ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Mutant:
    """A file with one token changed.

    Attributes:
        file: From the root of the checkout.
        line: Where, from 1.
        start: Offset in the file's bytes.
        old: The token there.
        new: What takes its place.
        text: The line as it is, without its indent.
        statement: Lines of the statement up to that one; none where it runs at import.
    """

    file: str
    line: int
    start: int
    old: str
    new: str
    text: str
    statement: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Where and what, for people."""
        return f"{self.file}:{self.line}: {self.old} -> {self.new or '(nothing)'}: {self.text}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it while lines above it come and go."""
        return (self.file, self.text, self.old, self.new)

    def applied(self, source: bytes) -> bytes:
        """The file with the change made."""
        end = self.start + len(self.old.encode())
        assert source[self.start : end] == self.old.encode()
        return source[: self.start] + self.new.encode() + source[end:]


def mutants(file: str, root: Path) -> list[Mutant]:
    """Every change that a file offers, in order."""
    source = (root / file).read_bytes()
    starts = [0, *(match.end() for match in re.finditer(rb"\n", source))]
    lines = source.decode().splitlines()
    tree = ast.parse(source)
    first = _beginnings(tree)
    found = []
    for node in _telling(tree):
        for at, old, new in _changes(node, source, starts):
            number = source.count(b"\n", 0, at) + 1
            statement = tuple(range(first.get(number, number + 1), number + 1))
            text = lines[number - 1].strip()
            found.append(Mutant(file, number, at, old, new, text, statement))
    return sorted(set(found), key=lambda mutant: mutant.start)


def _beginnings(tree: ast.AST) -> dict[int, int]:
    """The first line of the innermost statement of a function that a line belongs to."""
    first: dict[int, int] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in (inner for statement in function.body for inner in ast.walk(statement)):
                if isinstance(node, ast.stmt):
                    assert node.end_lineno is not None
                    for line in range(node.lineno, node.end_lineno + 1):
                        first[line] = max(first.get(line, 0), node.lineno)
    return first


def _telling(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations, docstrings and what is in `SILENT`."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_silent(child):
                yield from _telling(child)


def _is_silent(node: ast.AST) -> bool:
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    types = isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    typed = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "cast")
    alias = isinstance(node, ast.AnnAssign) and getattr(node.annotation, "id", "") == "TypeAlias"
    return isinstance(node, SILENT) or text or types or typed or alias


def _changes(node: ast.AST, source: bytes, starts: list[int]) -> Iterator[tuple[int, str, str]]:
    """Offset, old token and new token of what can be changed at a node itself."""

    def begin(of: ast.expr) -> int:
        return starts[of.lineno - 1] + of.col_offset

    def end(of: ast.expr) -> int:
        assert of.end_lineno is not None
        assert of.end_col_offset is not None
        return starts[of.end_lineno - 1] + of.end_col_offset

    operands: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    elif isinstance(node, ast.BoolOp):
        operands = node.values
    elif isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
    for left, right in pairwise(operands):
        yield from _operator(source, end(left), begin(right))
    if isinstance(node, ast.AugAssign):
        yield from _operator(source, end(node.target), begin(node.value))
    elif isinstance(node, ast.UnaryOp):
        yield from _prefix(source, begin(node), begin(node.operand))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        old = source[begin(node) : end(node)].decode()
        yield begin(node), old, _other(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
        yield begin(node.func), node.func.id, NAMES[node.func.id]


def _other(value: object) -> str:
    return str(not value) if isinstance(value, bool) else str(int(str(value)) + 1)


def _operator(source: bytes, left: int, right: int) -> Iterator[tuple[int, str, str]]:
    """The operator that stands between two operands."""
    between = re.sub(rb"#[^\n]*", lambda match: b" " * len(match[0]), source[left:right])
    match = re.search(rb"(is\s+not|not\s+in|[a-z]+|[-+*/%&|^<>=!]+)", between)
    if match is None:
        return
    old = match[0].decode()
    assigned = old.endswith("=") and old not in OPERATORS
    new = OPERATORS.get(" ".join(old.removesuffix("=").split() if assigned else old.split()))
    if new is not None:
        yield left + match.start(), old, new + "=" * assigned


def _prefix(source: bytes, start: int, operand: int) -> Iterator[tuple[int, str, str]]:
    """`not`, `-` or `~`, left out."""
    match = re.match(rb"not\s+|-|~", source[start:operand])
    if match is not None:
        yield start, match[0].decode(), ""
