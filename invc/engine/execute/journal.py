"""Finished blocks in a folder, so that a run that was killed goes on where it was.

A file for each block, written whole or not at all, in numpy's format without pickles. A block is a
value whose outcome is the same whenever it runs, so what a folder has is what would come again.
"""

from __future__ import annotations

import json
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from invc import __version__
from invc.diagnostics import InvcError
from invc.engine.block import Block, Outcome
from invc.engine.execute.job import Job
from invc.engine.verify import Near, Verified
from invc.pbits.backend import State
from invc.pbits.lanes import Rows, UInt64
from invc.text.files import read_bytes, write_whole

if TYPE_CHECKING:
    from invc.engine.execute import Executor

RUN = "run.json"
NO_STATE: UInt64 = np.zeros((0, 0), dtype=np.uint64)
HINT = "give the folder of a run by --checkpoint, and ask the same again with --resume"


def fingerprint(job: Job) -> str:
    """What decides every block of a job: two of one fingerprint have the same outcomes."""
    problem, rules = job.problem, job.rules
    judge = problem.judge
    digest = sha256(__version__.encode())
    for array in (problem.model.h, problem.model.edges, problem.model.J, problem.known):
        digest.update(str((array.shape, array.dtype)).encode() + array.tobytes())
    settled = replace(rules, settings={}), sorted(rules.settings.items())
    asked = judge.clamped.wanted, judge.clamped.forbidden, problem.biases, problem.scale
    digest.update(repr((settled, asked, [port.name for port in problem.ports])).encode())
    return digest.hexdigest()


@dataclass(eq=False)
class Journal:
    """An `Executor` that keeps what another one has run, and runs nothing twice.

    Attributes:
        executor: Who runs blocks.
        folder: Where finished ones are.
        resume: Whether there may be some of this run already.
    """

    executor: Executor
    folder: Path
    resume: bool = False
    _open: bool = False

    def give(self, number: int, state: State) -> None:
        """A state for blocks to go on from that no block ended in."""
        self.executor.give(number, state)

    def run(self, job: Job, blocks: Iterator[Block], *, ahead: bool = True) -> Iterator[Outcome]:
        """Outcomes in the order of the blocks, until one was halted or there are no more.

        Raises:
            InvcError: The folder is none for this run.
        """
        if not self._open:
            opened(self.folder, job, resume=self.resume)
            self._open = True
        order: deque[Outcome | None] = deque()  # those that are kept; None is one that runs
        for block in blocks:
            outcome = self._kept(block)
            if outcome is None:
                order.append(None)
                break
            yield outcome
        if not order:
            return
        missing = chain([block], self._missing(blocks, order))
        running = self.executor.run(replace(job, keep=self._keep), missing, ahead=ahead)
        try:
            for outcome in running:
                yield from _before(order)
                order.popleft()
                yield outcome
            yield from _before(order)
        finally:
            running.close()  # type: ignore[attr-defined]

    def _missing(self, blocks: Iterator[Block], order: deque[Outcome | None]) -> Iterator[Block]:
        """Blocks that no file has; what comes in which order is noted."""
        for block in blocks:
            outcome = self._kept(block)
            order.append(outcome)
            if outcome is None:
                yield block

    def _file(self, number: int) -> Path:
        return self.folder / f"block-{number}.npz"

    def _kept(self, block: Block) -> Outcome | None:
        """The outcome of a block that ran before, or None; others can go on from its state.

        Raises:
            InvcError: A file is no outcome, or that of another block.
        """
        path = self._file(block.number)
        if not path.exists():
            return None
        outcome = read_outcome(read_bytes(path, hint=HINT), str(path))
        if outcome.block != block:
            raise InvcError("a block of another run", where=str(path), hint=HINT)
        if block.kept:
            if outcome.end is None:  # its state is none that a file has: it is run again
                return None
            self.executor.give(block.number, outcome.end)
        return outcome

    def _keep(self, outcome: Outcome) -> None:
        write_whole(self._file(outcome.block.number), [written(outcome)])


def _before(order: deque[Outcome | None]) -> Iterator[Outcome]:
    """Outcomes that are kept, up to the next that runs."""
    while order and (outcome := order[0]) is not None:
        order.popleft()
        yield outcome


def opened(folder: Path, job: Job, *, resume: bool) -> None:
    """A folder for the blocks of a run, new or, to go on with it, of the same run.

    Raises:
        InvcError: There is a run in it that is not to be gone on with, or another one.
    """
    path, mine = folder / RUN, {"run": fingerprint(job), "version": __version__}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        begun, strays = path.exists(), any(folder.glob("block-*.npz"))
    except OSError as error:
        text = f"cannot make it: {(error.strerror or str(error)).lower()}"
        raise InvcError(text, where=str(folder), hint="choose another place") from error
    if begun and not resume:
        hint = "--resume goes on with it, or give another folder"
        raise InvcError("there is a run in it already", where=str(folder), hint=hint)
    if begun:
        try:
            found = json.loads(read_bytes(path, hint=HINT))
        except ValueError:
            found = None
        if found != mine:
            raise InvcError("it has the blocks of another run", where=str(folder), hint=HINT)
        return
    if strays:
        raise InvcError("it has blocks of no known run", where=str(folder), hint=HINT)
    write_whole(path, [json.dumps(mine)])


# An outcome as a file -------------------------------------------------------------------------


def written(outcome: Outcome) -> bytes:
    """An outcome as bytes; its last state too, where it is rows."""
    verified, end = outcome.verified, outcome.end
    near = verified.near
    told: dict[str, Any] = {
        "block": asdict(outcome.block),
        "verified": [verified.reads, verified.verified, verified.strict],
        "found": [[list(values), *counts] for values, counts in verified.found.items()],
        "near": None if near is None else near.energy,
        "turn": end.turn if isinstance(end, Rows) else None,
        **{name: getattr(outcome, name) for name in PLAIN},
    }
    arrays = {
        "told": np.frombuffer(json.dumps(told).encode(), dtype=np.uint8),
        "lanes": np.array(verified.lanes, dtype=np.int64),
        "shown": np.ascontiguousarray(outcome.shown),
        "near": NO_STATE if near is None else near.spins,
        "rows": end.rows if isinstance(end, Rows) else NO_STATE,
        "rng": end.rng if isinstance(end, Rows) else NO_STATE,
    }
    file = BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


PLAIN = ("sweeps", "updates", "suits", "total", "impossible")


def read_outcome(data: bytes, where: str) -> Outcome:
    """The outcome that `written` made bytes of.

    Raises:
        InvcError: The bytes are none.
    """
    try:
        with (
            warnings.catch_warnings(
                action="ignore"
            ),  # of odd text in a head that nobody here wrote
            np.load(BytesIO(data), allow_pickle=False) as file,
        ):
            told = json.loads(file["told"].tobytes())
            return _outcome(told, file)
    except (ValueError, KeyError, TypeError, IndexError, OSError, EOFError, BadZipFile) as error:
        raise InvcError("it is no finished block", where=where, hint=HINT) from error


def _outcome(told: dict[str, Any], file: Any) -> Outcome:  # noqa: ANN401 - numpy's own
    near = None if told["near"] is None else Near(told["near"], file["near"].astype(np.int8))
    found = {tuple(values): (reads, energy) for values, reads, energy in told["found"]}
    reads, right, strict = told["verified"]
    verified = Verified(reads, right, strict, found, tuple(file["lanes"].tolist()), near)
    end = None
    if told["turn"] is not None:
        end = Rows(file["rows"].astype(np.uint64), file["rng"].astype(np.uint64), told["turn"])
    block = Block(**{field.name: told["block"][field.name] for field in fields(Block)})
    plain = {name: told[name] for name in PLAIN}
    return Outcome(block, verified, shown=file["shown"].astype(np.uint64), end=end, **plain)
