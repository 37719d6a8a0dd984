"""Result files of `invc simulate`: what was asked, how to run it again, and how to add two up."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from invc import __version__
from invc.design import Bias, Clamp, Design, model_hash
from invc.diagnostics import InvcError
from invc.text.files import read_text

SUMS = ("reads", "verified_reads", "strict_reads", "sweeps", "flips", "seconds")
# What two results of one question have in common; the rest is said of each run.
KEPT = ("clamps", "forbid", "bias", "model", "question", "spins", "free_spins", "reason", "version")
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
        """Reads of each answer."""
        return {tuple(s["ports"].items()): s["reads"] for s in self.fields["solutions"]}


def question(
    clamps: Sequence[Clamp], forbidden: Iterable[Sequence[Clamp]], biases: Sequence[Bias]
) -> dict[str, Any]:
    """What was asked, bit by bit, so that two spellings of one question are equal."""
    left_out = [{clamp.name: clamp.value for clamp in sorted(bits)} for bits in forbidden]
    return {
        "held": {clamp.name: clamp.value for clamp in sorted(clamps, key=lambda c: c.name)},
        "forbidden": sorted(left_out, key=lambda bits: sorted(bits.items())),
        "biased": {bias.name: bias.probability for bias in sorted(biases, key=lambda b: b.name)},
    }


def provenance(design: Design, asked: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a result file by which it can be repeated and merged.

    Args:
        design: What was sampled.
        asked: From `question`.
        run: The options of the run, as `options_of` reads them.
    """
    versions = {
        "invc": __version__,
        "python": platform.python_version(),
        "numpy": version("numpy"),
    }
    return {
        "model": model_hash(design),
        "question": asked,
        "runs": [{**run, "versions": versions}],
        "version": __version__,
    }


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
    if not _well_formed(fields):
        raise InvcError(
            "this result does not tell its model and options",
            where=str(path),
            hint="run 'invc simulate --json' again with this version",
        )
    return Record(str(path), fields)


def _well_formed(fields: Mapping[str, Any]) -> bool:
    """Whether all that is used here has its type."""
    try:
        return (
            isinstance(fields["model"], str)
            and isinstance(fields["question"], dict)
            and len(fields["runs"]) > 0
            and all(_run(run) for run in fields["runs"])
            and all(isinstance(fields[name], int | float) for name in SUMS)
            and all(_texts(fields[name]) for name in ("clamps", "forbid", "bias"))
            and all(_answer(solution) for solution in fields["solutions"])
        )
    except (KeyError, TypeError, AttributeError):
        return False


def _run(run: Mapping[str, Any]) -> bool:
    kinds = {
        "seed": int,
        "dynamics": str,
        "settings": dict,
        "sweeps": int | None,
        "target": int | None,
        "strict": bool,
        "reads": int,
    }
    if not all(isinstance(run[name], kind) for name, kind in kinds.items()):
        return False
    beta, chains = run["beta"], run["equilibrium"]
    pair = beta is None or (len(beta) == 2 and all(isinstance(x, int | float) for x in beta))
    return pair and (
        chains is None
        or (
            isinstance(chains["beta"], int | float)
            and isinstance(chains["thin"], int)
            and isinstance(chains.get("low"), int | float | None)
        )
    )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _answer(solution: Mapping[str, Any]) -> bool:
    ports = all(isinstance(value, int) for value in solution["ports"].values())
    numbers = isinstance(solution["reads"], int) and isinstance(solution["energy"], int | float)
    return ports and numbers


def options_of(record: Record) -> dict[str, Any]:
    """The options under which a run is repeated: as many reads as it came to, whatever ended it.

    Raises:
        InvcError: The file holds several runs, or none with a read.
    """
    if len(record.runs) != 1:
        raise InvcError(
            f"it was merged of {len(record.runs)} runs",
            where=record.file,
            hint="repeat each from its own file",
        )
    run = record.runs[0]
    if not run["reads"]:
        why = record.fields.get("reason")
        text = f"impossible: {why}" if why else "its run ended before its first read"
        raise InvcError(text, where=record.file, hint="there is nothing to repeat")
    chains = run["equilibrium"]
    # Only ladders of temperatures have a first one.
    low = chains.get("low") if chains else None
    beta = [low or chains["beta"], chains["beta"]] if chains else run["beta"]
    return {
        "clamps": tuple(record.fields["clamps"]),
        "forbid": tuple(record.fields["forbid"]),
        "bias": tuple(record.fields["bias"]),
        "reads": run["reads"],
        "sweeps": chains["thin"] if chains else run["sweeps"],
        "beta": tuple(beta) if beta else None,
        "dynamics": "pt" if low else run["dynamics"],
        "settings": run["settings"],
        "seed": run["seed"],
        "time_limit": None,
        "target": run["target"],
        "strict": run["strict"],
        "equilibrium": chains is not None,
    }


def merge(records: Sequence[Record]) -> dict[str, Any]:
    """One result of several runs that asked one model the same, counts added.

    Raises:
        InvcError: Models or questions differ, or two runs drew the same random numbers.
    """
    first = records[0]
    for other in records[1:]:
        _check_same(first, other)
    _check_seeds(records)
    fields = dict(first.fields)
    for name in SUMS:
        fields[name] = sum(record.fields[name] for record in records)
    fields["solutions"] = _solutions(records)
    fields["status"] = _status([record.fields["status"] for record in records])
    fields["runs"] = [run for record in records for run in record.runs]
    fields["interrupted"] = any(record.fields.get("interrupted") for record in records)
    kept = {*SUMS, "solutions", "status", "runs", "interrupted", *KEPT}
    return {name: value for name, value in fields.items() if name in kept}


def _check_same(one: Record, other: Record) -> None:
    if one.fields["model"] != other.fields["model"]:
        raise InvcError(
            f"it samples another model than {one.file}",
            where=other.file,
            hint="merge runs of one .hj file",
        )
    if one.fields["question"] != other.fields["question"]:
        raise InvcError(
            f"its clamps are not those of {one.file}",
            where=other.file,
            hint="merge runs with the same --clamp, --forbid and --bias",
        )
    modes = [{run["equilibrium"] is not None for run in record.runs} for record in (one, other)]
    if modes[0] != modes[1]:
        raise InvcError(
            f"one of {one.file} and this was run with --equilibrium, the other not",
            where=other.file,
            hint="merge runs of one kind",
        )


def _check_seeds(records: Sequence[Record]) -> None:
    seen: dict[int, str] = {}
    for record in records:
        for run in record.runs:
            seed = run["seed"]
            if seed in seen:
                raise InvcError(
                    f"seed {seed} is in {seen[seed]} already, so these reads are no new ones",
                    where=record.file,
                    hint="give each run a --seed of its own",
                )
            seen[seed] = record.file


def _solutions(records: Sequence[Record]) -> list[dict[str, Any]]:
    reads: dict[tuple[tuple[str, int], ...], int] = {}
    energies: dict[tuple[tuple[str, int], ...], float] = {}
    for record in records:
        for solution in record.fields["solutions"]:
            key = tuple(solution["ports"].items())
            reads[key] = reads.get(key, 0) + solution["reads"]
            energies[key] = min(energies.get(key, solution["energy"]), solution["energy"])
    order = sorted(reads, key=lambda key: (-reads[key], [value for _, value in key]))
    return [{"ports": dict(key), "reads": reads[key], "energy": energies[key]} for key in order]


def _status(statuses: Sequence[str]) -> str:
    return next((status for status in ("found", "impossible") if status in statuses), "none")
