"""The charts of a run as SVG: bars of answers, energy, convergence, and bits of ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from invc.diagnostics import printable
from invc.report.markup import Element, add, element
from invc.report.names import short
from invc.report.run import (
    Marginal,
    Run,
    answer_labels,
    bare,
    first_histogram,
    marginals,
    number,
    percent,
    ticks,
)

WIDTH, HEIGHT = 420.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 112.0, 24.0, 38.0
MOST_BARS = 10  # answers with a label of their own
MOST_RANKS = 400
ROW = 36.0
CELL_HEIGHT = 22.0
MOST_PORTS = 40
MOST_DOTS = 24
Line = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axes:
    """The box of a chart and the numbers at its edges."""

    x: tuple[float, float]
    y: tuple[float, float]
    right: float = RIGHT

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the picture."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        wide, high = WIDTH - LEFT - self.right, HEIGHT - TOP - BOTTOM
        return LEFT + across * wide, HEIGHT - BOTTOM - up * high

    def path(self, points: Line) -> str:
        """The points joined by straight lines, as the `d` of a path."""
        return "M" + "L".join("{:.1f} {:.1f}".format(*self.at(x, y)) for x, y in points)


def answers_chart(run: Run) -> Element | None:
    """Reads of each answer: labelled bars of a few, ranks of many."""
    if not run.answers:
        return None
    return _bars(run) if len(run.answers) <= MOST_BARS else _ranks(run)


def _bars(run: Run) -> Element:
    height = ROW * len(run.answers) + 8
    svg = _svg("answers", f"Reads that found each of {len(run.answers)} answers", height)
    most = max(answer.reads for answer in run.answers)
    for k, label in enumerate(answer_labels(run, run.answers)):
        reads = run.answers[k].reads
        width = max(2.0, (WIDTH - 70) * reads / most)
        y = ROW * k
        add(svg, "text", label, x=0, y=y + 14, class_="strong")
        bar = add(svg, "rect", class_="bar", x=0, y=y + 19, width=width, height=11, rx=2)
        add(bar, "title", f"{label}: {reads} reads")
        add(svg, "text", number(reads), x=width + 6, y=y + 29)
    return svg


def _ranks(run: Run) -> Element:
    shown_answers = run.answers[:MOST_RANKS]
    most = max(answer.reads for answer in shown_answers)
    axes = Axes((0, len(shown_answers)), (0, most), right=10)
    svg = _svg("answers", f"Reads that found each of {len(run.answers)} answers")
    _y_axis(svg, axes, "reads", [tick for tick in ticks(0, most) if tick == int(tick)])
    left, bottom = axes.at(0, 0)
    width = (axes.at(1, 0)[0] - left) * 0.82
    for k, (answer, label) in enumerate(
        zip(shown_answers, answer_labels(run, shown_answers), strict=True)
    ):
        x, y = axes.at(k, answer.reads)
        bar = add(svg, "rect", class_="bar", x=x, y=y, width=width, height=bottom - y)
        add(bar, "title", f"{label}: {answer.reads} reads")
    mean = sum(answer.reads for answer in run.answers) / len(run.answers)
    x, y = axes.at(len(shown_answers), mean)
    add(svg, "path", class_="rule dashed", d=f"M{left:.1f} {y:.1f}H{x:.1f}")
    add(svg, "text", f"mean {mean:.3g}", x=x, y=y - 5, text_anchor="end", class_="halo")
    total = number(len(run.answers))
    text = f"{total} answers, {run.order}"
    if len(run.answers) > MOST_RANKS:
        text = f"the first {MOST_RANKS} of {text}"
    add(svg, "text", text, x=(left + x) / 2, y=HEIGHT - 10, text_anchor="middle")
    return svg


def energy_chart(run: Run) -> Element | None:
    """Energy against sweeps: the median and where most reads lie."""
    trace = run.trace
    if trace is None or not trace.moves:
        return None
    sweeps = trace.sweeps[trace.course].tolist()
    low, quarter, median, three, high = run.energy(1) * trace.energies[trace.course].T
    axes = Axes((int(trace.sweeps[0]), sweeps[-1]), (min(0, low.min()), high.max()))
    svg = _svg("energy", "Energy of the reads against sweeps")
    _x_axis(svg, axes)
    _y_axis(svg, axes, "energy", ticks(*axes.y))
    _band(svg, axes, sweeps, low, high, "band")
    _band(svg, axes, sweeps, quarter, three, "band inner")
    add(svg, "path", class_="line", d=axes.path(list(zip(sweeps, median, strict=True))))
    _dots(svg, axes, sweeps, median)
    _end_labels(
        svg,
        axes,
        [
            (high[-1], f"95 %: {number(round(high[-1], 1))}", ""),
            (median[-1], f"median: {number(round(median[-1], 1))}", "strong"),
            (low[-1], f"5 %: {number(round(low[-1], 1))}", ""),
        ],
    )
    return svg


def convergence_chart(run: Run) -> Element | None:
    """Share of reads that are verified, and that satisfy every gate, against sweeps."""
    trace = run.trace
    if trace is None or not (trace.moves and trace.converges):
        return None
    sweeps = trace.sweeps.tolist()
    verified, satisfied = trace.verified.tolist(), trace.satisfied.tolist()
    top = max(*verified, *satisfied, 1 / trace.reads)
    axes = Axes((sweeps[0], sweeps[-1]), (0, top))
    svg = _svg("convergence", "Share of reads verified against sweeps")
    _x_axis(svg, axes)
    _y_axis(svg, axes, "share of reads", ticks(0, top), percent)
    add(svg, "path", class_="line thin", d=axes.path(list(zip(sweeps, satisfied, strict=True))))
    add(svg, "path", class_="line", d=axes.path(list(zip(sweeps, verified, strict=True))))
    _dots(svg, axes, sweeps, verified)
    _end_labels(
        svg,
        axes,
        [
            (verified[-1], f"verified: {percent(verified[-1])}", "strong"),
            (satisfied[-1], f"all gates: {percent(satisfied[-1])}", ""),
        ],
    )
    return svg


def first_chart(run: Run) -> Element | None:
    """How many reads were right for the first time after so many cycles."""
    seen = first_histogram(run)
    if seen is None:
        return None
    spans, most = len(seen.counts), max(seen.counts)
    axes = Axes((0, spans * seen.width), (0, most), right=10)
    svg = _svg("first", "Reads by the cycles to their first right states")
    _x_axis(svg, axes)
    _y_axis(svg, axes, "reads", [tick for tick in ticks(0, most) if tick == int(tick)])
    bottom = axes.at(0, 0)[1]
    wide = (axes.at(seen.width, 0)[0] - axes.at(0, 0)[0]) * 0.88
    for k, count in enumerate(seen.counts):
        x, y = axes.at(k * seen.width, count)
        bar = add(svg, "rect", class_="bar", x=x, y=y, width=wide, height=bottom - y)
        add(bar, "title", f"{k * seen.width} to {(k + 1) * seen.width - 1}: {count} reads")
    return svg


def marginals_chart(run: Run) -> Element | None:
    """One cell a bit, filled from below to the share of verified reads in which it is 1."""
    table = marginals(run)
    if not table:
        return None
    cells = (
        Cells(16, 26.0, 40.0)
        if max(len(bits) for _, bits in table) <= 32
        else Cells(32, 13.0, 28.0)
    )
    svg = _svg("bits", "Share of verified reads in which each port bit is 1")
    y = 0.0
    for port, bits in table[:MOST_PORTS]:
        name = short(printable(port.name) + port.range_text, 40)
        add(svg, "text", name, x=0, y=y + 12, class_="strong")
        y += 18
        for first in range(0, len(bits), cells.line):
            for k, bit in enumerate(bits[first : first + cells.line]):
                _cell(svg, bit, cells, cells.width * k, y)
            y += cells.height
        y += 6
    svg.set("viewBox", f"0 0 {WIDTH:g} {y:g}")
    return svg


class Cells(NamedTuple):
    """Cells in a line, and the size of one with what is around it."""

    line: int
    width: float
    height: float


def _cell(svg: Element, bit: Marginal, cells: Cells, x: float, y: float) -> None:
    cell = add(svg, "g")
    error = "" if bit.error is None else f" ± {bit.error:.2g}"
    add(cell, "title", f"{bit.name}: {bit.share:.3f}{error}")
    width, fill = cells.width * 0.8, CELL_HEIGHT * bit.share
    add(cell, "rect", class_="cell", x=x + 0.5, y=y + 0.5, width=width, height=CELL_HEIGHT)
    top = y + 0.5 + CELL_HEIGHT - fill
    add(cell, "rect", class_="bar", x=x + 0.5, y=top, width=width, height=fill)
    if cells.width < 20:
        return
    middle = x + 0.5 + width / 2
    add(cell, "text", bare(bit.share), x=middle, y=y + CELL_HEIGHT + 13, class_="small middle")


def _svg(name: str, title: str, height: float = HEIGHT) -> Element:
    svg = element("svg", class_=f"chart {name}", viewBox=f"0 0 {WIDTH:g} {height:g}", role="img")
    add(svg, "title", title)
    return svg


def _x_axis(svg: Element, axes: Axes) -> None:
    left, bottom = axes.at(axes.x[0], axes.y[0])
    right, _ = axes.at(axes.x[1], axes.y[0])
    add(svg, "path", class_="rule", d=f"M{left:.1f} {bottom:.1f}H{right:.1f}")
    for tick in ticks(*axes.x):
        x, _ = axes.at(tick, 0)
        add(svg, "text", number(tick), x=x, y=bottom + 15, text_anchor="middle")
    add(svg, "text", "sweeps", x=(left + right) / 2, y=HEIGHT - 6, text_anchor="middle")


def _y_axis(
    svg: Element,
    axes: Axes,
    label: str,
    marks: Sequence[float],
    form: Callable[[float], str] = number,
) -> None:
    left, _ = axes.at(axes.x[0], 0)
    right, _ = axes.at(axes.x[1], 0)
    for tick in marks:
        _, y = axes.at(axes.x[0], tick)
        add(svg, "path", class_="grid", d=f"M{left:.1f} {y:.1f}H{right:.1f}")
        add(svg, "text", form(tick), x=left - 6, y=y + 4, text_anchor="end")
    add(svg, "text", label, x=0, y=TOP - 13)


def _band(
    svg: Element,
    axes: Axes,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    kind: str,
) -> None:
    there = list(zip(x, high, strict=True))
    back = list(zip(x, low, strict=True))[::-1]
    add(svg, "path", class_=kind, d=axes.path([*there, *back]) + "Z")


def _dots(svg: Element, axes: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    """Where somebody looked, as long as these can be told apart."""
    if len(x) > MOST_DOTS:
        return
    for point in zip(x, y, strict=True):
        across, down = axes.at(*point)
        add(svg, "circle", class_="bar", cx=across, cy=down, r=2.6)


def _end_labels(svg: Element, axes: Axes, labels: Sequence[tuple[float, str, str]]) -> None:
    """Text beside the ends of lines, moved apart where they would touch."""
    lowest = HEIGHT
    for value, text, kind in sorted(labels):
        x, y = axes.at(axes.x[1], value)
        lowest = min(y + 4, lowest - 15)
        add(svg, "text", text, x=x + 6, y=lowest, class_=kind or "end")
