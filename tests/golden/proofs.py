"""What proofs and counts say of golden designs, and the sizes of the formulas that they ask of.

Which answer a solver names first is its own affair, and left out.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from golden.questions import DESIGNS
from invc.design import parse_clamps, parse_combination, read_design
from invc.proof import count, solve

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
    return {"proof": formula, "counts": counts}


def measure() -> dict[str, Any]:
    """All of them, by title."""
    return {title(asked): told(asked) for asked in ASKED}
