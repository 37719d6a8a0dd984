"""Draw the p-bit circuit and a run of it for docs/howto/rtl.md; see pictures.py."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from invc.design import parse_clamps
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.rtl.bench import Expected, expect
from invc.rtl.checker import latency
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run

MULTIPLIER = Path(__file__).resolve().parents[2] / "rtl_examples/multiplier/multiplier.v"
BOXES = {  # name: left, bottom, what stands in it
    "generator": (0, 2.1, "xorshift64,\none for 64 p-bits"),
    "schedule": (0, 0, "table of\nI0, noise, cycles"),
    "network": (3.3, 1.05, "p-bits:\nfield, accumulator,\nclamp"),
    "check": (6.6, 1.05, "the gates forward,\na few to a clock"),
    "control": (9.9, 1.05, "start, cycles,\nfirst right state"),
}
WIDTH, HEIGHT = 2.3, 1.5
ARROWS = (  # from, to, label
    ((2.3, 2.85), (3.3, 2.2), "r"),
    ((2.3, 0.75), (3.3, 1.4), "n, I0"),
    ((5.6, 1.8), (6.6, 1.8), "m"),
    ((8.9, 1.8), (9.9, 1.8), "right"),
)
SHOWN = 16  # clocks


def draw_chip(figure: Figure) -> None:
    """The modules of a parallel circuit and what goes between them."""
    figure.set_size_inches(9, 3)
    axes = figure.subplots()
    axes.set(xlim=(-0.3, 12.5), ylim=(-0.9, 4), aspect="equal")
    axes.axis("off")
    for name, (left, bottom, text) in BOXES.items():
        box = FancyBboxPatch((left, bottom), WIDTH, HEIGHT, "round,pad=0,rounding_size=0.15")
        box.set(facecolor="#eef2f8", edgecolor="#44546a")
        axes.add_patch(box)
        middle = left + WIDTH / 2
        axes.text(middle, bottom + 1.2, name, ha="center", va="center", weight="bold", size=9)
        axes.text(middle, bottom + 0.55, text, ha="center", va="center", size=7.5)
    for start, end, text in ARROWS:
        axes.annotate("", end, start, arrowprops={"arrowstyle": "->"})
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        axes.text(x, y + 0.2, text, ha="center", size=8)
    _path(axes, ((11.05, 1.05), (11.05, -0.5), (4.45, -0.5), (4.45, 1.05)), "load, step")
    for name, x in (("hold, value", 4.45), ("ports", 7.75)):
        axes.annotate("", (x, 2.55), (x, 3.4), arrowprops={"arrowstyle": "->" if x < 5 else "<-"})
        axes.text(x, 3.6, name, ha="center", size=8)


def _path(axes: Axes, points: Sequence[tuple[float, float]], text: str) -> None:
    x, y = zip(*points, strict=True)
    axes.plot(x[:-1], y[:-1], color="black", lw=0.9)
    axes.annotate("", points[-1], points[-2], arrowprops={"arrowstyle": "->", "shrinkA": 0})
    axes.text(sum(x[1:3]) / 2, y[1] + 0.15, text, ha="center", size=8)


def draw_run(figure: Figure) -> None:
    """A 2 x 2-bit multiplier that holds p = 6, from the start to the first right state."""
    expected = _run()
    (verdict,) = expected.verdicts
    hit, delay = expected.first[0], latency(expected.circuit)
    bits = {p.name: [(b >> 1) - 1 for b in p.bits] for p in expected.circuit.ports}
    states = verdict.states[:SHOWN]
    figure.set_size_inches(9, 2.6)
    axes = figure.subplots()
    end = hit + delay + 1
    rows = {
        "start": [int(t == 0) for t in range(SHOWN + 1)],
        "busy": [int(1 <= t <= end) for t in range(SHOWN + 1)],
        "right": [0] * (1 + delay) + verdict.right[: SHOWN - delay].tolist(),
        "found": [int(t > end) for t in range(SHOWN + 1)],
    }
    for k, (name, values) in enumerate(rows.items()):
        level = [5 - k + 0.6 * v for v in values]
        axes.step(range(len(level)), level, where="post", color="#1f4e79", lw=1.4)
        axes.text(-0.3, 5.3 - k, name, ha="right", va="center", size=9)
    for k, name in enumerate(("a", "b")):
        axes.text(-0.3, 1.3 - k, name, ha="right", va="center", size=9)
        for t, state in enumerate(states[: end + 1]):
            value = sum(int(state[s]) << j for j, s in enumerate(bits[name]))
            colour = "#c6e0b4" if t == hit else "white"
            axes.add_patch(
                FancyBboxPatch(
                    (t + 1.05, 1 - k),
                    0.9,
                    0.6,
                    "square,pad=0",
                    facecolor=colour,
                    edgecolor="#44546a",
                )
            )
            axes.text(t + 1.5, 1.3 - k, str(value), ha="center", va="center", size=8)
    axes.set(xlim=(0, SHOWN), ylim=(-0.3, 6), yticks=[], xlabel="clock")
    axes.spines[["left", "right", "top"]].set_visible(False)


def _run() -> Expected:
    design = synth(Sources((MULTIPLIER,), parameters={"W": "2"}))
    held = parse_clamps(design.netlist, ["p=6"])
    circuit = circuit_of(design, held, Wishes(settings={"i0": "3", "noise": "9"}, cycles=64))
    # The first read whose answer comes neither at once nor after the picture.
    for replica in range(64):
        expected = expect(circuit, held, Run(0, 0, replica), 64)
        if expected.first and expected.first[0] == SHOWN - latency(circuit) - 5:
            return expected
    raise AssertionError("no read fits the picture")
