"""Tables as plain text, as HTML and for pandas: how results show themselves and go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain
from typing import TYPE_CHECKING

from invc.diagnostics import InvcError

if TYPE_CHECKING:
    import pandas as pd


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned to the right, two blanks apart."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in chain([head], rows)
    )


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """A table with a line under it; every text in it is escaped, whoever named the ports.

    The line is no caption element: one under a narrow table would be as narrow.
    """
    top = f"<thead><tr>{_cells('th', head)}</tr></thead>" if head else ""
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    table = f"<table>{top}<tbody>{body}</tbody></table>" if head or rows else ""
    return table + (f"<p>{escape(caption)}</p>" if caption else "")


def _cells(element: str, texts: Sequence[str]) -> str:
    return "".join(f"<{element}>{escape(text)}</{element}>" for text in texts)


def data_frame(columns: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """A data frame of columns by name.

    Raises:
        InvcError: pandas is not installed.
    """
    try:
        import pandas  # noqa: PLC0415 - optional, and slow to load
    except ImportError as error:
        raise InvcError(
            "pandas is not installed", hint="pip install '.[pandas]' in a checkout of invc"
        ) from error
    return pandas.DataFrame(dict(columns))
