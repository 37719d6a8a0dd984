"""IR 1: nets, literals and gates, their invariants, and Boolean evaluation."""

from invc.netlist.builder import Builder, CombinationalLoop
from invc.netlist.clauses import (
    Clause,
    Constraint,
    Cube,
    clauses_over,
    constraint_of,
    cover,
    forbidden,
    implicates,
    netlist_clauses,
)
from invc.netlist.evaluate import counting_words, evaluate, evaluate_ports, misses, word_of
from invc.netlist.function import Function
from invc.netlist.netlist import FALSE, TRUE, Gate, Literal, Netlist, Port

__all__ = [
    "FALSE",
    "TRUE",
    "Builder",
    "Clause",
    "CombinationalLoop",
    "Constraint",
    "Cube",
    "Function",
    "Gate",
    "Literal",
    "Netlist",
    "Port",
    "clauses_over",
    "constraint_of",
    "counting_words",
    "cover",
    "evaluate",
    "evaluate_ports",
    "forbidden",
    "implicates",
    "misses",
    "netlist_clauses",
    "word_of",
]
