"""What each of Yosys's word-level cells computes, from the manual's chapter on them.

Independent of every pass of Yosys: what a netlist is checked against must not come from what made
it. An undefined result, as of a division by zero or an index beyond a vector, is undefined here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from invc.frontend.words import arithmetic
from invc.frontend.words.algebra import LOW, Bit, Logic, Word, extended, plain
from invc.frontend.words.memory import indexed
from invc.frontend.words.sums import (
    Cell,
    Parameters,
    Pins,
    accumulate,
    add_or_subtract,
    alu,
    compare,
    divide,
    full_adders,
    lookahead,
    multiply,
    negate,
    operands,
    out,
    power,
    width_of,
)
from invc.frontend.yosys_cells import flag, macc, macc_v2, number


def _bitwise(operation: Callable[[Logic, Bit, Bit], Bit]) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, _ = operands(p, pins, width_of(p, pins))
        return out([operation(logic, x, y) for x, y in zip(a, b, strict=True)])

    return cell


def _unary(operation: Callable[[Logic, Bit], Bit]) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a = extended(pins["A"], width_of(p, pins), flag(p, "A_SIGNED"))
        return out([operation(logic, x) for x in a])

    return cell


def _truth(value: Callable[[Logic, Pins], Bit]) -> Cell:
    """A cell of one bit, with zeros above it."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        return out([value(logic, pins)], width_of(p, pins))

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


def _equality(inverted: bool, strict: bool) -> Cell:
    """$eq and $ne are defined where one defined bit differs; $eqx and $nex only where all are."""

    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        a, b, _ = operands(p, pins, max(len(pins["A"]), len(pins["B"])))
        differ = logic.any_of(logic.differ(x, y) for x, y in zip(a, b, strict=True))
        if strict:
            (differ,) = logic.tainted([differ.value], logic.taint(a, b))
        return out([differ if inverted else logic.invert(differ)], width_of(p, pins))

    return cell


def _shifted(logic: Logic, word: Word, amount: Word, fill: Bit, *, left: bool = False) -> list[Bit]:
    """A word shifted by an unsigned amount, `fill` moving in."""
    width = len(word)
    result = list(word)
    for k, bit in enumerate(amount):
        if not (bit.value or bit.undefined):
            continue
        step = min(1 << k, width)
        if left:
            moved = [fill] * step + result[: width - step]
        else:
            moved = result[step:] + [fill] * step
        result = [logic.choose(bit, x, y) for x, y in zip(moved, result, strict=True)]
    return result


def _shift(kind: str) -> Cell:
    def cell(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
        width = width_of(p, pins)
        signed = flag(p, "A_SIGNED") and kind != "$shiftx"
        wide = max(width, len(pins["A"]))
        fill = LOW
        if kind == "$shiftx":
            fill = logic.unknown
            word = [*pins["A"], *[fill] * width][:wide]
        else:
            word = extended(pins["A"], wide, signed)
        amount = pins["B"]
        if kind == "$sshr" and signed and word:
            fill = word[-1]
        if kind in ("$shl", "$sshl"):
            return out(_shifted(logic, word[:width], amount, LOW, left=True))
        right = _shifted(logic, word, amount, fill)[:width]
        if kind not in ("$shift", "$shiftx") or not flag(p, "B_SIGNED") or not amount:
            return out(right)
        # A negative amount shifts left by its magnitude.
        back = logic.tainted(arithmetic.negate(logic.algebra, plain(amount)), logic.taint(amount))
        left = _shifted(logic, word[:width], back, fill, left=True)
        sign = amount[-1]
        return out([logic.choose(sign, x, y) for x, y in zip(left, right, strict=True)])

    return cell


def _mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    (s,) = pins["S"]
    return out([logic.choose(s, b, a) for a, b in zip(pins["A"], pins["B"], strict=True)])


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
        return out(result)
    known = g.lnot(taint)
    return out(
        [Bit(g.land(r.value, known), g.lor(g.land(r.undefined, known), taint)) for r in result]
    )


def _binary_mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    width = number(p["WIDTH"])
    words = [pins["A"][k : k + width] for k in range(0, len(pins["A"]), width)]
    return out(indexed(logic, words, pins["S"]))


def _demux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    width = number(p["WIDTH"])
    result: list[Bit] = []
    for k in range(1 << len(pins["S"])):
        chosen = _all(
            logic, [s if k >> i & 1 else logic.invert(s) for i, s in enumerate(pins["S"])]
        )
        result += [logic.both(chosen, a) for a in pins["A"][:width]]
    return out(result)


def _bitwise_mux(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    rows = zip(pins["S"], pins["B"], pins["A"], strict=True)
    return out([logic.choose(s, b, a) for s, b, a in rows])


def _bitwise_equal(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del p
    rows = zip(pins["A"], pins["B"], strict=True)
    return out([logic.invert(logic.differ(a, b)) for a, b in rows])


def _table(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    """$lut: bit r of the table for inputs that read r."""
    text = str(p["LUT"]) if not isinstance(p["LUT"], int) else f"{p['LUT']:b}"
    size = 1 << len(pins["A"])
    digits = text[::-1][:size].ljust(size, "0")
    known = {"0": LOW, "1": logic.high}
    words = [[known.get(digit, logic.unknown)] for digit in digits]
    return out(indexed(logic, words, pins["A"]))


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
    return out([total])


def _copy(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del logic
    return out(
        extended(pins["A"], number(p.get("Y_WIDTH", p.get("WIDTH", "1"))), flag(p, "A_SIGNED"))
    )


def _slice(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del logic
    start = number(p["OFFSET"])
    return out(pins["A"][start : start + width_of(p, pins)])


def _concatenation(logic: Logic, p: Parameters, pins: Pins) -> Mapping[str, Word]:
    del logic, p
    return out([*pins["A"], *pins["B"]])


CELLS: Mapping[str, Cell] = {
    "$not": _unary(Logic.invert),
    "$pos": _copy,
    "$buf": _copy,
    "$neg": negate,
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
    "$add": add_or_subtract(False),
    "$sub": add_or_subtract(True),
    "$mul": multiply,
    **{kind: divide(kind) for kind in ("$div", "$mod", "$divfloor", "$modfloor")},
    "$pow": power,
    **{kind: compare(kind) for kind in ("$lt", "$le", "$ge", "$gt")},
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
    "$alu": alu,
    "$fa": full_adders,
    "$lcu": lookahead,
    "$macc": accumulate(macc),
    "$macc_v2": accumulate(macc_v2),
}
# Cells whose bit k of Y follows from bit k of A and B alone, and from S.
SLICED = frozenset(
    {"$not", "$and", "$or", "$xor", "$xnor", "$mux", "$bwmux", "$bweqx", "$pos", "$buf"}
)
OUTPUTS = frozenset({"Y", "X", "CO", "RD_DATA", "DATA", "Q", "O"})
