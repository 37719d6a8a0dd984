"""The function of a small module, for a cell of its own: its pins and its tables."""

from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.pipeline import MAX_CELL_INPUTS, module_function


def test_bits_become_pins_and_outputs_tables(tmp_path: Path) -> None:
    path = tmp_path / "m.v"
    path.write_text(
        "module m(input [2:1] d, input \\e.f , input [0:1] g, output [1:0] y, output z);\n"
        "assign y = {d[2] & \\e.f , g[0] ^ d[1]}, z = g[1] | d[1];\nendmodule\n"
    )
    function = module_function(path, "CELL")
    assert function.name == "CELL"
    assert function.inputs == ("d1", "d2", "e_f", "g1", "g0")
    assert function.outputs == ("y0", "y1", "z")
    for row in range(32):
        d1, d2, e, g1, g0 = (row >> k & 1 for k in range(5))
        values = [table >> row & 1 for table in function.tables]
        assert values == [g0 ^ d1, d2 & e, g1 | d1]


@pytest.mark.parametrize("inputs", [MAX_CELL_INPUTS, MAX_CELL_INPUTS + 1])
def test_a_cell_has_few_inputs(tmp_path: Path, inputs: int) -> None:
    path = tmp_path / "m.v"
    path.write_text(f"module m(input [{inputs - 1}:0] a, output y); assign y = ^a; endmodule")
    if inputs == MAX_CELL_INPUTS:
        (table,) = module_function(path, "X").tables
        assert table == sum((row.bit_count() & 1) << row for row in range(1 << inputs))
        return
    with pytest.raises(InvcError) as caught:
        module_function(path, "X")
    assert caught.value.message == f"module 'm' has {inputs} input bits"
    assert caught.value.hint == (
        f"a cell has at most {MAX_CELL_INPUTS}; 'invc synth' compiles larger modules"
    )
