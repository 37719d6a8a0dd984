r"""Yosys's own cells where a source instantiates them by name, as `write_verilog -noexpr` writes.

To Yosys `\$_NAND_` in a source is a module of the user's that nobody defined. Gates and tables get
a definition; with cells of words (`\$mul`) a source is read anew, as Yosys's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from invc.frontend.yosys_cells import GATES

LUT = r"""
module \$lut (A, Y);
    parameter WIDTH = 1;
    parameter [(1<<WIDTH)-1:0] LUT = 0;
    input [WIDTH-1:0] A;
    output Y;
    assign Y = LUT >> A;
endmodule
"""


WORDS = re.compile(r"\$[a-z]\w*")


def words_of_yosys(names: Iterable[str]) -> bool:
    """Whether some of the names are cells of words, such as `$mul`."""
    return any(WORDS.fullmatch(name) and name != "$lut" for name in names)


def definitions(names: Iterable[str]) -> str:
    """Verilog modules for those of some names that are gates of Yosys."""
    return "".join(_definition(name) for name in sorted(set(names)))


def _definition(name: str) -> str:
    if name == "$lut":
        return LUT
    if name not in GATES or not name.startswith("$"):
        return ""
    function = GATES[name]
    inputs = ", ".join(function.inputs)
    (output,), (table,) = function.outputs, function.tables
    index = ", ".join(reversed(function.inputs))
    size = 1 << len(function.inputs)
    return (
        f"module \\{name} (input {inputs}, output {output});\n"
        f"    assign {output} = {size}'h{table:x} >> {{{index}}};\nendmodule\n"
    )
