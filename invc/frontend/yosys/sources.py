"""What a user gives to be compiled, checked before any tool sees it."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from invc.diagnostics import InvcError

IDENTIFIER = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)
PLAIN_VALUE = re.compile(r"[^\s\"'`;#\\]*")
INTEGER = re.compile(r"-?\d{1,12}", re.ASCII)
SIZED = re.compile(r"(\d{1,6})'s?([bodh])([0-9a-fA-F_xXzZ]+)", re.ASCII)
TEXT = re.compile(r'"[\w ./+-]*"', re.ASCII)
SNIFFED = 1 << 16  # bytes that show whether a file is text
MOST_BITS = 4096  # of a parameter
MOST_QUOTED = 60  # characters of a user's text in a message
SYSTEM_VERILOG = {".sv", ".svh"}


Tell: TypeAlias = Callable[[str], object]


def nobody(text: str) -> None:
    """Told what is being done, tells nobody."""


class Kind(Enum):
    """The kinds of sources, each with its own reader."""

    VERILOG = "Verilog or SystemVerilog"
    JSON = "a Yosys JSON netlist"
    GATES = "--netlist"


@dataclass(frozen=True)
class Sources:
    """What a user gives to be compiled.

    Attributes:
        files: Verilog and SystemVerilog files in order, or one netlist in JSON.
        top: Name of the top module; None where only one can be it.
        includes: Folders searched for included files.
        defines: Macros and their values; "" for a macro without one.
        parameters: Parameters of the top module and their values, as Verilog writes them.
        gate_level: Whether the files hold instances of cells and primitives only.
        liberty: Liberty files with the functions of cells that the sources may use.
        located: Whether the places that a JSON netlist names are in files of the user.
    """

    files: tuple[Path, ...]
    top: str | None = None
    includes: tuple[Path, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    gate_level: bool = False
    liberty: tuple[Path, ...] = ()
    located: bool = False

    @property
    def kind(self) -> Kind:
        """How they are to be read: the one place that asks what a file is called."""
        if self.gate_level:
            return Kind.GATES
        is_json = bool(self.files) and self.files[0].suffix.lower() == ".json"
        return Kind.JSON if is_json else Kind.VERILOG

    @property
    def netlists(self) -> tuple[Path, ...]:
        """The files of a gate-level netlist and of the models of its cells, in order.

        Raises:
            InvcError: A parameter is given.
        """
        if self.parameters:
            raise InvcError(
                f"-G does not apply to {self.kind.value}", hint="its modules are elaborated already"
            )
        return self.files

    @property
    def only(self) -> Path:
        """The one file of a kind that takes no more, and none of the options of Verilog.

        Raises:
            InvcError: There are several files, or such options.
        """
        what = self.kind.value
        if len(self.files) != 1:
            raise InvcError(f"{what} is one file", where=str(self.files[1]))
        if self.parameters or self.defines or self.includes:
            raise InvcError(
                f"-G, -D and -I do not apply to {what}", hint="its modules are elaborated already"
            )
        return self.files[0]


def check_sources(sources: Sources) -> None:
    """Refuse what Yosys would misread, or say nothing useful of.

    Raises:
        InvcError: A file that is none or no text, a folder that is none, a name or a value that
            no script may hold.
    """
    for path in sources.files:
        if path.is_dir():
            raise InvcError("a folder, not a file", where=str(path), hint="name its .v files")
        _check_text(path, binary=path.suffix.lower() == ".aig")
    for path in sources.liberty:
        _check_text(path)
    for folder in sources.includes:
        if not folder.is_dir():
            raise InvcError("no such folder", where=str(folder), hint="-I names a folder")
    for name, value in sources.defines.items():
        if not IDENTIFIER.fullmatch(name):
            raise InvcError(
                f"-D {shortened(name)}: no name for a macro", hint="-D NAME or -D NAME=VALUE"
            )
        if not PLAIN_VALUE.fullmatch(value):
            raise InvcError(
                f"-D {name}: its value has a blank, a quote or one of ;#\\`",
                hint="put such a `define into a file and name that file first",
            )
    for name, value in sources.parameters.items():
        if not IDENTIFIER.fullmatch(name):
            raise InvcError(f"-G {shortened(name)}: no name for a parameter", hint="-G NAME=VALUE")
        parameter_text(name, value)


def _check_text(path: Path, *, binary: bool = False) -> None:
    """Refuse what Yosys would say nothing useful of: it reads any bytes, and stops at a NUL."""
    try:
        of_us = path.absolute().parts[1:2] in {("dev",), ("proc",)}  # another file to Yosys
        if path.exists() and (of_us or not path.is_file()):  # it is read again, by name
            hint = "write what comes out of it to a file first"
            raise InvcError("a pipe or a device, not a file", where=str(path), hint=hint)
        with path.open("rb") as file:
            start = file.read(SNIFFED)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(
            f"cannot read it: {reason}", where=str(path), hint="check its name"
        ) from error
    if b"\0" in start and not binary:
        where, hint = str(path), "give Verilog, as UTF-8 or ASCII"
        raise InvcError(f"not a text file (byte {start.index(0)} is 0)", where=where, hint=hint)
    if start.startswith(BOM_UTF8):
        hint = "save it as UTF-8 without one"
        raise InvcError("it begins with a byte order mark", where=f"{path}:1", hint=hint)


def parameter_text(name: str, value: str) -> str:
    """A parameter's value as Yosys's own commands read it.

    Raises:
        InvcError: It is no constant.
    """
    if INTEGER.fullmatch(value):
        number = int(value)
        if 0 <= number < 1 << 31:
            return value
        if -(1 << 31) <= number < 0:
            return f"32'sb{number & 0xFFFFFFFF:032b}"
    match = SIZED.fullmatch(value.lower())
    if match and len(value) <= 2 * MOST_BITS:
        width, base, digits = int(match[1]), match[2], match[3].replace("_", "")
        radix = {"b": 2, "o": 8, "d": 10, "h": 16}[base]
        try:
            number = int(digits, radix)
        except ValueError:
            number = -1
        if 0 < width <= MOST_BITS and 0 <= number < 1 << width:
            return f"{width}'b{number:0{width}b}"
    if TEXT.fullmatch(value):
        return value
    raise InvcError(
        f"-G {name}: {shortened(value)!r} is no constant",
        hint="an integer of 32 bits, a constant such as 8'hff, or a text in double quotes",
    )


def shortened(text: str) -> str:
    """A user's text as messages quote it: of a long one, the beginning."""
    return text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}..."
