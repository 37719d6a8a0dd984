"""The pictures of a run, wanted before it starts and written when it has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from invc.ask.kinds import found, kind_of
from invc.ask.outputs import check_outputs
from invc.ask.question import Words
from invc.report.run import Found, Run

if TYPE_CHECKING:
    from invc.design import Clamped, Design
    from invc.engine import Result
    from invc.report.trace import Trace


@dataclass(frozen=True)
class Pictures:
    """Names of the files that are wanted; without any, nothing is watched.

    Attributes:
        plot: Charts: .png, .svg or .pdf.
        html: Charts and the netlist as one page.
        vcd: Nets against sweeps as waveforms; of a clocked design, the first answer by its clock.
        replay: A test bench that replays the first answer of a clocked design.
    """

    plot: str | None = None
    html: str | None = None
    vcd: str | None = None
    replay: str | None = None

    def watches(self, design: Design) -> bool:
        """Whether a run has to be looked on for them; an answer in time is drawn by itself."""
        return bool(self.plot or self.html or (self.vcd and design.frames is None))

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the files that somebody asked for."""
        names = (self.plot, self.html, self.vcd, self.replay)
        return tuple(name for name in names if name is not None)

    def check(self) -> None:
        """Tell before the run what could not be written after it.

        Raises:
            InvcError: A file could not be written, a suffix is wrong, or a library is missing.
        """
        check_outputs(self.wanted)
        if self.plot:
            from invc.report.plot import check_plot  # noqa: PLC0415 - each only where it is wanted

            check_plot(Path(self.plot))
        if self.vcd:
            from invc.report.vcd import check_vcd  # noqa: PLC0415

            check_vcd()


NO_PICTURES = Pictures()


def write_pictures(pictures: Pictures, run: Run) -> None:
    """Write what is wanted of a run, each file whole; what shows one answer in time is not here.

    Raises:
        InvcError: A file cannot be written.
    """
    if pictures.plot:
        from invc.report.plot import write_plot  # noqa: PLC0415

        write_plot(run, Path(pictures.plot))
    if pictures.html:
        from invc.report.page import format_page  # noqa: PLC0415
        from invc.text.files import write_whole  # noqa: PLC0415

        write_whole(Path(pictures.html), format_page(run))
    if pictures.vcd and run.design.frames is None:
        from invc.report.vcd import write_vcd  # noqa: PLC0415

        write_vcd(run, Path(pictures.vcd))


def drawn(
    design: Design,
    words: Words,
    clamped: Clamped,
    result: Result,
    trace: Trace | None,
    *,
    proven_impossible: bool = False,
    first: tuple[int, ...] | None = None,
    errors: Mapping[str, float],
) -> Run:
    """The run as plain data.

    Args:
        design: What was sampled.
        words: What was asked.
        clamped: The bits that were held.
        result: What was found.
        trace: What was seen from sweep to sweep, where somebody looked.
        proven_impossible: Whether it was proven afterwards that there is no answer.
        first: Cycles of each read to its first right state, where that was asked.
        errors: Of the share of reads in which a bit is 1, by the bit's name.
    """
    summary = f"{found(result)}; {result.verified_reads} of {result.reads} reads verified"
    return Run(
        design,
        words.clamps,
        tuple(Found(tuple(a.ports.values()), a.reads, a.energy) for a in result.answers),
        result.reads,
        result.verified_reads,
        f"impossible, proven by SAT; {summary}" if proven_impossible else summary,
        tuple((name, value) for name, value in _facts(design, words, clamped, result) if value),
        trace,
        "staged" in result.dynamics,
        first,
        not kind_of(design).has_gates,
        errors,
    )


def _facts(
    design: Design, words: Words, clamped: Clamped, result: Result
) -> Sequence[tuple[str, str]]:
    """How it was run, for people."""
    return (
        ("clamps", ", ".join(words.clamps) or "none"),
        ("left out", ", ".join(words.forbid)),
        ("biased", ", ".join(words.bias)),
        ("spins", f"{clamped.free} free of {design.model.spins}"),
        ("dynamics", result.chosen),
        ("seed", str(result.seed)),
        ("time", f"{result.seconds:.2f} s"),
        ("design", design.origin),
    )
