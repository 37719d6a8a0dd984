"""Raw nets: every bit of every net has one driver, or is an alias of a literal.

Assigns, inverters, buffers and the ports of submodules only make aliases; what is left after
following them are the gates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from invc.diagnostics import InvcError
from invc.frontend.gate_level.preprocessor import SourceText
from invc.netlist import Literal

# A raw net's alias: a literal from 0 up, or one of these.
FREE, ROOT, WALKING = -1, -2, -3

MOST_MESSAGE = 400  # characters

Bits: TypeAlias = tuple[Literal, ...]


class Nets:
    """Raw nets under construction.

    Attributes:
        names: The name of each, "" where it has none; net 0 is the constant.
        alias: For each the literal that it stands for, or FREE, or ROOT where it has a driver.
        lines: The line of each one's driver, or of its declaration before it has one.
        undefined: Nets of x and z, with the constant's text.
    """

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.names = [""]
        self.alias: list[int] = [ROOT]
        self.lines = [0]
        self.undefined: dict[int, str] = {}

    def fault(self, message: str, line: int, hint: str | None = None) -> InvcError:
        """An error at a line of the text; of a name as long as a file, the beginning."""
        if len(message) > MOST_MESSAGE:
            message = f"{message[: MOST_MESSAGE - 3]}..."
        return InvcError(message, where=self.source.location(line), hint=hint)

    def new(self, name: str, line: int) -> int:
        """A new net, which nothing drives yet."""
        self.names.append(name)
        self.alias.append(FREE)
        self.lines.append(line)
        return len(self.names) - 1

    def drive(self, targets: Iterable[Literal], values: Iterable[Literal], line: int) -> None:
        """Make each target an alias of its value."""
        for target, value in zip(targets, values, strict=True):
            self.claim(target, line)
            self.alias[target >> 1] = value

    def claim(self, target: Literal, line: int) -> None:
        """Note that a driver of a raw net stands on a line.

        Raises:
            InvcError: It has one already.
        """
        net = target >> 1
        if self.alias[net] != FREE:
            raise self.fault(
                f"net {self.names[net]!r} is driven twice",
                line,
                f"its other driver is at {self.source.location(self.lines[net])}",
            )
        self.alias[net] = ROOT
        self.lines[net] = line or self.lines[net]

    def resolve(self, lit: Literal) -> Literal:
        """The literal that a literal is an alias of in the end.

        Raises:
            InvcError: It is an alias of itself.
        """
        alias = self.alias
        if alias[lit >> 1] < 0:
            return lit
        walked = []
        while alias[lit >> 1] >= 0:
            walked.append(lit)
            following = alias[lit >> 1] ^ (lit & 1)
            alias[lit >> 1] = WALKING
            lit = following
        if alias[lit >> 1] == WALKING:
            nets = [w >> 1 for w in walked]
            loop = [self.names[net] for net in nets[nets.index(lit >> 1) :]]
            shown = ", ".join(repr(name) for name in loop[:4])
            hint = "break the loop: a Boolean function has no feedback"
            message = f"combinational loop through {shown}"
            raise self.fault(message, self.lines[lit >> 1], hint)
        for step in walked:
            alias[step >> 1] = lit ^ (step & 1)
        return lit

    def resolve_all(self) -> None:
        """Follow every alias, so that a loop is a fault even where nothing reads it.

        What drives a net takes over its name: the first is the least deep in the hierarchy.
        """
        named = bytearray(b"\1") + bytearray(len(self.names) - 1)  # net 0 is no net
        for net in range(1, len(self.names)):
            end = self.resolve(2 * net)
            if self.names[net] and not end & 1 and not named[end >> 1]:
                named[end >> 1] = 1
                self.names[end >> 1] = self.names[net]
