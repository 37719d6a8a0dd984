"""Fields of structs and elements of arrays: named as the source names them, and their values."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import invc
from invc.design import bit_names, format_design, parse_clamps, parse_design
from invc.design.fields import field_values
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.netlist import Netlist, evaluate_ports
from invc.netlist.shape import Array, Record, Shape, Vector, bit_paths, follow, leaves, parse_shape
from invc.pipeline import synth

SOURCE = """
package p;
  typedef enum logic [1:0] {ADD, SUB, AND_, OR_} op_t;
  typedef logic signed [2:0] small_t;
  typedef struct packed { logic [1:0][2:0] v; small_t q; } inner_t;
  typedef struct packed { op_t op; logic [0:3] a; inner_t i; logic b; } req_t;
  typedef union packed { logic [3:0] x; struct packed {logic [1:0] h, l;} y; } u_t;
endpackage
module t import p::*; #(parameter int N = 2) (
  input req_t req, input logic [N-1:0][3:0] m, output inner_t o, input u_t u,
  input logic [1:0] w [0:2], input logic z [0:1], input inner_t [1:0] arr,
  output logic [1:0] op, output logic [0:3] a, output logic [2:0] v1, v0, output small_t q,
  output logic b, output logic [3:0] m1, m0, x, output logic [1:0] h, l, w0, w1, w2, output logic z0, z1,
  output small_t q1, q0);
  assign {op, a, v1, v0, q, b} = {req.op, req.a, req.i.v[1], req.i.v[0], req.i.q, req.b};
  assign {m1, m0, x, h, l, w0} = {m[1], m[0], u.x, u.y.h, u.y.l, w[0]};
  assign {z0, z1} = {z[0], z[1]};
  assign {w1, w2, q1, q0} = {w[1], w[2], arr[1].q, arr[0].q};
  assign o = '{v: {req.i.v[0], req.i.v[1]}, q: -req.i.q};
endmodule
"""
SAME = {
    "req.op": "op", "req.a": "a", "req.i.v[1]": "v1", "req.i.v[0]": "v0", "req.i.q": "q",
    "req.b": "b", "m[1]": "m1", "m[0]": "m0", "u.x": "x", "u.y.h": "h", "u.y.l": "l",
    "z[0]": "z0", "z[1]": "z1", "w[0]": "w0", "w[1]": "w1", "w[2]": "w2", "arr[1].q": "q1", "arr[0].q": "q0",
}  # fmt: skip
ORDER = "req m o u w z arr op a v1 v0 q b m1 m0 x h l w0 w1 w2 z0 z1 q1 q0"


@pytest.fixture(scope="module")
def netlist(tmp_path_factory: pytest.TempPathFactory) -> Netlist:
    pytest.importorskip("pyosys")  # which has slang
    path = tmp_path_factory.mktemp("types") / "t.sv"
    path.write_text(SOURCE)
    design = synth(Sources((path,)))
    text = "".join(format_design(design))
    again = parse_design(text)
    assert "".join(format_design(again)) == text
    assert again.netlist == design.netlist
    return again.netlist


def test_ports_stand_in_the_order_of_the_source(netlist: Netlist) -> None:
    assert " ".join(port.name for port in netlist.ports) == ORDER
    assert [port.name for port in netlist.ports if port.signed] == ["q", "q1", "q0"]


def test_every_field_has_the_value_that_the_source_gives_it(netlist: Netlist) -> None:
    """The source hands each field on by a port of its own: both must be the same bits."""
    ports, draw = netlist.port_by_name, random.Random(1)
    inputs = {p.name: [draw.getrandbits(64) for _ in p.bits] for p in netlist.inputs}
    words = evaluate_ports(netlist, inputs, 64)
    for name, copy in SAME.items():
        held = {clamp.literal for clamp in parse_clamps(netlist, [f"{name}=0"])}
        of = ports[re.split(r"[.\[]", name)[0]]
        bits = [words[of.name][k] for k, bit in enumerate(of.bits) if bit in held]
        assert bits == words[copy], name
    for trial in range(64):
        answer = {}
        for port in netlist.ports:
            bits = [word >> trial & 1 for word in words[port.name]]
            value = sum(bit << k for k, bit in enumerate(bits))
            answer[port.name] = value - (value >> len(bits) - 1 << len(bits)) * port.signed
        fields = field_values(netlist.ports, answer)
        for name, copy in SAME.items():
            if name in fields:
                assert fields[name] == answer[copy], name
        assert fields["o.v[1]"] == answer["v0"]
    assert ports["req"].shape is not None


def test_words_of_memory_have_the_sign_that_vectors_have(tmp_path: Path) -> None:
    """In `logic signed [1:0][2:0]` the whole is signed, in `logic signed [2:0] m [0:1]` each word."""
    pytest.importorskip("pyosys")  # which has slang
    path = tmp_path / "s.sv"
    path.write_text(
        "module s(input logic signed [2:0] m [0:1], input logic signed [1:0][2:0] p,\n"
        "output logic signed [2:0] y, output logic [2:0] z); assign {y, z} = {m[1], p[1]}; endmodule"
    )
    (answer,) = invc.simulate(invc.synth(path), ["m[1]=-3", "m[0]=2", "p[1]=5", "p[0]=1"])
    values = field_values(invc.synth(path).netlist.ports, answer)
    assert values == {"m[0]": 2, "m[1]": -3, "p[1]": 5, "p[0]": 1}
    assert (answer["y"], answer["z"]) == (-3, 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("req.opcode=1", "no field is called 'opcode'"),
        ("req.i.w=1", "no field is called 'w'"),
        ("m[2]=1", r"\[2\] is outside"),
        ("req.op[2]=1", r"\[2\] is outside"),
        ("req.op=4", "does not fit 2 unsigned bits"),
        ("req.i.q=4", "does not fit 3 signed bits"),
        ("req.=1", "is no field"),
    ],
)
def test_what_is_no_field_is_refused(netlist: Netlist, text: str, message: str) -> None:
    with pytest.raises(InvcError, match=message) as caught:
        parse_clamps(netlist, [text])
    assert "\n" not in str(caught.value.message)


def test_a_wrong_field_names_those_that_there_are(netlist: Netlist) -> None:
    with pytest.raises(InvcError) as caught:
        parse_clamps(netlist, ["req.opcode=1"])
    assert caught.value.hint == "its fields are op, a, i, b"


def test_names_of_bits_name_these_bits(netlist: Netlist) -> None:
    for port in netlist.ports:
        for name, bit in zip(bit_names(port), port.bits, strict=True):
            assert [c.literal for c in parse_clamps(netlist, [f"{name}=1"])] == [bit]


SHAPES: st.SearchStrategy[Shape] = st.recursive(
    st.one_of(st.just(Vector()), st.builds(Vector, st.integers(0, 5), st.just(0), st.booleans())),
    lambda inner: st.one_of(
        st.builds(
            Array, st.integers(-2, 3), st.integers(-2, 3), inner.filter(lambda s: s != Vector())
        ),
        st.builds(
            lambda shapes, signed: Record(
                tuple((f"f{k}", shape) for k, shape in enumerate(shapes)), False, signed
            ),
            st.lists(inner, min_size=1, max_size=3),
            st.booleans(),
        ),
    ),
    max_leaves=6,
)


@given(SHAPES)
def test_shapes_are_read_as_they_are_written(shape: Shape) -> None:
    assert parse_shape(str(shape)) == shape
    for k, path in enumerate(bit_paths(shape)):
        assert (follow(shape, path).low, follow(shape, path).shape.width) == (k, 1)
    assert sum(leaf.shape.width for leaf in leaves(shape)) == shape.width


@pytest.mark.parametrize(
    "text",
    [
        "",
        "real",
        "struct{}",
        "struct{logic a;",
        "logic[1]",
        "logic}",
        "1234 t",
        "logic[3:0",
        "é",
        "struct{" * 5000,
        "logic" + "[0:0]" * 5000,
    ],
)
def test_what_is_no_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_shape(text)


STEPS = """
module t(input clk, input struct packed {logic [1:0] op; logic [3:0] a;} req,
         output logic [3:0] sum);
  always_ff @(posedge clk) sum <= req.op == 1 ? req.a : sum + 1;
  initial sum = 0;
endmodule
"""


def test_fields_at_the_prompt_and_in_python(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")
    (tmp_path / "t.sv").write_text(SOURCE)
    (tmp_path / "steps.sv").write_text(STEPS)

    def run(*words: str) -> str:
        command = [sys.executable, "-P", "-m", "invc", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("synth", "t.sv", "-o", "t.hj")
    told = run("simulate", "t.hj", "-c", "req.op=1", "-c", "m[1]=m[0]", "--json", "t.json")
    assert told.split()[:6] == ["req.op", "req.a", "req.i.v[1]", "req.i.v[0]", "req.i.q", "req.b"]
    for solution in json.loads((tmp_path / "t.json").read_text())["solutions"]:
        fields = solution["fields"]
        assert fields["req.op"] == 1 == solution["ports"]["op"]
        assert fields["m[1]"] == fields["m[0]"]
    assert "req.i.q" in run("ports", "t.hj") and "req.i.q" in run("ports", "t.sv")
    answers = invc.simulate(tmp_path / "t.hj", clamps={"req.op": 2, "req.i.q": -1}, target=1)
    assert answers[0]["op"] == 2 and answers.columns["req.i.q"][0] == -1
    questions = "req.op,u.y.h\n1,2\n3,0\n"
    (tmp_path / "q.csv").write_text(questions)
    lines = run("simulate", "t.hj", "--questions", "q.csv").splitlines()
    found = [json.loads(line)["solutions"][0]["fields"]["req.op"] for line in lines]
    assert found == [1, 3]
    run("synth", "steps.sv", "--cycles", "3", "-o", "steps.hj")
    proven = run("prove", "steps.hj", "-c", "req.op@1=1", "-c", "req.a@1=9", "--json", "-")
    (solution,) = json.loads(proven)["solutions"]
    assert solution["fields"]["req@1.a"] == 9 == solution["ports"]["sum@2"]
    run("prove", "steps.hj", "-c", "req.op@*=0", "-c", "req.a[1]@2=1")
