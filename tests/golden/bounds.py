"""Bounds, tuned numbers and defaults, which cost time or memory where they change, and no result.

A test that meets a bound is better, and where a user does there is one. Most of these were found by
measuring: who changes one changes this table with it.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).resolve().parent
BOUNDS = FOLDER / "bounds.json"
PACKAGE = FOLDER.parents[1] / "invc"
ROOMS = (
    *("netlist", "passes", "mapping", "library", "design", "proof", "engine", "frontend"),
    *("formats", "pipeline.py"),
)


def modules() -> list[str]:
    """Modules of the rooms, by name."""
    paths = [PACKAGE / room for room in ROOMS]
    files = [f for path in paths for f in (path.rglob("*.py") if path.is_dir() else [path])]
    names = (".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in files)
    return sorted(name.removesuffix(".__init__") for name in names)


def numbers_of(name: str) -> dict[str, Any]:
    """Its constants that are numbers, and defaults of fields and parameters that are, by name."""
    module = importlib.import_module(name)
    return {place: kept for place, value in _values(module) if (kept := _number(value)) is not None}


def _values(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if name.strip("_").isupper():
            yield name, value
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            yield from ((f"{name}.{place}", default) for place, default in _defaults(value))
        elif inspect.isfunction(value):
            yield from _parameters(name, value)


def _defaults(kind: type) -> Iterator[tuple[str, Any]]:
    if is_dataclass(kind):
        yield from ((f.name, f.default) for f in fields(kind) if f.default is not MISSING)
    yield from getattr(kind, "_field_defaults", {}).items()  # of a named tuple
    for name, value in vars(kind).items():
        if inspect.isfunction(value) and not name.startswith("__"):
            yield from _parameters(name, value)


def _parameters(name: str, function: Any) -> Iterator[tuple[str, Any]]:
    for parameter in inspect.signature(function).parameters.values():
        yield f"{name}({parameter.name})", parameter.default


def _number(value: Any) -> Any:
    """A number or numbers as JSON holds them; None of anything else."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float | Fraction):
        return str(value)
    if isinstance(value, tuple | list | range):
        return [n for n in map(_number, value) if n is not None] or None
    if isinstance(value, Mapping):
        found = {str(k): n for k, v in value.items() if (n := _number(v)) is not None}
        return found or None
    return None


def measure() -> dict[str, dict[str, Any]]:
    """All numbers, by module."""
    return {name: found for name in modules() if (found := numbers_of(name))}
