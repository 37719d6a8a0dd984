"""An answer in time as SVG: a row for each signal, the clock across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from invc.design.frames import Frames
from invc.netlist import Netlist, Port
from invc.report.frames import signals_in_time, values_in_time
from invc.report.markup import Element, add, element
from invc.report.names import short

MOST_CYCLES = 128
MOST_SIGNALS = 60
LABEL, CYCLE, ROW, HIGH = 130.0, 44.0, 30.0, 18.0  # widths of names and cycles, heights
SLANT = 3.0
LETTER = 6.6  # width of a digit


def timeline(frames: Frames, netlist: Netlist, answer: Mapping[str, int]) -> Element:
    """The waveforms of an answer; of a long one the first cycles, of many signals the first."""
    cycles = min(frames.cycles + 1, MOST_CYCLES)
    names, ports = signals_in_time(frames, netlist)
    names = names[:MOST_SIGNALS]
    values = values_in_time(frames, netlist, answer)
    wide = max((len(ports[name, 0].bits) for name in names), default=1)
    step = max(CYCLE, LETTER * (-(-wide // 4)) + 14)
    width, height = LABEL + step * cycles + 8, ROW * (len(names) + 2)
    svg = element("svg", class_="chart", viewBox=f"0 0 {width:.0f} {height:.0f}", width=width)
    svg.set("height", f"{height:.0f}")
    svg.set("role", "img")
    svg.set("style", "max-width: none; width: auto")
    add(svg, "title", f"an answer of {netlist.name} by cycle")
    _head(svg, cycles, step, height)
    _wave(svg, frames.clock, 1, "M" + "".join(_tick(cycle, step) for cycle in range(cycles))[1:])
    for row, name in enumerate(names, 2):
        _signal(svg, row, ports[name, 0], name, values[name][:cycles], step)
    return svg


def _head(svg: Element, cycles: int, step: float, height: float) -> None:
    for cycle in range(cycles):
        x = LABEL + step * cycle
        add(svg, "path", class_="grid", d=f"M{x:.1f} {ROW - 8:.1f}V{height:.1f}")
        add(svg, "text", str(cycle), class_="middle", x=x + step / 2, y=ROW - 12)


def _tick(cycle: int, step: float) -> str:
    """The clock in a cycle: high, then low."""
    x, low, high = LABEL + step * cycle, 2 * ROW - 6, 2 * ROW - 6 - HIGH
    middle, end = x + step / 2, x + step
    return f"L{x:.1f} {low:.1f}V{high:.1f}H{middle:.1f}V{low:.1f}H{end:.1f}"


def _wave(svg: Element, name: str, row: int, path: str) -> None:
    label = add(svg, "text", short(name, 18), class_="strong", x=0, y=(row + 1) * ROW - 10)
    add(label, "title", name)
    add(svg, "path", class_="line", d=path)


def _signal(
    svg: Element, row: int, port: Port, name: str, values: Sequence[int | None], step: float
) -> None:
    """A line of one bit, or boxes with a value wherever it changes."""
    if len(port.bits) == 1:
        _wave(svg, name, row, _bit_path(values, row, step))
        return
    _wave(svg, name, row, _word_path(values, row, step))
    low = (row + 1) * ROW - 6
    for cycle, value in enumerate(values):
        if value is not None and (cycle == 0 or values[cycle - 1] != value):
            text = f"{value & (1 << len(port.bits)) - 1:x}"
            x = LABEL + step * cycle + 6
            label = add(svg, "text", text, class_="small", x=x, y=low - 5)
            add(label, "title", f"{name} = {value} in cycle {cycle}")


def _bit_path(values: Sequence[int | None], row: int, step: float) -> str:
    low = (row + 1) * ROW - 6
    path, on = "", False
    for cycle, value in enumerate(values):
        x, y = LABEL + step * cycle, low - HIGH * (value or 0)
        if value is not None:
            path += f"V{y:.1f}H{x + step:.1f}" if on else f"M{x:.1f} {y:.1f}H{x + step:.1f}"
        on = value is not None
    return path or "M0 0"


def _word_path(values: Sequence[int | None], row: int, step: float) -> str:
    low = (row + 1) * ROW - 6
    high, middle, path, start = low - HIGH, low - HIGH / 2, "", 0
    for cycle, value in enumerate(values):
        after = values[cycle + 1] if cycle + 1 < len(values) else None
        if value is None:
            start = cycle + 1
        elif after != value:
            a, b = LABEL + step * start, LABEL + step * (cycle + 1)
            path += f"M{a:.1f} {middle:.1f}L{a + SLANT:.1f} {high:.1f}H{b - SLANT:.1f}"
            path += f"L{b:.1f} {middle:.1f}L{b - SLANT:.1f} {low:.1f}H{a + SLANT:.1f}Z"
            start = cycle + 1
    return path or "M0 0"
