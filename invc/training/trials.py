"""Evaluate elaborated modules, word by word, for many trials at once.

What a user's Verilog means before any gate is made of it. A signal that was computed as a word is
kept as one number a trial and taken apart only where somebody asks for its bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Bit, Cell, Elaborated, Module

Trials = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
WIDEST = 62  # bits of a number


def evaluate_words(
    design: Elaborated,
    inputs: Mapping[str, Sequence[Trials]],
    *,
    module: str | None = None,
) -> dict[str, list[Trials]]:
    """The output ports of a module for every trial.

    Args:
        design: Where the module is, and those that it instantiates.
        inputs: For each input port an array for each bit, least significant first. Shape of each:
            (trials,), bool.
        module: Its name in the design; by default the top.

    Raises:
        InvcError: The module is not combinational, or holds a cell that nobody evaluates.
    """
    chosen = design.modules[module or design.top]
    trials = next((len(bits[0]) for bits in inputs.values() if len(bits)), 1)
    return _Evaluation(design, trials).ports(chosen, inputs)


class _Evaluation:
    def __init__(self, design: Elaborated, trials: int) -> None:
        self.design = design
        self.trials = trials

    def ports(
        self, module: Module, inputs: Mapping[str, Sequence[Trials]]
    ) -> dict[str, list[Trials]]:
        signals = _Signals(self.trials)
        for name, bits in module.inputs.items():
            for bit, value in zip(bits, inputs[name], strict=True):
                signals.bits[bit] = value
        for cell in in_order(module):
            self.cell(cell, signals)
        return {name: [signals.bit(bit) for bit in bits] for name, bits in module.outputs.items()}

    def cell(self, cell: Cell, signals: _Signals) -> None:
        inner = self.design.modules.get(cell.kind)
        if inner is not None:
            missing = set(inner.inputs) - cell.pins.keys()
            given = {
                n: [signals.bit(b) for b in cell.pins[n]] for n in inner.inputs if n not in missing
            }
            for name in missing:
                given[name] = [signals.bit("0")] * len(inner.inputs[name])
            found = self.ports(inner, given)
            for name in inner.outputs:
                for bit, value in zip(cell.pins.get(name, ()), found[name], strict=False):
                    signals.bits[bit] = value
            return
        rule = BITWISE.get(cell.kind)
        if rule is not None:
            rule(cell, signals)
            return
        number = NUMERIC.get(cell.kind)
        if number is None:
            raise InvcError(
                f"cell {cell.kind} is not evaluated",
                where=cell.source or None,
                hint="a network is combinational: sums, comparisons, selections",
            )
        signals.put(cell.pins["Y"], number(cell, signals))


class _Signals:
    """What is known of the nets of a module."""

    def __init__(self, trials: int) -> None:
        self.trials = trials
        self.bits: dict[Bit, Trials] = {
            "0": np.zeros(trials, np.bool_),
            "1": np.ones(trials, np.bool_),
        }
        self.bits["x"] = self.bits["z"] = self.bits["0"]
        self.words: dict[Bit, tuple[Numbers, int]] = {}  # the word that a bit is in, and its place

    def bit(self, bit: Bit) -> Trials:
        found = self.bits.get(bit)
        if found is None:
            word = self.words.get(bit)
            if word is None:
                raise InvcError("a net has no driver", hint="assign it, or make it an input")
            found = self.bits[bit] = (word[0] >> word[1] & 1).astype(np.bool_)
        return found

    def put(self, bits: Sequence[Bit], number: Numbers) -> None:
        """A computed word: its bits are taken apart when they are asked for."""
        for k, bit in enumerate(bits[:WIDEST]):
            self.words[bit] = (number, k)
            self.bits.pop(bit, None)
        for bit in bits[WIDEST:]:
            self.bits[bit] = number < 0

    def number(self, bits: Sequence[Bit], *, signed: bool) -> Numbers:
        """The number that bits stand for."""
        top = list(bits)
        while len(top) > 1 and top[-1] == (top[-2] if signed else "0"):
            top.pop()  # what only extends it
        if len(top) > WIDEST:
            raise InvcError(f"a number of {len(top)} bits is too wide to be evaluated")
        word = self.words.get(top[0]) if top else None
        value = None
        if word is not None and all(
            (found := self.words.get(b)) is not None and found[0] is word[0] and found[1] == k
            for k, b in enumerate(top)
        ):
            value = word[0] & ((1 << len(top)) - 1)
        if value is None:
            value = np.zeros(self.trials, np.int64)
            for k, bit in enumerate(top):
                if bit == "1":
                    value += 1 << k
                elif not isinstance(bit, str):
                    value += self.bit(bit).astype(np.int64) << k
        if signed and top:
            sign = 1 << (len(top) - 1)
            value = (value ^ sign) - sign
        return value


def in_order(module: Module) -> list[Cell]:
    """The cells, each after those that drive it.

    Raises:
        InvcError: They are in a circle.
    """
    driver: dict[Bit, int] = {}
    for k, cell in enumerate(module.cells):
        for name in cell.outputs:
            driver.update(dict.fromkeys(cell.pins.get(name, ()), k))
    above: list[set[int]] = []
    for cell in module.cells:
        read = (b for n, bits in cell.pins.items() if n not in cell.outputs for b in bits)
        above.append({driver[b] for b in read if b in driver})
    users: list[list[int]] = [[] for _ in module.cells]
    for k, needed in enumerate(above):
        for other in needed:
            users[other].append(k)
    waiting = [len(needed) for needed in above]
    ready = [k for k, count in enumerate(waiting) if not count]
    order = []
    while ready:
        k = ready.pop()
        order.append(module.cells[k])
        for user in users[k]:
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
    if len(order) < len(module.cells):
        raise InvcError(f"module {module.name!r} has a combinational loop", where=module.source)
    return order


def _is_signed(cell: Cell, pin: str) -> bool:
    return cell.parameters.get(f"{pin}_SIGNED", "0").endswith("1")


def _extended(cell: Cell, pin: str, width: int, signals: _Signals, *, signed: bool) -> list[Trials]:
    bits = list(cell.pins[pin])[:width]
    fill: Bit = bits[-1] if signed and bits else "0"
    return [signals.bit(b) for b in [*bits, *[fill] * (width - len(bits))]]


def _two(rule: Callable[[Trials, Trials], Trials]) -> Callable[[Cell, _Signals], None]:
    def evaluate(cell: Cell, signals: _Signals) -> None:
        out = cell.pins["Y"]
        signed = _is_signed(cell, "A") and _is_signed(cell, "B")
        left, right = (_extended(cell, pin, len(out), signals, signed=signed) for pin in "AB")
        for bit, a, b in zip(out, left, right, strict=True):
            signals.bits[bit] = rule(a, b)

    return evaluate


def _not(cell: Cell, signals: _Signals) -> None:
    out = cell.pins["Y"]
    values = _extended(cell, "A", len(out), signals, signed=_is_signed(cell, "A"))
    for bit, value in zip(out, values, strict=True):
        signals.bits[bit] = ~value


def _mux(cell: Cell, signals: _Signals) -> None:
    choose = signals.bit(cell.pins["S"][0])
    for bit, a, b in zip(cell.pins["Y"], cell.pins["A"], cell.pins["B"], strict=True):
        signals.bits[bit] = np.where(choose, signals.bit(b), signals.bit(a))


def _pmux(cell: Cell, signals: _Signals) -> None:
    out = cell.pins["Y"]
    values = [signals.bit(bit) for bit in cell.pins["A"]]
    for k, choice in enumerate(cell.pins["S"]):
        chosen = signals.bit(choice)
        part = cell.pins["B"][k * len(out) : (k + 1) * len(out)]
        values = [np.where(chosen, signals.bit(b), v) for b, v in zip(part, values, strict=True)]
    signals.bits.update(zip(out, values, strict=True))


def _truth(rule: Callable[[list[Trials]], Trials]) -> Callable[[Cell, _Signals], None]:
    """One bit of all bits of A."""

    def evaluate(cell: Cell, signals: _Signals) -> None:
        value = rule([signals.bit(bit) for bit in cell.pins["A"]])
        out = cell.pins["Y"]
        signals.bits.update(dict.fromkeys(out, signals.bit("0")))
        signals.bits[out[0]] = value

    return evaluate


def _logic(rule: Callable[[Trials, Trials], Trials]) -> Callable[[Cell, _Signals], None]:
    def evaluate(cell: Cell, signals: _Signals) -> None:
        a, b = (_any([signals.bit(bit) for bit in cell.pins[pin]]) for pin in "AB")
        out = cell.pins["Y"]
        signals.bits.update(dict.fromkeys(out, signals.bit("0")))
        signals.bits[out[0]] = rule(a, b)

    return evaluate


def _any(bits: list[Trials]) -> Trials:
    found: Trials = np.logical_or.reduce(bits)
    return found


def _parity(bits: list[Trials]) -> Trials:
    found: Trials = np.logical_xor.reduce(bits)
    return found


BITWISE: Mapping[str, Callable[[Cell, _Signals], None]] = {
    "$and": _two(np.logical_and),
    "$or": _two(np.logical_or),
    "$xor": _two(np.logical_xor),
    "$xnor": _two(np.equal),
    "$not": _not,
    "$mux": _mux,
    "$pmux": _pmux,
    "$reduce_and": _truth(np.logical_and.reduce),
    "$reduce_or": _truth(_any),
    "$reduce_bool": _truth(_any),
    "$reduce_xor": _truth(_parity),
    "$reduce_xnor": _truth(lambda bits: ~_parity(bits)),
    "$logic_not": _truth(lambda bits: ~_any(bits)),
    "$logic_and": _logic(np.logical_and),
    "$logic_or": _logic(np.logical_or),
}


def _operands(cell: Cell, signals: _Signals) -> tuple[Numbers, Numbers]:
    signed = _is_signed(cell, "A") and _is_signed(cell, "B")
    a, b = (signals.number(cell.pins[pin], signed=signed) for pin in "AB")
    return a, b


def _arithmetic(rule: Callable[[Numbers, Numbers], Numbers]) -> Callable[[Cell, _Signals], Numbers]:
    """Sums and the like, modulo the width of the output."""

    def evaluate(cell: Cell, signals: _Signals) -> Numbers:
        width = min(len(cell.pins["Y"]), WIDEST)
        return rule(*_operands(cell, signals)) & ((1 << width) - 1)

    return evaluate


def _one(rule: Callable[[Numbers], Numbers]) -> Callable[[Cell, _Signals], Numbers]:
    def evaluate(cell: Cell, signals: _Signals) -> Numbers:
        width = min(len(cell.pins["Y"]), WIDEST)
        value = signals.number(cell.pins["A"], signed=_is_signed(cell, "A"))
        return rule(value) & ((1 << width) - 1)

    return evaluate


def _comparison(rule: Callable[[Numbers, Numbers], Trials]) -> Callable[[Cell, _Signals], Numbers]:
    def evaluate(cell: Cell, signals: _Signals) -> Numbers:
        return rule(*_operands(cell, signals)).astype(np.int64)

    return evaluate


def _shift(*, left: bool) -> Callable[[Cell, _Signals], Numbers]:
    def evaluate(cell: Cell, signals: _Signals) -> Numbers:
        width = min(len(cell.pins["Y"]), WIDEST)
        signed = _is_signed(cell, "A") and cell.kind in ("$sshr", "$shl", "$sshl")
        value = signals.number(cell.pins["A"], signed=signed)
        by = np.minimum(signals.number(cell.pins["B"], signed=False), WIDEST + 1)
        mask = (1 << width) - 1
        if left:
            return np.where(by >= width, 0, (value & mask) << np.minimum(by, width) & mask)
        return value >> by & mask

    return evaluate


NUMERIC: Mapping[str, Callable[[Cell, _Signals], Numbers]] = {
    "$add": _arithmetic(np.add),
    "$sub": _arithmetic(np.subtract),
    "$mul": _arithmetic(np.multiply),
    "$neg": _one(np.negative),
    "$pos": _one(np.positive),
    "$eq": _comparison(np.equal),
    "$eqx": _comparison(np.equal),
    "$ne": _comparison(np.not_equal),
    "$nex": _comparison(np.not_equal),
    "$lt": _comparison(np.less),
    "$le": _comparison(np.less_equal),
    "$gt": _comparison(np.greater),
    "$ge": _comparison(np.greater_equal),
    "$shl": _shift(left=True),
    "$sshl": _shift(left=True),
    "$shr": _shift(left=False),
    "$sshr": _shift(left=False),
}
