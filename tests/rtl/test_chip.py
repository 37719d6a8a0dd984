"""A board over a serial line: here a pseudo-terminal, with the circuit in Icarus Verilog behind."""

import json
import os
import pty
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from invc.cli import invc
from invc.design import Design, parse_clamps, write_design
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.rtl.bench import expect
from invc.rtl.check import lint
from invc.rtl.chip import Line, Wait, ask_board, identify, opened, read_board
from invc.rtl.circuit import Circuit
from invc.rtl.folder import write_folder
from invc.rtl.programs import find, run_well
from invc.rtl.project import project_files
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from typed import sure

ROOT = Path(__file__).resolve().parents[2]
needs_iverilog = pytest.mark.skipif(find("iverilog") is None, reason="needs iverilog")
DIVIDER = 5
BOARD = """\
// A board: bytes come from standard input and go to standard output, as lines in hex.
module board;
  reg clk = 0, reset = 1, rx = 1; wire tx; integer c, k, coming = 0, sent = 0, want; reg [7:0] b;
  NAME_uart dut (.clk(clk), .reset(reset), .rx(rx), .tx(tx));
  always #5 clk = ~clk;
  task send; input [7:0] x; begin
    rx = 0; repeat (DIVIDER) @(posedge clk);
    for (k = 0; k < 8; k = k + 1) begin rx = x[k]; repeat (DIVIDER) @(posedge clk); end
    rx = 1; repeat (DIVIDER) @(posedge clk);
  end endtask
  integer j;
  always begin
    @(negedge tx); repeat (DIVIDER / 2) @(posedge clk);
    for (j = 0; j < 8; j = j + 1) begin repeat (DIVIDER) @(posedge clk); b[j] = tx; end
    repeat (DIVIDER) @(posedge clk);
    if (tx !== 1'b1) $display("no stop bit"); else $display("%h", b);
    $fflush; sent = sent + 1;
  end
  initial begin
    repeat (4) @(posedge clk); reset = 0; repeat (4) @(posedge clk);
    c = 0;
    while (c >= 0) begin
      c = $fgetc(32'h8000_0000);
      if (c >= 0) begin
        send(c[7:0]);
        if (coming > 0) coming = coming - 1;
        else if (c == "W") coming = TAKEN;
        else if (c == "G" || c == "I") begin
          want = sent + (c == "G" ? GIVEN : 8);
          while (sent < want) @(posedge clk);
        end
      end
    end
    $finish;
  end
endmodule
"""


def multiplier() -> Design:
    path = ROOT / "rtl_examples/multiplier/multiplier.v"
    return synth(Sources((path,), parameters={"W": "2"}))


@pytest.fixture(scope="module", params=["parallel", "gibbs", "inputs", "staged"])
def built(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[Path, Design, Circuit]:
    """A design, the folder of its circuit, and the board's program."""
    place, design = tmp_path_factory.mktemp("chip"), multiplier()
    write_design(design, place / "m.hj")
    circuit = circuit_of(design, (), Wishes(request.param, cycles=50, divider=DIVIDER))
    files = project_files(expect(circuit, (), Run(), 50))
    write_folder(place / "m_rtl", files)
    serial = json.loads(files["run.json"])["serial"]
    taken, given = (-(-sum(w for _, w in serial[k]) // 8) for k in ("inputs", "outputs"))
    text = re.sub(r"\bDIVIDER\b", str(DIVIDER), BOARD).replace("NAME", circuit.name)
    text = text.replace("TAKEN", str(taken)).replace("GIVEN", str(given))
    (place / "board.v").write_text(text)
    sources = [
        place / "m_rtl" / n for n in files if n.startswith(f"{circuit.name}_") and n[-2:] == ".v"
    ]
    run_well(["iverilog", "-g2005", "-o", "board.vvp", "board.v", *map(str, sources)], place)
    assert lint(files, circuit.name) == "" or find("verilator") is None
    return place, design, circuit


@contextmanager
def board(place: Path) -> Iterator[str]:
    """The port of a board that runs."""
    master, slave = pty.openpty()
    chip = subprocess.Popen(
        ["vvp", "-n", "board.vvp"], cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def taken() -> None:
        try:
            while data := os.read(master, 64):
                assert chip.stdin is not None
                chip.stdin.write(data)
                chip.stdin.flush()
        except OSError:
            pass

    def given() -> None:
        assert chip is not None
        assert chip is not None
        assert chip is not None
        for line in sure(chip.stdout):
            os.write(master, bytes([int(line, 16)]))

    threads = [threading.Thread(target=f, daemon=True) for f in (taken, given)]
    for thread in threads:
        thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        chip.kill()
        chip.wait()
        threads[1].join()
        assert chip.stdout is not None
        chip.stdout.close()
        with suppress(BrokenPipeError):
            assert chip.stdin is not None
            chip.stdin.close()
        os.close(slave)
        os.close(master)


@needs_iverilog
def test_a_board_gives_the_reads_of_the_software(built: tuple[Path, Design, Circuit]) -> None:
    place, design, circuit = built
    with board(place) as port, opened(port, 115200) as line:
        known = read_board(place / "m_rtl", design)
        identify(known, line)
        for product, replica in ((6, 0), (6, 1), (9, 7), (2, 3)):
            held = parse_clamps(design.netlist, [f"p={product}"])
            run = Run(3, 0, replica)
            want = expect(circuit, held, run, 200).first
            reply = ask_board(known, line, held, run, Wait(200, False, 60))
            assert want is not None
            assert (reply.found, reply.cycles) == (True, want[0])
            assert reply.ports["a"] * reply.ports["b"] == reply.ports["p"] == product
        held = parse_clamps(design.netlist, ["p=7"])  # a prime that needs three bits
        reply = ask_board(known, line, held, Run(), Wait(40, False, 60))
        assert (reply.found, reply.cycles) == (False, 40)


@needs_iverilog
def test_the_command_speaks_as_simulate_does(
    built: tuple[Path, Design, Circuit], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, _, _ = built
    monkeypatch.chdir(place)
    with board(place) as port:
        done = CliRunner().invoke(
            invc, ["chip", "m.hj", "--port", port, "--clamp", "p=6", "--reads", "6", "--seed", "1"]
        )
        none = CliRunner().invoke(
            invc,
            ["chip", "m.hj", "--port", port, "-c", "p=7", "--reads", "1", "--cycles", "20"],
        )
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines()]
    assert rows[0] == ["a", "b", "p", "reads"]
    assert {tuple(row[:3]) for row in rows[1:-1]} <= {("2", "3", "6"), ("3", "2", "6")}
    assert sum(int(row[3]) for row in rows[1:-1]) == 6
    assert re.search(r"; 6 of 6 reads right; first right state after [\d.]+ cycles", done.output)
    assert none.exit_code == 3
    assert none.output == "0 distinct answers; 0 of 1 read right\n"


@needs_iverilog
def test_another_circuit_is_noticed(built: tuple[Path, Design, Circuit]) -> None:
    place, design, _ = built
    known = read_board(place / "m_rtl", design)
    object.__setattr__(known, "identity", known.identity ^ 1)
    with (
        board(place) as port,
        opened(port, 115200) as line,
        pytest.raises(InvcError, match=r"the board has another circuit: [0-9a-f]{16}, not"),
    ):
        identify(known, line)


@needs_iverilog
def test_faults_of_lines_and_folders(
    built: tuple[Path, Design, Circuit], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, _, _ = built
    monkeypatch.chdir(place)

    def fault(*arguments: str) -> str:
        return str(CliRunner().invoke(invc, ["chip", "m.hj", *arguments]).exception)

    assert fault("--port", "/dev/none") == (
        "/dev/none: error: cannot open it: no such file or directory\n"
        "  hint: name the board's port: /dev/ttyUSB0"
    )
    assert fault("--port", "/dev/null") == "/dev/null: error: it is no serial line"
    assert fault("--port", "x", "--baud", "1234").startswith(
        "error: no serial line has 1234 baud\n  hint: there are: 9600,"
    )
    assert fault("--port", "x", "--circuit", "none").startswith(
        "none/run.json: error: cannot read it: no such file"
    )
    (place / "empty").mkdir(exist_ok=True)
    (place / "empty/run.json").write_text("{}")
    assert fault("--port", "x", "--circuit", "empty") == (
        "empty/run.json: error: it has no circuit with a serial line\n"
        "  hint: give the folder that 'invc rtl --uart' wrote"
    )
    monkeypatch.setattr("invc.rtl.chip.PATIENCE", 0.2)
    master, slave = pty.openpty()
    try:
        silent = fault("--port", os.ttyname(slave))
    finally:
        os.close(master)
        os.close(slave)
    assert "error: no answer within 0.2 s\n  hint: is the circuit on the board" in silent


def test_a_serial_line_needs_one_chain() -> None:
    for options in ({"chains": 2}, {"architecture": "sparse"}):
        with pytest.raises(InvcError, match="--uart goes with one chain of a circuit that is not"):
            circuit_of(multiplier(), (), Wishes(divider=8, **options))


@needs_iverilog
def test_an_answer_that_is_wrong_is_not_told(built: tuple[Path, Design, Circuit]) -> None:
    """A clock too fast for the circuit: bits that no gate gives."""
    place, design, _ = built
    known = read_board(place / "m_rtl", design)
    values = {"found": 1, "cycles": 3, "a": 2, "b": 3, "p": 7}
    word = place_ = 0
    for name, width in known.outputs:
        word |= values.get(name, 0) << place_
        place_ += width

    class Liar(Line):
        def write(self, data: bytes) -> None:
            pass

        def read(self, count: int, seconds: float) -> bytes:
            return word.to_bytes(count, "big")

    held = parse_clamps(design.netlist, ["p=7"])
    with pytest.raises(InvcError, match="the board's answer is wrong: a = 2, b = 3, p = 7"):
        ask_board(known, Liar("x", -1), held, Run(), Wait(9, False, 1))
