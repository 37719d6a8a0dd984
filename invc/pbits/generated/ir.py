"""Networks printed as LLVM IR: over vectors of a processor's width."""

from __future__ import annotations

from dataclasses import dataclass, field

from invc.pbits.generated.network import Kind, Literal, Network, Node, network_of
from invc.pbits.generated.signature import Signature
from invc.pbits.lanes import WORDS

ROW = 8 * WORDS  # bytes


@dataclass(frozen=True)
class Shape:
    """What code is printed for.

    Attributes:
        vector: Words of a vector, 1 to 16.
        ternary: Whether any function of three bits is one operation.
    """

    vector: int
    ternary: bool = False

    @property
    def type(self) -> str:
        """The type of a vector."""
        return f"<{self.vector} x i64>"


# Tables of functions of three bits, the first argument being the highest bit of the index.
A, B, C = 0xF0, 0xCC, 0xAA


def table_of(node: Node) -> int:
    """What a node computes, as a table of eight bits of its arguments or the first two of them."""
    a, b, c = (
        mask ^ (0xFF if literal & 1 else 0)
        for mask, literal in zip((A, B, C), (*node.arguments, 0)[:3], strict=True)
    )
    if node.kind is Kind.XOR:
        return a ^ b
    if node.kind is Kind.AND:
        return a & b
    if node.kind is Kind.OR:
        return a | b
    return a ^ b ^ c if node.kind is Kind.SUM else (a & b) | (a & c) | (b & c)


@dataclass
class Logic:
    """Operations of one type, printed; equal ones are printed once.

    Attributes:
        type: Of what is computed.
        ones: The constant of all ones.
        prefix: Of names.
        values: Names of the nodes.
        lines: What is printed.
    """

    type: str
    ones: str
    prefix: str
    values: list[str]
    lines: list[str] = field(default_factory=list)
    known: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def operation(self, name: str, a: str, b: str) -> str:
        """The name of a result."""
        key = (name, min(a, b), max(a, b))
        if key not in self.known:
            result = self.known[key] = f"%{self.prefix}{len(self.known)}"
            self.lines.append(f"{result} = {name} {self.type} {a}, {b}")
        return self.known[key]

    def inverted(self, a: str) -> str:
        """The name of a, inverted."""
        return self.operation("xor", a, self.ones)

    def literal(self, literal: Literal) -> str:
        """The name of a literal, inverted where it is."""
        name = self.values[literal >> 1]
        return self.inverted(name) if literal & 1 else name

    def node(self, node: Node) -> None:
        """Print an operation of two, or the few that one of three is."""
        kind, names = node.kind, [self.values[literal >> 1] for literal in node.arguments]
        if kind is Kind.SUM:
            result = self.sum(names[0], names[1], names[2])
        elif kind is Kind.MAJ:
            inverted = bool(node.arguments[0] & 1)
            result = self.majority(names[0], names[1], names[2], inverted=inverted)
        else:
            first = self.literal(node.arguments[0])
            result = self.operation(kind.value, first, names[1])
        self.values.append(result)

    def sum(self, a: str, b: str, c: str) -> str:
        """A ^ b ^ c, of which a pair may be known from the carry."""
        for x, y, z in ((a, b, c), (a, c, b), (b, c, a)):
            if ("xor", min(x, y), max(x, y)) in self.known:
                return self.operation("xor", self.operation("xor", x, y), z)
        return self.operation("xor", self.operation("xor", a, b), c)

    def majority(self, a: str, b: str, c: str, *, inverted: bool) -> str:
        """The carry of three bits, of which the first may be inverted."""
        differ, other = self.operation("xor", a, b), self.operation("xor", b, c)
        moved = self.operation("and", self.inverted(differ) if inverted else differ, other)
        return self.operation("xor", b, moved)


class Ternary(Logic):
    """The same where any function of three bits is one operation."""

    def node(self, node: Node) -> None:
        """Print an operation of two or three, which is one."""
        if len(node.arguments) == 2:
            super().node(node)
            return
        names = [self.values[literal >> 1] for literal in node.arguments]
        result = f"%{self.prefix}{len(self.known)}"
        arguments = ", ".join(f"{self.type} {name}" for name in names)
        self.lines.append(
            f"{result} = call {self.type} {TERNARY}({arguments}, i32 {table_of(node)})"
        )
        self.known["ternary", result, ""] = result
        self.values.append(result)


TERNARY = "@llvm.x86.avx512.pternlog.q.512"
PERMUTE = "@llvm.x86.avx512.vpermi2var.q.512"


def function_ir(signature: Signature, shape: Shape) -> str:
    """The function of a signature, see `Item` in invc/pbits/native/program.h."""
    return "\n".join(_lines(signature, network_of(signature), shape)) + "\n"


def _lines(signature: Signature, network: Network, shape: Shape) -> list[str]:
    kind = shape.type
    lines = [
        f"declare {kind} @llvm.fshl.v{shape.vector}i64({kind}, {kind}, {kind})",
        f"define preserve_nonecc void @{signature.text}(ptr %item, ptr %state) #0 {{",
        *_fields(),
    ]
    if shape.ternary:
        lines.insert(0, f"declare {kind} {TERNARY}({kind}, {kind}, {kind}, i32 immarg)")
        lines.insert(0, f"declare {kind} {PERMUTE}({kind}, {kind}, {kind})")
    if network.result is not None:
        lines += _addresses(signature, shape)
    for part in range(WORDS // shape.vector):
        lines += _part(signature, network, shape, part)
    return [*lines, *NEXT, "}", _attributes(shape), "!0 = !{}"]


def _attributes(shape: Shape) -> str:
    bits = 64 * shape.vector
    width = f'"min-legal-vector-width"="{bits}" "prefer-vector-width"="{bits}"'
    return f"attributes #0 = {{ nounwind {width} }}"


# An item of invc/pbits/native/program.h: where its fields are, and how large it is.
FIELDS = {"target": ("ptr", 0), "rows": ("ptr", 8), "noise": ("ptr", 16), "turn": ("i64", 24)}
CODE, ITEM = 32, 40
# The registers are those of a chain of updates: nobody keeps any for another.
NEXT = (
    f"%next = getelementptr i8, ptr %item, i64 {ITEM}",
    f"%code = getelementptr i8, ptr %next, i64 {CODE}",
    "%jump = load ptr, ptr %code",
    "musttail call preserve_nonecc void %jump(ptr %next, ptr %state)",
    "ret void",
)


def _fields() -> list[str]:
    """What an item holds, read from it."""
    lines = []
    for name, (kind, at) in FIELDS.items():
        lines += [
            f"%{name}_at = getelementptr i8, ptr %item, i64 {at}",
            f"%{name} = load {kind}, ptr %{name}_at",
        ]
    return [*lines, "%words = lshr i64 %turn, 32"]


ENTER, END = "invc_enter", "invc_end"


def doors_ir(shape: Shape, *, clear: bool) -> tuple[str, str]:
    """The functions by which a chain of updates begins and ends, each in a module of its own.

    Args:
        shape: What they are printed for.
        clear: Whether the upper parts of vectors are to be cleared, as x86 wants it.
    """
    enter = [
        f"define void @{ENTER}(ptr %item, ptr %state) #0 {{",
        f"%code = getelementptr i8, ptr %item, i64 {CODE}",
        "%jump = load ptr, ptr %code",
        "call preserve_nonecc void %jump(ptr %item, ptr %state)",
        "ret void",
        "}",
        _attributes(shape),
    ]
    end = [
        "declare void @llvm.x86.avx.vzeroupper()" if clear else "",
        f"define preserve_nonecc void @{END}(ptr %item, ptr %state) #0 {{",
        "call void @llvm.x86.avx.vzeroupper()" if clear else "",
        "ret void",
        "}",
        _attributes(shape),
    ]
    return "\n".join(enter), "\n".join(end)


def _addresses(signature: Signature, shape: Shape) -> list[str]:
    """Addresses of the neighbours, and by how much the noise is rotated in every word."""
    lines = []
    for i in range(signature.inputs):
        lines += [
            f"%row{i} = getelementptr i32, ptr %rows, i64 {i}",
            f"%near{i} = load i32, ptr %row{i}, align 4, !invariant.load !0",
            f"%far{i} = zext i32 %near{i} to i64",
            f"%at{i} = getelementptr i8, ptr %state, i64 %far{i}",
        ]
    if signature.bits:
        kind = shape.type
        lines += [
            f"%one = insertelement {kind} poison, i64 %turn, i64 0",  # of which 6 bits count
            f"%turns = shufflevector {kind} %one, {kind} poison, <{shape.vector} x i32> "
            "zeroinitializer",
        ]
        if shape.ternary:
            return lines + _permuted(signature, shape)
        lines.append("%begin = getelementptr i64, ptr %noise, i64 %words")
    return lines


def _permuted(signature: Signature, shape: Shape) -> list[str]:
    """The noise of both parts, its words taken from vectors that begin where cache lines do."""
    kind = shape.type
    numbers = ", ".join(f"i64 {k}" for k in range(shape.vector))
    lines = [
        f"%word = insertelement {kind} poison, i64 %words, i64 0",
        f"%word0 = shufflevector {kind} %word, {kind} poison, <{shape.vector} x i32> "
        "zeroinitializer",
        f"%from = add {kind} %word0, <{numbers}>",
    ]
    for p in range(signature.bits):
        for half in (0, 1):
            name, word = f"%n{p}h{half}", 2 * WORDS * p + half * shape.vector
            lines += [
                f"{name}a = getelementptr i64, ptr %noise, i64 {word}",
                f"{name}b = load {kind}, ptr {name}a, align 8",
                f"{name} = {_rotated(shape, f'{name}b')}",
            ]
        # The words of the second part are those of the first in the other vector.
        for part in (0, 1):
            arguments = f"{kind} %n{p}h{part}, {kind} %from, {kind} %n{p}h{1 - part}"
            lines.append(f"%p{part}n{p} = call {kind} {PERMUTE}({arguments})")
    return lines


def _all(shape: Shape, value: int) -> str:
    """A vector of one number."""
    return "<" + ", ".join([f"i64 {value}"] * shape.vector) + ">"


def _rotated(shape: Shape, name: str) -> str:
    """Every word of a vector rotated."""
    kind = shape.type
    arguments = f"{kind} {name}, {kind} {name}, {kind} %turns"
    return f"call {kind} @llvm.fshl.v{shape.vector}i64({arguments})"


def _part(signature: Signature, network: Network, shape: Shape, part: int) -> list[str]:
    """One vector of the row."""
    kind, align, first = shape.type, 8, part * shape.vector
    ones = _all(shape, -1)
    lines: list[str] = []
    values: list[str] = []

    def load(base: str, word: int) -> str:
        name = f"%p{part}x{len(values)}"
        lines.append(f"{name}a = getelementptr i64, ptr {base}, i64 {word}")
        lines.append(f"{name} = load {kind}, ptr {name}a, align {align}")
        return name

    if network.result is None:
        result = ones if network.always else "zeroinitializer"
    else:
        for i in range(signature.inputs):
            values.append(load(f"%at{i}", first))
        for p in range(signature.bits):
            name = f"%p{part}n{p}"
            if not shape.ternary:
                plain = load("%begin", 2 * WORDS * p + first)
                lines.append(f"{name} = {_rotated(shape, plain)}")
            values.append(name)
        logic = (Ternary if shape.ternary else Logic)(kind, ones, f"p{part}t", values, lines)
        for node in network.nodes:
            logic.node(node)
        result = logic.literal(network.result)
    lines.append(f"%p{part}out = getelementptr i64, ptr %target, i64 {first}")
    lines.append(f"store {kind} {result}, ptr %p{part}out, align {align}")
    return lines
