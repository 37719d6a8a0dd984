"""The Liberty view: every cell with its right function and its spins as area, and ABC takes it."""

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from invc.library import hamlib, liberty

CELL = re.compile(
    r"  cell\((\w+)\) \{\n    area: ([\d.]+);\n((?:    pin\(\w+\) \{ direction: input; \}\n)+)"
    r'    pin\((\w+)\) \{ direction: output; function: "([^"]*)"; \}\n  \}\n'
)


def parsed(text: str) -> Iterator[tuple[str, float, list[str], str, str]]:
    """Name, area, inputs, output and function of each cell; nothing else may be in the text."""
    head, tail = "library(hamlib) {\n", "}\n"
    assert text.startswith(head)
    assert text.endswith(tail)
    assert CELL.sub("", text) == head + tail
    for name, area, inputs, output, function in CELL.findall(text):
        yield name, float(area), re.findall(r"pin\((\w+)\)", inputs), output, function


def table(function: str, inputs: Sequence[str]) -> int:
    """A truth table from Liberty's own operators: ! & |."""
    python = re.sub(r"!(\w+)", r"(1-\1)", function)
    rows = itertools.product((0, 1), repeat=len(inputs))
    return sum(
        eval(python, dict(zip(inputs, reversed(row), strict=True))) << r
        for r, row in enumerate(rows)
    )


def test_functions_and_areas_are_those_of_the_cells() -> None:
    cells = hamlib()
    seen = {}
    for name, area, inputs, output, function in parsed(liberty(cells)):
        seen[name] = area
        if name in {"INV", "BUF"}:
            assert table(function, inputs) == {"INV": 1, "BUF": 2}[name]
            assert 0 < area < 0.01
            continue
        cell = cells[name]
        assert cell.function is not None
        assert (tuple(inputs), (output,)) == (cell.function.inputs, cell.function.outputs)
        assert table(function, inputs) == cell.function.tables[0]
        # A parity is a little cheaper, so that ties go to it: it may be paired later.
        spins = 1 + len(cell.ancillas)
        assert spins - 0.02 < area < spins if name.startswith("XOR") else area == spins
    single = {n for n, cell in cells.items() if cell.function and len(cell.function.outputs) == 1}
    assert {"INV", "BUF"} <= set(seen) <= single | {"INV", "BUF"}
    assert {"AND2", "XOR2", "MUX2", "AO22"} <= set(seen)


def test_couplings_cost_copies_where_a_spin_may_have_only_so_many() -> None:
    cells = hamlib()
    wide = {cell[0]: cell[1] for cell in parsed(liberty(cells))}
    narrow = {cell[0]: cell[1] for cell in parsed(liberty(cells, max_degree=6))}
    assert narrow.keys() == wide.keys()
    for name in narrow.keys() - {"INV", "BUF"}:
        pins = range(len(cells[name].pins))
        couplings = sum((i in pins) + (j in pins) for i, j, _ in cells[name].J)
        assert abs(narrow[name] - wide[name] - (couplings - 2) / 4) < 0.001
    assert narrow["AND2"] == 2


def test_an_empty_library_still_has_the_buffer_that_abc_needs() -> None:
    assert [cell[0] for cell in parsed(liberty({}))] == ["INV", "BUF"]


VERILOG = """
module top(input a, input b, input c, input d, output x, output y, output z, output w);
  assign x = (a & b) | (c & d);
  assign y = a ^ b ^ c;
  assign z = d ? a : b;
  assign w = ~(a | b | c | d);
endmodule
"""
RUN = "import sys; from pyosys import libyosys as ys; ys.run_pass('script run.ys', ys.Design())"


def test_abc_maps_with_it(tmp_path: Path) -> None:
    pytest.importorskip("pyosys")
    (tmp_path / "hamlib.lib").write_text(liberty(hamlib()))
    (tmp_path / "top.v").write_text(VERILOG)
    (tmp_path / "run.ys").write_text(
        "read_liberty -lib hamlib.lib\n"
        "read_verilog top.v\nsynth -top top\nabc -liberty hamlib.lib\nopt_clean\n"
        "stat -liberty hamlib.lib\nwrite_verilog -noattr mapped.v\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    mapped = (tmp_path / "mapped.v").read_text()
    used = re.findall(r"^  (\w+) \w+ \(", mapped, re.MULTILINE)
    names = set(hamlib()) | {"INV", "BUF"}
    assert used
    assert set(used) <= names
    spins = sum(1 + len(hamlib()[name].ancillas) for name in used if name in hamlib())
    assert spins <= 9  # AO22 3, XOR3 2, MUX2 2, AND4 2
