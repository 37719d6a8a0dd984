"""Adding up results of several runs that asked one model the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from invc.ask.records import SUMS, Record
from invc.diagnostics import InvcError

# What two results of one question have in common; the rest is said of each run.
EVERY_BLOCK = (0, 2**62)
KEPT = ("clamps", "forbid", "bias", "model", "question", "spins", "free_spins", "reason", "version")


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
    seen: dict[int, list[tuple[Sequence[int], str]]] = {}
    for record in records:
        for run in record.runs:
            seed, blocks = run["seed"], run.get("blocks") or EVERY_BLOCK
            for others, file in seen.setdefault(seed, []):
                if max(blocks[0], others[0]) < min(blocks[1], others[1]):
                    raise InvcError(
                        f"seed {seed} is in {file} already, so these reads are no new ones",
                        where=record.file,
                        hint="give each run a --seed of its own, or --blocks of its own",
                    )
            seen[seed].append((blocks, record.file))


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
