"""What a format is: how its files are called, written, recognised and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from invc.formats.incoming import Incoming
from invc.formats.outgoing import Outgoing
from invc.formats.terms import Terms

Chunks: TypeAlias = Iterable[str] | Iterable[bytes]


@dataclass(frozen=True)
class Format:
    """One format of another program.

    Attributes:
        suffix: How its files are called, behind the name of the design.
        write: Makes the file in pieces; None where designs do not leave in it.
        read: What a file says; None where models do not come in it.
        recognises: Whether a file without a telling name is one, by the words of its first line
            that is no comment.
        lacks: What of "names", "offset" and "clamps" it has no place for.
        comments: Whether what it lacks stands in its comments.
        gates: Whether it is made from the gates, clamps being clauses that are never folded.
        remark: What to know of a file that has no room to say it.
    """

    suffix: str
    write: Callable[[Outgoing], Chunks] | None = None
    read: Callable[[Incoming], Terms] | None = None
    recognises: Callable[[Sequence[str]], bool] | None = None
    lacks: tuple[str, ...] = ()
    comments: bool = False
    gates: bool = False
    remark: Callable[[Outgoing], str] | None = None
