"""A board with a circuit on it, asked over a serial line."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invc.design import Clamp, Design, bit_names, model_hash
from invc.diagnostics import InvcError
from invc.netlist import evaluate_ports
from invc.rtl.software import Run
from invc.rtl.uart import END, IDENTITY, START, WHO, WRITE
from invc.text.files import read_text

BAUDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
PATIENCE = 2.0  # seconds for an answer that needs no run


@dataclass(frozen=True, eq=False)
class Board:
    """What is known of the circuit on a board, from the folder that it was built from.

    Attributes:
        design: The design.
        identity: How it answers who it is.
        inputs: Name and width of each input, the first lowest.
        outputs: Likewise.
        labels: Name of each port of the design in the circuit.
        groups: Generators.
        streams: Their streams.
    """

    design: Design
    identity: int
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]
    labels: Mapping[str, str]
    groups: int
    streams: tuple[int, ...]


@dataclass(frozen=True)
class Reply:
    """How a run on a board ended.

    Attributes:
        found: Whether there was a right state.
        cycles: Updates before it, or all.
        ports: The value of each port then, by its name in the design.
    """

    found: bool
    cycles: int
    ports: Mapping[str, int]


def read_board(folder: Path, design: Design) -> Board:
    """The circuit in a folder that `invc rtl --uart` wrote.

    Raises:
        InvcError: It is none, or of another design.
    """
    file = folder / "run.json"
    hint = "give the folder that 'invc rtl --uart' wrote"
    text = read_text(file, hint=hint)
    try:
        run: dict[str, Any] = json.loads(text)
        serial = run["serial"]
        board = Board(
            design,
            int(serial["identity"], 16),
            tuple((str(n), int(w)) for n, w in serial["inputs"]),
            tuple((str(n), int(w)) for n, w in serial["outputs"]),
            {port["name"]: port["label"] for port in run["ports"]},
            int(serial["groups"]),
            tuple(int(stream) for stream in serial["streams"]),
        )
        model = run["model"]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise InvcError(
            "it has no circuit with a serial line", where=str(file), hint=hint
        ) from None
    if model != model_hash(design):
        raise InvcError(
            "this circuit is of another model", where=str(file), hint="give the .hj file it is of"
        )
    return board


@contextmanager
def opened(port: str, baud: int) -> Iterator[Line]:
    """A serial line, raw.

    Raises:
        InvcError: It cannot be opened, or is none.
    """
    try:
        import termios  # noqa: PLC0415 - not everywhere
        import tty  # noqa: PLC0415
    except ImportError:
        raise InvcError("serial lines are used on Linux and macOS only") from None
    try:
        descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(
            f"cannot open it: {reason}", where=port, hint="name the board's port: /dev/ttyUSB0"
        ) from error
    try:
        try:
            tty.setraw(descriptor)
            mode = termios.tcgetattr(descriptor)
            mode[4] = mode[5] = getattr(termios, f"B{baud}")
            termios.tcsetattr(descriptor, termios.TCSANOW, mode)
        except termios.error:
            raise InvcError("it is no serial line", where=port) from None
        yield Line(port, descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Line:
    """An open serial line.

    Attributes:
        port: Its name, for messages.
        descriptor: Of the file.
    """

    port: str
    descriptor: int

    def write(self, data: bytes) -> None:
        """Send all bytes, in as many pieces as the device takes."""
        while data:
            data = data[os.write(self.descriptor, data) :]

    def read(self, count: int, seconds: float) -> bytes:
        """So many bytes.

        Raises:
            InvcError: They did not come in time.
        """
        data, end = b"", time.monotonic() + seconds
        while len(data) < count:
            left = end - time.monotonic()
            ready, _, _ = select.select([self.descriptor], [], [], max(left, 0))
            if not ready:
                raise InvcError(
                    f"no answer within {seconds:g} s",
                    where=self.port,
                    hint="is the circuit on the board, its reset low, and the --baud right?",
                )
            data += os.read(self.descriptor, count - len(data))
        return data


def identify(board: Board, line: Line) -> None:
    """Make sure that the board has the circuit.

    Raises:
        InvcError: It has another one, or says nothing.
    """
    line.write(bytes([WHO]))
    found = int.from_bytes(line.read(IDENTITY, PATIENCE), "big")
    if found != board.identity:
        raise InvcError(
            f"the board has another circuit: {found:016x}, not {board.identity:016x}",
            where=line.port,
            hint="load the bitstream that was built from this folder",
        )


@dataclass(frozen=True)
class Wait:
    """When a run is over.

    Attributes:
        limit: Updates after which it ends.
        strict: Whether every gate must be in place.
        seconds: How long to wait for its end.
    """

    limit: int
    strict: bool = False
    seconds: float = 60.0


def ask_board(
    board: Board,
    line: Line,
    clamps: Sequence[Clamp],
    run: Run,
    wait: Wait,
) -> Reply:
    """One run on a board.

    Args:
        board: Its circuit.
        line: The line to it.
        clamps: What is held.
        run: The random numbers.
        wait: For what, and how long.

    Raises:
        InvcError: No answer came, or one that is wrong.
    """
    values = {"limit": wait.limit, "strict_only": int(wait.strict), "free_run": 0}
    seeds = run.generator_seeds(board.streams, board.groups)
    values["seed"] = sum(seed << 64 * k for k, seed in enumerate(seeds))
    held = {clamp.name: clamp.value for clamp in clamps}
    for port in board.design.netlist.ports:
        names = bit_names(port) if port.bits else ()
        label = board.labels.get(port.name)
        values[f"{label}_hold"] = sum((name in held) << k for k, name in enumerate(names))
        values[f"{label}_value"] = sum(held.get(name, 0) << k for k, name in enumerate(names))
    line.write(bytes([WRITE]) + _packed(board.inputs, values) + bytes([START]))
    count = -(-sum(width for _, width in board.outputs) // 8)
    try:
        data = line.read(count, wait.seconds)
    except InvcError:
        line.write(bytes([END]))
        raise
    return _checked(board, clamps, _unpacked(board.outputs, data))


def _packed(signals: Sequence[tuple[str, int]], values: Mapping[str, int]) -> bytes:
    word = place = 0
    for name, width in signals:
        value = values.get(name, 0)
        if value >> width:
            raise InvcError(f"{name} is {value}, the circuit has {width} bits for it")
        word |= value << place
        place += width
    return word.to_bytes(-(-place // 8), "big")


def _unpacked(signals: Sequence[tuple[str, int]], data: bytes) -> dict[str, int]:
    word, found = int.from_bytes(data, "big"), {}
    for name, width in signals:
        found[name] = word & ((1 << width) - 1)
        word >>= width
    return found


def _checked(board: Board, clamps: Sequence[Clamp], outputs: Mapping[str, int]) -> Reply:
    """The reply, if it is true: a board may err, and no answer is told unverified."""
    if outputs["refused"]:
        raise InvcError("the board refused the run: a seed is 0", hint="give another --seed")
    netlist = board.design.netlist
    ports = {p.name: outputs[board.labels[p.name]] for p in netlist.ports if p.bits}
    reply = Reply(bool(outputs["found"]), outputs["cycles"], ports)
    if not reply.found:
        return reply
    inputs = {p.name: [ports[p.name] >> k & 1 for k in range(len(p.bits))] for p in netlist.inputs}
    forward = evaluate_ports(netlist, inputs, 1)
    bits = {
        name: word
        for p in netlist.ports
        for name, word in zip(bit_names(p), forward[p.name], strict=True)
        if p.bits
    }
    given = {p.name: sum(b << k for k, b in enumerate(forward[p.name])) for p in netlist.ports}
    if any(given[name] != value for name, value in ports.items()) or any(
        bits[clamp.name] != clamp.value for clamp in clamps
    ):
        raise InvcError(
            f"the board's answer is wrong: {', '.join(f'{k} = {v}' for k, v in ports.items())}",
            hint="its clock may be faster than the circuit, or bytes were lost on the line",
        )
    return reply
