"""What users can get wrong about circuits: one line and a hint each, and nothing half-written."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from invc.cli import invc
from invc.design import Design, write_design
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.ising import from_terms
from invc.netlist import Netlist, Port
from invc.pipeline import synth
from invc.rtl import programs
from invc.rtl.bench import expect
from invc.rtl.check import choose_simulator
from invc.rtl.circuit import ARCHITECTURES
from invc.rtl.folder import write_folder
from invc.rtl.project import project_files
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from rtl.tools import needs

ROOT = Path(__file__).resolve().parents[2]


def multiplier(width: int) -> Design:
    path = ROOT / "rtl_examples/multiplier/multiplier.v"
    return synth(Sources((path,), parameters={"W": str(width)}))


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("design") / "mult2.hj"
    write_design(multiplier(2), path)
    return path


def fault(*arguments: Path | str) -> str:
    """What the command raises."""
    done = CliRunner().invoke(invc, ["rtl", *map(str, arguments)])
    assert isinstance(done.exception, InvcError), (done.output, done.exception)
    return str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["--clamp", "q=3"],
            "error: no port is called 'q'\n  hint: there are: a, b, p, inputs, outputs",
        ),
        (
            ["--clamp", "p=99"],
            "error: clamp 'p=99': the value does not fit 4 unsigned bits\n"
            "  hint: values run from 0 to 15",
        ),
        (
            ["--set", "speed=3"],
            "error: sc has no setting 'speed'\n"
            "  hint: there are: i0, noise, every, density, stall, average",
        ),
        (["--set", "i0=0"], "error: setting i0=0: need whole numbers from 1 to 1048576"),
        (
            ["--set", "average=2"],
            "error: the circuit does not average fields\n"
            "  hint: leave out --set average, or set it to 1",
        ),
        (
            ["--arch", "sparse", "--set", "stall=.5"],
            "error: a sparse circuit has neither density nor stall\n  hint: use --arch parallel",
        ),
        (
            ["--arch", "gibbs", "--set", "noise=5"],
            "error: a gibbs circuit has no setting 'noise'\n  hint: there are: beta, levels",
        ),
        (
            ["--arch", "gibbs", "--set", "beta=warm"],
            "error: setting beta=warm: need B or LO:HI, from 0 to 1e+06",
        ),
        (
            ["--arch", "gibbs", "--set", "levels=0"],
            "error: setting levels=0: need a whole number from 1 to 64",
        ),
        (
            ["--arch", "gibbs", "--runtime-registers"],
            "error: a gibbs circuit has its temperatures in tables\n"
            "  hint: leave out --runtime-registers",
        ),
        (
            ["--arch", "sparse", "--interleave", "2"],
            "error: --interleave goes with --arch parallel, not sparse\n"
            "  hint: leave one of them out",
        ),
        (["--interleave", "17"], "error: --interleave 17: need a number from 1 to 16"),
        (["--lanes", "0"], "error: --lanes 0: need a number from 1 to 256"),
        (["--cycles", "0"], "error: --cycles 0: need a number from 1 to 67108864"),
        (
            ["-o", "none/deep"],
            "none/deep: error: cannot write it: no such folder\n  hint: make its parent first",
        ),
        (
            ["-o", "full"],
            "full: error: the folder exists\n  hint: name another with -o, or remove it first",
        ),
        (
            ["-o", "full/file"],
            "full/file: error: there is a file of that name\n"
            "  hint: name another with -o, or remove it first",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_one_line_and_a_hint(
    design: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    text: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("kept")
    where = [] if "-o" in arguments else ["-o", "new"]
    assert fault(design, *where, *arguments) == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]
    assert (tmp_path / "full/file").read_text() == "kept"


def test_a_design_too_large_for_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_design(multiplier(8), tmp_path / "m.hj")
    text = fault("m.hj", "-o", "new", "--part", "ice40-hx1k")
    assert text.startswith("error: a parallel circuit of 192 p-bits takes about ")
    assert text.endswith(
        " lookup tables, ice40-hx1k has 1280\n  hint: use --arch sparse, or a larger --part"
    )
    assert not (tmp_path / "new").exists()


def imported(h: Sequence[int], J: int) -> Design:
    model = from_terms(2, h, [0], [1], [J], 0)
    ports = tuple(Port(f"m{k}", "output", (2 * k + 2,)) for k in range(2))
    return Design(Netlist("model", ports, (), ("", "a", "b")), model)


def test_a_coefficient_too_wide() -> None:
    big = 2**31 - 1
    with pytest.raises(InvcError, match="a field of this model needs 33 bits, a circuit has 32"):
        circuit_of(imported([big, 0], big), (), Wishes())
    circuit_of(imported([1 << 20, 0], -(1 << 20)), (), Wishes())


def test_nothing_to_build() -> None:
    model = from_terms(0, [], [], [], [], 0)
    netlist = Netlist("zero", (Port("y", "output", (0,)),), (), ("",))
    with pytest.raises(InvcError, match="zero has no p-bit\n  hint: all of its outputs"):
        circuit_of(Design(netlist, model), (), Wishes())


def test_a_missing_tool(design: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    assert fault(design, "-o", "new", "--check") == (
        "error: neither iverilog nor Verilator was found\n"
        "  hint: apt-get install iverilog verilator"
    )
    assert fault(design, "-o", "new", "--check", "--simulator", "verilator") == (
        "error: verilator was not found\n  hint: apt-get install verilator"
    )
    assert not list(tmp_path.iterdir())


def test_long_runs_are_compiled_where_they_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"iverilog": "/bin/iverilog", "verilator": "/bin/verilator"}
    monkeypatch.setattr("invc.rtl.check.find", here.get)
    assert choose_simulator(1000) == "iverilog"
    assert choose_simulator(10**9) == "verilator"
    del here["verilator"]
    assert choose_simulator(10**9) == "iverilog"


def test_what_a_program_says_is_told(tmp_path: Path) -> None:
    script = "import sys; print('note'); print('Error: no such thing'); sys.exit(3)"
    with pytest.raises(InvcError, match=r"python\S* failed: Error: no such thing"):
        programs.run_well([sys.executable, "-c", script], tmp_path)
    with pytest.raises(InvcError, match="cannot run none: No such file"):
        programs.run(["none"], tmp_path)
    with pytest.raises(InvcError, match=r"took longer than 0.1 s"):
        programs.run([sys.executable, "-c", "while True: pass"], tmp_path, seconds=0.1)


def test_a_folder_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"
    wrote = Path.write_text

    def full(path: Path, text: str, **options: Any) -> Any:
        if path.name == "b":
            raise OSError(28, "No space left on device")
        return wrote(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InvcError, match="cannot write it: no space left"):
        write_folder(folder, {"a": "1", "b": "2"})
    assert not list(tmp_path.iterdir())
    monkeypatch.undo()
    write_folder(folder, {"a": "1", "b": "2"})
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"a": "1", "b": "2"}
    empty = tmp_path / "empty"
    empty.mkdir()
    write_folder(empty, {"a": "3"})
    assert (empty / "a").read_text() == "3"


@needs("iverilog")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_seed_of_zero_is_refused_by_the_circuit(tmp_path: Path, architecture: str) -> None:
    circuit = circuit_of(multiplier(2), (), Wishes(architecture, cycles=20))
    files = project_files(expect(circuit, (), Run(), 20))
    name = circuit.name
    writes = "seed_write = 1; @(negedge clk); seed_write = 0;" if architecture == "sparse" else ""
    extra = ".seed_write(seed_write), .seed_address(1'b0)," if architecture == "sparse" else ""
    (tmp_path / "zero.v").write_text(
        f"""module zero;
  reg clk = 0, reset = 1, start = 0, seed_write = 0; reg [63:0] seed = 0; wire busy, refused;
  {name}_chip dut (.clk(clk), .reset(reset), .start(start), .free_run(1'b0), .seed(seed), {extra}
    .limit({circuit.count}'d5), .a_hold(2'd0), .b_hold(2'd0), .p_hold(4'd0),
    .busy(busy), .refused(refused));
  always #5 clk = ~clk;
  initial begin
    @(negedge clk); reset = 0; {writes}
    start = 1; @(negedge clk); start = 0;
    $display("zero: busy %b refused %b", busy, refused);
    seed = 1; {writes}
    start = 1; @(negedge clk); start = 0;
    $display("one: busy %b refused %b", busy, refused);
    $finish;
  end
endmodule
"""
    )
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    sources = [f for f in files if f.startswith(f"{name}_") and f.endswith(".v")]
    programs.run_well(["iverilog", "-g2005", "-o", "z.vvp", "zero.v", *sources], tmp_path)
    said = programs.run_well(["vvp", "-n", "z.vvp"], tmp_path)
    assert "zero: busy 0 refused 1" in said
    assert "one: busy 1 refused 0" in said


def test_no_design(tmp_path: Path) -> None:
    env = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "invc", "rtl", "none.hj"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("none.hj: error: cannot read it: no such file")
    assert not list(tmp_path.iterdir())
