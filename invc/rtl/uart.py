"""A circuit behind a serial line, so that a board answers questions: see `invc.rtl.chip`.

Bytes are commands. `W` is followed by all inputs, as many bytes as they take, the highest bits of
the last input first; `G` starts a run, at whose end all outputs come back in the same order; `X`
ends a run; `I` asks for eight bytes that say which circuit it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from invc.rtl.pins import Signal, signals
from invc.rtl.verilog import template, unsigned_bits

WRITE, START, END, WHO = b"WGXI"
IDENTITY = 8  # bytes
OWN = ("clk", "reset", "start", "busy")
LEAST_DIVIDER = 4


@dataclass(frozen=True)
class Wire:
    """The bits that go through a serial line.

    Attributes:
        inputs: What a host writes, the first lowest.
        outputs: What it gets back.
    """

    inputs: tuple[Signal, ...]
    outputs: tuple[Signal, ...]

    @property
    def taken(self) -> int:
        """Bytes that the host sends for all inputs."""
        return -(-sum(s.width for s in self.inputs) // 8)

    @property
    def given(self) -> int:
        """Bytes that the host is sent for all outputs."""
        return -(-sum(s.width for s in self.outputs) // 8)


def wire_of(chip: str) -> Wire:
    """The bits of a circuit, from the text of its top module."""
    every = [signal for signal in signals(chip) if signal.name not in OWN]
    return Wire(
        tuple(s for s in every if s.direction == "input"),
        tuple(s for s in every if s.direction == "output"),
    )


def write_uart(name: str, chip: str, identity: int, divider: int) -> str:
    """The module that has a serial line and nothing else.

    Args:
        name: Name of the design.
        chip: The text of its top module.
        identity: What `I` is answered with, 64 bits.
        divider: Clocks of a bit.
    """
    wire = wire_of(chip)
    taken, given = 8 * wire.taken, 8 * wire.given
    inputs, outputs = (sum(s.width for s in some) for some in (wire.inputs, wire.outputs))
    every = (*wire.inputs, *wire.outputs)
    reply = max(given, 8 * IDENTITY)
    padding = [f"{given - outputs}'d0"] if given > outputs else []
    listed = ", ".join(s.name for s in reversed(wire.outputs))
    unused = f"    wire unused = &{{1'b0, taken[{taken - 1}:{inputs}]}};\n"
    return template(
        "uart",
        name,
        DIVIDER=divider,
        WIDTH=unsigned_bits(divider),
        TAKEN=taken,
        TAKEN_BYTES=wire.taken,
        GIVEN_BYTES=wire.given,
        INPUT_BITS=inputs,
        REPLY=reply,
        COUNT=unsigned_bits(max(wire.taken, wire.given, IDENTITY)),
        IDENTITY=IDENTITY,
        IDENTIFIED=_aligned([f"64'h{identity:016x}"], reply - 8 * IDENTITY),
        ANSWERED=_aligned([*padding, listed], reply - given),
        WIRES="\n".join(f"    wire [{s.width - 1}:0] {s.name};" for s in every),
        NAMES=", ".join(s.name for s in reversed(wire.inputs)),
        UNUSED=unused if taken > inputs else "",
        CHIP_PORTS=", ".join(f".{s.name}({s.name})" for s in every),
    )


def _aligned(parts: list[str], rest: int) -> str:
    """Bits at the upper end of a vector that has some more."""
    spare = [f"{rest}'d0"] if rest else []
    return f"{{{', '.join([*parts, *spare])}}}"
