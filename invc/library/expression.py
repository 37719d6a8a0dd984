"""Boolean and arithmetic expressions as users write them, read to truth tables and relations.

Grammar, loosest first: `a ? b : c`, `|`, `^ ~^`, `&`, `+ -`, `*`, `~ !`, names, constants and
parentheses. A specification is a list of statements, parted by `;` or line ends: `Y = A & B`
defines an output, any other comparison (`= == != < <= > >=`) constrains pins, as in
`A*B + C + D = S + 2*CO`. A truth table is `Y(A, B, C) = 8'hE8`: bit r is the output for row r, and
bit 0 of r is A; without a name, `(A, B, C) = 8'h17`, its ones are the valid rows.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, NoReturn

from invc.diagnostics import InvcError
from invc.netlist import Function
from invc.netlist.function import MAX_INPUTS

MAX_PINS = 14
MAX_TEXT = 20_000  # characters of a whole specification
TOKEN = re.compile(
    r"\s*(?:(?P<constant>\d+'[bBdDhH][0-9a-fA-F]+|\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>~\^|\^~|==|!=|<=|>=|&&|\|\||[=<>~!&|^?:()+*-]))",
    re.ASCII,
)
TABLE = re.compile(
    r"(?P<name>[A-Za-z_]\w*)?\s*\((?P<pins>[\w\s,]*)\)\s*=\s*"
    r"(?:(?P<width>\d{1,5})'[hH]|0x)(?P<digits>[0-9a-fA-F]+)",
    re.ASCII,
)
BLANK = re.compile(r"\s*")
WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
MAX_DIGITS = 20  # of a constant: no sum over bits needs more
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Expression = Callable[[Mapping[str, int]], int]


class Specification(NamedTuple):
    """What a cell has to satisfy.

    Attributes:
        pins: Pin names; for a function, inputs in order of appearance, then outputs.
        rows: Valid rows over the pins, bit r for row r.
        function: The function, or None where the relation is none.
    """

    pins: tuple[str, ...]
    rows: int
    function: Function | None


class _Statement(NamedTuple):
    left: Expression
    comparison: str
    right: Expression
    defines: str | None
    left_names: tuple[str, ...]
    right_names: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.left_names + self.right_names))


def parse_specification(name: str, text: str) -> Specification:
    """Read the function or relation of a cell.

    Raises:
        InvcError: The text breaks the grammar, or has too many pins, or no valid row.
    """
    if len(text) > MAX_TEXT:
        raise InvcError(
            f"the function has {len(text)} characters, more than {MAX_TEXT}",
            where=name,
            hint="write a truth table, or build it of smaller cells with 'invc synth'",
        )
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    if not parts:
        raise InvcError("the function is empty", where=name, hint="write it as 'Y = A & B'")
    try:
        statements = [_table(part, name) or _Parser(part, name).statement() for part in parts]
        used = dict.fromkeys(n for s in statements for n in s.names)
        if all(s.defines for s in statements):
            return _function(name, statements, used)
        return _relation(name, statements, used)
    except RecursionError:
        raise InvcError(
            "the function is nested too deeply", where=name, hint="define parts of it first"
        ) from None


def _table(text: str, name: str) -> _Statement | None:
    """A statement that is a truth table; None where it is another."""
    match = TABLE.fullmatch(text)
    if not match or not (match["name"] or "," in match["pins"]):
        return None
    pins = tuple(pin.strip() for pin in match["pins"].split(","))
    if len({*pins}) != len(pins) or not all(WORD.fullmatch(pin) for pin in pins):
        raise InvcError(
            f"a table over ({match['pins']})",
            where=name,
            hint="write one over pins, each once: Y(A, B, C) = 8'hE8",
        )
    _bound(name, len(pins) + bool(match["name"]), len(pins) if match["name"] else 0)
    table, size = int(match["digits"], 16), 1 << len(pins)
    if table >> size or int(match["width"] or size) != size:
        raise InvcError(
            f"the table in {_short(text)!r} does not have {size} bits",
            where=name,
            hint=f"{len(pins)} pins have {size} rows: {size}'h and {max(1, size // 4)} digits",
        )

    def value(v: Mapping[str, int]) -> int:
        return table >> sum(v[pin] << k for k, pin in enumerate(pins)) & 1

    if match["name"]:
        return _Statement(
            lambda v: v[match["name"]], "=", value, match["name"], (match["name"],), pins
        )
    return _Statement(value, "=", lambda _: 1, None, pins, ())


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _function(
    name: str, statements: Sequence[_Statement], used: Mapping[str, object]
) -> Specification:
    outputs = tuple(s.defines or "" for s in statements)
    if len({*outputs}) != len(outputs):
        raise InvcError("an output is defined twice", where=name, hint="define each output once")
    inputs = tuple(n for n in used if n not in outputs)
    _bound(name, len(inputs) + len(outputs), len(inputs))
    tables = [0] * len(outputs)
    for row in range(1 << len(inputs)):
        values = {pin: row >> i & 1 for i, pin in enumerate(inputs)}
        for k, statement in enumerate(statements):  # an output may use those defined before it
            try:
                value = statement.right(values)
            except KeyError as error:
                raise InvcError(
                    f"output {error.args[0]} is used before it is defined",
                    where=name,
                    hint="define it in an earlier statement",
                ) from None
            if value not in (0, 1):
                raise InvcError(
                    f"{outputs[k]} would be {value}, which is no bit",
                    where=name,
                    hint="write a sum as a relation over bits, such as A + B = S + 2*C",
                )
            values[outputs[k]] = value
            tables[k] |= value << row
    function = Function(name, inputs, outputs, tuple(tables))
    return Specification(function.pins, function.relation, function)


def _relation(
    name: str, statements: Sequence[_Statement], used: Mapping[str, object]
) -> Specification:
    outputs = _results(statements)
    pins = (*(n for n in used if n not in outputs), *outputs)
    _bound(name, len(pins), 0)
    rows = 0
    for row in range(1 << len(pins)):
        values = {pin: row >> i & 1 for i, pin in enumerate(pins)}
        if all(COMPARISONS[s.comparison](s.left(values), s.right(values)) for s in statements):
            rows |= 1 << row
    if not rows:
        raise InvcError("no row satisfies the relation", where=name)
    if rows.bit_count() == 1 << len(pins):
        raise InvcError("every row satisfies the relation: it needs no cell", where=name)
    function = as_function(name, pins, rows, len(outputs)) if outputs else None
    return Specification(pins, rows, function)


def _results(statements: Sequence[_Statement]) -> tuple[str, ...]:
    """Pins that a relation reads as results: what it defines, and the right sides of its '='."""
    results: dict[str, None] = {}
    read: set[str] = set()
    for s in statements:
        right = s.right_names if s.comparison == "=" and not s.defines else ()
        made = (s.defines,) if s.defines else right
        results.update(dict.fromkeys(made))
        read.update(s.right_names if s.defines else s.left_names)
        read.update(() if s.comparison == "=" else s.right_names)
    return tuple(n for n in results if n not in read)


def as_function(name: str, pins: Sequence[str], rows: int, outputs: int) -> Function | None:
    """The function whose relation this is when the last pins are its outputs, if there is one."""
    inputs = len(pins) - outputs
    if inputs > MAX_INPUTS or rows.bit_count() != 1 << inputs:
        return None
    tables, seen = [0] * outputs, 0
    for row in range(1 << len(pins)):
        if rows >> row & 1:
            read = row & ((1 << inputs) - 1)
            seen |= 1 << read
            for k in range(outputs):
                tables[k] |= (row >> inputs + k & 1) << read
    if seen != (1 << (1 << inputs)) - 1:
        return None
    return Function(name, tuple(pins[:inputs]), tuple(pins[inputs:]), tuple(tables))


def _bound(name: str, pins: int, inputs: int) -> None:
    if pins > MAX_PINS or inputs > MAX_INPUTS:
        raise InvcError(
            f"{pins} pins are too many for one cell",
            where=name,
            hint=f"at most {MAX_PINS} pins; build it of smaller cells with 'invc synth'",
        )


class _Parser:
    """Recursive descent over one statement."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name, self.at = text, name, 0
        self.names: dict[str, None] = {}
        self.token, self.kind = "", ""
        self.start = 0
        self.advance()

    def fail(self, message: str) -> NoReturn:
        raise InvcError(
            f"{message} at column {self.start + 1} of {_short(self.text)!r}",
            where=self.name,
            hint="operators are ~ & | ^ ~^ ?: and, over bits as numbers, + - * = < <= > >=",
        )

    def advance(self) -> None:
        blank = BLANK.match(self.text, self.at)
        self.start = blank.end() if blank else self.at
        match = TOKEN.match(self.text, self.start)
        if not match:
            if self.start < len(self.text):
                self.fail(f"unexpected {self.text[self.start]!r}")
            self.token, self.kind = "", "end"
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self.at = match.end()

    def take(self, *tokens: str) -> str | None:
        if self.kind == "operator" and self.token in tokens:
            token = self.token
            self.advance()
            return token
        return None

    def statement(self) -> _Statement:
        left = self.choice()
        left_names = tuple(self.names)
        end = self.start
        comparison = self.take(*COMPARISONS)
        if not comparison:
            self.fail("expected '='")
        alone = self.text[:end].strip()
        defines = alone if comparison == "=" and left_names == (alone,) else None
        self.names = {}
        right = self.choice()
        if self.kind != "end":
            self.fail(f"unexpected {self.token!r}")
        return _Statement(left, comparison, right, defines, left_names, tuple(self.names))

    def choice(self) -> Expression:
        condition = self.disjunction()
        if not self.take("?"):
            return condition
        yes = self.choice()
        if not self.take(":"):
            self.fail("expected ':'")
        no = self.choice()
        return lambda v: yes(v) if condition(v) else no(v)

    def binary(
        self, operand: Callable[[], Expression], operators: Mapping[str, Callable[[int, int], int]]
    ) -> Expression:
        left = operand()
        while token := self.take(*operators):
            left = _apply(operators[token], left, operand())
        return left

    def disjunction(self) -> Expression:
        return self.binary(self.parity, {"|": operator.or_, "||": operator.or_})

    def parity(self) -> Expression:
        same = {"~^": lambda a, b: 1 - (a ^ b), "^~": lambda a, b: 1 - (a ^ b)}
        return self.binary(self.conjunction, {"^": operator.xor, **same})

    def conjunction(self) -> Expression:
        return self.binary(self.sum, {"&": operator.and_, "&&": operator.and_})

    def sum(self) -> Expression:
        return self.binary(self.product, {"+": operator.add, "-": operator.sub})

    def product(self) -> Expression:
        return self.binary(self.unary, {"*": operator.mul})

    def unary(self) -> Expression:
        if self.take("~", "!"):
            operand = self.unary()
            return lambda v: 1 - operand(v)
        if self.take("("):
            inside = self.choice()
            if not self.take(")"):
                self.fail("expected ')'")
            return inside
        token = self.token
        if self.kind == "name":
            self.names[token] = None
            self.advance()
            return lambda v: v[token]
        if self.kind != "constant":
            self.fail(f"expected a name, found {token!r}" if token else "expected a name")
        value = self.constant(token)
        self.advance()
        return lambda _: value

    def constant(self, token: str) -> int:
        width, quote, digits = token.partition("'")
        if len(width) > MAX_DIGITS or len(digits) > 4 * MAX_DIGITS:
            self.fail("this constant is too long")
        if not quote:
            return int(token)
        base = {"b": 2, "d": 10, "h": 16}[digits[0].lower()]
        try:
            value = int(digits[1:], base)
        except ValueError:
            self.fail(f"{token!r} is no constant")
        if value.bit_length() > int(width):
            self.fail(f"{token!r} does not fit its {width} bits")
        return value


def _apply(operation: Callable[[int, int], int], left: Expression, right: Expression) -> Expression:
    return lambda v: operation(left(v), right(v))
