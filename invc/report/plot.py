"""The charts of a run as a picture for papers and slides: PNG, SVG or PDF by matplotlib."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from invc.diagnostics import InvcError, printable
from invc.report.names import short
from invc.report.run import Run, answer_labels, bare, first_histogram, marginals, number, percent
from invc.text.files import STREAM, write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

    from invc.netlist import Port
    from invc.report.run import Marginal
    from invc.report.trace import Trace

# What matplotlib says of its font cache, or of letters that its font lacks, helps nobody here.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
SUFFIXES = (".png", ".svg", ".pdf")
INSTALL = "pip install '.[plot]' in a checkout of invc brings matplotlib, which draws them"
INK, SOFT, RULE, ACCENT, BAND, INNER = (
    *("#1d2530", "#5a6472", "#d9dce1"),
    *("#b4430a", "#f8dcc7", "#f0b98f"),
)
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "svg.hashsalt": "invc",
    "svg.fonttype": "none",
}
# What differs from run to run is left out.
ABOUT: dict[str, dict[str, Any]] = {
    "png": {"Software": "invc"},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
MOST_BARS = 10
MOST_BITS = 32  # in one row
MOST_LINES = 24
MOST_DOTS = 24
# Inches: of the picture, its head, a panel's title and margins, a bar, a row of bits, a course.
WIDTH, HEAD, FRAME, BAR, LINE, COURSE = 11.0, 0.85, 0.65, 0.42, 0.55, 3.3


def check_plot(path: Path) -> None:
    """Look before a long run whether a plot can be written.

    Raises:
        InvcError: The suffix is none of SUFFIXES, or matplotlib is not installed.
    """
    if _suffix(path) not in SUFFIXES:
        raise InvcError(
            f"plots end in {', '.join(SUFFIXES)}, not in {path.suffix!r}",
            where=str(path),
            hint="--html writes a page",
        )
    try:
        import matplotlib  # noqa: F401, PLC0415 - an optional extra
    except ImportError as error:
        raise InvcError("plots need the package matplotlib", hint=INSTALL) from error


def _suffix(path: Path) -> str:
    return ".svg" if str(path) == STREAM else path.suffix.lower()


def write_plot(run: Run, path: Path) -> None:
    """Write the charts that a run has, in the format of the file's suffix.

    Raises:
        InvcError: As `check_plot`, or the file cannot be written.
    """
    check_plot(path)
    write_whole(path, [format_plot(run, _suffix(path)[1:])])


def format_plot(run: Run, form: str) -> bytes:
    """The bytes of the picture; equal runs give equal bytes."""
    from matplotlib import rc_context  # noqa: PLC0415 - an optional extra
    from matplotlib.figure import Figure  # noqa: PLC0415 - an optional extra

    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        rows = list(_rows(run))
        heights = [max(panel.height for panel in row) for row in rows]
        figure = Figure(figsize=(WIDTH, HEAD + sum(heights)), layout="constrained")
        engine = figure.get_layout_engine()
        assert engine is not None
        engine.set(w_pad=0.2, h_pad=0.1)  # type: ignore[call-arg]
        parts = figure.subfigures(1 + len(rows), 1, height_ratios=[HEAD, *heights], squeeze=False)
        _head(parts[0, 0], run)
        for row, height, part in zip(rows, heights, parts[1:, 0], strict=True):
            places = part.subplots(1, 2, squeeze=False)[0]
            for panel, axes in zip(row, places, strict=False):
                panel.draw(axes, run, height)
            for axes in places[len(row) :]:
                axes.set_axis_off()
        out = io.BytesIO()
        figure.savefig(out, format=form, dpi=150, metadata=ABOUT[form])
    return out.getvalue()


class Panel(NamedTuple):
    """One chart: what draws it, and its natural height in inches with title and margins."""

    draw: Callable[[Axes, Run, float], None]
    height: float


def _rows(run: Run) -> Iterator[list[Panel]]:
    """Charts in pairs of one kind; what would be empty is left out."""
    if run.answers:
        few = len(run.answers) <= MOST_BARS
        tall = FRAME + BAR * len(run.answers) if few else COURSE
        lines = len(_bit_rows(run))
        yield [Panel(_answers, tall), Panel(_bits, FRAME + LINE * lines)]
    courses = []
    # Samples at equilibrium are not watched from sweep to sweep.
    if run.trace is not None and run.trace.moves:
        courses.append(Panel(_energy, COURSE))
        # An imported model has no wrong state: nothing converges to right ones.
        if run.trace.converges and not run.ranked:
            courses.append(Panel(_convergence, COURSE))
    if run.first is not None and first_histogram(run) is not None:
        courses.append(Panel(_first, COURSE))
    for k in range(0, len(courses), 2):
        yield courses[k : k + 2]


def _head(part: SubFigure, run: Run) -> None:
    """Title and summary, and what else is to be known of the charts below."""
    said = [run.summary]
    if run.first is not None and first_histogram(run) is None:
        said.append("no read had a right state")
    trace = run.trace
    if run.staged and trace is not None and trace.moves:
        said.append(
            "staged: reads that fail a stage become copies, and at the end themselves again"
        )
    part.text(0.02, 0.58, short(run.title, 80), fontsize=16, fontweight="bold", va="center")
    part.text(0.02, 0.2, "; ".join(said), color=SOFT, fontsize=10.5, va="center")


def _answers(axes: Axes, run: Run, height: float) -> None:
    axes.set_title("Answers")
    if len(run.answers) <= MOST_BARS:
        _bars(axes, run, height)
    else:
        reads = [answer.reads for answer in run.answers]
        axes.bar(range(1, len(reads) + 1), reads, width=0.85, color=ACCENT)
        mean = sum(reads) / len(reads)
        axes.axhline(mean, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            f"mean {mean:.3g}",
            (1, mean),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="bottom",
        )
        axes.set_xlabel(f"{number(len(reads))} answers, {run.order}")
        axes.set_ylabel("reads")
        axes.locator_params(axis="y", integer=True)
        axes.set_xlim(0.5, len(reads) + 0.5)


def _bars(axes: Axes, run: Run, height: float) -> None:
    reads = [answer.reads for answer in run.answers]
    places = range(len(reads))
    axes.barh(places, reads, height=0.42, color=ACCENT)
    for k, label in enumerate(answer_labels(run, run.answers, 60)):
        axes.annotate(label, (0, k - 0.25), va="bottom", fontweight="bold", fontsize=9)
        axes.annotate(f" {number(reads[k])}", (reads[k], k), va="center", color=SOFT)
    axes.set_ylim((height - FRAME) / BAR - 0.7, -0.7)  # bars of one height in every picture
    axes.set_xlim(0, max(reads) * 1.12)
    axes.set_axis_off()
    axes.set_title("Answers, with the reads that found them")


def _energy(axes: Axes, run: Run, _: float) -> None:
    trace = run.trace
    assert trace is not None
    axes.set_title("Energy" if run.ranked else "Energy: 0 satisfies every gate")
    sweeps = trace.sweeps[trace.course]
    low, quarter, median, three, high = run.energy(1) * trace.energies[trace.course].T
    axes.fill_between(sweeps, low, high, color=BAND, linewidth=0)
    axes.fill_between(sweeps, quarter, three, color=INNER, linewidth=0)
    axes.plot(sweeps, median, color=ACCENT, linewidth=1.8, marker=_marker(trace))
    _time_axis(axes, trace.sweeps.tolist())
    axes.set_ylim(min(0.0, float(low.min())), None)
    axes.locator_params(axis="y", nbins=6)
    axes.set_ylabel(f"energy of {trace.reads} reads")
    _label_ends(
        axes,
        [(low[-1], "5 %", False), (median[-1], "median", True), (high[-1], "95 %", False)],
        lambda value: number(round(value, 1)),
    )


def _convergence(axes: Axes, run: Run, _: float) -> None:
    trace = run.trace
    assert trace is not None
    axes.set_title("Convergence: reads whose inputs are an answer")
    axes.plot(trace.sweeps, trace.satisfied, color=SOFT, linewidth=1.2)
    axes.plot(trace.sweeps, trace.verified, color=ACCENT, linewidth=1.8, marker=_marker(trace))
    _time_axis(axes, trace.sweeps.tolist())
    top = max(float(trace.verified.max()), float(trace.satisfied.max()), 1 / trace.reads)
    axes.set_ylim(0, 1.05 * top)
    axes.yaxis.set_major_formatter(lambda value, _: percent(max(value, 0)))
    axes.set_ylabel("share of reads")
    _label_ends(
        axes,
        [(trace.verified[-1], "verified", True), (trace.satisfied[-1], "all gates", False)],
        percent,
    )


def _marker(trace: Trace) -> str | None:
    """Dots where somebody looked, as long as these can be told apart."""
    return "." if len(trace.sweeps) <= MOST_DOTS else None


def _first(axes: Axes, run: Run, _: float) -> None:
    seen = first_histogram(run)
    assert seen is not None
    axes.set_title("First right states")
    places = [k * seen.width for k in range(len(seen.counts))]
    axes.bar(places, seen.counts, width=0.88 * seen.width, align="edge", color=ACCENT)
    axes.set_xlabel("cycles")
    axes.set_ylabel(f"reads; {seen.text}")
    axes.locator_params(axis="y", integer=True)
    axes.margins(x=0.01)


def _bit_rows(run: Run) -> list[tuple[Port, list[Marginal], int]]:
    """Port, bits and the number of the first one, for each row of cells."""
    return [
        (port, bits[k : k + MOST_BITS], k)
        for port, bits in marginals(run)
        for k in range(0, len(bits), MOST_BITS)
    ][:MOST_LINES]


def _bits(axes: Axes, run: Run, height: float) -> None:
    """One cell a bit, filled from below to its share of ones."""
    axes.set_title("Bits: share of verified reads in which each is 1")
    rows = _bit_rows(run)
    wide = max(len(bits) for _, bits, _ in rows)
    for row, (port, bits, first) in enumerate(rows):
        x = range(len(bits))
        axes.bar(x, [0.62] * len(bits), 0.82, row + 0.0, color="none", edgecolor=RULE)
        axes.bar(
            x,
            [0.62 * bit.share for bit in bits],
            0.82,
            [row + 0.62 * (1 - b.share) for b in bits],
            color=ACCENT,
        )
        if first == 0:
            name = short(printable(port.name) + port.range_text, 14)
            axes.annotate(name, (-0.9, row + 0.31), ha="right", va="center", fontweight="bold")
        if wide <= 16:
            for k, bit in enumerate(bits):
                axes.annotate(
                    bare(bit.share),
                    (k, row + 0.66),
                    ha="center",
                    va="top",
                    color=SOFT,
                    fontsize=7.5,
                )
    axes.set_xlim(-0.9 - 0.22 * wide, wide)
    axes.set_ylim((height - FRAME) / LINE, -0.15)
    axes.set_axis_off()


def _time_axis(axes: Axes, sweeps: list[int]) -> None:
    axes.set_xlabel("sweeps")
    axes.set_xlim(sweeps[0], sweeps[-1])
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda value, _: number(value))


def _label_ends(
    axes: Axes, labels: list[tuple[float, str, bool]], form: Callable[[float], str]
) -> None:
    """Text beside the right ends of lines, moved apart where they would touch."""
    low, high = axes.get_ylim()
    lowest = None
    for value, name, strong in sorted(labels):
        y = float(value) if lowest is None else max(float(value), lowest + 0.075 * (high - low))
        lowest = y
        axes.annotate(
            f" {name}: {form(float(value))}",
            (1, y),
            xycoords=("axes fraction", "data"),
            va="center",
            color=INK if strong else SOFT,
            fontweight="bold" if strong else "normal",
            annotation_clip=False,
        )
