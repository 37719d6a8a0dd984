"""An answer in time in files: waveforms, and a test bench that replays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from invc.design import Design
from invc.diagnostics import InvcError


def check_traces(design: Design, vcd: str | None, replay: str | None) -> None:
    """Tell before the work what could not be written after it.

    Raises:
        InvcError: The design has no time, or a library is missing.
    """
    if (vcd or replay) and design.frames is None:
        raise InvcError(
            "nothing here has a course in time",
            hint="synth --cycles K unrolls a clocked design; its answers are traces",
        )
    if vcd:
        from invc.report.vcd import check_vcd  # noqa: PLC0415 - only where it is wanted

        check_vcd()


def write_traces(
    design: Design, answers: Sequence[Mapping[str, int]], vcd: str | None, replay: str | None
) -> tuple[str, ...]:
    """Write the first answer of a design that was unrolled.

    Returns:
        The files that were wanted, and are not written as there is no answer.

    Raises:
        InvcError: A file cannot be written.
    """
    wanted = tuple(name for name in (vcd, replay) if name)
    if not (answers and wanted):
        return wanted
    assert design.frames is not None  # `check_traces` has seen to it
    if vcd:
        from invc.report.frames import write_waveforms  # noqa: PLC0415

        write_waveforms(design.frames, design.netlist, answers[0], Path(vcd))
    if replay:
        from invc.report.replay import write_replay  # noqa: PLC0415

        write_replay(design, answers[0], Path(replay))
    return ()
