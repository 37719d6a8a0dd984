"""The pieces that netlists are made of and asked by: sums, clauses, evaluators, names of nets.

All are right by laws elsewhere; which of many right ones is built decides spins, and how quick
everything after it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from golden.mangled import letters
from golden.sizes import NETLISTS
from invc.frontend.arithmetic import PLAIN, Adders, Sum, Word, _signed_digits, counters, ripple
from invc.library import hamlib
from invc.netlist import Builder, Function, forbidden, implicates
from invc.netlist.clauses import constraint_of
from invc.netlist.function import evaluator
from invc.netlist.labels import labels_of, nearest_names
from invc.passes.fuse_products import fusions

PIECES = Path(__file__).resolve().parent / "pieces.json"
BITS = 8  # inputs of sums


def adders() -> dict[str, Adders]:
    """What sums are built of: nothing special, counters, counters and fused products."""
    found = counters(hamlib().values())
    small = {bits: counter for bits, counter in found.items() if bits < 6}
    return {
        "plain": PLAIN, "counters": Adders(found), "small": Adders(small),
        "fused": Adders(found, fusions(hamlib()).keys()),
    }  # fmt: skip


def sums() -> dict[str, Any]:
    """Gates of random sums, and of products, by what they are built of."""
    found: dict[str, Any] = {}
    for name, chosen in adders().items():
        made = [_sum(seed, chosen) for seed in range(40)]
        made += [_product(width, chosen) for width in range(2, 10)]
        found[name] = [sum(gates for gates, _ in made), *(text for _, text in made)]
    return found


def _sum(seed: int, chosen: Adders) -> tuple[int, str]:
    draw, builder = Random(seed), Builder()
    for _ in range(BITS):
        builder.net()

    def word() -> Word:
        bits = tuple(draw.randrange(2 * BITS + 2) for _ in range(draw.randrange(1, 6)))
        return Word(bits, draw.random() < 0.4, draw.random() < 0.4)

    total = Sum(draw.randrange(1, 10))
    for _ in range(draw.randrange(1, 7)):
        if draw.random() < 0.5:
            total.add_product(word(), word())
        else:
            total.add(word())
    out = total.build(builder, "s", chosen)
    return len(builder.gates), letters(f"{out} {builder.gates}")


def _product(width: int, chosen: Adders) -> tuple[int, str]:
    builder = Builder()
    bits = tuple(builder.net() for _ in range(2 * width))
    total = Sum(2 * width)
    total.add_product(Word(bits[:width], True), Word(bits[width:], True))
    total.add(Word(bits[:width]))
    out = total.build(builder, "p", chosen)
    return len(builder.gates), letters(f"{out} {builder.gates}")


def scaled() -> list[str]:
    """A word times every small number, of both signs, beside another word."""
    found = []
    for factor in range(-40, 41):
        builder = Builder()
        bits = tuple(builder.net() for _ in range(6))
        total = Sum(5)
        for k in range(abs(factor)):
            total.add(Word(bits[:2] if k % 2 else bits[1:3], factor % 3 == 0, factor < 0))
        total.add(Word(bits[3:]))
        out = total.build(builder, "m", PLAIN)
        found.append(letters(f"{out} {builder.gates}"))
    return found


def ripples() -> str:
    """Adders of $alu with every kind of inversion and carry."""
    made = []
    for invert in (0, 1, 10):
        for carry in (0, 1, 12):
            builder = Builder()
            for _ in range(6):
                builder.net()
            out = ripple(builder, (2, 5, 1), (6, 8, 3), invert, carry, "r")
            made.append((out, builder.gates))
    return letters(str(made))


def digits() -> str:
    """Signed digits of all numbers of few bits."""
    return letters(str([[_signed_digits(v, w) for v in range(1 << w)] for w in range(8)]))


def functions(count: int, seed: int) -> list[Function]:
    """Random functions of up to five inputs with one or two outputs."""
    draw, found = Random(seed), []
    for _ in range(count):
        inputs = draw.randrange(6)
        outputs = draw.randrange(1, 3)
        tables = tuple(draw.getrandbits(1 << inputs) for _ in range(outputs))
        pins = [f"p{k}" for k in range(inputs + outputs)]
        found.append(Function("F", tuple(pins[:inputs]), tuple(pins[inputs:]), tables))
    return found


def clauses() -> dict[str, Any]:
    """Clauses of random functions and relations, and of functions of which something is known."""
    draw = Random(7)
    random = functions(60, 1)
    relations = [(draw.getrandbits(1 << n), n) for n in range(9) for _ in range(6)]
    known = []
    for function in random:
        pins = len(function.pins)
        mask = draw.getrandbits(pins) & draw.getrandbits(pins)
        ignored = draw.getrandbits(pins) & draw.getrandbits(pins) & ~mask
        known.append(constraint_of(function, mask, draw.getrandbits(pins) & mask, ignored))
    made: tuple[Callable[[], Any], ...] = (
        lambda: [forbidden(function) for function in random],
        lambda: [implicates(rows, n) for rows, n in relations],
        lambda: known,
    )
    return {
        name: [sum(map(len, found)), letters(str(found))]
        for name, found in zip(
            ("forbidden", "implicates", "known"), (m() for m in made), strict=True
        )
    }


def evaluators() -> list[Any]:
    """What evaluates functions on words, as text."""
    texts = [evaluator(len(f.inputs), f.tables) for f in functions(60, 2)]
    return [sum(map(len, texts)), letters(str(texts))]


def names() -> Mapping[str, str]:
    """What nets without a name are called."""
    found = {}
    for name, make in NETLISTS.items():
        netlist = make()
        near = nearest_names(netlist.names, netlist.gates)
        found[name] = letters(f"{near} {labels_of(netlist.names, netlist.gates)}")
    return found


PARTS = ("sums", "scaled", "ripples", "digits", "clauses", "evaluators", "names")


def told(part: str) -> Any:
    """One part."""
    return globals()[part]()


def measure() -> dict[str, Any]:
    """All of them."""
    return {part: told(part) for part in PARTS}
