"""Sums are right modulo their width, whatever they are built of, and as small as published."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from invc.frontend.arithmetic import PLAIN, Adders, Sum, Word, counters
from invc.frontend.yosys import Sources
from invc.library import hamlib
from invc.mapping.mapper import Mapper
from invc.netlist import FALSE, TRUE, Builder, Netlist, Port, evaluate_ports
from invc.passes.fuse_products import fuse_products, fusions
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from invc.pipeline import synth

MAPPER = Mapper(hamlib())
SMALLEST = Adders(counters(hamlib().values()), fusions(hamlib()).keys())
BITS = 8
TRIALS = 64


@st.composite
def words(draw: st.DrawFn) -> Word:
    """Operands over eight inputs, repeated, inverted and constant bits too."""
    bits = draw(st.lists(st.integers(FALSE, 2 * BITS + 1), min_size=1, max_size=4))
    return Word(tuple(bits), draw(st.booleans()), draw(st.booleans()))


def value(word: Word, row: int) -> int:
    bits = [(row << 1 >> (bit >> 1) & 1) ^ (bit & 1) for bit in word.bits]
    number = sum(bit << k for k, bit in enumerate(bits))
    if word.signed:
        number -= bits[-1] << len(bits)
    return -number if word.negated else number


@given(
    terms=st.lists(st.one_of(st.tuples(words()), st.tuples(words(), words())), max_size=5),
    width=st.integers(1, 9),
    adders=st.sampled_from([PLAIN, SMALLEST, Adders(SMALLEST.counters)]),
    rows=st.lists(st.integers(0, (1 << BITS) - 1), min_size=TRIALS, max_size=TRIALS),
)
@settings(max_examples=150)
def test_a_sum_is_its_terms(
    terms: Sequence[Sequence[Word]], width: int, adders: Adders, rows: Sequence[int]
) -> None:
    builder = Builder()
    inputs = tuple(builder.net() for _ in range(BITS))
    total = Sum(width)
    for term in terms:
        if len(term) == 2:
            total.add_product(*term)
        else:
            total.add(*term)
    out = total.build(builder, "a.v:1", adders)
    netlist = builder.netlist("sum", (Port("x", "input", inputs), Port("y", "output", out)))
    words = [sum((row >> k & 1) << t for t, row in enumerate(rows)) for k in range(BITS)]
    for result in (netlist, smallest(netlist)):
        found = evaluate_ports(result, {"x": words}, TRIALS)["y"]
        for t, row in enumerate(rows):
            expected = 0
            for term in terms:
                expected += value(term[0], row) * (value(term[1], row) if len(term) == 2 else 1)
            assert sum((word >> t & 1) << k for k, word in enumerate(found)) == expected % (
                1 << width
            )


def smallest(netlist: Netlist) -> Netlist:
    for transform in (simplify, sweep_dead, fuse_products, sweep_dead):
        netlist = transform(netlist, MAPPER)
    return netlist


def spins(netlist: Netlist) -> int:
    inputs = sum(len(port.bits) for port in netlist.inputs)
    return inputs + sum(MAPPER.spins(gate.function) for gate in netlist.gates)


def built(inputs: int, terms: Sequence[Sequence[slice]], width: int, adders: Adders) -> Netlist:
    builder = Builder()
    bits = tuple(builder.net() for _ in range(inputs))
    total = Sum(width)
    for first, *second in terms:
        if second:
            total.add_product(Word(bits[first]), Word(bits[second[0]]))
        else:
            total.add(Word(bits[first]))
    out = total.build(builder, "", adders)
    return builder.netlist("sum", (Port("x", "input", bits), Port("y", "output", out)))


def test_multipliers_and_counts_are_no_larger_than_published() -> None:
    for n, fused in ((4, 36), (8, 136), (16, 528)):
        halves = [(slice(0, n), slice(n, 2 * n))]
        plain = sweep_dead(simplify(built(2 * n, halves, 2 * n, PLAIN), MAPPER), MAPPER)
        assert spins(plain) == 3 * n * n
        assert spins(smallest(built(2 * n, halves, 2 * n, Adders({}, SMALLEST.fused)))) == fused
        few = spins(smallest(built(2 * n, halves, 2 * n, SMALLEST)))
        assert few <= fused if n == 4 else few < 0.9 * fused
    ones = [(slice(k, k + 1),) for k in range(64)]
    assert spins(smallest(built(64, ones, 7, PLAIN))) == 190
    assert spins(smallest(built(64, ones, 7, SMALLEST))) <= 116


def test_counters_and_fusions_are_known_by_their_tables() -> None:
    assert {n: cell.name for n, cell in sorted(SMALLEST.counters.items())} == {
        **{4: "COUNT4_3", 5: "COUNT5_3", 6: "COUNT6_3", 7: "COUNT7_3"}
    }
    names = {
        adder.name: (taken[False].name, taken[True].name if True in taken else None)
        for adder, taken in fusions(hamlib()).items()
    }
    assert names == {
        "HA": ("MULHA", "MULHN"),
        "FA": ("MULFA", "MULFA"),
        **{f"COUNT{n}_3": (f"MULC{n}", None) for n in (4, 5, 6)},
        "COUNT7_3": ("MULC7", "MULC7"),
    }


def test_constants_are_no_operands() -> None:
    builder = Builder()
    total = Sum(4)
    total.add(Word((TRUE, FALSE, TRUE)))
    total.add_product(Word((TRUE, TRUE)), Word((TRUE,)))
    assert total.build(builder, "") == (FALSE, FALSE, FALSE, TRUE)
    assert not builder.gates


def test_adders_written_gate_by_gate_become_adders(tmp_path: Path) -> None:
    rtl = tmp_path / "hand.v"
    rtl.write_text(
        "module hand(input [3:0] a, b, output [4:0] s);\n  wire [4:0] c;\n  assign c[0] = 0;\n"
        "  assign s = {c[4], a ^ b ^ c[3:0]};\n"
        "  assign c[4:1] = (a & b) | (c[3:0] & (a ^ b));\nendmodule\n"
    )
    gates = tmp_path / "gates.v"
    gates.write_text(
        "module gates(input a, b, c, output s, k);\n  wire x, y, z;\n  xor (x, a, b);\n"
        "  xor (s, x, c);\n  and (y, a, b);\n  and (z, x, c);\n  or (k, y, z);\nendmodule\n"
    )
    for objective in ("balanced", "spins"):
        made = synth(Sources((rtl,)), objective=objective).netlist
        assert sorted(gate.function.name for gate in made.gates) == ["FA", "FA", "FA", "HA"]
        made = synth(Sources((gates,), gate_level=True), objective=objective).netlist
        assert [gate.function.name for gate in made.gates] == ["FA"]
