"""The pictures of a run, wanted before it starts and written when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invc.diagnostics import InvcError
from invc.report.run import Found, Run

if TYPE_CHECKING:
    from invc.design import Clamped, Design
    from invc.engine import Progress, Result
    from invc.engine.observers import Recorder


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
        if "" in (self.plot, self.html, self.vcd):
            raise InvcError("a picture needs the name of a file, and '' is none")
        for k, name in enumerate(self.wanted):
            _need_folder(Path(name))
            if name in self.wanted[:k]:
                raise InvcError("two pictures cannot be one file", where=name)
        if self.plot:
            from invc.report.plot import check_plot  # noqa: PLC0415 - each only where it is wanted

            check_plot(Path(self.plot))
        if self.vcd:
            from invc.report.vcd import check_vcd  # noqa: PLC0415

            check_vcd()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The files to write."""
        return tuple(filter(None, (self.plot, self.html, self.vcd)))

    def watch(self, design: Design, clamped: Clamped) -> Callable[[int, int, Any], None] | None:
        """What `run` is to call between sweeps."""
        if not self.wanted:
            return None
        from invc.engine.observers import Recorder  # noqa: PLC0415

        self.recorder = Recorder(design, clamped)
        return self.recorder.watch

    def and_progress(self, then: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """What `run` is to call after each block: the recorder, then another."""

        def progress(progress: Progress) -> None:
            if self.recorder:
                self.recorder.progress(progress)
            then(progress)

        return progress

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
            from invc.report.plot import write_plot  # noqa: PLC0415

            write_plot(run, Path(self.plot))
        if self.html:
            from invc.report.page import format_page  # noqa: PLC0415
            from invc.text.files import write_whole  # noqa: PLC0415

            write_whole(Path(self.html), format_page(run))
        if self.vcd:
            from invc.report.vcd import write_vcd  # noqa: PLC0415

            write_vcd(run, Path(self.vcd))


def _need_folder(path: Path) -> None:
    """A folder that is not there is told before the run, not after it."""
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
    number = len(result.answers)
    found = f"{number} distinct answer{'s' * (number != 1)}" if number else "no answer found"
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
        f"{found}; {result.verified_reads} of {result.reads} reads verified",
        tuple((name, value) for name, value in facts if value),
        recorder.trace() if recorder else None,
        "staged" in result.dynamics,
    )
