"""Modules of a structural netlist: ports, nets, instances and assigns, out of Pyverilog's tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from invc.diagnostics import InvcError
from invc.frontend.gate_level.parser import Tree, ast
from invc.frontend.gate_level.preprocessor import SourceText

GATES_ONLY = "--netlist takes gates only; 'invc synth' without it compiles behaviour with Yosys"
MAX_WIDTH = 1 << 16  # bits of a net: what a range merely claims costs memory

_BEHAVIOUR = {
    "Always": "an always block",
    "AlwaysFF": "an always_ff block",
    "AlwaysComb": "an always_comb block",
    "AlwaysLatch": "an always_latch block",
    "Initial": "an initial block",
    "Function": "a function",
    "Task": "a task",
    "GenerateStatement": "a generate block",
    "Reg": "a reg",
    "Integer": "an integer",
    "Real": "a real",
    "Genvar": "a genvar",
    "Inout": "an inout port",
}

T = TypeVar("T")


@dataclass(frozen=True)
class Signal:
    """A declared port or net.

    Attributes:
        name: Without the backslash of an escaped name.
        msb: Left index of its range.
        lsb: Right index of its range.
        signed: Whether it is declared signed.
        direction: "input", "output", or "" for a net.
        line: Line of the text, from 1.
    """

    name: str
    msb: int = 0
    lsb: int = 0
    signed: bool = False
    direction: str = ""
    line: int = 0

    @property
    def width(self) -> int:
        """How many bits its range has."""
        return abs(self.msb - self.lsb) + 1

    def position(self, index: int) -> int | None:
        """Position of a bit, least significant first, or None where there is none."""
        k = index - self.lsb if self.msb >= self.lsb else self.lsb - index
        return k if 0 <= k < self.width else None

    def bit_name(self, position: int) -> str:
        """The name of a bit in the source."""
        if self.msb == self.lsb == 0:
            return self.name
        step = position if self.msb >= self.lsb else -position
        return f"{self.name}[{self.lsb + step}]"


@dataclass
class Module:
    """A structural module.

    Attributes:
        name: Without the backslash of an escaped name.
        line: Line of the text, from 1.
        ports: In the order of the module's head.
        signals: Every declared port and net, by name.
        supplies: Nets tied to a constant, with their value.
        constants: Parameters.
        instances: Pyverilog's instances, in order.
        assigns: Pyverilog's assigns, in order.
        fault: Why it cannot be part of a netlist, where it cannot: it may be in none.
    """

    name: str
    line: int
    ports: tuple[Signal, ...] = ()
    signals: dict[str, Signal] = field(default_factory=dict)
    supplies: dict[str, bool] = field(default_factory=dict)
    constants: dict[str, int] = field(default_factory=dict)
    instances: list[Tree] = field(default_factory=list)
    assigns: list[Tree] = field(default_factory=list)
    fault: InvcError | None = None

    @property
    def is_stub(self) -> bool:
        """Whether it has a head only, as cells are declared for other tools."""
        return not (self.instances or self.assigns or self.supplies or self.fault)


def plain(name: str) -> str:
    r"""A name without the backslash that escapes it: `\a ` and `a` are one name."""
    return name[1:] if name.startswith("\\") else name


def fold(
    node: Tree,
    operands: Callable[[Tree], Sequence[Tree]],
    combine: Callable[[Tree, list[T]], T],
) -> T:
    """The value of an expression from the values of its operands, however deep it is."""
    stack = [(node, False)]
    values: list[T] = []
    while stack:
        node, ready = stack.pop()
        below = operands(node)
        if below and not ready:
            stack.append((node, True))
            stack.extend((operand, False) for operand in reversed(below))
            continue
        first = len(values) - len(below)
        values[first:] = [combine(node, values[first:])]
    return values[0]


def describe(tree: Tree, source: SourceText) -> Module:
    """The structure of one module.

    It has a fault where it holds anything but ports, nets, parameters, instances and assigns, or
    declares one of them wrongly: flip-flops among a vendor's cells are in nobody's way.
    """
    reader = _Reader(tree, source)
    try:
        return reader.read()
    except InvcError as fault:
        lists = [item for item in tree.items if isinstance(item, ast.InstanceList)]
        reader.module.instances = [one for item in lists for one in item.instances]
        reader.module.fault = fault
        return reader.module


class _Reader:
    """A module as its declarations, instances and assigns are noted one by one."""

    def __init__(self, tree: Tree, source: SourceText) -> None:
        self.tree = tree
        self.source = source
        self.module = Module(plain(tree.name), tree.lineno)

    def fault(self, message: str, line: int, hint: str | None = None) -> InvcError:
        return InvcError(message, where=self.source.location(line), hint=hint)

    def read(self) -> Module:
        for declaration in self.tree.paramlist.params:
            self.declaration(declaration)
        heads = self.tree.portlist.ports
        for head in heads:
            if isinstance(head, ast.Ioport):
                self.net(head.first)
                if isinstance(head.second, ast.Reg):
                    self.refuse("Reg", head.lineno)
        for item in self.tree.items:
            self.item(item)
        names = [plain(h.first.name if isinstance(h, ast.Ioport) else h.name) for h in heads]
        self.module.ports = tuple(self.port(name) for name in names)
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise self.fault(f"port {twice!r} is listed twice", self.module.line)
        listed = set(names)
        for signal in self.module.signals.values():
            if signal.direction and signal.name not in listed:
                message = f"{signal.direction} {signal.name!r} is not in the list of ports"
                raise self.fault(message, signal.line, f"add it to module {self.module.name!r}")
        return self.module

    def port(self, name: str) -> Signal:
        signal = self.module.signals.get(name)
        if not signal or not signal.direction:
            message = f"port {name!r} has no direction"
            raise self.fault(message, self.module.line, f"declare it: input {name}; or output")
        return signal

    def refuse(self, kind: str, line: int) -> None:
        what = _BEHAVIOUR.get(kind, f"a {kind.lower()}")
        raise self.fault(f"{what} is no gate", line, GATES_ONLY)

    def item(self, item: Tree) -> None:
        if isinstance(item, ast.InstanceList):
            self.module.instances.extend(item.instances)
        elif isinstance(item, ast.Assign):
            self.module.assigns.append(item)
        elif isinstance(item, ast.Decl):
            self.declaration(item)
        elif not isinstance(item, ast.Pragma):
            self.refuse(type(item).__name__, item.lineno)

    def declaration(self, declaration: Tree) -> None:
        for entry in declaration.list:
            if isinstance(entry, ast.Supply):
                self.net(entry)
                self.module.supplies[plain(entry.name)] = entry.value.value == "1"
            elif isinstance(entry, ast.Parameter):  # a localparam too
                self.parameter(entry)
            elif isinstance(entry, ast.Assign):
                self.module.assigns.append(entry)
            elif type(entry) in (ast.Input, ast.Output, ast.Wire, ast.Tri):
                self.net(entry)
            else:
                self.refuse(type(entry).__name__, entry.lineno)

    def parameter(self, entry: Tree) -> None:
        try:
            value = constant(entry.value.var, self.module.constants, self.source)
        except InvcError:
            return  # a string or a function: a fault only where it is used
        self.module.constants[plain(entry.name)] = value

    def net(self, entry: Tree) -> None:
        """Note a declaration; a port may be declared once more as the wire that it is."""
        if isinstance(entry, ast.Inout):
            self.refuse("Inout", entry.lineno)
        name = plain(entry.name)
        if getattr(entry, "dimensions", None) is not None:
            raise self.fault(f"{name!r} is an array of nets", entry.lineno, GATES_ONLY)
        msb, lsb = self.range(entry)
        direction = {ast.Input: "input", ast.Output: "output"}.get(type(entry), "")
        signal = Signal(name, msb, lsb, bool(entry.signed), direction, entry.lineno)
        known = self.module.signals.get(name)
        if known:
            if bool(known.direction) == bool(direction):
                raise self.fault(
                    f"{name!r} is declared twice",
                    entry.lineno,
                    f"first at {self.source.location(known.line)}",
                )
            if (known.msb, known.lsb) != (msb, lsb):
                raise self.fault(
                    f"{name!r} is declared with two ranges",
                    entry.lineno,
                    f"first at {self.source.location(known.line)}",
                )
            port = known if known.direction else signal
            signed = known.signed or signal.signed
            signal = Signal(name, msb, lsb, signed, port.direction, port.line)
        self.module.signals[name] = signal

    def range(self, entry: Tree) -> tuple[int, int]:
        if entry.width is None:
            return 0, 0
        constants = self.module.constants
        msb = constant(entry.width.msb, constants, self.source)
        lsb = constant(entry.width.lsb, constants, self.source)
        if abs(msb - lsb) >= MAX_WIDTH:
            message = f"{plain(entry.name)!r} has more than {MAX_WIDTH} bits"
            raise self.fault(message, entry.lineno)
        return msb, lsb


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "Plus": lambda a, b: a + b,
    "Minus": lambda a, b: a - b,
    "Times": lambda a, b: a * b if max(a.bit_length(), b.bit_length()) < 64 else 0,
    "Divide": lambda a, b: _quotient(a, b) if b else 0,
}


def _quotient(a: int, b: int) -> int:
    """The quotient towards 0, as Verilog has it."""
    size = abs(a) // abs(b)
    return size if (a < 0) == (b < 0) else -size


def constant(node: Tree, constants: Mapping[str, int], source: SourceText) -> int:
    """The value of a constant expression: a range's end, an index, a count.

    Raises:
        InvcError: It is not constant, or not of integers, + - * / and parameters.
    """

    def operands(node: Tree) -> Sequence[Tree]:
        if type(node).__name__ in _ARITHMETIC:
            return (node.left, node.right)
        return (node.right,) if isinstance(node, ast.Uminus) else ()

    def combine(node: Tree, values: list[int]) -> int:
        if isinstance(node, ast.Uminus):
            return -values[0]
        if values:
            return _ARITHMETIC[type(node).__name__](*values)
        if isinstance(node, ast.IntConst):
            bits = number_bits(node, source)[1]
            if None not in bits:
                return sum((bit or 0) << k for k, bit in enumerate(bits))
        if isinstance(node, ast.Identifier) and plain(node.name) in constants:
            return constants[plain(node.name)]
        where = source.location(node.lineno)
        hint = "write a number, or a parameter of this module"
        raise InvcError("this index, range or count is not constant", where=where, hint=hint)

    return fold(node, operands, combine)


_DIGIT_BITS = {"b": 1, "o": 3, "d": 0, "h": 4}


def number_bits(node: Tree, source: SourceText) -> tuple[int, list[int | None]]:
    """The size (0 where none is written) and the bits of a number, least significant first.

    An undefined bit (x, z or ?) is None.

    Raises:
        InvcError: It does not fit its size, or is no number.
    """
    text = node.value.replace("_", "").lower()
    size_text, quote, rest = text.partition("'")
    where = source.location(node.lineno)
    if not quote:
        size_text, rest = "", "d" + text
    rest = rest.removeprefix("s")
    base, digits = rest[0], rest[1:]
    if max(len(size_text), 1) >= 8 or len(digits) > MAX_WIDTH or int(size_text or 0) > MAX_WIDTH:
        raise InvcError(f"constant has more than {MAX_WIDTH} bits", where=where)
    if base == "d" and len(digits) > 4000:
        raise InvcError("decimal constant has more than 4000 digits", where=where)
    bits = _digits(base, digits)
    if bits is None:
        raise InvcError(f"{node.value!r} is no number", where=where)
    size = int(size_text or 0)
    while bits and bits[-1] == 0:
        bits.pop()
    if size and len(bits) > size:
        if bits[size:] == [None] * (len(bits) - size):  # 1'hx is one bit, not four
            return size, bits[:size]
        hint = f"it needs {len(bits)} bits"
        raise InvcError(f"constant {node.value} does not fit {size} bits", where=where, hint=hint)
    # An undefined highest digit fills what is above it.
    fill = None if digits[0] in "xz?" else 0
    return size, bits + [fill] * (size - len(bits))


def _digits(base: str, digits: str) -> list[int | None] | None:
    """The bits of the digits, least significant first; None where one is no digit."""
    width = _DIGIT_BITS[base]
    undefined = set(digits) & set("xz?")
    try:
        if not undefined:
            value = int(digits, {"b": 2, "o": 8, "d": 10, "h": 16}[base])
            return [int(bit) for bit in bin(value)[:1:-1]]
        if not width:  # a decimal is undefined as a whole
            return [None] if len(digits) == 1 else None
        bits: list[int | None] = []
        for digit in reversed(digits):
            value = 0 if digit in undefined else int(digit, 1 << width)
            bits += [None if digit in undefined else value >> k & 1 for k in range(width)]
    except ValueError:
        return None
    return bits
