"""Expressions of a structural netlist: what is read becomes literals, its operators gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from invc.diagnostics import nearest
from invc.frontend.gate_level.aliases import Bits
from invc.frontend.gate_level.parser import Tree, ast
from invc.frontend.gate_level.scope import Scope
from invc.frontend.gate_level.structure import (
    GATES_ONLY,
    MAX_WIDTH,
    Signal,
    constant,
    fold,
    number_bits,
)
from invc.netlist import FALSE, TRUE
from invc.netlist.gates import MUX2

# Literals, least significant first, or a number without a size, which takes the size it needs.
Value: TypeAlias = Bits | int

_BINARY = ("And", "Or", "Xor", "Xnor", "Land", "Lor", "Eq", "NotEq", "Eql", "NotEql")
_UNARY = ("Unot", "Ulnot", "Uand", "Uor", "Uxor", "Unand", "Unor", "Uxnor")


def value_of(
    scope: Scope,
    node: Tree,
    *,
    implicit: bool = False,
) -> Value:
    """The literals of an expression that is read; its operators become gates."""
    if type(node) is ast.Identifier:
        return _selected(scope, node, implicit=implicit)

    def combine(node: Tree, values: list[Value]) -> Value:
        return _operation(scope, node, values)

    return fold(node, _operands, combine)


def nets_of(scope: Scope, node: Tree, *, implicit: bool) -> Bits:
    """The raw nets of an expression that is driven."""

    def operands(node: Tree) -> Sequence[Tree]:
        return node.list if isinstance(node, ast.Concat) else ()

    def combine(node: Tree, values: list[Bits]) -> Bits:
        if isinstance(node, ast.Concat):
            return tuple(bit for value in reversed(values) for bit in value)
        if isinstance(node, ast.Identifier | ast.Pointer | ast.Partselect):
            return _selected(scope, node, implicit=implicit)
        hint = "drive a net, a bit, a slice or a concatenation of them"
        raise scope.nets.fault("this expression cannot be driven", node.lineno, hint)

    return fold(node, operands, combine)


def fit(scope: Scope, value: Value, width: int, line: int) -> Bits:
    """A value as so many bits."""
    if isinstance(value, int):
        if value >> width:
            raise scope.nets.fault(f"{value} does not fit {count(width, 'bit')}", line)
        return tuple(TRUE if value >> k & 1 else FALSE for k in range(width))
    if len(value) != width:
        message = f"{count(len(value), 'bit')} cannot drive {count(width, 'bit')}"
        raise scope.nets.fault(message, line, "connect a slice or a concatenation of equal width")
    return value


def _operation(
    scope: Scope,
    node: Tree,
    values: list[Value],
) -> Value:
    kind = type(node).__name__
    if kind in ("Identifier", "Pointer", "Partselect"):
        return _selected(scope, node, implicit=False)
    if kind == "IntConst":
        return _number_of(scope, node)
    line = node.lineno
    if kind in ("Concat", "Repeat"):
        return _joined(scope, node, values)
    if kind == "Cond":
        return _choice(scope, values, line)
    if kind in _UNARY:
        return _unary(scope, kind, values[0], line)
    if kind in _BINARY:
        return _binary(scope, kind, values[0], values[1], line)
    raise scope.nets.fault(f"{_operator_name(kind)} is no gate", line, GATES_ONLY)


def _number_of(scope: Scope, node: Tree) -> Value:
    """A constant. An undefined bit is a net that nothing drives: a fault once it is read."""
    size, bits = number_bits(node, scope.nets.source)
    if not size and None not in bits:
        return sum((bit or 0) << k for k, bit in enumerate(bits))
    literals = []
    for bit in bits:
        if bit is None:
            literals.append(2 * scope.nets.new("", node.lineno))
            scope.nets.undefined[len(scope.nets.names) - 1] = node.value
        else:
            literals.append(TRUE if bit else FALSE)
    return tuple(literals)


def _joined(
    scope: Scope,
    node: Tree,
    values: list[Value],
) -> Bits:
    parts = [_sized(scope, value, node.lineno) for value in values]
    if isinstance(node, ast.Concat):
        return tuple(bit for part in reversed(parts) for bit in part)
    times = constant(node.times, scope.module.constants, scope.nets.source)
    if not 0 < times <= MAX_WIDTH // max(len(parts[0]), 1):
        raise scope.nets.fault(f"cannot repeat it {times} times", node.lineno)
    return parts[0] * times


def _sized(scope: Scope, value: Value, line: int) -> Bits:
    if isinstance(value, int):
        raise scope.nets.fault("a number here needs a size", line, "write it as 1'b0, 8'd5 ...")
    return value


def _unary(scope: Scope, kind: str, value: Value, line: int) -> Bits:
    bits = _sized(scope, value, line)
    if kind == "Unot":
        return tuple(bit ^ 1 for bit in bits)
    if kind == "Ulnot":
        return (scope.circuit.reduce("nor", bits, line),)
    return (scope.circuit.reduce(kind[1:].lower(), bits, line),)


def _binary(scope: Scope, kind: str, left: Value, right: Value, line: int) -> Bits:
    if kind in ("Land", "Lor"):
        truths = [scope.circuit.reduce("or", _sized(scope, v, line), line) for v in (left, right)]
        return (scope.circuit.reduce("and" if kind == "Land" else "or", truths, line),)
    a, b = _equalised(scope, left, right, line)
    if kind in ("Eq", "Eql", "NotEq", "NotEql"):
        same = [scope.circuit.reduce("xnor", pair, line) for pair in zip(a, b, strict=True)]
        equal = scope.circuit.reduce("and", same, line)
        return (equal ^ kind.startswith("Not"),)
    return tuple(scope.circuit.reduce(kind.lower(), pair, line) for pair in zip(a, b, strict=True))


def _equalised(scope: Scope, left: Value, right: Value, line: int) -> tuple[Bits, Bits]:
    if isinstance(left, int):
        right = _sized(scope, right, line)
        return fit(scope, left, len(right), line), right
    if not isinstance(right, int) and len(left) != len(right):
        message = f"the operands have {count(len(left), 'bit')} and {len(right)}"
        raise scope.nets.fault(message, line, "give both the same width")
    return left, fit(scope, right, len(left), line)


def _choice(scope: Scope, values: list[Value], line: int) -> Bits:
    (condition, *rest) = values
    select = _sized(scope, condition, line)
    if len(select) != 1:
        select = (scope.circuit.reduce("or", select, line),)
    yes, no = _equalised(scope, rest[0], rest[1], line)
    return tuple(
        scope.circuit.gate(MUX2, (b, a, select[0]), line) for a, b in zip(yes, no, strict=True)
    )


def _selected(
    scope: Scope,
    node: Tree,
    *,
    implicit: bool,
) -> Bits:
    """The literals of a name, a bit or a slice."""
    if type(node) is ast.Identifier:
        signal = _signal_of(scope, node, implicit=implicit)
        first = scope.first[signal.name]
        if signal.msb == signal.lsb:
            return (2 * first,)
        return tuple(range(2 * first, 2 * (first + signal.width), 2))
    if type(node.var) is not ast.Identifier:
        raise scope.nets.fault("this is an index of an index", node.lineno, GATES_ONLY)
    signal = _signal_of(scope, node.var, implicit=False)
    first = scope.first[signal.name]
    constants = scope.module.constants
    if isinstance(node, ast.Pointer):
        index = constant(node.ptr, constants, scope.nets.source)
        return (2 * (first + _position_of(scope, signal, index, node.lineno)),)
    msb, lsb = _ends_of(scope, signal, node, constants)
    high = _position_of(scope, signal, msb, node.lineno)
    low = _position_of(scope, signal, lsb, node.lineno)
    if high < low:
        given, own = f"[{msb}:{lsb}]", f"[{signal.msb}:{signal.lsb}]"
        message = f"slice {given} of {signal.name!r} runs against its range {own}"
        raise scope.nets.fault(message, node.lineno, f"write [{lsb}:{msb}]")
    return tuple(range(2 * (first + low), 2 * (first + high) + 2, 2))


def _ends_of(
    scope: Scope,
    signal: Signal,
    node: Tree,
    constants: Mapping[str, int],
) -> tuple[int, int]:
    """The ends of a slice; Pyverilog writes `[a +: n]` as the slice from a to a + n."""
    msb = constant(node.msb, constants, scope.nets.source)
    shape = type(node.lsb)
    if shape in (ast.Plus, ast.Minus) and node.lsb.left is node.msb:
        length = constant(node.lsb.right, constants, scope.nets.source)
        low = msb if shape is ast.Plus else msb - length + 1
        high = low + length - 1
        return (high, low) if signal.msb >= signal.lsb else (low, high)
    return msb, constant(node.lsb, constants, scope.nets.source)


def _position_of(scope: Scope, signal: Signal, index: int, line: int) -> int:
    position = signal.position(index)
    if position is None:
        own = f"[{signal.msb}:{signal.lsb}]"
        message = f"{signal.name!r} has no bit {index}"
        raise scope.nets.fault(message, line, f"its range is {own}")
    return position


def _signal_of(
    scope: Scope,
    node: Tree,
    *,
    implicit: bool,
) -> Signal:
    name = node.name
    if name[0] == "\\":
        name = name[1:]
    signal = scope.signals.get(name)
    if signal is None:
        if node.scope is not None:
            raise scope.nets.fault("a name of another module", node.lineno, GATES_ONLY)
        if not implicit:
            hint = nearest(name, scope.signals)
            raise scope.nets.fault(f"{name!r} is not declared", node.lineno, hint)
        signal = Signal(name, line=node.lineno)
        scope.declare(signal)
    return signal


def _operands(node: Tree) -> Sequence[Tree]:
    kind = type(node).__name__
    if kind in _BINARY:
        return (node.left, node.right)
    if kind in _UNARY:
        return (node.right,)
    if kind == "Cond":
        return (node.cond, node.true_value, node.false_value)
    if kind == "Concat":
        return tuple(node.list)
    return (node.value,) if kind == "Repeat" else ()


_OPERATORS = {
    "Plus": "+", "Minus": "-", "Times": "*", "Divide": "/", "Mod": "%", "Power": "**",
    "Sll": "<<", "Srl": ">>", "Sla": "<<<", "Sra": ">>>", "LessThan": "<", "GreaterThan": ">",
    "LessEq": "<=", "GreaterEq": ">=", "Uminus": "-",
}  # fmt: skip


def _operator_name(kind: str) -> str:
    if kind in _OPERATORS:
        return f"operator {_OPERATORS[kind]}"
    calls = {"FunctionCall": "a function call", "SystemCall": "a system call"}
    return calls.get(kind, f"a {kind.lower()}")


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 bit", "2 bits"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
