"""What each of Yosys's word-level cells computes, from the manual's chapter on them.

Independent of every pass of Yosys: what a netlist is checked against must not come from what made
it. An undefined result, as of a division by zero or an index beyond a vector, is undefined here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from invc.frontend.arithmetic import Word as Operand
from invc.frontend.words import arithmetic
from invc.frontend.words.algebra import LOW, Bit, Logic, Plain, Word, extended, plain
from invc.frontend.words.memory import indexed
from invc.frontend.yosys_cells import flag, macc, macc_v2, number

Parameters = Mapping[str, Any]
Pins = Mapping[str, Word]
Cell = Callable[[Logic, Parameters, Pins], Mapping[str, Word]]


def _width(parameters: Parameters, pins: Pins) -> int:
    """The width of Y."""
    del pins
    return number(parameters["Y_WIDTH"])


def _operands(p: Parameters, pins: Pins, width: int) -> tuple[list[Bit], list[Bit], bool]:
    """A and B extended to a width, and whether they are signed: both, or neither."""
    signed = flag(p, "A_SIGNED") and flag(p, "B_SIGNED")
    return extended(pins["A"], width, signed), extended(pins["B"], width, signed), signed


def _out(bits: Sequence[Bit], width: int | None = None) -> Mapping[str, Word]:
    return {"Y": bits if width is None else extended(bits, width, False)}


def _bitwise(operation: Callable[[Logic, Bit, Bit], Bit]) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, _ = _operands(p, pins, _width(p, pins))
        return _out([operation(logic, x, y) for x, y in zip(a, b, strict=True)])

    return cell


def _unary(operation: Callable[[Logic, Bit], Bit]) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a = extended(pins["A"], _width(p, pins), flag(p, "A_SIGNED"))
        return _out([operation(logic, x) for x in a])

    return cell


def _truth(value: Callable[[Logic, Pins], Bit]) -> Cell:
    """A cell of one bit, with zeros above it."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        return _out([value(logic, pins)], _width(p, pins))

    return cell


def _all(logic: Logic, bits: Word) -> Bit:
    total = logic.high
    for bit in bits:
        total = logic.both(total, bit)
    return total


def _parity(logic: Logic, bits: Word) -> Bit:
    total = LOW
    for bit in bits:
        total = logic.differ(total, bit)
    return total


def _negate(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    a = extended(pins["A"], _width(p, pins), flag(p, "A_SIGNED"))
    return _out(logic.tainted(arithmetic.negate(logic.algebra, plain(a)), logic.taint(a)))


def _sum(subtracting: bool) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, _ = _operands(p, pins, _width(p, pins))
        g = logic.algebra
        if subtracting:
            total = arithmetic.subtract(g, plain(a), plain(b))[0]
        else:
            total = arithmetic.add(g, plain(a), plain(b))[0]
        return _out(logic.tainted(total, logic.taint(pins["A"], pins["B"])))

    return cell


def _product(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    a, b, _ = _operands(p, pins, _width(p, pins))
    total = arithmetic.multiply(logic.algebra, plain(a), plain(b))
    return _out(logic.tainted(total, logic.taint(pins["A"], pins["B"])))


def _quotient(kind: str) -> Cell:
    """$div and $mod truncate towards zero, $divfloor and $modfloor downwards."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        g = logic.algebra
        width = max(len(pins["A"]), len(pins["B"]), _width(p, pins)) + 1
        a, b, signed = _operands(p, pins, width)
        x, y = plain(a), plain(b)
        nought = g.lnot(_any(logic, y))
        if signed:
            above, below = arithmetic.magnitude(g, x), arithmetic.magnitude(g, y)
        else:
            above, below = x, y
        quotient, rest = arithmetic.divide(g, above, below)
        if signed:
            apart = g.xor(x[-1], y[-1])
            quotient = arithmetic.select(g, apart, arithmetic.negate(g, quotient), quotient)
            rest = arithmetic.select(g, x[-1], arithmetic.negate(g, rest), rest)
            if "floor" in kind:
                down = g.land(apart, _any(logic, rest))
                less = arithmetic.subtract(g, quotient, [g.one, *[0] * (width - 1)])[0]
                quotient = arithmetic.select(g, down, less, quotient)
                rest = arithmetic.select(g, down, arithmetic.add(g, rest, y)[0], rest)
        value = quotient if "div" in kind else rest
        taint = g.lor(logic.taint(pins["A"], pins["B"]), nought)
        return _out(logic.tainted(value[: _width(p, pins)], taint))

    return cell


def _any(logic: Logic, bits: Plain) -> int:
    total = 0
    for bit in bits:
        total = logic.algebra.lor(total, bit)
    return total


def _power(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    g, width = logic.algebra, _width(p, pins)
    signed = flag(p, "A_SIGNED")
    a = plain(extended(pins["A"], width, signed))
    b = plain(pins["B"])
    taint = logic.taint(pins["A"], pins["B"])
    total = arithmetic.power(g, a, b)
    if flag(p, "B_SIGNED") and b:  # 1 / a**n is 0, but for 1, -1 and 0
        wide = plain(extended(pins["A"], max(width, len(pins["A"])) + 1, signed))
        minus = b[-1]
        one = g.land(wide[0], g.lnot(_any(logic, wide[1:])))
        minus_one = g.one
        for bit in wide:
            minus_one = g.land(minus_one, bit)
        sign = g.land(minus_one, b[0])
        inverse = [g.lor(one, minus_one), *[sign] * (width - 1)][:width]
        total = arithmetic.select(g, minus, inverse, total)
        taint = g.lor(taint, g.land(minus, g.lnot(_any(logic, wide))))
    return _out(logic.tainted(total, taint))


def _comparison(kind: str) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, signed = _operands(p, pins, max(len(pins["A"]), len(pins["B"])))
        g = logic.algebra
        first, second = (a, b) if kind in ("$lt", "$ge") else (b, a)
        value = arithmetic.less(g, plain(first), plain(second), signed)
        if kind in ("$ge", "$le"):
            value = g.lnot(value)
        return _out(logic.tainted([value], logic.taint(a, b)), _width(p, pins))

    return cell


def _equality(inverted: bool, strict: bool) -> Cell:
    """$eq and $ne are defined where one defined bit differs; $eqx and $nex only where all are."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, _ = _operands(p, pins, max(len(pins["A"]), len(pins["B"])))
        differ = logic.any_of(logic.differ(x, y) for x, y in zip(a, b, strict=True))
        if strict:
            (differ,) = logic.tainted([differ.value], logic.taint(a, b))
        return _out([differ if inverted else logic.invert(differ)], _width(p, pins))

    return cell


def _shifted(logic: Logic, word: Word, amount: Word, fill: Bit, *, left: bool = False) -> list[Bit]:
    """A word shifted by an unsigned amount, `fill` moving in."""
    width = len(word)
    result = list(word)
    for k, bit in enumerate(amount):
        step = 1 << k if k < 32 else width
        if not (bit.value or bit.undefined):
            continue
        if step >= width:
            moved = [fill] * width
        elif left:
            moved = [fill] * step + result[: width - step]
        else:
            moved = result[step:] + [fill] * step
        result = [logic.choose(bit, x, y) for x, y in zip(moved, result, strict=True)]
    return result


def _shift(kind: str) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        width = _width(p, pins)
        signed = flag(p, "A_SIGNED") and kind != "$shiftx"
        wide = max(width, len(pins["A"]))
        fill = LOW
        if kind == "$shiftx":
            fill = logic.unknown
            word = [*pins["A"], *[fill] * (wide - len(pins["A"]))]
        else:
            word = extended(pins["A"], wide, signed)
        amount = pins["B"]
        if kind == "$sshr" and signed and word:
            fill = word[-1]
        if kind in ("$shl", "$sshl"):
            return _out(_shifted(logic, word[:width], amount, LOW, left=True))
        right = _shifted(logic, word, amount, fill)[:width]
        if kind not in ("$shift", "$shiftx") or not flag(p, "B_SIGNED") or not amount:
            return _out(right)
        # A negative amount shifts left by its magnitude.
        back = logic.tainted(arithmetic.negate(logic.algebra, plain(amount)), logic.taint(amount))
        left = _shifted(logic, word[:width], back, fill, left=True)
        sign = amount[-1]
        return _out([logic.choose(sign, x, y) for x, y in zip(left, right, strict=True)])

    return cell


def _mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    (s,) = pins["S"]
    return _out([logic.choose(s, b, a) for a, b in zip(pins["A"], pins["B"], strict=True)])


def _priority_free_mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$pmux: the part of B whose bit of S is 1, A where none is; two are undefined."""
    del p
    width, g = len(pins["A"]), logic.algebra
    result = [LOW] * width
    seen = twice = 0
    for k, s in enumerate(pins["S"]):
        part = pins["B"][k * width : (k + 1) * width]
        result = [logic.either(r, logic.both(s, b)) for r, b in zip(result, part, strict=True)]
        twice = g.lor(twice, g.land(seen, s.value))
        seen = g.lor(seen, s.value)
    none = logic.invert(logic.any_of(pins["S"]))
    result = [logic.either(r, logic.both(none, a)) for r, a in zip(result, pins["A"], strict=True)]
    taint = g.lor(twice, logic.taint(pins["S"]))
    if not taint:
        return _out(result)
    known = g.lnot(taint)
    return _out(
        [Bit(g.land(r.value, known), g.lor(g.land(r.undefined, known), taint)) for r in result]
    )


def _binary_mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    width = number(p["WIDTH"])
    words = [pins["A"][k : k + width] for k in range(0, len(pins["A"]), width)]
    return _out(indexed(logic, words, pins["S"]))


def _demux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    width = number(p["WIDTH"])
    result: list[Bit] = []
    for k in range(1 << len(pins["S"])):
        chosen = _all(
            logic, [s if k >> i & 1 else logic.invert(s) for i, s in enumerate(pins["S"])]
        )
        result += [logic.both(chosen, a) for a in pins["A"][:width]]
    return _out(result)


def _bitwise_mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    rows = zip(pins["S"], pins["B"], pins["A"], strict=True)
    return _out([logic.choose(s, b, a) for s, b, a in rows])


def _bitwise_equal(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    rows = zip(pins["A"], pins["B"], strict=True)
    return _out([logic.invert(logic.differ(a, b)) for a, b in rows])


def _table(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$lut: bit r of the table for inputs that read r."""
    text = str(p["LUT"]) if not isinstance(p["LUT"], int) else f"{p['LUT']:b}"
    size = 1 << len(pins["A"])
    digits = text[::-1][:size].ljust(size, "0")
    known = {"0": LOW, "1": logic.high}
    words = [[known.get(digit, logic.unknown)] for digit in digits]
    return _out(indexed(logic, words, pins["A"]))


def _products(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$sop: an or of products, two bits of the table for each input of each."""
    width, depth = number(p["WIDTH"]), number(p["DEPTH"])
    text = str(p["TABLE"]) if not isinstance(p["TABLE"], int) else f"{p['TABLE']:b}"
    digits = text[::-1].ljust(2 * width * depth, "0")
    total = LOW
    for row in range(depth):
        term = logic.high
        for k, bit in enumerate(pins["A"]):
            at = 2 * (row * width + k)
            low, high = digits[at], digits[at + 1]
            if low == "1":
                term = logic.both(term, logic.invert(bit))
            if high == "1":
                term = logic.both(term, bit)
        total = logic.either(total, term)
    return _out([total])


def _copy(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del logic
    return _out(
        extended(pins["A"], number(p.get("Y_WIDTH", p.get("WIDTH", "1"))), flag(p, "A_SIGNED"))
    )


def _slice(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del logic
    start = number(p["OFFSET"])
    return _out(pins["A"][start : start + _width(p, pins)])


def _concatenation(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del logic, p
    return _out([*pins["A"], *pins["B"]])


def _alu(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    g, width = logic.algebra, _width(p, pins)
    a = extended(pins["A"], width, flag(p, "A_SIGNED"))
    b = extended(pins["B"], width, flag(p, "B_SIGNED"))
    (invert,), (carry,) = pins["BI"], pins["CI"]
    operand = [g.xor(bit.value, invert.value) for bit in b]
    total, carries = arithmetic.add(g, plain(a), operand, carry.value)
    different = [g.xor(x.value, y) for x, y in zip(a, operand, strict=True)]
    taint = logic.taint(a, b, pins["BI"], pins["CI"])
    return {
        "Y": logic.tainted(total, taint),
        "X": logic.tainted(different, taint),
        "CO": logic.tainted(carries, taint),
    }


def _full_adders(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    g = logic.algebra
    taint = logic.taint(pins["A"], pins["B"], pins["C"])
    low, high = [], []
    for a, b, c in zip(*(plain(pins[name]) for name in "ABC"), strict=True):
        half = g.xor(a, b)
        low.append(g.xor(half, c))
        high.append(g.lor(g.land(a, b), g.land(half, c)))
    return {"Y": logic.tainted(low, taint), "X": logic.tainted(high, taint)}


def _lookahead(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$lcu: the carries of P and G."""
    del p
    g = logic.algebra
    (carry,) = plain(pins["CI"])
    carries = []
    for propagate, generate in zip(plain(pins["P"]), plain(pins["G"]), strict=True):
        carry = g.lor(generate, g.land(propagate, carry))
        carries.append(carry)
    return {"CO": logic.tainted(carries, logic.taint(pins["P"], pins["G"], pins["CI"]))}


def _accumulate(terms: Callable[[Parameters, Any], list[tuple[Operand, ...]]]) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        g, width = logic.algebra, _width(p, pins)
        total = [0] * width
        values: Any = {name: tuple(plain(word)) for name, word in pins.items()}
        for term in terms(p, values):
            parts = [
                [*part.bits[:width], *[_fill(part)] * (width - len(part.bits))] for part in term
            ]
            value = parts[0] if len(parts) == 1 else arithmetic.multiply(g, *parts)
            if term[0].negated:
                value = arithmetic.negate(g, value)
            total = arithmetic.add(g, total, value)[0]
        return _out(logic.tainted(total, logic.taint(*pins.values())))

    return cell


def _fill(part: Operand) -> int:
    return part.bits[-1] if part.signed and part.bits else 0


CELLS: Mapping[str, Cell] = {
    "$not": _unary(Logic.invert),
    "$pos": _copy,
    "$buf": _copy,
    "$neg": _negate,
    "$and": _bitwise(Logic.both),
    "$or": _bitwise(Logic.either),
    "$xor": _bitwise(Logic.differ),
    "$xnor": _bitwise(lambda logic, a, b: logic.invert(logic.differ(a, b))),
    "$reduce_and": _truth(lambda logic, pins: _all(logic, pins["A"])),
    "$reduce_or": _truth(lambda logic, pins: logic.any_of(pins["A"])),
    "$reduce_bool": _truth(lambda logic, pins: logic.any_of(pins["A"])),
    "$reduce_xor": _truth(lambda logic, pins: _parity(logic, pins["A"])),
    "$reduce_xnor": _truth(lambda logic, pins: logic.invert(_parity(logic, pins["A"]))),
    "$logic_not": _truth(lambda logic, pins: logic.invert(logic.any_of(pins["A"]))),
    "$logic_and": _truth(
        lambda logic, pins: logic.both(logic.any_of(pins["A"]), logic.any_of(pins["B"]))
    ),
    "$logic_or": _truth(
        lambda logic, pins: logic.either(logic.any_of(pins["A"]), logic.any_of(pins["B"]))
    ),
    "$add": _sum(False),
    "$sub": _sum(True),
    "$mul": _product,
    **{kind: _quotient(kind) for kind in ("$div", "$mod", "$divfloor", "$modfloor")},
    "$pow": _power,
    **{kind: _comparison(kind) for kind in ("$lt", "$le", "$ge", "$gt")},
    "$eq": _equality(False, False),
    "$ne": _equality(True, False),
    "$eqx": _equality(False, True),
    "$nex": _equality(True, True),
    **{kind: _shift(kind) for kind in ("$shl", "$sshl", "$shr", "$sshr", "$shift", "$shiftx")},
    "$mux": _mux,
    "$pmux": _priority_free_mux,
    "$bmux": _binary_mux,
    "$demux": _demux,
    "$bwmux": _bitwise_mux,
    "$bweqx": _bitwise_equal,
    "$lut": _table,
    "$sop": _products,
    "$slice": _slice,
    "$concat": _concatenation,
    "$alu": _alu,
    "$fa": _full_adders,
    "$lcu": _lookahead,
    "$macc": _accumulate(macc),
    "$macc_v2": _accumulate(macc_v2),
}
# Cells whose bit k of Y follows from bit k of A and B alone, and from S.
SLICED = frozenset(
    {"$not", "$and", "$or", "$xor", "$xnor", "$mux", "$bwmux", "$bweqx", "$pos", "$buf"}
)
OUTPUTS = frozenset({"Y", "X", "CO", "RD_DATA", "DATA", "Q", "O"})
