"""What a training run can leave behind: weights, networks with constant weights, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from invc.ask.outputs import check_outputs
from invc.diagnostics import InvcError
from invc.text.files import write_whole
from invc.training.emit import trained_verilog
from invc.training.run import Outcome
from invc.training.trained import write_trained


@dataclass(frozen=True)
class Files:
    """Which files are wanted; None for none.

    Attributes:
        output: The weights (JSON).
        emit: The network with constant weights, as Verilog.
        emit_vote: The same of the vote, as one wider network.
        plot: Learning curve, confusion and weights: .png, .svg or .pdf.
        html: The same as a page.
    """

    output: Path | None = None
    emit: Path | None = None
    emit_vote: Path | None = None
    plot: Path | None = None
    html: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All that are wanted, in the order of their writing."""
        wanted = (self.output, self.emit, self.emit_vote, self.plot, self.html)
        return tuple(path for path in wanted if path is not None)

    def check(self, *others: Path | None, sources: tuple[Path, ...] = ()) -> None:
        """See before a long run that they can be written, and that none is a source.

        Raises:
            InvcError: One cannot.
        """
        wanted = [*self.paths, *(path for path in others if path is not None)]
        check_outputs([str(path) for path in wanted], sources)


def write_files(outcome: Outcome, files: Files, image: tuple[int, int] | None = None) -> None:
    """Write them, each whole or not at all.

    Args:
        outcome: Of the run.
        files: Which.
        image: Rows and columns of the pictures that the samples are.

    Raises:
        InvcError: There is no vote to write, or a file cannot be written.
    """
    if files.emit_vote and (outcome.network is None or not outcome.trained.votes):
        raise InvcError(
            "there is no vote to write as one network",
            hint="the methods stream and energy have one, with --vote 2 or more",
        )
    if files.output:
        write_trained(files.output, outcome.trained)
    if files.emit:
        write_whole(files.emit, trained_verilog(outcome, [outcome.trained.weights]))
    if files.emit_vote:
        write_whole(files.emit_vote, trained_verilog(outcome, outcome.trained.votes))
    if files.plot or files.html:
        from invc.training.pictures import write_page, write_plot  # noqa: PLC0415 - an extra

        if files.plot:
            write_plot(outcome, files.plot, image)
        if files.html:
            write_page(outcome, files.html, image)
