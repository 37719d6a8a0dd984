"""No command writes over a file that it reads, whatever its output is called."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from designs import CELLS, multiplier
from invc.cli import invc
from invc.design import write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError

SOURCE = "module m(input a, b, output y); assign y = a & b; endmodule\n"


@pytest.mark.parametrize(
    "command",
    [
        "synth m.v -o m.v",
        "synth m.v -o ./link.v",
        "synth m.v --json m.v",
        "synth -f m.f -o m.f",
        "synth m.v --liberty c.lib --json c.lib",
        "mine m.v --json m.v",
        "ports m.v --json m.v",
        "stats d.hj --json d.hj",
        "bench d.hj --json d.hj",
        "eval m.v --weights-file w.json --data digits --json w.json",
        "simulate d.hj --json d.hj",
        "prove d.hj --json d.hj",
        "import d.hj -o d.hj",
        "export d.hj --to qubo -o d.hj",
        "embed d.hj --topology chimera -o d.hj",
    ],
)
def test_what_is_read_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "m.v": SOURCE,
        "m.f": "m.v\n",
        "c.lib": "library(x) {}\n",
        "w.json": "{}",
    }.items():
        Path(name).write_text(text)
    Path("link.v").symlink_to("m.v")
    write_design(assemble(multiplier(2), CELLS), Path("d.hj"))
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    done = CliRunner().invoke(invc, command.split())
    assert isinstance(done.exception, InvcError), done.exception
    assert done.exception.message == "this file is read, and would be lost"
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


def test_two_outputs_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.v").write_text(SOURCE)
    done = CliRunner().invoke(invc, ["synth", "m.v", "-o", "x", "--json", "./x"])
    assert isinstance(done.exception, InvcError), done.exception
    assert done.exception.message == "two outputs cannot be one file"
    assert not Path("x").exists()
