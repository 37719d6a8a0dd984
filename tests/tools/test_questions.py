"""Questions a second: counted as they are asked, and all of them answered."""

import json
from pathlib import Path

from click.testing import CliRunner

import invc
from invc.cli.bench import command
from invc.design import Design
from invc.tools.questions import measure_questions


def adder() -> Design:
    return invc.synth("module add(input [3:0] a, b, output [4:0] y); assign y = a + b; endmodule;")


def test_both_directions_are_asked_until_the_clock_says_so_and_all_have_answers() -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 0.01
        return now[0]

    forward, backward = measure_questions(adder(), 1.0, seed=3, clock=clock)
    assert (forward.direction, backward.direction) == ("forward", "backward")
    for asked in (forward, backward):
        assert asked.answered == asked.asked >= 40
        assert abs(asked.per_second - asked.asked / asked.seconds) < 1e-9


def test_what_has_no_gates_is_not_asked() -> None:
    wires = invc.synth("module wire_(input a, output y); assign y = a; endmodule;")
    assert measure_questions(wires, 1.0) == ()


def test_the_command_prints_and_writes_them(tmp_path: Path) -> None:
    name = str(tmp_path / "add.hj")
    invc.write(adder(), name)
    out = tmp_path / "out.json"
    arguments = [name, "-c", "y=9", "--seconds", "0.2", "--threads", "1", "--json", str(out)]
    shown = CliRunner().invoke(command, arguments)
    assert shown.exit_code == 0 and "a second" in shown.output
    kinds = [questions["direction"] for questions in json.loads(out.read_text())["questions"]]
    assert kinds == ["forward", "backward"]
