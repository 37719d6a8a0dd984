"""The package read as text: its modules, their functions, and who imports whom."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "invc"


@dataclass(frozen=True)
class Function:
    """A function or a method.

    Attributes:
        file: Of which file, from the root of the checkout.
        name: Its name.
        lines: From its `def` to its end, docstring included.
        code: Those without the docstring.
        parameters: How many there are, but for self and cls.
    """

    file: str
    name: str
    lines: int
    code: int
    parameters: int


@cache
def files() -> tuple[Path, ...]:
    """All modules of the package."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def tree(file: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(file.read_text(encoding="utf-8"))


def name_of(file: Path) -> str:
    """`invc.a.b` of a file."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def module_names() -> frozenset[str]:
    """The modules and packages there are, compiled ones, which have a stub, included."""
    return frozenset(map(name_of, (*files(), *PACKAGE.rglob("*/*.pyi"))))


def short(file: Path) -> str:
    """The name of a file from the root of the checkout."""
    return file.relative_to(ROOT).as_posix()


def functions() -> Iterator[Function]:
    """Every function, nested ones and methods too."""
    for file in files():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                lines = node.end_lineno - node.lineno + 1
                code = lines - _docstring(node)
                yield Function(short(file), node.name, lines, code, _parameters(node.args))


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the docstring."""
    if ast.get_docstring(node) is None:
        return 0
    first = node.body[0]
    assert first.end_lineno is not None
    return first.end_lineno - first.lineno + 1


def _parameters(arguments: ast.arguments) -> int:
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    own = names[:1] in (["self"], ["cls"])
    more = sum(argument is not None for argument in (arguments.vararg, arguments.kwarg))
    return len(names) - own + len(arguments.kwonlyargs) + more


def imports(file: Path, *, types: bool = False) -> Iterator[str]:
    """Modules of the package that a module names in an import, wherever in it that stands.

    Args:
        file: The module.
        types: Whether those for type checkers alone count.
    """
    for node in _nodes(tree(file), types=types):
        if isinstance(node, ast.Import):
            yield from (_known(alias.name) for alias in node.names if _ours(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and _ours(node.module):
            assert node.level == 0, f"{short(file)}: imports are absolute"
            for alias in node.names:
                yield _known(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Call) and _is_dynamic(node.func):
            yield from _dynamic(file, node.args[0])


def _nodes(node: ast.AST, *, types: bool) -> Iterator[ast.AST]:
    """All nodes, but for what stands under `if TYPE_CHECKING`."""
    if not types and isinstance(node, ast.If) and _is_for_types(node.test):
        for other in node.orelse:
            yield from _nodes(other, types=types)
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _nodes(child, types=types)


def _is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _is_dynamic(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__")


def _dynamic(file: Path, argument: ast.expr) -> Iterator[str]:
    """What an `import_module` may import: all modules that begin with what it says."""
    if isinstance(argument, ast.Constant):
        name = str(argument.value)
        yield from [_known(name)] if _ours(name) else []
        return
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else None
    if isinstance(first, ast.Constant) and _ours(str(first.value)):
        begins = str(first.value)
        yield from (name for name in module_names() if name.startswith(begins))
        return
    assert not ast.dump(argument).count("invc"), f"{short(file)}: which module is imported?"


def _ours(name: str) -> bool:
    return name == "invc" or name.startswith("invc.")


def _known(name: str) -> str:
    """The module that a dotted name is, or is in: `invc.design` of `invc.design.Clamp`."""
    while name not in module_names() and "." in name:
        name = name.rpartition(".")[0]
    return name


@cache
def layers() -> tuple[frozenset[str], ...]:
    """The rooms of `[tool.importlinter]`, the highest first; those in one set know not each other."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    contract = next(c for c in contracts if c["type"] == "layers")
    return tuple(frozenset(map(str.strip, layer.split("|"))) for layer in contract["layers"])


def room_of(module: str) -> tuple[int, str] | None:
    """Number and name of the room that a module is in, the closest one; none of `invc` itself."""
    while "." in module:
        for number, rooms in enumerate(layers()):
            if module in rooms:
                return number, module
        module = module.rpartition(".")[0]
    return None
