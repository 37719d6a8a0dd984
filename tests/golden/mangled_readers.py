"""The readers whose outcomes are kept, and valid texts for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fuzz import readers as models
from fuzz import sources
from golden import yosys_words
from golden.mangled import Mangled, trusting
from invc.design import (
    format_design,
    parse_biases,
    parse_clamps,
    parse_combination,
    parse_design,
    statistics,
)
from invc.design.fields import columns_of, fields_of
from invc.design.frames import moments
from invc.design.relations import relate, split_relations
from invc.engine.dynamics.sc import SETTINGS as SC
from invc.engine.dynamics.ssa import SETTINGS as SSA
from invc.formats import readable
from invc.formats.adopt import adopt
from invc.formats.files import load
from invc.formats.incoming import Incoming
from invc.frontend.aiger import check_aiger
from invc.frontend.blif import check_blif
from invc.frontend.edif import read_edif
from invc.frontend.filelist import read_lists
from invc.frontend.gate_level import read_gates
from invc.frontend.gate_level.preprocessor import preprocess
from invc.frontend.modules import read_modules
from invc.frontend.registers import cut_registers
from invc.frontend.words.check import compare
from invc.frontend.yosys.drivers import find_conflict, find_unused
from invc.frontend.yosys.modules import parse_modules
from invc.frontend.yosys.sources import parameter_text
from invc.frontend.yosys_json import read_json, read_module, unmapped
from invc.library.expression import parse_specification
from invc.netlist.gates import families
from invc.netlist.shape import bit_paths, follow, leaves, parse_shape
from typed import sure

Write = Callable[[str, str], Path]
TYPED = models.typed(models.DESIGN)
CLAMPS = (
    *("p=6", "a=1:b=0", "p[3:0]=4'b10xx", "inputs=0x5", "a=-1", "a.x=1", "b.v[0]=1", "a.y=-1"),
    *("p=0b1?01", "p=12", "outputs=4'hF", "a[1]=0", "p=0x_C", "b=2'd3", "p[1:3]=0b010"),
)
RELATIONS = (
    "a<b",
    "a!=b",
    "p>=3",
    "a.x=b[1]",
    "p<=a",
    "p[2:0]=5",
    "a=b",
    "p[3:2]>1",
    "b<=-1",
    "a>p[1:0]",
)
BIASES = ("a[1]=0.3", "a[0]=0.25", "b[1]=0.75", "p[3]=1e-3", "a.y=0.5", "a.x=.9")
HEAD = """macromodule automatic m import p::*, q::r; #(parameter N = 2) (
  input [N*2-1:0] a, output b = 1'b0, input signed c [3:0]);
  parameter X = 1; wire w; m2 u (a, b);
endmodule
module static n (input a, interface.x i); // none
endmodule
"""
TABLES = r"""module t(input [11:0] a, output [5:0] y);
  \$lut  #(.WIDTH(3), .LUT(8'b10010110)) l0 (.A(a[2:0]), .Y(y[0]));
  \$lut  #(.WIDTH(1), .LUT(2'b01)) l1 (.A(a[3]), .Y(y[1]));
  \$lut  #(.LUT(4'hc), .WIDTH(2)) l2 (.A(a[1:0]), .Y(y[2]));
  \$lut  #(.WIDTH(10), .LUT(1)) l3 (.A(a[9:0]), .Y(y[3]));
  \$lut  #(.WIDTH(2), .LUT(0)) l4 (.A(a[3:2]), .Y(y[4])), l5 (.A({a[11], 1'b1}), .Y(y[5]));
endmodule
"""
SET = (
    *(
        "",
        "-1",
        "0",
        "1",
        "2",
        "4",
        "5",
        "16",
        "a",
        "1.5",
        "3:9",
        "0:1:2",
        ":",
        "1048576",
        "1048577",
    ),
    *("0.5", "-0.01", "0.997", "0.999", "1.01", "nan", "1e999", "1:" * 15 + "1", "1:" * 16 + "1"),
    *("9" * 19, "9" * 20, "\u0664"),
)
TIMES = (
    *("q@0=1", "q@end=2", "d@*=3", "q@init=0b1x", "rst@0..1=1", "d@[0..1]=0x9", "q[1]@2=1"),
    *("q@1[0]=1", "d[1]@*=0", "z@1..end=1", "q@[1..end][0]=0b01", "s@2=0"),
)
FIRST_LINES = (
    *(
        "5 7",
        "5 7 1",
        "p qubo 0 4 3 2",
        "# vars",
        "0 1 -1.5",
        "{",
        "[",
        "c x",
        "a b",
        "5",
        "5 x",
    ),
    *("-5 7", "p", "p x", "0 1 x", "1 1 1 1", "\u0665 7", "5 \u0665", "spins 3", "p cnf 3 2"),
)
PARAMETERS = (
    "8",
    "-3",
    "4'b1x0",
    "8'hzz",
    '"text"',
    "a b",
    "1.5",
    "'1",
    "3'sd7",
    "0x1F",
    "2**70",
)
SHAPES = (
    "struct{logic x;logic signed[0:2] y;}[1:0]",
    "union{logic[3:0] u;logic[1:0][0:1] v;}",
    "struct signed{struct{logic[7:4] a;logic b;} c;logic[2:0] d;}",
    "logic signed[-1:2]",
)
PATHS = (".y[1]", "[1].x", "[0].y[0:1]", ".u[2:1]", ".v[1][0]", ".c.a[5]", ".c", ".d[2:0]", "[0]")
FRAMES = ("q@0", "q@1", "q@2", "y@1", "y@2", "d[0]", "q@init", "a.b@0", "a.b@1")
MOMENTS = (
    "q@1",
    "q@*",
    "q@0:2",
    "y@end",
    "q[1]@[0:1]",
    "q@end:1",
    "d",
    "q@init",
    "a@1.b",
    "y[2:0]@2",
)


BLIF = """.model top  # a comment
.inputs a b \\
  c
.outputs y z
.names a b n
11 1
.names n \\
c y
1- 1
-1 1
.names z
1
.latch n q 2
.end
.model other
.input a
.output y
.names a y
0 1
.exdc
11 1
"""
AIGER = (
    "aag 7 2 1 2 3 1 1\n2\n4\n6 13 0\n12\n7\n14\n1\n8 4 2\n12 9 6\n14 13 12\ni0 a\ni1 b\nl0 q\no0 y\n"
    "o1 z\nc\no1 y\n",
    "aig 6 2 1 2 3\n13\n12\n7\n\x04\x02\x03\x02\x04\x04i0 a\no0 y\no1 z\n",
    "aag 2 2 0 1 0\n2\n4\n3\n",
)


def readers(text: Callable[[str], str], write: Write) -> Mapping[str, Mangled]:
    """All readers; `text` gives a file of texts, `write` leaves one in the current folder."""
    source: dict[str, Mangled] = {
        "gates": Mangled(
            lambda t: read_gates(write("g.v", t), sources.HAMLIB), (text("gates.v"), TABLES), 700
        ),
        "structures": Mangled(
            lambda t: read_gates(write("g.v", t), sources.HAMLIB), (text("structures.v"),), 300
        ),
        "directives": Mangled(lambda t: preprocess(write("g.v", t)), (text("gates.v"),), 300),
        "heads": Mangled(
            lambda t: read_modules([write("h.v", t)]), (text("heads.sv"), sources.HEADS, HEAD), 500
        ),
        "edif": Mangled(lambda t: read_edif(write("e.edif", t), "e"), (text("netlist.edif"),), 400),
        "modules": Mangled(
            lambda t: parse_modules(write("m.il", t), str.upper), (text("read.il"),), 200
        ),
        "drivers": Mangled(trusting(_drivers(write)), (text("drivers.il"),), 400),
        "words": Mangled(_words(write), (sources.WORDS, *yosys_words.texts()), 600, tree=True),
        "registers": Mangled(trusting(_registers), (text("clocked.json"),), 500, tree=True),
        "blif": Mangled(lambda t: check_blif(write("m.blif", t)), (BLIF,), 300),
        "aiger": Mangled(lambda t: check_aiger(write("m.aag", t)), AIGER, 400),
        "lists": Mangled(_lists(write), (sources.LIST,), 200),
        "expression": Mangled(lambda t: parse_specification("F", t), sources.CELL_FORMS, 300),
    }
    unrolled = text("unrolled.hj")
    source["unrolled"] = Mangled(_hj, (unrolled,), 800)
    times = parse_design(unrolled).netlist
    source["times"] = Mangled(lambda t: parse_clamps(times, [t]), TIMES, 500)
    return {**source, **_of_designs(), **{name: _model(name) for name in readable()}}


def _of_designs() -> dict[str, Mangled]:
    netlist = TYPED.netlist
    return {
        "hj": Mangled(_hj, (models.text_of(TYPED),), 1000),
        "clamps": Mangled(lambda t: parse_clamps(netlist, [t]), CLAMPS, 1000),
        "combination": Mangled(lambda t: parse_combination(netlist, t), CLAMPS, 200),
        "relations": Mangled(_relations, RELATIONS, 500),
        "biases": Mangled(lambda t: parse_biases(netlist, [t]), BIASES, 200),
        "shapes": Mangled(_shape, SHAPES, 600),
        "paths": Mangled(_path, PATHS, 400),
        "first lines": Mangled(_recognised, FIRST_LINES, 200),
        "parameters": Mangled(lambda t: parameter_text("W", t), PARAMETERS, 200),
        "settings": Mangled(_setting, _settings(), 0),
        "moments": Mangled(lambda t: moments(FRAMES, t), MOMENTS, 400),
    }


def _recognised(text: str) -> Any:
    forms = {name: load(name) for name in readable()}
    words = text.split()
    return [name for name, form in forms.items() if form.recognises and form.recognises(words)]


def _settings() -> tuple[str, ...]:
    """Every setting with every value, on both sides of its bounds."""
    names = {*SC, *SSA}
    return tuple(f"{name} {value}" for name in sorted(names) for value in SET)


def _setting(text: str) -> Any:
    name, _, value = text.partition(" ")
    told: list[Any] = []
    for settings in (SC, SSA):
        try:
            told.append(settings[name](value) if name in settings else None)
        except ValueError as error:
            told.append(str(error))
    return told


def _hj(text: str) -> Any:
    design = parse_design(text, "m.hj")
    fields = [(fields_of(port), columns_of(port)) for port in design.netlist.ports]
    return ["".join(format_design(design)), statistics(design), fields]


def _relations(text: str) -> Any:
    plain, relations = split_relations(TYPED.netlist, [text])
    design, clamps = relate(TYPED, relations)
    held = parse_clamps(TYPED.netlist, plain)
    return [plain, held, relations, clamps, "".join(format_design(design))]


def _shape(text: str) -> Any:
    try:
        shape = parse_shape(text)
    except ValueError as error:
        return str(error)
    return [str(shape), shape, shape.width, leaves(shape), bit_paths(shape)]


def _path(path: str) -> Any:
    found: list[Any] = []
    for text in SHAPES:
        try:
            found.append(follow(parse_shape(text), path))
        except LookupError as error:
            found.append(error.args)
    return found


def _drivers(write: Write) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        path = write("d.il", text)
        return [find_conflict(path), find_conflict(path, numbered=True), find_unused(path)]

    return read


def _words(write: Write) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        path = write("w.json", text)
        netlist = read_json(path, sources.FUNCTIONS)
        agrees = None
        if netlist is not None:
            agrees = compare(read_module(path), {**families(), **sources.FUNCTIONS}, netlist)
        return [netlist, unmapped(path, sources.FUNCTIONS), agrees]

    return read


def _lists(write: Write) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        write("other.f", "d.v +define+A\n")
        return read_lists([write("l.f", text)])

    return read


def _registers(text: str) -> Any:
    return cut_registers(json.loads(text), "c.v")


def _model(name: str) -> Mangled:
    def read(text: str) -> Any:
        terms = sure(load(name).read)(Incoming(text.encode(), "m", None))
        return [terms, "".join(format_design(adopt(terms).design))]

    if name == "npz":
        return Mangled(lambda _: None, ("",), 0)
    texts = tuple(data.decode() for data in models.written(name))
    return Mangled(read, texts, 400, tree=name.endswith("json"))
