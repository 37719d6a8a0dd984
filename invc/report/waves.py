"""Waveforms read back: what signals are in each cycle of a clock, from a Value Change Dump."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from invc.diagnostics import InvcError
from invc.report.vcd import check_vcd

Scope = tuple[str, ...]


@dataclass(frozen=True)
class Wave:
    """A signal, or one bit of it.

    Attributes:
        name: In the source: instances with dots.
        bit: Its index, None where it is all of them.
    """

    name: str
    bit: int | None = None


@dataclass(frozen=True)
class _Variable:
    code: str
    scope: Scope
    name: str
    bit: int | None


class _Change(NamedTuple):
    """One value from a time on; the first ones of a file are no changes but where it starts."""

    time: int
    code: str
    bits: str


def sampled(path: Path, clock: str, known: Collection[str]) -> list[dict[Wave, str]]:
    """The values of signals as they stand before each rising edge of a clock, and at the end.

    Args:
        path: A Value Change Dump (IEEE 1364-2005, clause 18).
        clock: Name of the clock.
        known: Names of the signals that are looked for.

    Returns:
        For each cycle the bits of each signal, the most significant first, x and z among them.

    Raises:
        InvcError: It cannot be read, or has no such clock beside such signals.
    """
    check_vcd()
    variables, changes, end = _read(path)
    scope = _scope(variables, clock, known)
    if scope is None:
        raise InvcError(
            f"there is no clock {clock!r} in it", where=str(path), hint="dump the whole design"
        )
    codes: dict[str, list[Wave]] = {}
    for variable in variables:
        if variable.scope[: len(scope)] == scope:
            name = ".".join([*variable.scope[len(scope) :], variable.name])
            if name in known or name == clock:
                codes.setdefault(variable.code, []).append(Wave(name, variable.bit))
    if all(wave.name == clock for waves in codes.values() for wave in waves):
        raise InvcError(
            "no signal of the design is in it", where=str(path), hint="dump the whole design"
        )
    return list(_cycles(changes, codes, Wave(clock), end))


def _cycles(
    changes: Iterable[_Change], codes: dict[str, list[Wave]], clock: Wave, end: int
) -> Iterator[dict[Wave, str]]:
    now: dict[Wave, str] = {}
    last = edge = 0
    before: dict[Wave, str] = {}
    for change in changes:
        if change.time != last:
            before, last = dict(now), change.time
        for wave in codes.get(change.code, ()):
            rises = wave.name == clock.name and change.bits == "1" and now.get(wave, "1") != "1"
            if rises and change.time > 0:
                yield {w: bits for w, bits in before.items() if w.name != clock.name}
                edge = change.time
            now[wave] = change.bits
    if end > edge:
        yield {w: bits for w, bits in now.items() if w.name != clock.name}


def _scope(variables: Iterable[_Variable], clock: str, known: Collection[str]) -> Scope | None:
    """The scope that has the clock, and most of the signals beside it; the outermost of equals."""
    found = {v.scope for v in variables if v.name == clock}
    beside = dict.fromkeys(found, 0)
    for variable in variables:
        if variable.scope in beside and variable.name in known:
            beside[variable.scope] += 1
    return min(found, key=lambda s: (-beside[s], len(s), s), default=None)


def _read(path: Path) -> tuple[list[_Variable], list[_Change], int]:
    from vcd.reader import TokenKind, VCDParseError, tokenize  # noqa: PLC0415 - an optional extra

    variables: list[_Variable] = []
    changes: list[_Change] = []
    scopes: list[str] = []
    time = 0
    try:
        with path.open("rb") as file:
            for token in tokenize(file):
                if token.kind is TokenKind.SCOPE:
                    scopes.append(_plain(token.scope.ident))
                elif token.kind is TokenKind.UPSCOPE:
                    scopes.pop()
                elif token.kind is TokenKind.VAR:
                    variables.append(_variable(token.var, scopes))
                elif token.kind is TokenKind.CHANGE_TIME:
                    time = token.time_change
                elif token.kind is TokenKind.CHANGE_SCALAR:
                    change = token.scalar_change
                    changes.append(_Change(time, change.id_code, str(change.value)))
                elif token.kind is TokenKind.CHANGE_VECTOR:
                    change = token.vector_change
                    bits = change.value if isinstance(change.value, str) else f"{change.value:b}"
                    changes.append(_Change(time, change.id_code, bits))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot read it: {reason}", where=str(path)) from error
    except (VCDParseError, IndexError, ValueError, UnicodeDecodeError) as error:
        raise InvcError(
            f"no Value Change Dump: {str(error)[:80]}", where=str(path), hint="give a .vcd file"
        ) from error
    return variables, changes, time


def _variable(var: object, scopes: Iterable[str]) -> _Variable:
    index = var.bit_index if isinstance(var.bit_index, int) else None  # type: ignore[attr-defined]
    name = _plain(var.reference)  # type: ignore[attr-defined]
    return _Variable(var.id_code, tuple(scopes), name, index)  # type: ignore[attr-defined]


def _plain(name: str) -> str:
    """A name without the backslash of an escaped one."""
    return name.removeprefix("\\")
