"""Pictures of a run, `--plot`, `--html` and `--vcd`, in one decorator and one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from invc.design import Clamped, Design
    from invc.report.run import Run
    from invc.simulate import Progress, Result
    from invc.simulate.observe import Recorder

F = TypeVar("F", bound=Callable[..., Any])


def picture_options(command: F) -> F:
    """The options; the command gets them as `plot`, `html` and `vcd`."""
    for option in (
        click.option("--vcd", metavar="FILE", help="Write nets against sweeps as waveforms."),
        click.option("--html", metavar="FILE", help="Write charts and the netlist as one page."),
        click.option("--plot", metavar="FILE", help="Write charts: .png, .svg or .pdf."),
    ):
        command = option(command)
    return command


@dataclass(eq=False)
class Pictures:
    """The pictures a user wants of a run; without any, nothing is watched.

    Made before the run, so that a wrong suffix or a missing library is told at once.
    """

    plot: str | None
    html: str | None
    vcd: str | None
    recorder: Recorder | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        for name in self.wanted:
            _need_folder(Path(name))
        if self.plot:
            from invc.report.plot import check_plot

            check_plot(Path(self.plot))
        if self.vcd:
            from invc.report.vcd import check_vcd

            check_vcd()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The files to write."""
        return tuple(filter(None, (self.plot, self.html, self.vcd)))

    def watch(self, design: Design, clamped: Clamped) -> Callable[[int, int, Any], None] | None:
        """What `run` is to call between sweeps."""
        if not self.wanted:
            return None
        from invc.simulate.observe import Recorder

        self.recorder = Recorder(design, clamped)
        return self.recorder.watch

    def and_progress(self, then: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """What `run` is to call after each block: the recorder, then another."""

        def progress(progress: Progress) -> None:
            if self.recorder:
                self.recorder.progress(progress)
            then(progress)

        return progress

    def say_unwritten(self) -> None:
        """Say that nothing was sampled, so that nobody looks for the files."""
        if self.wanted:
            click.echo(f"nothing was sampled; not written: {', '.join(self.wanted)}", err=True)

    def write(
        self,
        design: Design,
        clamps: Sequence[str],
        clamped: Clamped,
        result: Result,
        *,
        proven_impossible: bool = False,
        also: Sequence[tuple[str, Sequence[str]]] = (),
    ) -> None:
        """Write what is wanted.

        Args:
            design: What was sampled.
            clamps: As the user wrote them.
            clamped: The bits that were held.
            result: What was found.
            proven_impossible: Whether it was proven afterwards that there is no answer.
            also: Names and texts of what else was asked.
        """
        if not self.wanted:
            return
        run = _run_of(design, clamps, clamped, result, self.recorder)
        more = tuple((name, ", ".join(texts)) for name, texts in also if texts)
        run = replace(run, facts=(*run.facts[:1], *more, *run.facts[1:]))
        if proven_impossible:
            run = replace(run, summary=f"impossible, proven by SAT; {run.summary}")
        if self.plot:
            from invc.report.plot import write_plot

            write_plot(run, Path(self.plot))
        if self.html:
            from invc.report.page import format_page
            from invc.writing import write_whole

            write_whole(Path(self.html), format_page(run))
        if self.vcd:
            from invc.report.vcd import write_vcd

            write_vcd(run, Path(self.vcd))


def _need_folder(path: Path) -> None:
    """A folder that is not there is told before the run, not after it."""
    from invc.diagnostics import InvcError

    if not path.parent.is_dir():
        raise InvcError(
            "cannot write it: no such file or directory",
            where=str(path),
            hint="make its folder first",
        )


def _run_of(
    design: Design,
    clamps: Sequence[str],
    clamped: Clamped,
    result: Result,
    recorder: Recorder | None,
) -> Run:
    """The run as plain data."""
    from invc.cli.reporting import count
    from invc.report.run import Found, Run

    found = count(len(result.answers), "distinct answer") if result.answers else "no answer found"
    facts = [
        ("clamps", ", ".join(clamps) or "none"),
        ("spins", f"{clamped.free} free of {design.model.spins}"),
        ("dynamics", result.chosen),
        ("seed", str(result.seed)),
        ("time", f"{result.seconds:.2f} s"),
        ("design", design.origin),
    ]
    return Run(
        design,
        tuple(clamps),
        tuple(Found(tuple(a.ports.values()), a.reads, a.energy) for a in result.answers),
        result.reads,
        result.verified_reads,
        f"{found}; {result.verified_reads} of {count(result.reads, 'read')} verified",
        tuple((name, value) for name, value in facts if value),
        recorder.trace() if recorder else None,
    )
