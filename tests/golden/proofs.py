"""What proofs, counts and diagrams say of golden designs, and the sizes of what they ask of.

Which answer a solver names first is its own affair, and left out.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from golden.mangled import letters
from golden.questions import DESIGNS
from invc.design import Contradiction, parse_clamps, parse_combination, presolve, read_design
from invc.proof import count, solve
from invc.proof.diagram.build import _Cones, _groups, _orders, demands
from invc.proof.diagram.questions import exact

PROOFS = Path(__file__).resolve().parent / "proofs.json"
ASKED: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
    ("mult6", ["p=2021"], []),
    ("mult6", ["p=2147"], []),
    ("mult4_gap", ["p[0]=1", "p[7]=0"], ["a=1:b=3", "b=15"]),
    ("adder4", ["sum=9"], []),
    ("adder4", ["a=3", "sum=1"], []),
    ("alu4", ["op=1", "y[2]=0"], []),
    ("bcd8", ["bcd=0x137"], []),
    ("hamming", ["data[0]=1"], []),
    ("popcount8", ["count=4"], ["x=15"]),
    ("popcount8", [], []),
    ("sat3", ["satisfied=1"], []),
)
LIMITS: tuple[dict[str, Any], ...] = (
    {},
    {"limit": 10},
    {"limit": 70, "keep": 3},
    {"limit": 65, "beyond": True},
    {"limit": 1, "beyond": True},
)


def title(asked: tuple[str, Sequence[str], Sequence[str]]) -> str:
    return " ".join((asked[0], *asked[1], *asked[2]))


def told(asked: tuple[str, Sequence[str], Sequence[str]]) -> dict[str, Any]:
    """Everything that one question comes to; seconds are seen to be those that passed."""
    name, held, others = asked
    design = read_design(DESIGNS / f"{name}.hj")
    clamps = parse_clamps(design.netlist, held)
    forbidden = [parse_combination(design.netlist, text) for text in others]
    began = time.perf_counter()
    proof = solve(design, clamps, forbidden=forbidden)
    assert 0 < proof.seconds <= time.perf_counter() - began
    counts = []
    for options in LIMITS:
        began = time.perf_counter()
        found = count(design, clamps, forbidden=forbidden, **options)
        assert 0 < found.seconds <= time.perf_counter() - began
        values = list(itertools.islice((list(a.values()) for a in found.answers), 2))
        sampled = values if found.complete and len(found.answers) == found.number else []
        counts.append([found.number, found.complete, len(found.answers), sampled])
    formula = [proof.status, proof.reason, proof.variables, proof.clauses]
    return {"proof": formula, "counts": counts, "diagrams": diagrams(asked)}


def diagrams(asked: tuple[str, Sequence[str], Sequence[str]]) -> list[Any]:
    """How a question becomes diagrams: what is asked, in which orders, and the layers of each part.

    The same by all packages, as no order has to be improved.
    """
    name, held, others = asked
    design = read_design(DESIGNS / f"{name}.hj")
    clamps = parse_clamps(design.netlist, held)
    forbidden = [parse_combination(design.netlist, text) for text in others]
    try:
        values = presolve(design, clamps).values[: design.netlist.net_count].tolist()
    except Contradiction:
        return []
    known = {net: int(m > 0) for net, m in enumerate(values, 1) if m}
    wanted = list(demands(design.netlist, known, forbidden))
    cones = _Cones(design.netlist, known)
    groups = _groups(cones, wanted)
    orders = []
    for group in groups:
        seen: set[int] = set()
        nets = [net for demand in group for net in cones.inputs(demand.literals, seen)]
        orders.append([nets, list(_orders(cones, nets))])
    found = exact(design, clamps, forbidden=forbidden)
    parts = [
        [part.nodes, [[y.net, y.child.tolist(), y.low, y.total] for y in part.layers]]
        for part in found.parts
    ]
    told = [
        [(d.literals, d.gate and d.gate.function.name, d.output, d.value) for d in of]
        for of in (wanted, *groups)
    ]
    return [*(letters(str(of)) for of in (told, orders, parts)), found.idle, found.count]


def measure() -> dict[str, Any]:
    """All of them, by title."""
    return {title(asked): told(asked) for asked in ASKED}
