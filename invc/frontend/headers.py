"""What a module says of itself, read from its tokens: for sources that Pyverilog cannot parse.

SystemVerilog's bodies are skipped and its heads are read loosely: a type may be anything, and the
last name of an entry is the name of the parameter or port.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from invc.diagnostics import InvcError, Location
from invc.frontend.gate_level.preprocessor import SourceText
from invc.frontend.gate_level.tokens import SyntaxFault, Token, tokens

DIRECTIONS = ("input", "output", "inout", "ref")
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())
# Types with a width and a sign of their own.
_INTEGERS = {
    "byte": "[7:0]", "shortint": "[15:0]", "int": "[31:0]", "integer": "[31:0]",
    "longint": "[63:0]", "time": "[63:0]",
}  # fmt: skip
_PLAIN_TYPES = frozenset({
    "wire", "tri", "logic", "bit", "reg", "var", "signed", "unsigned", "supply0", "supply1",
    "wand", "wor", "uwire", "const",
})  # fmt: skip
_MODULES = ("module", "macromodule")
_LIFETIMES = ("automatic", "static")  # may stand before a module's name
_SUBPROGRAMS = {"function": "endfunction", "task": "endtask"}


@dataclass(frozen=True)
class Parameter:
    """A parameter that an instance can set.

    Attributes:
        name: Its name.
        default: Its default as the source writes it, "" where there is none.
    """

    name: str
    default: str


@dataclass(frozen=True)
class ModulePort:
    """A port before synthesis, when its width may still hang on parameters.

    Attributes:
        name: Without the backslash of an escaped name.
        direction: "input", "output", "inout", "ref" or "interface".
        range: Its range as the source writes it, such as "[W-1:0]", or the name of its type;
            "" for one bit.
        signed: Whether it is declared signed.
    """

    name: str
    direction: str
    range: str = ""
    signed: bool = False


@dataclass(frozen=True)
class ModuleInfo:
    """A module as its users see it.

    Attributes:
        name: Without the backslash of an escaped name.
        parameters: Those that an instance can set.
        ports: In the order of the head.
        location: Where its head begins.
        uses: Names that may be those of the modules it holds instances of.
    """

    name: str
    parameters: tuple[Parameter, ...]
    ports: tuple[ModulePort, ...]
    location: Location
    uses: frozenset[str] = frozenset()


def scan_headers(source: SourceText) -> tuple[ModuleInfo, ...]:
    """The modules of a text, from their heads alone.

    Raises:
        InvcError: A head that cannot be understood, or that does not end.
    """
    try:
        stream = list(tokens(source.text, tolerant=True))
    except SyntaxFault as fault:
        raise InvcError(fault.message, where=source.location(fault.line)) from fault
    return tuple(_Scan(source, stream).modules())


class _Scan:
    """The tokens of a file and a position among them."""

    def __init__(self, source: SourceText, stream: Sequence[Token]) -> None:
        self.source = source
        self.stream = stream
        self.uses = uses_of(source)
        self.at = 0

    def value(self, ahead: int = 0) -> str:
        """A token's text, or "" after the last."""
        k = self.at + ahead
        return self.stream[k].value if k < len(self.stream) else ""

    def fault(self, line: int, name: str, what: str) -> InvcError:
        where = self.source.location(line)
        hint = "is it complete? 'invc ports' reads heads of modules only"
        return InvcError(f"cannot read the head of module {name!r}: {what}", where=where, hint=hint)

    def modules(self) -> Iterator[ModuleInfo]:
        while self.at < len(self.stream):
            word = self.value()
            self.at += 1
            if word in _MODULES:
                yield self.module(self.stream[self.at - 1].lineno)

    def module(self, line: int) -> ModuleInfo:
        if self.value() in _LIFETIMES:
            self.at += 1
        name = _plain(self.value())
        self.at += 1
        parameters: list[Parameter] | None = None
        entries: list[Sequence[Token]] = []
        while self.value() != ";":
            if self.value() == "#" and self.value(1) == "(":
                self.at += 1
                parameters = _parameters(self.entries(line, name))
            elif self.value() == "(":
                entries = self.entries(line, name)
            elif self.value() == "import":
                while self.value() not in (";", ""):
                    self.at += 1
                self.at += 1
            else:
                found = self.value()
                what = f"{found!r} is not expected" if found else "the file ends"
                raise self.fault(line, name, what)
        ports = _ports(entries)
        declared, body_parameters = self.body()
        known = {port.name: port for port in declared}
        ports = [known.get(p.name, p) if not p.direction else p for p in ports]
        missing = next((p.name for p in ports if not p.direction), None)
        if missing:
            raise self.fault(line, name, f"port {missing!r} has no direction")
        own = body_parameters if parameters is None else parameters
        place = self.source.location(line)
        return ModuleInfo(name, tuple(own), tuple(ports), place, self.uses.get(name, frozenset()))

    def entries(self, line: int, name: str) -> list[Sequence[Token]]:
        """The parts between commas of the list in brackets that begins here."""
        self.at += 1
        parts: list[list[Token]] = [[]]
        depth = 0
        while self.at < len(self.stream):
            token = self.stream[self.at]
            self.at += 1
            if token.value == ")" and depth == 0:
                return [part for part in parts if part]
            depth += (token.value in _OPENING) - (token.value in _CLOSING)
            if token.value == "," and depth == 0:
                parts.append([])
            else:
                parts[-1].append(token)
        raise self.fault(line, name, "its list does not end")

    def body(self) -> tuple[list[ModulePort], list[Parameter]]:
        """Declarations of ports and parameters in a body."""
        ports: list[ModulePort] = []
        parameters: list[Parameter] = []
        while self.at < len(self.stream) and self.value() != "endmodule":
            word = self.value()
            if word in _SUBPROGRAMS:
                while self.value(1) not in (_SUBPROGRAMS[word], "endmodule", ""):
                    self.at += 1
            elif word in ("input", "output", "inout", "parameter"):
                statement = self.statement()
                if word == "parameter":
                    parameters += _parameters(statement)
                else:
                    ports += _ports(statement)
                continue
            self.at += 1
        return ports, parameters

    def statement(self) -> list[Sequence[Token]]:
        """The parts between commas of the statement that begins here."""
        parts: list[list[Token]] = [[]]
        depth = 0
        while self.at < len(self.stream) and self.value() not in (";", "endmodule"):
            token = self.stream[self.at]
            depth += (token.value in _OPENING) - (token.value in _CLOSING)
            if token.value == "," and depth == 0:
                parts.append([])
            else:
                parts[-1].append(token)
            self.at += 1
        return [part for part in parts if part]


def uses_of(source: SourceText) -> dict[str, frozenset[str]]:
    """For each module of a text the names that may be those of modules it holds instances of."""
    uses: dict[str, set[str]] = {}
    current: set[str] = set()
    before: Token | None = None
    for token in tokens(source.text, tolerant=True):
        if token.value in _LIFETIMES:
            continue
        if before is not None and before.value in _MODULES:
            current = uses.setdefault(_plain(token.value), set())
            before = None
            continue
        follows = token.type == "ID" or token.value == "#"
        if follows and before is not None and before.type == "ID":
            current.add(_plain(before.value))
        before = token
    return {name: frozenset(found) for name, found in uses.items()}


def _plain(name: str) -> str:
    return name[1:] if name.startswith("\\") else name


def _text(part: Sequence[Token]) -> str:
    """Tokens as text, with blanks where the source has some."""
    out: list[str] = []
    end = None
    for token in part:
        if end is not None and token.lexpos > end:
            out.append(" ")
        out.append(token.value)
        end = token.lexpos + len(token.value)
    return "".join(out)


def _head_and_default(part: Sequence[Token]) -> tuple[Sequence[Token], str]:
    """What stands before the = at depth 0, and the text after it."""
    depth = 0
    for k, token in enumerate(part):
        depth += (token.value in _OPENING) - (token.value in _CLOSING)
        if token.value == "=" and depth == 0:
            return part[:k], _text(part[k + 1 :])
    return part, ""


def _parameters(parts: Sequence[Sequence[Token]]) -> list[Parameter]:
    found = []
    local = False
    for part in parts:
        if part[0].value in ("parameter", "localparam"):
            local = part[0].value == "localparam"
        head, default = _head_and_default(part)
        names = [t.value for t in _without_brackets(head)[0] if t.type == "ID"]
        if names and not local:
            found.append(Parameter(_plain(names[-1]), default))
    return found


def _without_brackets(part: Sequence[Token]) -> tuple[list[Token], list[tuple[int, str]]]:
    """The tokens outside brackets, and each group in brackets with how many stand before it."""
    outside: list[Token] = []
    groups: list[tuple[int, str]] = []
    depth = start = 0
    for k, token in enumerate(part):
        if token.value in _OPENING:
            start = k if depth == 0 else start
            depth += 1
        elif token.value in _CLOSING:
            depth -= 1
            if depth == 0:
                groups.append((len(outside), _text(part[start : k + 1])))
        elif depth == 0:
            outside.append(token)
    return outside, groups


def _ports(parts: Sequence[Sequence[Token]]) -> list[ModulePort]:
    """Ports of a list; a name alone takes after the port before it."""
    ports: list[ModulePort] = []
    before = ModulePort("", "")
    for part in parts:
        head, _ = _head_and_default(part)
        outside, groups = _without_brackets(head)
        if not outside:
            continue
        port = _port(outside, groups, before)
        ports.append(port)
        # What stands after a name belongs to that name alone.
        unpacked = "".join(text for place, text in groups if place == len(outside))
        before = replace(port, range=port.range.removesuffix(unpacked).rstrip())
    return ports


def _port(
    outside: Sequence[Token], groups: Sequence[tuple[int, str]], before: ModulePort
) -> ModulePort:
    words = [token.value for token in outside]
    if words[0] == "const" and len(words) > 1:
        words = words[1:]
    name = _plain(words[-1])
    direction = words[0] if words[0] in DIRECTIONS else before.direction
    if words[-2:-1] == ["."]:  # .name(expression), as wide as that
        return ModulePort(name, direction)
    packed = "".join(text for place, text in groups if place < len(outside))
    unpacked = "".join(text for place, text in groups if place == len(outside))
    after = f" {unpacked}" if unpacked else ""
    if len(words) == 1 and not packed:
        return replace(before, name=name, range=(before.range + after).lstrip())
    types = words[1:-1] if words[0] in DIRECTIONS else words[:-1]
    integer = next((_INTEGERS[word] for word in types if word in _INTEGERS), "")
    own = "".join(word for word in types if word not in _PLAIN_TYPES and word not in _INTEGERS)
    if own and words[0] not in DIRECTIONS and (not before.direction or "." in own):
        direction = "interface"
    signed = "signed" in types or bool(integer and "unsigned" not in types and "time" not in types)
    shown = " ".join(text for text in (own, integer + packed) if text)
    return ModulePort(name, direction, (shown + after).lstrip(), signed)
