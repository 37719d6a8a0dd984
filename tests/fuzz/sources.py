"""Readers of cells, netlists, results and lists: they read, or say in one line why not.

Those that only Yosys reads (Liberty, BLIF, AIGER, Verilog) are in processes.py.
"""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from designs import CELLS, multiplier
from fuzz.mutate import spoilt_json, spoilt_text
from invc.ask import Effort, Wanted, ask, read_question
from invc.ask.batch import _texts as question_texts
from invc.ask.batch import answered, read_questions
from invc.ask.records import read_result
from invc.ask.results import report
from invc.design import model_hash
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.frontend.edif import read_edif
from invc.frontend.filelist import read_lists
from invc.frontend.gate_level import read_gates
from invc.frontend.modules import read_modules
from invc.frontend.words.check import compare
from invc.frontend.yosys_json import read_json, read_module
from invc.library import hamlib
from invc.library.expression import parse_specification
from invc.library.library import builtin_folder, read_file
from invc.netlist.gates import families
from invc.rtl.chip import read_board

FOLDER = Path(tempfile.mkdtemp(prefix="invc-fuzz-"))
FOLDER_OF_TEXTS = Path(__file__).resolve().parents[1] / "golden" / "texts"
DESIGN = assemble(multiplier(2), CELLS, origin="a fuzzer")
HAMLIB = hamlib()
FUNCTIONS = {name: cell.function for name, cell in HAMLIB.items() if cell.function}

STRUCTURE = """`timescale 1ns / 1ps
`define W 2
module leaf(input a, b, output y); assign y = ~(a & b) | 1'b0; endmodule
module top(a, b, y, z);
  input [`W-1:0] a; input [1:0] b; output [3:0] y; output z;
  wire [1:0] n; wire \\odd.name ;
  AND2 g0 (.A(a[0]), .B(b[0]), .Y(n[0]));
  HA g1 (.A(a[1]), .B(b[1]), .S(y[1]), .C(n[1]));
  xor g2 (y[0], n[0], n[1], a[1]);
  not (y[2], z, a[0]);
  leaf u0 (.a(n[0]), .b(b[1]), .y(\\odd.name ));
  assign y[3] = a[0] ? \\odd.name : {b[1], 1'b1} == 2'd3;
endmodule
"""
HEADS = """package p; typedef logic [3:0] nibble; endpackage
module m #(parameter W = 8, parameter signed [3:0] K = -1, localparam Q = W * 2)
  (input wire signed [W-1:0] a, b, input [$clog2(W)-1:0] s, output reg [Q-1:0] y);
  function [3:0] f(input [3:0] x); f = x + 1; endfunction
  always @* begin y = a * b; if (s > 2) y = f(a); end
endmodule
module old(x, y); parameter N = 3; input [N:0] x; output y; assign y = ^x; endmodule
"""
QUESTIONS = (
    "a,b,p\n1,2,\n3,,6\n# nothing\n\n,,9\n",
    'a=1 b=2\np=6 a[0]=1\n{"clamps": ["p=6"], "forbid": ["a=1:b=0"], "id": 7}\n',
    '{"clamps": {"p": 6}, "bias": {"a[0]": 0.25}, "id": "x"}\n',
)
ANSWERS = "".join(
    json.dumps({"line": k, "asked": "a=1", "status": "found", "model": model_hash(DESIGN)}) + "\n"
    for k in (1, 2, 5)
)
LIST = (
    "// sources\na.v b.v +incdir+inc+other\n+define+W=8+FAST -f other.f /* more\n */ c.sv # end\n"
)
EDIF = (FOLDER_OF_TEXTS / "netlist.edif").read_text(encoding="utf-8")
CELL_FORMS = ("Y = ~(A | B | C)", "A + B + C <= 1", "S = A ^ B ^ CI; CO = A & B | CI & (A ^ B)")


def _words() -> dict[str, Any]:
    """A netlist of Yosys with words, gates and arithmetic of many kinds."""
    cells: dict[str, Any] = {}
    fresh = iter(range(40, 400))

    def cell(kind: str, width: int, parameters: dict[str, str], **pins: list[Any]) -> list[int]:
        y = [next(fresh) for _ in range(width)]
        widths = {f"{name}_WIDTH": f"{len(bits):032b}" for name, bits in pins.items()}
        cells[f"u{len(cells)}"] = {
            "hide_name": 1,
            "type": kind,
            "parameters": {**widths, "Y_WIDTH": f"{width:032b}", **parameters},
            "attributes": {"src": f"m.v:{len(cells)}.1-9"},
            "port_directions": {**dict.fromkeys(pins, "input"), "Y": "output"},
            "connections": {**pins, "Y": y},
        }
        return y

    a, b, s = [2, 3, 4], [5, 6, 7], [8]
    signs = {"A_SIGNED": f"{1:032b}", "B_SIGNED": f"{1:032b}"}
    made = [*cell("$alu", 3, signs, A=a, B=b, CI=s, BI=s)]
    last = cells[f"u{len(cells) - 1}"]
    last["connections"] |= {"X": [400, 401, 402], "CO": [403, 404, 405]}
    last["port_directions"] |= {"X": "output", "CO": "output"}
    made += cell("$fa", 2, {"WIDTH": f"{2:032b}"}, A=[2, 3], B=[5, 6], C=[403, 7])
    last = cells[f"u{len(cells) - 1}"]
    last["connections"]["X"], last["port_directions"]["X"] = [406, 407], "output"
    made += cell("$_AND_", 1, {}, A=[2], B=[5])
    made += cell("$_MUX_", 1, {}, A=[2], B=[5], S=s)
    made += cell("$_XOR_", 1, {}, A=[3], B=["1"])
    made += cell("$_NOT_", 1, {}, A=[404])
    bits = {"a": ("input", a), "b": ("input", b), "s": ("input", s), "y": ("output", made)}
    ports = {name: {"direction": way, "bits": nets} for name, (way, nets) in bits.items()}
    names = {
        n: {"hide_name": 0, "bits": port["bits"], "attributes": {}} for n, port in ports.items()
    }
    module = {"attributes": {"top": f"{1:032b}"}, "ports": ports, "cells": cells, "netnames": names}
    return {"creator": "Yosys", "modules": {"m": module}}


WORDS = json.dumps(_words())


@cache
def results() -> tuple[str, ...]:
    """Result files: of a run, at equilibrium, and of what is impossible."""
    found = []
    for clamps, wanted in (
        (["p=6"], Wanted(marginals=True)),
        (["p[0]=1"], Wanted(equilibrium=True)),
        (["p=15"], Wanted()),
    ):
        effort = Effort(reads=64, sweeps=16, threads=1)
        found.append(json.dumps(report(ask(read_question(DESIGN, clamps), effort, wanted))))
    return tuple(found)


def written(name: str, text: str) -> Path:
    path = FOLDER / name
    path.write_bytes(text.encode(errors="surrogatepass"))
    return path


def cell(draw: random.Random) -> None:
    """What is read is a cell: it is written and read again."""
    names = sorted(HAMLIB)
    text = HAMLIB_TEXTS[draw.choice(names)]
    with contextlib.suppress(InvcError):
        read_file(written("cell.toml", spoilt_text(text, draw)))


def gates(draw: random.Random) -> None:
    with contextlib.suppress(InvcError):
        read_gates(written("g.v", spoilt_text(STRUCTURE, draw)), HAMLIB).check()


def edif(draw: random.Random) -> None:
    with contextlib.suppress(InvcError):
        read_edif(written("e.edif", spoilt_text(EDIF, draw)), "e.edif")


def heads(draw: random.Random) -> None:
    with contextlib.suppress(InvcError):
        read_modules([written("h.v", spoilt_text(HEADS, draw))])


def words(draw: random.Random) -> None:
    """What is read is a netlist, equal to its source by another reader."""
    text = spoilt_json(WORDS, draw) if draw.random() < 0.8 else spoilt_text(WORDS, draw)
    path = written("w.json", text)
    with contextlib.suppress(InvcError):
        netlist = read_json(path, FUNCTIONS)
        if netlist is not None:
            compare(read_module(path), {**families(), **FUNCTIONS}, netlist)


def result(draw: random.Random) -> None:
    with contextlib.suppress(InvcError):
        found = read_result(written("r.json", spoilt_json(draw.choice(results()), draw)))
        found.asked(DESIGN)


def questions(draw: random.Random) -> None:
    text = spoilt_text(draw.choice(QUESTIONS), draw)
    with contextlib.suppress(InvcError):
        for asked in read_questions(text.splitlines(keepends=True), "q.csv"):
            with contextlib.suppress(InvcError):
                read_question(DESIGN, *question_texts(asked.parts, ()))
    path = written("answers.jsonl", spoilt_text(ANSWERS, draw))
    with contextlib.suppress(InvcError):
        answered(path, DESIGN)


def file_list(draw: random.Random) -> None:
    written("other.f", spoilt_text("d.v +define+A\n", draw))
    with contextlib.suppress(InvcError), contextlib.chdir(FOLDER):
        read_lists([written("list.f", spoilt_text(LIST, draw))])


def expression(draw: random.Random) -> None:
    with contextlib.suppress(InvcError):
        parse_specification("F", spoilt_text(draw.choice(CELL_FORMS), draw))


def board(draw: random.Random) -> None:
    """The file beside a circuit with a serial line."""
    run = {
        "model": "0",
        "serial": {"identity": "1f", "inputs": [["a", 2]], "outputs": [["y", 3]], "groups": 2,
                   "streams": [1, 2]},
        "ports": [{"name": "a", "label": "a"}, {"name": "y", "label": "y"}],
    }  # fmt: skip
    written("run.json", spoilt_json(json.dumps(run), draw))
    with contextlib.suppress(InvcError):
        read_board(FOLDER, DESIGN)


HAMLIB_TEXTS = {
    name: path.read_text(encoding="utf-8")
    for name, path in ((path.stem, path) for path in sorted(builtin_folder().glob("*.toml")))
}
TARGETS = {
    **{"cell": cell, "gates": gates, "heads": heads, "yosys-json": words, "result": result},
    "edif": edif,
    **{"questions": questions, "file-list": file_list, "expression": expression, "board": board},
}
