"""Primitives of users are the functions that their tables say, by both readers."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.frontend.user_primitives import MOST_INPUTS, as_modules
from invc.frontend.yosys import Sources
from invc.netlist import Netlist
from invc.pipeline import synth
from truth import every_answer

MUX = """
primitive u_mux (Q, D0, D1, S);
  output Q;
  input D0, D1, S;
  // endprimitive in a comment; a primitive too
  table
  //  D0 D1 S : Q
      0 ? 0 : 0 ;
      1 ? 0 : 1 ;
      ? 0 1 : 0 ;
      ?b10x : 0 ; /* D0 is not
      looked at */ b 1 1 : 1 ;
      0 0 x : 0 ;
  endtable
endprimitive
"""
STORE = """
primitive u_ff (output reg Q, input D, CP);
  initial Q = 0;
  table
    0 r : ? : 0; 1 r : ? : 1; ? n : ? : -; * ? : ? : -;
  endtable
endprimitive
"""
CELLS = """`celldefine
module FFX(output Q, input D, CP); u_ff g(Q, D, CP); endmodule
module FFB(output reg Q, input D, CP); always @(posedge CP) Q <= D; endmodule
module MUX(output Z, input A, B, S); u_mux g(Z, A, B, S); endmodule
`ifdef INVERTED
module OUT(output Z, input A); not (Z, A); endmodule
`else
module OUT(output Z, input A); buf (Z, A); endmodule
`endif
`endcelldefine
"""


def compiled(folder: Path, *texts: str, gate_level: bool, **options: str) -> Netlist:
    """Files n0.v, n1.v and so on as one design."""
    paths = tuple(folder / f"n{k}.v" for k in range(len(texts)))
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return synth(Sources(paths, defines=options, gate_level=gate_level)).netlist


def chosen(answer: dict[str, int]) -> int:
    """What MUX says of the bits of a."""
    a = answer["a"]
    return a >> 1 & 1 if a >> 2 else a & 1


@pytest.mark.parametrize("gate_level", [False, True])
def test_cells_of_a_vendor_are_models_after_the_netlist(tmp_path: Path, gate_level: bool) -> None:
    """Those that are not used may be flip-flops, of tables or of behaviour; macros go on."""
    top = "module t(input [2:0] a, output y, z);\n MUX m(y, a[0], a[1], a[2]);\n OUT o(z, y);\nendmodule"
    models = (CELLS.replace("?b10x : 0 ;", ""), MUX.replace("?b10x : 0 ;", "") + STORE)
    for options, other in (({}, 0), ({"INVERTED": ""}, 1)):
        netlist = compiled(tmp_path, top, *models, gate_level=gate_level, **options)
        answers = list(every_answer(netlist))
        assert len(answers) == 8
        assert all(answer["y"] == chosen(answer) for answer in answers)
        assert all(answer["z"] == answer["y"] ^ other for answer in answers)


@pytest.mark.parametrize("gate_level", [False, True])
def test_tables_in_included_files(tmp_path: Path, gate_level: bool) -> None:
    (tmp_path / "deep.v").write_text(MUX.replace("?b10x : 0 ;", ""))
    (tmp_path / "tables.v").write_text('// all\n`include "deep.v"\n')
    top = '`include "tables.v"\nmodule t(input [2:0] a, output y);\n'
    netlist = compiled(
        tmp_path, f"{top} u_mux m(y, a[0], a[1], a[2]);\nendmodule\n", gate_level=gate_level
    )
    assert all(answer["y"] == chosen(answer) for answer in every_answer(netlist))


@pytest.mark.parametrize("gate_level", [False, True])
@pytest.mark.parametrize("cell", ["FFX", "FFB"])
def test_a_cell_with_a_state_is_refused_where_it_is_used(
    tmp_path: Path, cell: str, gate_level: bool
) -> None:
    top = f"module t(input [2:0] a, output y); {cell} m(y, a[0], a[1]); endmodule"
    with pytest.raises(InvcError, match=r"u_ff|reg is no gate|flip-flop"):
        compiled(
            tmp_path, top, CELLS, MUX.replace("?b10x : 0 ;", "") + STORE, gate_level=gate_level
        )


@given(st.integers(1, 4), st.data())
@settings(max_examples=60)
def test_a_table_is_its_function(count: int, data: st.DataObject) -> None:
    """Rows with and without ?, in any order, spaces or none; evaluated as the expression it is."""
    names = [f"i{k}" for k in range(count)]
    values = dict(
        zip(
            product("01", repeat=count),
            data.draw(st.lists(st.sampled_from("01"), min_size=2**count, max_size=2**count)),
            strict=True,
        )
    )
    rows = []
    for row, value in values.items():
        wide = data.draw(st.integers(-1, count - 1))
        other = tuple("10"[int(s)] if k == wide else s for k, s in enumerate(row))
        shown = "".join(
            "?" if k == wide and values[other] == value else s for k, s in enumerate(row)
        )
        rows.append(f"{data.draw(st.sampled_from(['', ' '])).join(shown)} : {value};")
    table = " ".join(data.draw(st.permutations(rows)))
    text = f"primitive p(o, {', '.join(names)});\noutput o; input {', '.join(names)};\n"
    made = as_modules(f"{text}table {table} endtable\nendprimitive\n")
    assert made.count("\n") == 4
    assign = made.split("assign o = ")[1].split(";")[0].replace("1'b", "")
    for row, value in values.items():
        bits = {name: int(bit) for name, bit in zip(names, row, strict=True)}
        got = eval(assign, {}, bits)
        assert got & 1 == int(value)


@pytest.mark.parametrize(
    "rows",
    [
        *("0 : 0;", "0 : 0; 1 : 1; ? : 1;", "0 : 0; 1 : x;", "r : 1; ? : 0;", "0 0 : 1; 1 1 : 0;"),
        # One row among good ones: too long, an edge, a state, without inputs, without an output.
        *("0 0 : 0; 1 : 1;", "r : 0; 1 : 1;", "0 : 0; 1 : 1; ? : -;", "0 : 0; 1 : 1; : 1;"),
        *("0 : 0; 1 : 1; 1;", ""),
    ],
)
def test_a_table_that_is_no_function_has_no_body(rows: str) -> None:
    made = as_modules(f"primitive p(o, a); output o; input a; table {rows} endtable endprimitive")
    assert made == "module p (o, a); output o; input a; endmodule"


@pytest.mark.parametrize("count", [MOST_INPUTS, MOST_INPUTS + 1])
def test_a_table_of_many_inputs_has_no_body(count: int) -> None:
    names = ", ".join(f"i{k}" for k in range(count))
    table = f"table 1{'?' * (count - 1)} : 1; 0{'?' * (count - 1)} : 0; endtable"
    made = as_modules(f"primitive p(o, {names}); output o; input {names}; {table} endprimitive")
    assert ("assign o = (i0);" in made) == (count <= MOST_INPUTS)


@pytest.mark.parametrize(
    "text",
    [
        "// a primitive; not one\nmodule t(input a, output y); assign y = a; endmodule\n",
        'module t; initial $display("primitive p(o, a); endprimitive"); endmodule',
        "module \\primitive (input a); endmodule endprimitive",
        "primitive p(o, a); output o;",
        "primitive p(o, a); output o; input a; endprimitive",
        "primitive p(o); output o; table 1 : 1; endtable endprimitive",
        "primitive endprimitive primitive p; endprimitive",
    ],
)
def test_what_is_no_primitive_stays(text: str) -> None:
    assert as_modules(text) == text
