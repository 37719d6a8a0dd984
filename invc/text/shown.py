"""Texts from elsewhere, as a terminal can show them."""

from __future__ import annotations

from invc.diagnostics import printable


def shown_lines(text: str) -> str:
    """The text line by line as `printable` has it: ends of lines and tabs stay what they are."""
    if text.isprintable():
        return text
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))
