"""Counted nouns, as every sentence about numbers needs them."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 read", "2 reads"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
