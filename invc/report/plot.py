"""The charts of a run as a picture for papers and slides: PNG, SVG or PDF by matplotlib."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invc.diagnostics import InvcError, printable
from invc.report.names import short
from invc.report.run import Run, answer_labels, bare, first_histogram, marginals, number, percent
from invc.text.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


def check_plot(path: Path) -> None:
    """Look before a long run whether a plot can be written.

    Raises:
        InvcError: The suffix is none of SUFFIXES, or matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InvcError(
            f"plots end in {', '.join(SUFFIXES)}, not in {path.suffix!r}",
            where=str(path),
            hint="--html writes a page",
        )
    try:
        import matplotlib  # noqa: F401, PLC0415 - an optional extra
    except ImportError as error:
        raise InvcError("plots need the package matplotlib", hint=INSTALL) from error


def write_plot(run: Run, path: Path) -> None:
    """Write the four charts in the format of the file's suffix.

    Raises:
        InvcError: As `check_plot`, or the file cannot be written.
    """
    check_plot(path)
    write_whole(path, [format_plot(run, path.suffix.lower()[1:])])


def format_plot(run: Run, form: str) -> bytes:
    """The bytes of the picture; equal runs give equal bytes."""
    from matplotlib import rc_context  # noqa: PLC0415 - an optional extra
    from matplotlib.figure import Figure  # noqa: PLC0415 - an optional extra

    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        rows = 2 if run.first is None else 3
        figure = Figure(figsize=(11, 3.7 * rows), layout="constrained")
        engine = figure.get_layout_engine()
        assert engine is not None
        engine.set(w_pad=0.2, h_pad=0.15, wspace=0.05, rect=(0, 0, 1, 0.88))  # type: ignore[call-arg]
        figure.text(0.025, 0.935, short(run.title, 80), fontsize=16, fontweight="bold")
        figure.text(0.025, 0.897, run.summary, color=SOFT, fontsize=10.5)
        draws = [_answers, _energy, _convergence, _bits]
        if run.ranked:  # an imported model has no wrong state: nothing converges to right ones
            draws.remove(_convergence)
        if run.trace is None:  # samples at equilibrium are not watched from sweep to sweep
            draws = [_answers, _bits]
        if run.first is not None:
            draws.append(_first)
        places = list(figure.subplots(rows, 2).flat)
        for axes in places[len(draws) :]:
            axes.set_axis_off()
        for axes, draw in zip(places, draws, strict=False):
            draw(axes, run)
        out = io.BytesIO()
        figure.savefig(out, format=form, dpi=150, metadata=ABOUT[form])
    return out.getvalue()


def _answers(axes: Axes, run: Run) -> None:
    axes.set_title("Answers")
    if not run.answers:
        _empty(axes, "no answer was found")
    elif len(run.answers) <= MOST_BARS:
        _bars(axes, run)
    else:
        reads = [answer.reads for answer in run.answers]
        axes.bar(range(len(reads)), reads, width=0.85, color=ACCENT)
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
        axes.margins(x=0.01)


def _bars(axes: Axes, run: Run) -> None:
    reads = [answer.reads for answer in run.answers]
    places = range(len(reads))
    axes.barh(places, reads, height=0.42, color=ACCENT)
    for k, label in enumerate(answer_labels(run, run.answers, 60)):
        axes.annotate(label, (0, k - 0.25), va="bottom", fontweight="bold", fontsize=9)
        axes.annotate(f" {number(reads[k])}", (reads[k], k), va="center", color=SOFT)
    axes.set_ylim(max(len(reads), 4) - 0.5, -0.8)
    axes.set_xlim(0, max(reads) * 1.12)
    axes.set_axis_off()
    axes.set_title("Answers, with the reads that found them")


def _energy(axes: Axes, run: Run) -> None:
    axes.set_title("Energy")
    trace = run.trace
    if trace is None or len(trace.sweeps) < 2:
        _empty(axes, "the reads ended with their first sweeps")
        return
    low, quarter, median, three, high = run.energy(1) * trace.energies.T
    axes.fill_between(trace.sweeps, low, high, color=BAND, linewidth=0)
    axes.fill_between(trace.sweeps, quarter, three, color=INNER, linewidth=0)
    axes.plot(trace.sweeps, median, color=ACCENT, linewidth=1.8)
    _time_axis(axes, trace.sweeps.tolist())
    axes.set_ylim(min(0.0, float(low.min())), None)
    axes.locator_params(axis="y", nbins=6)
    axes.set_ylabel(f"energy of {trace.reads} reads")
    _label_ends(
        axes,
        [(low[-1], "5 %", False), (median[-1], "median", True), (high[-1], "95 %", False)],
        lambda value: number(round(value, 1)),
    )


def _convergence(axes: Axes, run: Run) -> None:
    axes.set_title("Convergence")
    trace = run.trace
    if trace is None or len(trace.sweeps) < 2:
        _empty(axes, "the reads ended with their first sweeps")
        return
    axes.plot(trace.sweeps, trace.satisfied, color=SOFT, linewidth=1.2)
    axes.plot(trace.sweeps, trace.verified, color=ACCENT, linewidth=1.8)
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


def _first(axes: Axes, run: Run) -> None:
    seen = first_histogram(run)
    axes.set_title("First right states")
    if seen is None:
        _empty(axes, "no read had a right state")
        return
    places = [k * seen.width for k in range(len(seen.counts))]
    axes.bar(places, seen.counts, width=0.88 * seen.width, align="edge", color=ACCENT)
    axes.set_xlabel("cycles")
    axes.set_ylabel(f"reads; {seen.text}")
    axes.locator_params(axis="y", integer=True)
    axes.margins(x=0.01)


def _bits(axes: Axes, run: Run) -> None:
    """One cell a bit, filled from below to its share of ones."""
    axes.set_title("Bits: share of verified reads in which each is 1")
    table = marginals(run)
    if not table:
        _empty(axes, "no answer was found")
        return
    rows = [
        (port, bits[k : k + MOST_BITS], k)
        for port, bits in table
        for k in range(0, len(bits), MOST_BITS)
    ][:24]
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
    axes.set_ylim(max(len(rows), 3), -0.15)
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


def _empty(axes: Axes, text: str) -> None:
    axes.set_axis_off()
    axes.annotate(text, (0, 0.9), xycoords="axes fraction", color=SOFT)
