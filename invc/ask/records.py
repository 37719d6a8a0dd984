"""Result files that are read back: to ask the same again, or to add them up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invc.ask.plausible import check_result
from invc.ask.question import Question, read_question
from invc.ask.wanted import Wanted
from invc.design import Design, model_hash
from invc.diagnostics import InvcError
from invc.engine.effort import Effort
from invc.text.files import read_text

SUMS = ("reads", "verified_reads", "strict_reads", "sweeps", "flips", "seconds")
HINT = "give a file that 'invc simulate --json' wrote"


@dataclass(frozen=True)
class Record:
    """A result file that was read.

    Attributes:
        file: Its name, for messages.
        fields: What it holds.
    """

    file: str
    fields: Mapping[str, Any]

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The runs that it adds up; one, unless it was merged."""
        return list(self.fields["runs"])

    @property
    def counts(self) -> dict[tuple[tuple[str, int], ...], int]:
        """How many reads ended in each answer of the file."""
        return {tuple(s["ports"].items()): s["reads"] for s in self.fields["solutions"]}

    def asked(self, design: Design) -> tuple[Question, Effort, Wanted]:
        """What the run was asked: as many reads as it came to, whatever ended it.

        Raises:
            InvcError: The file is of another model, or holds several runs, or none with a read.
        """
        if self.fields["model"] != model_hash(design):
            raise InvcError(
                "this result is of another model",
                where=self.file,
                hint="give the .hj file that it ran",
            )
        run = self._only_run()
        fields = self.fields
        question = read_question(design, fields["clamps"], fields["forbid"], fields["bias"])
        chains = run["equilibrium"]
        wanted = Wanted(equilibrium=chains is not None, drawn=is_drawn(chains))
        return question, effort_of(run), wanted

    def _only_run(self) -> Mapping[str, Any]:
        if len(self.runs) != 1:
            raise InvcError(
                f"it was merged of {len(self.runs)} runs",
                where=self.file,
                hint="repeat each from its own file",
            )
        run = self.runs[0]
        if not run["reads"]:
            why = self.fields.get("reason")
            text = f"impossible: {why}" if why else "its run ended before its first read"
            raise InvcError(text, where=self.file, hint="there is nothing to repeat")
        return run


def is_drawn(chains: Mapping[str, Any] | None) -> bool:
    """Whether a run at equilibrium drew from all answers at once."""
    return bool(chains and chains.get("drawn"))


def effort_of(run: Mapping[str, Any]) -> Effort:
    """The effort of a run that a file holds.

    Raises:
        ValueError: There is none such.
    """
    chains, beta = run["equilibrium"], run["beta"]
    blocks = run.get("blocks")
    chains, low = None if is_drawn(chains) else chains, None
    if chains:
        low = chains.get("low")  # only ladders of temperatures have a first one
        beta = (low or chains["beta"], chains["beta"])
    return Effort(
        dynamics="pt" if low else run["dynamics"],
        reads=None if blocks else run["reads"],
        blocks=tuple(blocks) if blocks else None,
        sweeps=chains["thin"] if chains else run["sweeps"],
        beta=tuple(beta) if beta else None,
        settings=run["settings"],
        seed=run["seed"],
        target=run["target"],
        strict=run["strict"],
        open=run.get("open", False),
        watched=run.get("watched", False),
        fold=run.get("fold", True),
    )


def read_result(path: Path) -> Record:
    """Read a result file.

    Raises:
        InvcError: It cannot be read, or is none, or lacks what repeating and merging needs.
    """
    try:
        fields = json.loads(read_text(path, hint=HINT))
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or not {"status", "solutions", "reads"} <= set(fields):
        raise InvcError("this is no result of a run", where=str(path), hint=HINT)
    try:
        check_result(fields)
        for run in fields["runs"]:
            if run["reads"]:
                effort_of(run)
    except KeyError:
        raise InvcError(
            "this result does not tell its model and options",
            where=str(path),
            hint="run 'invc simulate --json' again with this version",
        ) from None
    except ValueError as error:
        hint = "give it as 'invc simulate --json' wrote it"
        raise InvcError(f"no run wrote this: {error}", where=str(path), hint=hint) from None
    return Record(str(path), fields)
