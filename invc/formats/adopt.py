"""A design without gates from a model of another program: every variable a bit of an input port.

Here the sign flips back: other programs' files add their coefficients to the energy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from invc.design import Design
from invc.diagnostics import InvcError
from invc.formats.terms import Float64, Int64, Terms
from invc.formats.whole import LARGEST_OFFSET, whole
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
        least: The smallest coefficient that is not 0, in units of the file.
        clamps: Clamps that the file asked for, as NAME=VALUE; a design holds none.
    """

    design: Design
    error: float
    most: float
    least: float
    clamps: tuple[str, ...]


def adopt(terms: Terms, *, name: str = "model", origin: str = "") -> Adopted:
    """The design whose energies are those of the terms, times a scale that makes them whole.

    Raises:
        InvcError: A name cannot be one, a coefficient is no number, or they are too large.
    """
    _check_names(terms.names)
    spins = terms.spins
    values = np.concatenate([spins.linear, spins.quadratic])
    if not (np.isfinite(values).all() and np.isfinite(spins.offset)):
        raise InvcError("a coefficient is no finite number")
    count = len(spins.names)
    loads, degrees = _loads(spins)
    if not np.isfinite(loads).all():
        raise InvcError("the couplings of one variable add up to more than a number can be")
    exact = whole(values, spins.offset, float(loads.max(initial=0)), int(degrees.max(initial=0)))
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
    netlist = Netlist(name, tuple(ports_of(spins.names)), (), ("", *spins.names)).check()
    errors = float(np.abs(exact.numbers / exact.scale - values).sum()) if exact.error else 0.0
    sizes = np.abs(values[values != 0])
    return Adopted(
        Design(netlist, model, {}, origin, exact.scale),
        exact.error,
        errors + abs(offset / exact.scale - spins.offset),
        float(sizes.min(initial=np.inf)),
        tuple(f"{variable}={value}" for variable, value in terms.clamps),
    )


def _check_names(names: Sequence[str]) -> None:
    """Refuse names that are empty, stand twice, or cannot be written as UTF-8."""
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        odd = next(name for name in names if any("\ud800" <= c <= "\udfff" for c in name))
        raise InvcError(f"variable {odd[:40]!a}: a surrogate by itself is no character") from None
    if len(set(names)) != len(names):
        twice = next(name for name, count in Counter(names).items() if count > 1)
        raise InvcError(f"two variables are called {twice[:40]!r}")
    if "" in names:
        raise InvcError("a variable has an empty name")


def _loads(spins: Terms) -> tuple[Float64, Int64]:
    """For each variable the sum of its couplings' sizes, and how many they are. Shape (n,)."""
    count = len(spins.names)
    ends = spins.pairs.ravel()
    sizes = np.repeat(np.abs(spins.quadratic), 2)
    with np.errstate(over="ignore"):
        loads = np.bincount(ends, sizes, minlength=count).astype(np.float64)
    return loads, np.bincount(ends, minlength=count).astype(np.int64)


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
