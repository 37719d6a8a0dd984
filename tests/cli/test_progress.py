"""What a terminal shows of a command at work: what it is at, how far, and the time that is left."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from invc.cli.progress import OFTEN, Bound, Teller
from invc.engine import Progress
from terminal import shown

SOURCE = """module m(input [7:0] a, b, output [15:0] p);
  assign p = a * b;
endmodule
"""


@pytest.mark.parametrize(
    ("bound", "elapsed", "reads", "left"),
    [
        (Bound(), 1.0, 10, None),
        (Bound(seconds=60), 1.0, 10, 59.0),
        (Bound(seconds=1), 3.0, 10, 0.0),
        (Bound(reads=100), 2.0, 25, 6.0),
        (Bound(reads=100), 2.0, 0, None),
        (Bound(seconds=5, reads=100), 2.0, 25, 3.0),
    ],
)
def test_the_time_that_is_left(
    bound: Bound, elapsed: float, reads: int, left: float | None
) -> None:
    assert bound.left(elapsed, reads) == left


class Bar:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add_task(self, text: str) -> int:
        return 0

    def update(self, task: int, *, description: str, refresh: bool) -> None:
        self.texts.append(description)


def test_a_bar_is_told_no_more_often_than_anybody_can_read() -> None:
    bar: Any = Bar()
    now = [0.0]
    teller = Teller(bar, "sampling", Bound(seconds=60), clock=lambda: now[0])
    for block in range(1000):
        now[0] += OFTEN / 100
        teller.progress(Progress(1024 * block, block, 3))
    assert 8 <= len(bar.texts) <= 10
    assert bar.texts[-1].endswith("3 distinct answers, 59 s left")


def test_a_terminal_shows_what_synth_is_at_and_a_pipe_does_not(tmp_path: Path) -> None:
    (tmp_path / "m.v").write_text(SOURCE)
    seen = shown(tmp_path, "synth", "m.v")
    places = [seen.find(text) for text in ("reading", "elaborating", "wrote m.hj")]
    assert -1 < places[0] < places[1] < places[2]
    seen = shown(tmp_path, "simulate", "m.hj", "--dynamics", "gibbs", "-c", "p=64507",
                 "--time-limit", "2", "--threads", "1")  # fmt: skip
    assert "s left" in seen
    for command in (["synth", "m.v"], ["simulate", "m.hj", "--time-limit", "1"]):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "invc", *command],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        assert "reading" not in done.stdout and "left" not in done.stdout
