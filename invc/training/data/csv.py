"""Comma-separated samples: a row each, the label in a column named so, else in the first one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from invc.diagnostics import InvcError
from invc.training.arrays import MOST_BYTES
from invc.training.data.bounded import open_bytes, take
from invc.training.data.samples import Data, samples_of

LABELS = ("label", "class", "target", "y")


def read(path: Path) -> Data:
    """The samples of a file, .gz or not.

    Raises:
        InvcError: A row is no row of numbers, or not as long as the first.
    """
    where = str(path)
    with open_bytes(path) as file:
        content = take(file, MOST_BYTES, path)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        message = f"not a text file (byte {error.start} is not UTF-8)"
        raise InvcError(message, where=where) from None
    rows = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise InvcError("there is no sample in it", where=where)
    head = [name.strip().strip('"').lower() for name in rows[0][1].split(",")]
    label = 0
    if not all(map(_is_number, head)):
        label = next((head.index(name) for name in LABELS if name in head), 0)
        rows = rows[1:]
    table = np.empty((len(rows), len(head)), dtype=np.float32)
    for k, (number, line) in enumerate(rows):
        table[k] = _row(line, len(head), f"{where}:{number}")
    train, _ = samples_of(where, np.delete(table, label, axis=1), table[:, label])
    return Data(where, train)


def _row(line: str, columns: int, where: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    texts = line.split(",")
    if len(texts) != columns:
        raise InvcError(f"{len(texts)} columns, not {columns} as in the first row", where=where)
    try:
        with np.errstate(over="ignore"):  # infinite then, and refused
            return np.array(texts, dtype=np.float32)
    except ValueError:
        wrong = next(text.strip() for text in texts if not _is_number(text))
        raise InvcError(f"{wrong[:20]!r} is no number", where=where) from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
