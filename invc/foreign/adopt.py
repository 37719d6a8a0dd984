"""A design without gates from a foreign model: every variable a bit of an input port.

Here the sign flips back: foreign files add their coefficients to the energy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from invc.design import Design
from invc.diagnostics import InvcError
from invc.foreign.terms import Terms
from invc.foreign.whole import LARGEST_EXACT, LARGEST_OFFSET, whole
from invc.ising import from_terms
from invc.netlist import Netlist, Port

INDEXED = re.compile(r"(.+)\[(\d{1,9})\]", re.DOTALL)


@dataclass(frozen=True, eq=False)
class Adopted:
    """A design that no Verilog made.

    Attributes:
        design: Its energies are `design.scale` times those of the file.
        error: The largest error of a coefficient, in units of the file.
        most: The largest error that the energy of a state can have, in units of the file.
        clamps: Clamps that the file asked for, as NAME=VALUE; a design holds none.
    """

    design: Design
    error: float
    most: float
    clamps: tuple[str, ...]


def adopt(terms: Terms, *, name: str = "model", origin: str = "") -> Adopted:
    """The design whose energies are those of the terms, times a scale that makes them whole.

    Raises:
        InvcError: A coefficient is no number, or they are too large together.
    """
    spins = terms.spins
    values = np.concatenate([spins.linear, spins.quadratic])
    if not (np.isfinite(values).all() and np.isfinite(spins.offset)):
        raise InvcError("a coefficient is no finite number")
    exact = whole(values, spins.offset)
    count = len(spins.names)
    offset = round(spins.offset * exact.scale)
    if abs(offset) > LARGEST_OFFSET:
        raise InvcError("the offset is too large beside the coefficients")
    model = from_terms(
        count,
        -exact.numbers[:count],
        spins.pairs[:, 0],
        spins.pairs[:, 1],
        -exact.numbers[count:],
        offset,
    )
    sums = np.bincount(
        spins.pairs.ravel(), np.repeat(np.abs(exact.numbers[count:]), 2), minlength=count
    )
    if sums.max(initial=0) > LARGEST_EXACT:
        raise InvcError(
            "the couplings of one variable add up to more than 32 bits",
            hint="divide all coefficients by a common factor",
        )
    netlist = Netlist(name, tuple(ports_of(spins.names)), (), ("", *spins.names)).check()
    errors = np.abs(exact.numbers / exact.scale - values) if exact.error else np.zeros(1)
    return Adopted(
        Design(netlist, model, {}, origin, exact.scale),
        exact.error,
        float(errors.sum()) + abs(offset / exact.scale - spins.offset),
        tuple(f"{variable}={value}" for variable, value in terms.clamps),
    )


def ports_of(names: Sequence[str]) -> Iterator[Port]:
    """Input ports for variables: a[0], a[1], a[2] become port a; others are ports of one bit."""
    members: dict[str, dict[int, int]] = {}
    for k, name in enumerate(names):
        match = INDEXED.fullmatch(name)
        if match and str(int(match[2])) == match[2]:
            members.setdefault(match[1], {})[int(match[2])] = k
    plain = set(names)
    buses = {
        base: bits
        for base, bits in members.items()
        if base not in plain and len(bits) == max(bits) - min(bits) + 1 and len(bits) > 1
    }
    bus_of = {k: base for base, bits in buses.items() for k in bits.values()}
    for k, name in enumerate(names):
        base = bus_of.get(k)
        if base is None:
            yield Port(name, "input", (2 * k + 2,))
        elif base in buses:
            bits = buses.pop(base)
            literals = tuple(2 * bits[index] + 2 for index in sorted(bits))
            yield Port(base, "input", literals, offset=min(bits))
