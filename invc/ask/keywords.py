"""Clamps, combinations and biases as Python has them, as the texts of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import index
from typing import TypeAlias

from invc.diagnostics import InvcError

Value: TypeAlias = int | str
Clamps: TypeAlias = Mapping[str, Value] | Iterable[str] | str
Combination: TypeAlias = Mapping[str, Value] | str
Forbid: TypeAlias = Combination | Iterable[Combination]
Biases: TypeAlias = Mapping[str, float] | Iterable[str] | str

MOST_SHOWN = 80  # characters of a value that an error shows
MOST_BITS = 10_000  # of a number that is written in base 10


def clamp_texts(clamps: Clamps, ports: Mapping[str, Value]) -> list[str]:
    """Texts NAME=VALUE of clamps in any form, and of those by the names of ports."""
    if isinstance(clamps, str):
        texts = [clamps]
    elif isinstance(clamps, Mapping):
        texts = _texts(clamps)
    else:
        texts = _listed("clamps", clamps)
    return [*texts, *_texts(ports)]


def macro_texts(macros: Mapping[str, Value] | None) -> dict[str, str]:
    """Macros with their values as texts.

    Raises:
        InvcError: They are no mapping.
    """
    if macros is not None and not isinstance(macros, Mapping):
        raise InvcError(f"defines is a mapping of macros to their values, not {_shown(macros)}")
    return {str(name): str(value) for name, value in (macros or {}).items()}


def combination_texts(forbid: Forbid) -> list[str]:
    """Texts NAME=VALUE:NAME=VALUE of one combination or of several."""
    if isinstance(forbid, Mapping | str):
        return [_joined(forbid)]
    try:
        return [_joined(combination) for combination in forbid]
    except TypeError:
        raise _no_texts("forbid", forbid) from None


def bias_texts(bias: Biases) -> list[str]:
    """Texts NAME=P of soft clamps in any form."""
    if isinstance(bias, Mapping):
        return [f"{name}={_real(name, p)!r}" for name, p in bias.items()]
    return [bias] if isinstance(bias, str) else _listed("bias", bias)


def _joined(combination: Combination) -> str:
    if isinstance(combination, Mapping):
        return ":".join(_texts(combination))
    if not isinstance(combination, str):
        raise _no_texts("forbid", combination)
    return combination


def _listed(what: str, values: Iterable[str]) -> list[str]:
    """Texts one by one, where that is what they are."""
    texts = list(values) if isinstance(values, Iterable) else None
    if texts is None or not all(isinstance(text, str) for text in texts):
        raise _no_texts(what, values)
    return texts


def _no_texts(what: str, value: object) -> InvcError:
    text = f"{what} are texts NAME=VALUE, or a mapping of names to values, not {_shown(value)}"
    return InvcError(text)


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) < MOST_SHOWN else f"{shown[:MOST_SHOWN]}..."


def _real(name: str, value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise InvcError(f"bias {name}={value!r} is not a probability") from None


def _texts(values: Mapping[str, Value]) -> list[str]:
    return [
        f"{name}={value if isinstance(value, str) else _digits(_whole(name, value))}"
        for name, value in values.items()
    ]


def _digits(value: int) -> str:
    """A whole number as a text; Python writes none of thousands of digits, but in base 16."""
    return str(value) if value.bit_length() < MOST_BITS else f"{value:#x}"


def _whole(name: str, value: object) -> int:
    """An int, also where it is numpy's or a bool."""
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InvcError(f"clamp {name}={value!r} is not a whole number") from None
