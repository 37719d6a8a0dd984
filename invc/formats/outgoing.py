"""What leaves: a model whose spins have unique names, with its clamps folded in or kept beside it.

Here, in `minimised`, and nowhere else, the sign flips: invc subtracts h and J from the energy;
dimod, QMASM, bqpjson and QUBO files add theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.design import Clamp, Contradiction, Design, presolve
from invc.diagnostics import InvcError
from invc.ising import IsingModel, fold_known
from invc.netlist import TRUE, Netlist

Int64 = npt.NDArray[np.int64]

SUBTRACTED = "E(m) = offset - sum h_i m_i - sum J_ij m_i m_j; m = +1 is logic 1, m = -1 logic 0"
ADDED = (
    "E(s) = offset + sum a_i s_i + sum b_ij s_i s_j; s = +1 is logic 1, s = -1 logic 0; "
    "a and b have the opposite sign of invc's h and J"
)
IMPOSSIBLE = 4


class Bit(NamedTuple):
    """A bit of a port: a spin by its name, or the constant +1 where `spin` is None.

    Attributes:
        spin: Name of the spin.
        sign: -1 where the bit is its complement.
    """

    spin: str | None
    sign: int

    def __str__(self) -> str:
        if self.spin is None:
            return "T" if self.sign == 1 else "F"
        return ("" if self.sign == 1 else "~") + quoted(self.spin)


@dataclass(frozen=True, eq=False)
class Outgoing:
    """A model to be written in the format of another program.

    Attributes:
        name: Name of the top module.
        made_by: What made the design, for people.
        names: Name of each spin of `model`, each once.
        model: The spins that are left, with the energy of the design: the held ones are folded
            into h and the offset unless they are kept.
        ports: Bits of each port, least significant first.
        folded: Value, 0 or 1, of each spin that is no longer in the model.
        clamps: Value, 0 or 1, of each spin in the model that is to be held.
        netlist: The gates.
        scale: What energies are multiplied by, where the design itself was imported.
        net_names: Name of each net, from net 1 on, as in `names` and `folded`.
    """

    name: str
    made_by: str
    names: tuple[str, ...]
    model: IsingModel
    ports: Mapping[str, tuple[Bit, ...]]
    netlist: Netlist
    net_names: tuple[str, ...]
    folded: Mapping[str, int] = field(default_factory=dict)
    clamps: Mapping[str, int] = field(default_factory=dict)
    scale: float = 1.0


def prepare(design: Design, clamps: Iterable[Clamp], *, fold: bool = True) -> Outgoing:
    """A design as it is written for others.

    Args:
        design: What to write.
        clamps: Bits to hold.
        fold: Whether they, and every spin whose value follows from them, leave the model; else
            they stay in it and are named beside it.

    Raises:
        InvcError: The clamps contradict each other or the gates; status 4.
    """
    clamps = tuple(clamps)
    names = unique_names(design.spin_names)
    try:
        values = presolve(design, clamps).values if fold else _held(design, clamps)
    except Contradiction as reason:
        raise InvcError(f"impossible: {reason}", status=IMPOSSIBLE) from None
    known = {names[k]: int(values[k] == 1) for k in np.flatnonzero(values).tolist()}
    netlist = design.netlist
    return Outgoing(
        netlist.name,
        design.origin,
        tuple(name for name in names if not fold or name not in known),
        fold_known(design.model, values)[0] if fold else design.model,
        _ports(netlist, names),
        netlist,
        names[: netlist.net_count],
        known if fold else {},
        {} if fold else known,
        design.scale,
    )


def _held(design: Design, clamps: Sequence[Clamp]) -> npt.NDArray[np.int8]:
    """-1 or +1 for each spin that a clamp holds, 0 elsewhere."""
    values = np.zeros(design.model.spins, dtype=np.int8)
    for literal, value, name in clamps:
        wanted = 1 if value ^ (literal & 1) else -1
        if literal <= TRUE:
            if literal != value:
                raise Contradiction(f"{name} cannot be {value}")
        elif values[(literal >> 1) - 1] == -wanted:
            raise Contradiction(f"{name} cannot be {value}")
        else:
            values[(literal >> 1) - 1] = wanted
    return values


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with "$k" put behind those of spin k that are empty or stood before."""
    taken = set(names)
    seen: set[str] = set()
    unique = []
    for k, name in enumerate(names, 1):
        chosen = name
        while not chosen or chosen in seen or (chosen != name and chosen in taken):
            chosen = f"{chosen or name}${k}"
        seen.add(chosen)
        unique.append(chosen)
    return tuple(unique)


def _ports(netlist: Netlist, names: Sequence[str]) -> dict[str, tuple[Bit, ...]]:
    def bit(lit: int) -> Bit:
        if lit <= TRUE:
            return Bit(None, 1 if lit == TRUE else -1)
        return Bit(names[(lit >> 1) - 1], -1 if lit & 1 else 1)

    return {port.name: tuple(bit(lit) for lit in port.bits) for port in netlist.ports}


def minimised(model: IsingModel) -> tuple[list[int], list[int]]:
    """Biases and couplings (a, b) of the convention that adds them: `ADDED`."""
    return (-model.h.astype(np.int64)).tolist(), (-model.J.astype(np.int64)).tolist()


def facts(outgoing: Outgoing) -> dict[str, object]:
    """What formats with room for it say besides the coefficients, as plain data."""
    return {
        "name": outgoing.name,
        "origin": outgoing.made_by,
        "exporter": f"invc {__version__}",
        "ports": {
            name: [[bit.spin, bit.sign] for bit in bits] for name, bits in outgoing.ports.items()
        },
        "scale": outgoing.scale,
        "folded": dict(outgoing.folded),
        "clamps": dict(outgoing.clamps),
    }


def notes(outgoing: Outgoing, convention: str, first: int = 0) -> Iterator[str]:
    """What formats with comments say in them, line by line.

    Args:
        outgoing: What is written.
        convention: The energy that the file stands for.
        first: The number that the format gives the first spin.
    """
    yield f"{quoted(outgoing.name)}, exported by invc {__version__}"
    yield convention
    yield f"offset {outgoing.model.offset}"
    for k, name in enumerate(outgoing.names, first):
        yield f"name {k} {quoted(name)}"
    yield from circumstances(outgoing)


def circumstances(outgoing: Outgoing) -> Iterator[str]:
    """Ports, folded spins and clamps, line by line."""
    if outgoing.scale != 1:
        yield f"energies are {outgoing.scale!r} times those of the model that was imported"
    for name, bits in outgoing.ports.items():
        yield f"port {quoted(name)}: {' '.join(map(str, bits))}"
    for name, value in outgoing.folded.items():
        yield f"folded {quoted(name)} {value}"
    for name, value in outgoing.clamps.items():
        yield f"clamp {quoted(name)} {value}"


def quoted(name: str) -> str:
    """A name as a JSON string in ASCII, on one line whatever it holds.

    "vartype" is written with an escape: dimod's COO reader looks for that word in any comment.
    """
    return json.dumps(name).replace("vartype", "vart\\u0079pe")
