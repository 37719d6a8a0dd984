"""The compiler directives of Verilog: what Pyverilog leaves to an external iverilog.

Comments, attributes `(* ... *)` and directives become blanks and macros become their text, while
every line stays where it was, so that a line of the result leads back to a file and a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from invc.diagnostics import InvcError, Location
from invc.frontend.user_primitives import as_modules
from invc.text.files import read_text

MAX_DEPTH = 64
MAX_EXPANSION = 10_000_000
MAX_INCLUDED = 32_768  # files, each as often as it is included

_NOTABLE = re.compile(
    r'"(?:\\[\s\S]|[^"\\\n])*"'  # a string
    r"|\\\S+"  # an escaped name
    r"|//[^\n]*"
    r"|/\*"
    r"|\(\*(?!\s*\))"  # an attribute, unlike the (*) of a sensitivity list
    r"|`[A-Za-z_][A-Za-z0-9_$]*"
)
_ATTRIBUTE_END = re.compile(r'"(?:\\[\s\S]|[^"\\])*"|\*\)')
_DEFINE = re.compile(r"[ \t]*([A-Za-z_][A-Za-z0-9_$]*)(\([^)\n]*\))?")
_NAME = re.compile(r"[ \t]*([A-Za-z_][A-Za-z0-9_$]*)")
_INCLUDE = re.compile(r'[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)')
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_OPENING = re.compile(r"\s*\(")
_LINE_ENDS = re.compile(r"(?:[^\n\\]|\\(?!\n))*(?:\\\n(?:[^\n\\]|\\(?!\n))*)*")

# Directives that say nothing about gates or ports: the rest of their line is dropped.
_IGNORED = frozenset({
    "timescale", "default_nettype", "resetall", "celldefine", "endcelldefine", "line", "pragma",
    "begin_keywords", "end_keywords", "unconnected_drive", "nounconnected_drive",
    "delay_mode_distributed", "delay_mode_path", "delay_mode_unit", "delay_mode_zero",
    "suppress_faults", "nosuppress_faults", "enable_portfaults", "disable_portfaults",
    "default_decay_time", "default_trireg_strength", "uselib", "protect", "endprotect",
})  # fmt: skip
_CONDITIONS = frozenset({"ifdef", "ifndef", "elsif", "else", "endif"})


class Macro(NamedTuple):
    """A `define: its parameters, None where it takes none, and its text."""

    parameters: tuple[str, ...] | None
    text: str


@dataclass(frozen=True)
class SourceText:
    """Verilog without directives, and where each of its lines comes from.

    Attributes:
        text: What is left to parse.
        starts: First line, counted from 1, of each stretch of lines from one place, ascending.
        places: The file and line of the first line of each stretch.
    """

    text: str
    starts: tuple[int, ...]
    places: tuple[tuple[str, int], ...]

    def location(self, line: int) -> Location:
        """The place that a line of the text comes from."""
        k = max(bisect_right(self.starts, line) - 1, 0)
        file, first = self.places[k]
        return Location(file, first + max(line, 1) - self.starts[k])


def preprocess(
    path: Path,
    *,
    more: Sequence[Path] = (),
    include: Sequence[Path] = (),
    define: Mapping[str, str] | None = None,
    tolerant: bool = False,
) -> SourceText:
    """Read a Verilog file and carry out its directives; primitives of users become modules.

    Args:
        path: The file.
        more: Files that go on where it ends; macros stay defined.
        include: Folders searched for `include, after the folder of the including file.
        define: Macros defined from outside, by name.
        tolerant: Leave an undefined macro in the text, as an escaped name, instead of failing.

    Raises:
        InvcError: A file is missing or not text, or a directive is wrong.
    """
    work = _Preprocessor(include, define or {}, tolerant)
    for file in (path, *more):
        work.file(file, str(file), read_text(file))
        work.end_line()
    return SourceText(as_modules("".join(work.pieces)), tuple(work.starts), tuple(work.places))


class _Preprocessor:
    """The state of one run: macros, open conditions and what has been written."""

    def __init__(self, include: Sequence[Path], define: Mapping[str, str], tolerant: bool) -> None:
        self.include = include
        self.tolerant = tolerant
        self.macros = {name: Macro(None, text) for name, text in define.items()}
        self.pieces: list[str] = []
        self.line = 1
        self.starts: list[int] = []
        self.places: list[tuple[str, int]] = []
        self.depth = 0
        self.expanded = self.included = 0

    def emit(self, text: str) -> None:
        self.pieces.append(text)
        self.line += text.count("\n")

    def end_line(self) -> None:
        """End a line that its file left open, so that the next file begins on one of its own."""
        if self.pieces and not self.pieces[-1].endswith("\n"):
            self.emit("\n")

    def begin(self, name: str, line: int) -> None:
        """Note that the next line comes from this place."""
        self.starts.append(self.line)
        self.places.append((name, line))

    def file(self, path: Path, name: str, text: str) -> None:
        """Carry out the directives of one file."""
        self.depth += 1
        self.begin(name, 1)
        _File(self, path, name, text).run()
        self.depth -= 1


class _Condition(NamedTuple):
    """An open `ifdef: whether its branch is read, whether one was, and where it began."""

    active: bool
    taken: bool
    line: int


class _File:
    """A file, the position in it, and its open conditions."""

    def __init__(self, work: _Preprocessor, path: Path, name: str, text: str) -> None:
        self.work = work
        self.path = path
        self.name = name
        self.text = text
        self.position = 0
        self.line = 1
        self.conditions: list[_Condition] = []

    def fault(self, message: str, hint: str | None = None, line: int = 0) -> InvcError:
        return InvcError(message, where=Location(self.name, line or self.line), hint=hint)

    @property
    def active(self) -> bool:
        return not self.conditions or self.conditions[-1].active

    def run(self) -> None:
        while match := _NOTABLE.search(self.text, self.position):
            self.copy(match.start())
            self.notable(match[0], match.end())
        self.copy(len(self.text))
        if self.conditions:
            line = self.conditions[-1].line
            raise self.fault("this condition is not closed", "add `endif", line)

    def copy(self, end: int) -> None:
        """Pass the text up to a position on, or only its line ends where it is not read."""
        text = self.text[self.position : end]
        self.position = end
        self.line += text.count("\n")
        self.work.emit(text if self.active else "\n" * text.count("\n"))

    def blank(self, end: int, instead: str = " ") -> None:
        """Leave the text up to a position out, but for its line ends."""
        ends = self.text.count("\n", self.position, end)
        self.position = end
        self.line += ends
        self.work.emit("\n" * ends or instead)

    def notable(self, word: str, end: int) -> None:
        """Act on a string, an escaped name, a comment, an attribute or a directive."""
        if word.startswith("//"):
            self.blank(end)
        elif word == "/*":
            close = self.text.find("*/", end)
            if close < 0:
                raise self.fault("this comment is not closed", "add */")
            self.blank(close + 2)
        elif word == "(*":
            self.blank(self.attribute_end(end))
        elif word[0] == "`":
            self.directive(word[1:], end)
        else:
            self.copy(end)

    def attribute_end(self, position: int) -> int:
        for match in _ATTRIBUTE_END.finditer(self.text, position):
            if match[0] == "*)":
                return match.end()
        if not self.active:
            return position
        raise self.fault("this attribute is not closed", "add *)")

    def directive(self, name: str, end: int) -> None:
        if name in _CONDITIONS:
            self.condition(name, end)
        elif not self.active:
            self.blank(end)
        elif name in _IGNORED:
            self.blank(self.line_end(end))
        elif name == "define":
            self.define(end)
        elif name == "undef":
            self.work.macros.pop(self.argument("undef", end), None)
        elif name == "undefineall":
            self.work.macros.clear()
            self.blank(end)
        elif name == "include":
            self.include(end)
        else:
            self.macro(name, end)

    def line_end(self, position: int) -> int:
        """The end of the line, or of a comment's beginning on it."""
        end = self.text.find("\n", position)
        end = len(self.text) if end < 0 else end
        comment = self.text.find("/*", position, end)
        return comment if comment >= 0 else end

    def argument(self, directive: str, end: int) -> str:
        """The name after a directive, which is left out with it."""
        match = _NAME.match(self.text, end)
        if not match:
            raise self.fault(f"`{directive} needs a name")
        self.blank(match.end())
        return match[1]

    def condition(self, directive: str, end: int) -> None:
        line = self.line
        if directive in ("ifdef", "ifndef"):
            outer = self.active
            wanted = (self.argument(directive, end) in self.work.macros) == (directive == "ifdef")
            # An inner condition of an unread branch counts as taken, so that none of it is read.
            self.conditions.append(_Condition(outer and wanted, wanted or not outer, line))
            return
        if not self.conditions:
            raise self.fault(f"`{directive} without `ifdef")
        taken, first = self.conditions[-1].taken, self.conditions[-1].line
        if directive == "endif":
            self.blank(end)
            self.conditions.pop()
        elif directive == "else":
            self.blank(end)
            self.conditions[-1] = _Condition(not taken, True, first)
        else:
            wanted = self.argument(directive, end) in self.work.macros
            self.conditions[-1] = _Condition(wanted and not taken, wanted or taken, first)

    def define(self, end: int) -> None:
        match = _DEFINE.match(self.text, end)
        if not match:
            raise self.fault("`define needs a name")
        # No blank may stand between the name of a macro and its parameters.
        parameters = None
        if match[2]:
            parameters = tuple(p.split("=")[0].strip() for p in match[2][1:-1].split(","))
        rest = _LINE_ENDS.match(self.text, match.end())
        assert rest  # it matches the empty text too
        body = _without_comments(rest[0].replace("\\\n", " "))
        self.work.macros[match[1]] = Macro(parameters, body.strip())
        self.blank(rest.end())

    def include(self, end: int) -> None:
        match = _INCLUDE.match(self.text, end)
        if not match:
            raise self.fault('`include needs a file: `include "file.vh"')
        name = match[1] or match[2]
        if self.work.depth >= MAX_DEPTH:
            raise self.fault(f"{name!r} includes itself, or is nested more than {MAX_DEPTH} deep")
        folders = [self.path.parent, *self.work.include]
        found = next((f / name for f in folders if (f / name).is_file()), None)
        if found is None:
            raise self.fault(f"no file {name!r} to include", "give its folder with -I")
        self.blank(match.end())
        self.work.included += 1
        if self.work.included > MAX_INCLUDED:
            raise self.fault(f"more than {MAX_INCLUDED} files are included")
        self.work.emit("\n")
        self.work.file(found, str(found), read_text(found))
        self.work.emit("\n")
        self.work.begin(self.name, self.line)

    def macro(self, name: str, end: int) -> None:
        macros = self.work.macros
        if name in ("__FILE__", "__LINE__"):
            self.blank(end, "")
            quoted = self.name.replace("\\", "/").replace('"', "'")
            self.work.emit(f'"{quoted}"' if name == "__FILE__" else str(self.line))
        elif name not in macros and self.work.tolerant:
            self.blank(end, "")
            self.work.emit(f"\\`{name} ")
        elif name not in macros:
            raise self.fault(f"macro `{name} is not defined", f"define it with -D {name}=VALUE")
        elif macros[name].parameters is None:
            self.blank(end, "")
            self.work.emit(self.expand(macros[name].text, 0))
        else:
            arguments, end = self.arguments(name, self.text, end)
            self.blank(end, "")
            self.work.emit(self.expand(self.filled(name, arguments), 0))

    def expand(self, text: str, depth: int) -> str:
        """The text of a macro with the macros in it replaced."""
        self.work.expanded += len(text)
        if depth > MAX_DEPTH or self.work.expanded > MAX_EXPANSION:
            raise self.fault("this macro uses itself, or grows beyond measure")
        out = []
        position = 0
        while match := _NOTABLE.search(text, position):
            name = match[0][1:]
            out.append(text[position : match.start()])
            position = match.end()
            if match[0][0] != "`" or name not in self.work.macros:
                if match[0][0] == "`" and not self.work.tolerant:
                    hint = f"define it with -D {name}=VALUE"
                    raise self.fault(f"macro `{name} is not defined", hint)
                out.append(f"\\{match[0]} " if match[0][0] == "`" else match[0])
            elif self.work.macros[name].parameters is None:
                out.append(self.expand(self.work.macros[name].text, depth + 1))
            else:
                arguments, position = self.arguments(name, text, position)
                out.append(self.expand(self.filled(name, arguments), depth + 1))
        return "".join([*out, text[position:]])

    def arguments(self, name: str, text: str, position: int) -> tuple[list[str], int]:
        """The arguments in brackets at a position, and the position after them."""
        match = _OPENING.match(text, position)
        if not match:
            raise self.fault(f"macro `{name} needs arguments")
        found, depth, first = [], 0, match.end()
        for k in range(match.end(), len(text)):
            if text[k] in ")]}" and depth:
                depth -= 1
            elif text[k] in "([{":
                depth += 1
            elif text[k] in ",)" and not depth:
                found.append(text[first:k].replace("\n", " ").strip())
                first = k + 1
                if text[k] == ")":
                    return found, k + 1
        raise self.fault(f"the arguments of macro `{name} are not closed", "add )")

    def filled(self, name: str, arguments: Sequence[str]) -> str:
        """The text of a macro with its arguments in the place of its parameters."""
        parameters, text = self.work.macros[name]
        assert parameters is not None
        if len(arguments) != len(parameters):
            raise self.fault(f"macro `{name} takes {len(parameters)} arguments")
        values = dict(zip(parameters, arguments, strict=True))
        return _WORD.sub(lambda match: values.get(match[0], match[0]), text).replace("``", "")


def _without_comments(text: str) -> str:
    out = []
    position = 0
    while match := _NOTABLE.search(text, position):
        out.append(text[position : match.start()])
        position = match.end()
        if match[0].startswith("//"):
            position = len(text)
        elif match[0] == "/*":
            close = text.find("*/", position)
            position = len(text) if close < 0 else close + 2
            out.append(" ")
        else:
            out.append(match[0])
    return "".join([*out, text[position:]])
