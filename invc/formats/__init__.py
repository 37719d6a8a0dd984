"""Files of other programs: one module a format, with its writer and its reader.

A new format is one new module here, with its `FORMAT`, and one line in `FORMATS`. This table is
apart from the modules so that a command can list the names without loading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Entry(NamedTuple):
    """Where a format lives and which ways it goes.

    Attributes:
        module: Name of its module in this package.
        written: Whether designs leave in it.
        read: Whether models come in it.
    """

    module: str
    written: bool = True
    read: bool = True


FORMATS: Mapping[str, Entry] = MappingProxyType(
    {
        "dimod": Entry("dimod_coo"),
        "dimod-json": Entry("dimod_json"),
        "qubo": Entry("qubo"),
        "npz": Entry("npz"),
        "qmasm": Entry("qmasm", read=False),
        "bqpjson": Entry("bqpjson"),
        "gset": Entry("gset"),
        "dimacs": Entry("dimacs", read=False),
        "thrml": Entry("thrml", read=False),
        "json": Entry("either_json", written=False),
    }
)


def writable() -> tuple[str, ...]:
    """Names of the formats that designs leave in."""
    return tuple(name for name, entry in FORMATS.items() if entry.written)


def readable() -> tuple[str, ...]:
    """Names of the formats that models come in."""
    return tuple(name for name, entry in FORMATS.items() if entry.read)
