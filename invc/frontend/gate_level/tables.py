"""The tables of Pyverilog's grammar, which take a second to make: kept as JSON in the cache.

What is read back is data, numbers and names of the grammar's own rules: nothing in it can run.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from invc import __version__
from invc.diagnostics import InvcError
from invc.frontend.cache import cache_folder
from invc.text.files import write_whole

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in its strings, reported when compiled
    from ply import yacc

# PLY has no types.
Parser: TypeAlias = Any
MOST_BYTES = 1 << 24


def parser_of(grammar: object) -> Parser:
    """PLY's parser for a grammar, from tables in the user's cache, or made anew and kept there."""
    path = _path()
    tables = _read(path)
    if tables is not None:
        try:
            return _make(grammar, tables)
        except Exception:  # broken, in any of the ways that PLY fails
            path.unlink(missing_ok=True)
    made = _make(grammar, None)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [json.dumps(_tables_of(made))])
    except (OSError, InvcError):
        pass  # no place to keep them: a second is lost, nothing else
    return made


def _path() -> Path:
    names = [f"{tool}-{version(tool)}" for tool in ("pyverilog", "ply")]
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return cache_folder() / f"{'-'.join(['tables', __version__, *names, python])}.json"


def _make(grammar: object, tables: ModuleType | None) -> Parser:
    """A parser; `optimize` makes PLY take tables as they are, which their name vouches for."""
    return yacc.yacc(
        module=grammar,
        start="source_text",
        tabmodule=tables or _no_tables(),
        optimize=tables is not None,
        debug=False,
        write_tables=False,
        errorlog=yacc.NullLogger(),
    )


def _no_tables() -> ModuleType:
    """What PLY takes for tables of another version; it would import a module by a name."""
    module = ModuleType("none")
    module.__dict__.update(__file__="", _tabversion="")
    return module


def _tables_of(parser: Parser) -> dict[str, Any]:
    """What PLY keeps of a parser, in the shape that `LRTable.read_table` wants."""
    return {
        "action": [[state, row] for state, row in parser.action.items()],
        "goto": [[state, row] for state, row in parser.goto.items()],
        "productions": [
            [str(p), p.name, p.len, p.func, "", 0]
            if p.func
            else [str(p), p.name, p.len, None, None, None]
            for p in parser.productions
        ],
    }


def _read(path: Path) -> ModuleType | None:
    """The tables in a file as the module that PLY would have written; None where there are none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        data = json.loads(path.read_text(encoding="utf-8"))
        module = ModuleType("tables")
        module.__dict__.update(
            __file__="",
            _tabversion=yacc.__tabversion__,
            _lr_method="LALR",
            _lr_signature="",
            _lr_action_items={},
            _lr_action={int(state): _row(row) for state, row in data["action"]},
            _lr_goto={int(state): _row(row) for state, row in data["goto"]},
            _lr_productions=[_production(entry) for entry in data["productions"]],
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return module


def _row(row: dict[str, int]) -> dict[str, int]:
    return {str(symbol): int(target) for symbol, target in row.items()}


def _production(entry: list[Any]) -> tuple[Any, ...]:
    """A rule of the grammar and the name of its action, which is looked up in the grammar."""
    text, name, length, action, file, line = entry
    if action is not None and not str(action).startswith("p_"):
        raise ValueError(action)
    return str(text), str(name), int(length), action, file, line
