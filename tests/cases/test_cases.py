"""Inputs that once failed: a wrong netlist, a lost run, a traceback. Each gives what is right.

The first line of a Verilog file says what that is. `files` holds them as they were found.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import invc
from invc.cli import invc as group
from invc.diagnostics import InvcError
from truth import every_answer

FILES = Path(__file__).with_name("files")
AGAIN = "make it again with 'invc synth'"
NO_BODY = "module 'NAND2X4_HVT' has no body: give its function"
BODY_HINT = "name the file with its body, or make it a cell: 'invc lib-gen', then --lib"
FLOATING = "undriven_prove.v:3:14: error: net 'enn' is read but nothing drives it"
CLAIM = "16777216 variables claimed by a file of"
CLAIM_HINT = "at most 65536 are believed; leave out those that no term names"
# Command: the first line and the hint of what it says.
REFUSED = {
    "synth blackbox.v": (
        "blackbox.v:3:37: error: 'leaf' is a black box and has no gates",
        "name the file with its body",
    ),
    "synth const_conflict.v": (
        "const_conflict.v:4:9: error: net 'y' is driven twice",
        "its other driver is at const_conflict.v:3:9; leave it one driver",
    ),
    "synth const_conflict_crash.v": (
        "const_conflict_crash.v:4:9: error: net 'y[0]' is driven twice",
        "its other driver is at const_conflict_crash.v:3:9; leave it one driver",
    ),
    "synth const_conflict_crash_min.v": (
        "const_conflict_crash_min.v:2:55: error: net 'y' is driven twice",
        "its other driver is at const_conflict_crash_min.v:2:38; leave it one driver",
    ),
    "synth driven_twice.v": (
        "driven_twice.v:5:20: error: net 'm' is driven twice",
        "its other driver is at driven_twice.v:4:13; leave it one driver",
    ),
    "synth driven_twice_name.v": (
        "driven_twice_name.v:2:65: error: net 'y[0]' is driven twice",
        "its other driver is at driven_twice_name.v:2:47; leave it one driver",
    ),
    "synth stub_cells.v": (f"stub_cells.v:5:15: error: {NO_BODY}", BODY_HINT),
    "synth --netlist --top top stub_cells.v": (f"stub_cells.v:5: error: {NO_BODY}", BODY_HINT),
    "synth undriven_prove.v": (FLOATING, "assign it, or make it an input"),
    "synth --prove undriven_prove.v": (FLOATING, "assign it, or make it an input"),
    "synth qq.json": (
        "qq.json: error: inputs 'a' and 'b' are one net",
        "give every input a net of its own",
    ),
    "import bqpjson_missing_id.json": (
        "bqpjson_missing_id.json: error: field 'linear_terms[1].id' is 9, which is not among the "
        "variable_ids",
        "",
    ),
    "import mm.json": ("mm.json: error: field 'metadata' is a list, not an object", ""),
    "import dig.coo": (
        f"dig.coo:2: error: '1{'0' * 39}' is no number of a variable: it has 5001 digits",
        "",
    ),
    "import sur.json": (
        "sur.json: error: variable '\\ud800': a surrogate by itself is no character",
        "",
    ),
    "import x.gset": (f"x.gset: error: {CLAIM} 11 bytes", CLAIM_HINT),
    "import x.qubo": (f"x.qubo: error: {CLAIM} 22 bytes", CLAIM_HINT),
    "stats c34.hj": ("c34.hj:13: error: this cell has 35 pins, more than 14", AGAIN),
    "stats c70.hj": ("c70.hj:13: error: this cell has 71 pins, more than 14", AGAIN),
    "simulate sur.hj": (
        "sur.hj:16: error: '\"\\\\ud800a\"' has a surrogate by itself, which is no character",
        AGAIN,
    ),
}
# Command: what its answers satisfy.
COMPILED = {
    "alumacc_neg.v": lambda x: x["y"] == (8 if x["a"] == -8 else x["a"]),
    "pow.v": lambda x: x["y"] == x["a"] ** x["b"] % 256,
    "recursion_top.v": lambda x: x["y"] == (x["a"] == 15),
    "yosys_gates_netlist.v": lambda x: x["y"] == 1 - (x["a"] & x["b"]),
    "prove_port_g0.v": lambda x: x["y"] == x["g0"] & x["g1"],
    "sv_hint.sv": lambda x: x["p"] == (3 <= x["v"] <= 9 or x["v"] == 200),
    "sv_pattern.sv": lambda x: x["y"] == 2 ^ (3 * x["a"]),
    "sv_return.sv": lambda x: x["y"] == (1 if x["a"] == 1 else 15 - x["a"]),
    "json_old.json": lambda x: x["y"] == 1 - x["a"],
    "nor_multiplier.v": lambda x: x["p"] == x["a"] * x["b"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the cases."""
    shutil.copytree(FILES, tmp_path / "cases")
    monkeypatch.chdir(tmp_path / "cases")
    return tmp_path / "cases"


@pytest.mark.parametrize("command", REFUSED)
def test_refused_in_a_line_that_says_what_and_where(here: Path, command: str) -> None:
    before = sorted(here.iterdir())
    done = CliRunner().invoke(group, command.split())
    assert isinstance(done.exception, InvcError), done.exception
    line, hint = REFUSED[command]
    assert str(done.exception) == line + (f"\n  hint: {hint}" if hint else "")
    assert sorted(here.iterdir()) == before  # nothing is written


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_to_what_it_says(here: Path, name: str) -> None:
    design = invc.synth(name, prove=60 if name == "prove_port_g0.v" else None)
    assert all(map(COMPILED[name], every_answer(design.netlist)))
    if name in ("yosys_gates_netlist.v", "nor_multiplier.v"):
        by_netlist = invc.synth(name, gate_level=True)
        assert by_netlist.model.spins == design.model.spins
    if name == "nor_multiplier.v":
        assert design.model.spins == 48


def test_names_are_escaped_on_a_terminal(here: Path) -> None:
    done = CliRunner().invoke(group, ["simulate", "esc.hj", "-c", "a=1"])
    assert done.exit_code == 0
    assert "\\x1b[31m\\x07b" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("name", "parameters", "y"),
    [
        ("barrel_backward.v", {"W": 16, "S": 4}, 0x9ABC),
        ("fp_mantissa.v", {"W": 8}, 0xA5),
        ("independent_copies.v", {"N": 2}, 0x1234),
    ],
)
def test_found_backward_at_once(here: Path, name: str, parameters: dict[str, int], y: int) -> None:
    design = invc.synth(name, **parameters)  # type: ignore[arg-type]
    found = invc.simulate(design, y=y, threads=1, seed=1)
    assert found.status == "found"
    assert all(answer["y"] == y for answer in found.answers)
