"""Compare a netlist with its source as Yosys elaborated it, before any pass of Yosys or ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from invc.diagnostics import InvcError
from invc.frontend.words.algebra import Bit, Logic, Trials, plain
from invc.frontend.words.evaluate import evaluate_module
from invc.frontend.words.graph import Graph, TooLarge, netlist_outputs, prove_false
from invc.frontend.words.vectors import all_vectors, some_vectors
from invc.netlist import Function, Netlist, Port, evaluate_ports

Json: TypeAlias = Mapping[str, Any]

FEW_INPUTS = 12  # whose 4,096 vectors are all there are
MOST_INPUTS = 20
MOST_WORK = 6_000_000_000  # evaluations of a bit in one trial: about a tenth of a second


@dataclass(frozen=True)
class Agreement:
    """How far a netlist is known to be equal to its source.

    Attributes:
        proven: Whether for all inputs.
        vectors: Inputs that were tried, 0 where a proof needed none.
    """

    proven: bool
    vectors: int = 0

    def __str__(self) -> str:
        return "proven equal" if self.proven else f"{self.vectors:,} vectors agree"


@dataclass(frozen=True)
class CycleAgreement:
    """How far the copies of a clocked design were compared with their source.

    Attributes:
        cycles: Cycles that were compared.
        runs: Random runs over all of them.
    """

    cycles: int
    runs: int

    def __str__(self) -> str:
        return f"{self.cycles:,} cycles agree in {self.runs} random runs"


def compare(
    module: Json, functions: Mapping[str, Function], netlist: Netlist, *, where: str = ""
) -> Agreement:
    """Evaluate both and compare every output bit that the source defines.

    Args:
        module: The source: a flat module of a file that `write_json` made.
        functions: Cells that it may hold besides Yosys's own.
        netlist: What was made of it.
        where: The source file, for messages.

    Raises:
        InvcError: They differ, or the source cannot be evaluated.
    """
    widths = {port.name: len(port.bits) for port in netlist.inputs}
    bits = sum(widths.values())
    _check_ports(module, netlist, where)
    if bits > FEW_INPUTS:
        vectors, trials = some_vectors(widths)
        _compare(module, functions, netlist, vectors, trials, where)
        if bits > MOST_INPUTS or _work(module, netlist) << bits > MOST_WORK:
            if _prove(module, functions, netlist, vectors, trials):
                return Agreement(True)
            return Agreement(False, trials)
    _compare(module, functions, netlist, all_vectors(widths), 1 << bits, where)
    return Agreement(True, 1 << bits)


def _prove(
    module: Json,
    functions: Mapping[str, Function],
    netlist: Netlist,
    vectors: Mapping[str, Sequence[int]],
    trials: int,
) -> bool:
    """Whether both are proven equal within a small budget."""
    graph = Graph()
    logic = Logic(graph)
    inputs = {name: [graph.variable() for _ in words] for name, words in vectors.items()}
    try:
        source = evaluate_module(
            module,
            functions,
            logic,
            {name: [Bit(v) for v in lits] for name, lits in inputs.items()},
        )
        made = netlist_outputs(graph, netlist, inputs)
        wrong = [
            graph.land(graph.xor(bit.value, lit), bit.undefined ^ 1)
            for name, lits in made.items()
            for bit, lit in zip(source[name], lits, strict=True)
        ]
    except TooLarge:
        return False
    values = {
        lit: word
        for name, lits in inputs.items()
        for lit, word in zip(lits, vectors[name], strict=True)
    }
    return prove_false(graph, wrong, values, trials, len(netlist.gates))


def _check_ports(module: Json, netlist: Netlist, where: str) -> None:
    """Both have the same ports, in name, direction and width."""
    ours = {(port.name, port.direction, len(port.bits)) for port in netlist.ports}
    theirs = {
        (name, port["direction"], len(port["bits"])) for name, port in module["ports"].items()
    }
    if ours != theirs:
        name = min(ours ^ theirs)[0]
        raise InvcError(
            f"port {name!r} of the netlist is not that of its source",
            where=where,
            hint="please report it",
        )


def _compare(
    module: Json,
    functions: Mapping[str, Function],
    netlist: Netlist,
    vectors: Mapping[str, Sequence[int]],
    trials: int,
    where: str,
) -> None:
    logic = Logic(Trials(trials))
    inputs = {name: [Bit(word) for word in words] for name, words in vectors.items()}
    wanted = evaluate_module(module, functions, logic, inputs)
    made = evaluate_ports(netlist, vectors, trials)
    for port in netlist.outputs:
        for word, bit in zip(made[port.name], wanted[port.name], strict=True):
            wrong = (word ^ bit.value) & ~bit.undefined
            if wrong:
                trial = (wrong & -wrong).bit_length() - 1
                known = [not bit.undefined >> trial & 1 for bit in wanted[port.name]]
                values = plain(wanted[port.name])
                raise _different(
                    netlist, vectors, port, (values, made[port.name]), known, trial, where
                )


def _different(
    netlist: Netlist,
    vectors: Mapping[str, Sequence[int]],
    port: Port,
    values: tuple[Sequence[int], Sequence[int]],
    known: Sequence[bool],
    trial: int,
    where: str,
) -> InvcError:
    """The error that shows inputs, what comes out and what should."""
    shown = " ".join(
        f"{p.name}={_value(vectors[p.name], p, trial)}" for p in netlist.inputs if p.bits
    )
    right, wrong = (_value(words, port, trial) for words in values)
    if not all(known):
        right = f"{right} (but for undefined bits)"
    inputs = f", at {shown}" if shown else ""
    return InvcError(
        f"the mapped netlist is not equal to its source: {port.name} is {wrong}, not {right}"
        f"{inputs}",
        where=where,
        hint="please report it with the source",
    )


def _value(words: Sequence[int], port: Port, trial: int) -> str:
    number = sum((word >> trial & 1) << k for k, word in enumerate(words))
    if port.signed and words and words[-1] >> trial & 1:
        number -= 1 << len(words)
    return str(number)


def _work(module: Json, netlist: Netlist) -> int:
    """About how many operations on bits an evaluation of both takes."""
    total = sum(8 * len(gate.pins) for gate in netlist.gates)
    for cell in module["cells"].values():
        widths = sorted(len(bits) for bits in cell["connections"].values())
        kind = cell["type"]
        total += 6 * sum(widths)
        if kind in ("$mul", "$div", "$mod", "$divfloor", "$modfloor", "$macc", "$macc_v2"):
            total += 10 * widths[-1] * widths[-2]
        elif kind == "$pow":
            total += 20 * sum(widths) * widths[-1] ** 2
        elif kind.startswith(("$sh", "$ssh")):
            total += 6 * widths[-1] * 6
        elif kind.startswith("$mem"):
            total += 6 << min(len(cell["connections"].get("ADDR", ())), 24)
    return total
