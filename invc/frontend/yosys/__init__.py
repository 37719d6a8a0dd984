"""Verilog through Yosys: find it, run it, say its errors as ours, prove what came out."""

from invc.frontend.yosys.declared import declared_shapes
from invc.frontend.yosys.elaboration import elaborate_gates
from invc.frontend.yosys.equivalence import prove_equal
from invc.frontend.yosys.find import EMBEDDED, Yosys, find_yosys
from invc.frontend.yosys.liberty_cells import liberty_functions
from invc.frontend.yosys.session import MOST_SECONDS
from invc.frontend.yosys.sources import Kind, Sources, Tell, nobody
from invc.frontend.yosys.synthesis import Compiled, Target, compile_sources

__all__ = [
    "EMBEDDED",
    "MOST_SECONDS",
    "Compiled",
    "Kind",
    "Sources",
    "Target",
    "Tell",
    "Yosys",
    "compile_sources",
    "declared_shapes",
    "elaborate_gates",
    "find_yosys",
    "liberty_functions",
    "nobody",
    "prove_equal",
]
