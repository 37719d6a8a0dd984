"""IR 1: nets, literals and gates, their invariants, and Boolean evaluation."""

from invc.netlist.builder import Builder
from invc.netlist.evaluate import counting_words, evaluate, evaluate_ports, word_of
from invc.netlist.function import Function
from invc.netlist.netlist import FALSE, TRUE, Gate, Literal, Netlist, Port, literal, net_of

__all__ = [
    "FALSE",
    "TRUE",
    "Builder",
    "Function",
    "Gate",
    "Literal",
    "Netlist",
    "Port",
    "counting_words",
    "evaluate",
    "evaluate_ports",
    "literal",
    "net_of",
    "word_of",
]
