"""The backend whose updates are generated code, and all else that of the compiled kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from invc.pbits.generated.compiler import has_llvmlite
from invc.pbits.generated.library import Library, library_of
from invc.pbits.generated.pace import COUNT_AFTER, Pace, pace_of
from invc.pbits.generated.signature import Rules, Signature, bits_of_heat, rules_of
from invc.pbits.heatbath.heat import Heat
from invc.pbits.heatbath.program import Program
from invc.pbits.lanes import WORDS
from invc.pbits.native import backend as native

NAME = "jit"
HOW = "it needs llvmlite: pip install '.[jit]' in a checkout of invc"
ROW = 8 * WORDS  # bytes
MOST_ROWS = (1 << 32) // ROW  # whose offsets fit what code reads
MOST_RULES = 256  # of a program for which there is code, those of most updates

Key = tuple[str, tuple[int, int]]  # whose code, and bits of the noise


@dataclass(eq=False)
class Prepared:
    """What is made of a program once.

    Attributes:
        rules: Its update rules.
        offsets: Of its neighbours, in bytes from the first row.
        often: The numbers of its most frequent rules.
        codes: The code of its updates, with how much code there was when that was put together.
        sweeps: So many have been done that nobody has counted yet.
    """

    rules: Rules
    offsets: npt.NDArray[np.uint32]
    often: list[int]
    codes: dict[Key, tuple[int, native.Code | None]] = field(default_factory=dict)
    sweeps: dict[Key, int] = field(default_factory=dict)

    def wanted(self, bits: tuple[int, int]) -> list[tuple[Signature, int]]:
        """Signatures that are worth code, with their updates in a sweep."""
        signatures, uses = self.rules.signatures(bits), self.rules.uses.tolist()
        pairs = ((signatures[k], uses[k]) for k in self.often)
        return [(signature, count) for signature, count in pairs if signature]


_PREPARED: WeakKeyDictionary[Program, Prepared] = WeakKeyDictionary()


def _prepared(program: Program) -> Prepared | None:
    """What is made of a program; None where code cannot reach its rows."""
    found = _PREPARED.get(program)
    if found is None:
        most = max(program.ref.max(initial=0), program.target.max(initial=0))
        if most >= MOST_ROWS:
            return None
        rules = rules_of(program)
        often = np.argsort(-rules.uses, kind="stable")[:MOST_RULES].tolist()
        offsets = program.ref.astype(np.uint32) * np.uint32(ROW)
        found = _PREPARED[program] = Prepared(rules, offsets, often)
    return found


def _put_together(
    prepared: Prepared, program: Program, key: Key, library: Library
) -> native.Code | None:
    """The code of a program's updates as far as there is some, kept until there is more."""
    addresses = library.addresses
    known = len(addresses)
    if key not in prepared.codes or prepared.codes[key][0] < known:
        bits = key[1]
        of_rule = np.array(
            [addresses.get(s, 0) if s else 0 for s in prepared.rules.signatures(bits)] or [0],
            dtype=np.uint64,
        )
        code = None
        if of_rule.any():
            of_update = of_rule[prepared.rules.rule]
            code = native.code_of(program, of_update, prepared.offsets, bits, library.doors)
        prepared.codes[key] = known, code
    return prepared.codes[key][1]


class Generated(native.Native):
    """Updates by code that is made before the first of them."""

    def _code(self, program: Program, heat: Heat) -> native.Code | None:
        bits, prepared = bits_of_heat(heat), _prepared(program)
        if bits is None or prepared is None:
            return None
        key = f"{self.kernel}, all", bits
        if key not in prepared.codes:
            library_of(self.kernel).make([s for s, _ in prepared.wanted(bits)])
        return _put_together(prepared, program, key, library_of(self.kernel))


class Patient(native.Native):
    """Compiled kernels whose updates become generated code while they run, where that pays.

    States are the same, so it makes no difference when that is.
    """

    @cached_property
    def _pace(self) -> Pace:
        return pace_of(self.kernel)

    def _code(self, program: Program, heat: Heat) -> native.Code | None:
        library = self._pace.library
        if library is None:
            return None
        bits, prepared = bits_of_heat(heat), _prepared(program)
        if bits is None or prepared is None:
            return None
        return _put_together(prepared, program, (self.kernel, bits), library)

    def _done(self, program: Program, heats: Sequence[Heat], sweeps: int) -> None:
        if self._pace.is_long(len(program.target) * sweeps * len(heats)):
            for heat in heats:
                self._count(program, heat, sweeps)

    def _count(self, program: Program, heat: Heat, sweeps: int) -> None:
        """Sweeps that would have been shorter with code."""
        bits, prepared = bits_of_heat(heat), _prepared(program)
        if bits is None or prepared is None:
            return
        key = self.kernel, bits
        sweeps += prepared.sweeps.get(key, 0)
        if program.updates * sweeps >= COUNT_AFTER:
            self._pace.count([(s, uses * sweeps) for s, uses in prepared.wanted(bits)])
            sweeps = 0
        prepared.sweeps[key] = sweeps


def backends() -> tuple[native.Native, ...]:
    """The one that generates, where it can."""
    return (Generated(NAME, native.kernels()[0]),) if has_llvmlite() else ()


def patient() -> native.Native | None:
    """Compiled kernels that generate in long runs, where that is possible."""
    return Patient(native.kernels()[0]) if has_llvmlite() else None
