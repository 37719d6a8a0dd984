"""Bits of many replicas: as rows of an array, as words of 64, as integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int64
from invc.pbits.lanes import UInt64


def rows_of(words: UInt64) -> npt.NDArray[np.uint8]:
    """All bits of words of 64, of each row the lowest of the first word first."""
    octets = np.ascontiguousarray(words).astype("<u8").view(np.uint8)
    return np.unpackbits(octets, axis=1, bitorder="little")


def words_of_rows(rows: npt.NDArray[np.integer]) -> list[int]:
    """Each row of bits as an integer, its first bit lowest."""
    packed = np.packbits(rows.astype(np.uint8), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def rows_of_words(words: Sequence[int], count: int) -> Int64:
    """The lowest bits of some integers, a column each. Shape (count, words)."""
    octets = -(-count // 8)
    data = b"".join(word.to_bytes(octets, "little") for word in words)
    packed = np.frombuffer(data, dtype=np.uint8).reshape(len(words), octets)
    bits = np.unpackbits(packed, axis=1, bitorder="little", count=count)
    return bits.T.astype(np.int64)
