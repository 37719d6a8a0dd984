"""DIMACS CNF of the gates, for SAT solvers: variable k is net k, clamps are unit clauses."""

from __future__ import annotations

from collections.abc import Iterator

from invc import __version__
from invc.diagnostics import InvcError
from invc.formats.format import Format
from invc.formats.outgoing import Outgoing, circumstances, quoted
from invc.netlist import Literal, netlist_clauses

CONVENTION = "a variable is true where its net is logic 1; a model is a way to satisfy every gate"


def write(outgoing: Outgoing) -> Iterator[str]:
    """The file in pieces.

    Raises:
        InvcError: The design has no gates: a Hamiltonian alone is no formula.
    """
    netlist = outgoing.netlist
    if not netlist.gates:
        raise InvcError(
            "a design without gates is no formula", hint="choose another format, such as qubo"
        )
    clauses = [*netlist_clauses(netlist), *_units(outgoing)]
    yield f"c {quoted(outgoing.name)}, exported by invc {__version__}\nc {CONVENTION}\n"
    for k, name in enumerate(outgoing.net_names, 1):
        yield f"c name {k} {quoted(name)}\n"
    for line in circumstances(outgoing):
        yield f"c {line}\n"
    yield f"p cnf {netlist.net_count} {len(clauses)}\n"
    for clause in clauses:
        yield " ".join([*(_number(lit) for lit in clause), "0\n"])


def _units(outgoing: Outgoing) -> Iterator[tuple[Literal, ...]]:
    place = {name: k for k, name in enumerate(outgoing.net_names, 1)}
    for name, value in outgoing.clamps.items():
        yield (2 * place[name] + 1 - value,)


def _number(lit: Literal) -> str:
    return f"-{lit >> 1}" if lit & 1 else str(lit >> 1)


FORMAT = Format(".cnf", write, gates=True)
