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


def clamp_texts(clamps: Clamps, ports: Mapping[str, Value]) -> list[str]:
    """Texts NAME=VALUE of clamps in any form, and of those by the names of ports."""
    if isinstance(clamps, str):
        texts = [clamps]
    elif isinstance(clamps, Mapping):
        texts = _texts(clamps)
    else:
        texts = list(clamps)
    return [*texts, *_texts(ports)]


def combination_texts(forbid: Forbid) -> list[str]:
    """Texts NAME=VALUE:NAME=VALUE of one combination or of several."""
    combinations = [forbid] if isinstance(forbid, Mapping | str) else list(forbid)
    return [c if isinstance(c, str) else ":".join(_texts(c)) for c in combinations]


def bias_texts(bias: Biases) -> list[str]:
    """Texts NAME=P of soft clamps in any form."""
    if isinstance(bias, Mapping):
        return [f"{name}={float(p)!r}" for name, p in bias.items()]
    return [bias] if isinstance(bias, str) else list(bias)


def _texts(values: Mapping[str, Value]) -> list[str]:
    return [
        f"{name}={value if isinstance(value, str) else _whole(name, value)}"
        for name, value in values.items()
    ]


def _whole(name: str, value: object) -> int:
    """An int, also where it is numpy's or a bool."""
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InvcError(f"clamp {name}={value!r} is not a whole number") from None
