"""What Yosys's reader of AIGER (0.70) takes without a word, or fails on without a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from invc.diagnostics import InvcError
from invc.text.files import MOST_BYTES

HINT = "is the file whole? its format: https://fmv.jku.at/aiger"


@dataclass(frozen=True)
class _Header:
    """How many of each thing a file says to have, and whether its gates are bytes."""

    binary: bool
    most: int
    inputs: int
    latches: int
    outputs: int
    gates: int
    others: int  # bad states and constraints


class _Reader:
    """The lines of a file, one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.stat().st_size > MOST_BYTES:
            raise InvcError(f"more than {MOST_BYTES} bytes", where=str(path), hint=HINT)
        self.data = path.read_bytes()
        self.place = self.line = 0

    def fault(self, message: str) -> InvcError:
        return InvcError(message, where=f"{self.path}:{self.line}", hint=HINT)

    def numbers(self, least: int, most: int) -> list[int]:
        """The whole numbers on the next line, so many of them."""
        end = self.data.find(b"\n", self.place)
        text = self.data[self.place : end if end >= 0 else len(self.data)]
        self.line += 1
        self.place += len(text) + 1
        words = text.split()
        if not least <= len(words) <= most or not all(w.isdigit() and len(w) < 19 for w in words):
            shown = text[:30].decode("ascii", "replace")
            raise self.fault(f"{least} whole numbers should be here, not {shown!r}")
        return [int(word) for word in words]

    def delta(self) -> int:
        """The next number of a gate that is bytes of seven bits each."""
        value = shift = 0
        while self.place < len(self.data) and shift < 64:
            byte = self.data[self.place]
            self.place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
        raise self.fault("the gates end in the middle")


def check_aiger(path: Path) -> None:
    """See that every literal is defined, each of them once.

    Raises:
        InvcError: One is not, or the file does not have what its head says.
    """
    reader = _Reader(path)
    header = _header(reader)
    if header is None:
        return
    defined, used = {0}, list[tuple[int, int]]()
    for _ in range(0 if header.binary else header.inputs):
        _define(reader, reader.numbers(1, 1)[0], defined)
    if header.binary:
        defined.update(range(1, header.inputs + header.latches + 1))
    for _ in range(header.latches):
        words = reader.numbers(1, 2) if header.binary else reader.numbers(2, 3)
        if not header.binary:
            _define(reader, words.pop(0), defined)
        used.append((reader.line, words[0]))
    for _ in range(header.outputs + header.others):
        used.append((reader.line + 1, reader.numbers(1, 1)[0]))
    for lines in _gates(reader, header, defined):
        used += lines
    for line, literal in used:
        if literal >> 1 not in defined:
            reader.line = line
            raise reader.fault(f"literal {literal} is used, but nothing defines {literal & ~1}")
    _check_names(reader)


def _header(reader: _Reader) -> _Header | None:
    """The counts, or None for a file with what only Yosys knows: justice and fairness."""
    kind = reader.data[:4]
    if kind not in (b"aag ", b"aig "):
        raise reader.fault("no AIGER file: it begins with neither aag nor aig")
    reader.place = 4
    most, inputs, latches, outputs, gates, *more = reader.numbers(5, 9)
    if inputs + latches + gates > most:
        raise reader.fault(f"{inputs + latches + gates} things for {most} variables")
    binary = kind == b"aig "
    sizes = [(inputs * (not binary)), latches, outputs, gates, *more]
    if sum(sizes) > len(reader.data):
        raise reader.fault(f"{len(reader.data)} bytes cannot hold {sum(sizes)} things")
    if any(more[2:]):
        return None
    return _Header(binary, most, inputs, latches, outputs, gates, sum(more))


def _gates(reader: _Reader, header: _Header, defined: set[int]) -> Iterator[list[tuple[int, int]]]:
    """What each gate reads, with its line."""
    for k in range(header.gates):
        if not header.binary:
            left, *rights = reader.numbers(3, 3)
            _define(reader, left, defined)
            yield [(reader.line, right) for right in rights]
            continue
        left = 2 * (header.inputs + header.latches + k + 1)
        first = left - reader.delta()
        second = first - reader.delta()
        if not 0 <= second <= first < left:
            raise reader.fault(f"gate {k} reads what comes after it")
        defined.add(left >> 1)


def _define(reader: _Reader, literal: int, defined: set[int]) -> None:
    if literal & 1:
        raise reader.fault(f"literal {literal} is inverted: it cannot be defined")
    if literal >> 1 in defined:
        raise reader.fault(f"literal {literal} is defined twice")
    defined.add(literal >> 1)


def _check_names(reader: _Reader) -> None:
    """See that no two inputs, latches or outputs have one name."""
    known: dict[bytes, int] = {}
    for text in reader.data[reader.place :].split(b"\n"):
        reader.line += 1
        if text[:1] == b"c":
            return
        if text[:1] in b"ilo" and text[1:2].isdigit():
            name = text.partition(b" ")[2]
            if known.setdefault(name, reader.line) != reader.line:
                shown = name[:60].decode("utf-8", "replace")
                raise reader.fault(f"the name {shown!r} was that of line {known[name]}")
