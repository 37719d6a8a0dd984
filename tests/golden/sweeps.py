"""How the quick proof of a netlist goes: nodes of a graph, which it merges, what it asks a solver.

What is proven is the same by another way, only later or not in the budget. The solver is left out: here
every question is answered by trying all inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from golden.mangled import letters
from invc.frontend.words import graph as graphs
from invc.frontend.words.check import _work
from invc.frontend.words.graph import Graph, prove_false
from invc.netlist import Gate, Netlist, Port, counting_words
from invc.netlist.gates import AND2, FA

SWEEPS = Path(__file__).resolve().parent / "sweeps.json"
INPUTS, NODES, TRIALS = 6, 140, 12
FEW = 4  # inputs of nodes that are compared by their tables: both ways are gone
SEEDS = range(10)


class Answers:
    """Questions and clauses of a sweep, in the place of its solver; what it says is so."""

    def __init__(self, graph: Graph, conflicts: int) -> None:
        """Know what every node is for all inputs."""
        self.clauses = [[1]]
        self.conflicts = conflicts
        self.asked: list[list[int]] = []
        self.closed = False
        self.words = words_of(graph)
        self.every = (1 << (1 << INPUTS)) - 1

    def word(self, lit: int) -> int:
        return self.words[lit >> 1] ^ (self.every if lit & 1 else 0)

    def equal(self, a: int, b: int) -> bool:
        self.asked.append([a, b])
        return self.word(a) == self.word(b)

    def impossible(self, literals: Sequence[int], conflicts: int) -> bool:
        self.asked.append([conflicts, *literals])
        held = self.every
        for lit in literals:
            held &= self.word(lit)
        return not held

    def close(self) -> None:
        self.closed = True


def words_of(graph: Graph) -> list[int]:
    """What every node is in all rows of the inputs, which are its first nodes."""
    every = (1 << (1 << INPUTS)) - 1
    words = [0, *counting_words(INPUTS)]
    for node in graph.nodes[len(words) :]:
        assert node is not None
        a, b = (words[lit >> 1] ^ (every if lit & 1 else 0) for lit in (node.a, node.b))
        words.append(a ^ b if node.parity else a & b)
    return words


def tangle(seed: int) -> tuple[Graph, list[int]]:
    """A graph in which much is equal to something else, inverted or constant; what is false in it."""
    draw, graph = Random(seed), Graph()
    lits = [0, *(graph.variable() for _ in range(INPUTS))]
    false = [0]
    while len(graph.nodes) < NODES:
        a, b, c = (draw.choice(lits[-24:] + lits[:7]) ^ draw.randrange(2) for _ in range(3))
        made = draw.choice((graph.land, graph.lor, graph.xor, graph.xor))(a, b)
        again = graph.lor(graph.land(c, made), graph.land(c ^ 1, made))  # the same, not in form
        chosen = graph.table(draw.randrange(256), (a, b, c))
        same = graph.lor(graph.land(a, b), graph.land(a ^ 1, b ^ 1))  # an xor, and inverted
        lits += [made, again, chosen, same, graph.xor(a, b), graph.xor(graph.xor(same, c), made)]
        false.append(graph.xor(made, again))
    return graph, false


def sweep(seed: int, spoilt: bool = False, trials: int = TRIALS) -> tuple[bool, Answers, Any]:
    """A proof that some literals are false, one of which may be not: what it said, asked, and left."""
    graph, leaving = tangle(seed)
    if spoilt:  # all inputs at once may well be 1
        leaving.append(reduce(graph.land, [2 * k + 2 for k in range(INPUTS)]))
    words = counting_words(INPUTS)  # all rows, of which the trials are some
    rows = Random(seed).sample(range(1 << INPUTS), trials)
    vectors = {
        2 * k + 2: sum((word >> row & 1) << t for t, row in enumerate(rows))
        for k, word in enumerate(words)
    }
    made, kept = graphs._Sweep.__init__, []

    def keep(own: Any, *given: Any) -> None:
        made(own, *given)
        kept.append(own)

    with (
        mock.patch.object(graphs._Sweep, "__init__", keep),
        mock.patch.object(graphs, "_Questions", lambda conflicts: Answers(graph, conflicts)),
        mock.patch.object(graphs, "FEW_INPUTS", FEW),
    ):
        result = prove_false(graph, leaving, vectors, trials, seed)
    (swept,) = kept
    return result, swept.questions, swept


def told(seed: int) -> dict[str, Any]:
    """Everything that a proof comes to, and one that cannot be."""
    return {name: _told(seed, name == "spoilt") for name in ("true", "spoilt")}


def _told(seed: int, spoilt: bool) -> list[Any]:
    proven, answers, swept = sweep(seed, spoilt)
    merged = sum(2 * k != image for k, image in enumerate(swept.image))
    counts = [len(swept.nodes), merged, len(answers.asked), len(answers.clauses)]
    parts = (swept.nodes, swept.image, swept.supports, sorted(swept.gates.items()))
    states = [letters(str(part)) for part in (*parts, answers.clauses, answers.asked)]
    return [proven, counts, *states]


def tables() -> dict[str, Any]:
    """Nodes of every function of three inputs, and of some of more."""
    draw = Random(0)
    found: dict[str, Any] = {}
    for count in (0, 1, 2, 3, 4, 5):
        rows = 1 << count
        every = range(1 << rows) if count < 4 else [draw.getrandbits(rows) for _ in range(40)]
        made = []
        for table in every:
            graph = Graph()
            inputs = [graph.variable() for _ in range(count)]
            made.append((graph.table(table, inputs), graph.nodes))
        found[str(count)] = [sum(len(nodes) for _, nodes in made), letters(str(made))]
    return found


KINDS = ("$and", "$mul", "$div", "$macc", "$macc_v2", "$mod", "$divfloor", "$modfloor", "$pow",
         "$shl", "$sshr", "$shiftx", "$mem_v2", "$memrd")  # fmt: skip


def works() -> dict[str, int]:
    """Estimates of the work to evaluate a cell of each kind, of a few gates, and of none."""
    pins = {"A": [2] * 7, "B": [3] * 5, "Y": [4] * 11, "ADDR": [5] * 6}
    empty, made = _netlist(), _netlist(3)
    found = {
        kind: _work({"cells": {"u": {"type": kind, "connections": pins}}}, empty) for kind in KINDS
    }
    wide = {"u": {"type": "$memrd", "connections": {"ADDR": [2] * 40}}}
    return {**found, "gates": _work({"cells": {}}, made), "address": _work({"cells": wide}, empty)}


def _netlist(adders: int = 0) -> Netlist:
    gates = [Gate(FA, (2, 4, 2, 6 + 4 * k, 8 + 4 * k)) for k in range(adders)]
    names = ("", *(f"n{k}" for k in range(2 + 2 * adders)))
    ports = (Port("a", "input", (2, 4)),)
    return Netlist("t", ports, tuple(gates), names).check()


def chosen() -> dict[str, str]:
    """How sources of some widths are compared: on which vectors, and whether a proof is tried."""
    from invc.frontend.words import check

    found = {}
    for width in (5, 6, 7, 10, 11):
        for work in (1, check.MOST_WORK >> 2 * width, (check.MOST_WORK >> 2 * width) + 1):
            for proven in (False, True):
                seen: list[int] = []
                with (
                    mock.patch.object(check, "_compare", lambda *a, s=seen: s.append(a[4])),
                    mock.patch.object(check, "_prove", lambda *a, p=proven: p),
                    mock.patch.object(check, "_work", lambda *a, w=work: w),
                ):
                    agreement = check.compare(*_conjunction(width))
                found[f"{width} {work} {proven}"] = f"{agreement} {agreement.vectors} {seen}"
    return found


def _conjunction(width: int) -> tuple[dict[str, Any], dict[str, Any], Netlist]:
    """A source of two words without cells, and a netlist that has its ports."""
    a, b, y = (tuple(2 * (1 + k * width + i) for i in range(width)) for k in range(3))
    names = ("", *(f"n{k}" for k in range(3 * width)))
    made = (Port("a", "input", a), Port("b", "input", b), Port("y", "output", y))
    ports = {p.name: {"direction": p.direction, "bits": [k // 2 for k in p.bits]} for p in made}
    rows = zip(*(port.bits for port in made), strict=True)
    gates = tuple(Gate(AND2, row) for row in rows)
    return {"ports": ports, "cells": {}}, {}, Netlist("t", made, gates, names).check()


def measure() -> dict[str, Any]:
    """All of them, by part."""
    sweeps = {f"sweep {seed}": told(seed) for seed in SEEDS}
    return {**sweeps, "tables": tables(), "works": works(), "compared": chosen()}
