"""What known pins imply equals what all rows say, whatever is known and whatever pins coincide."""

import random
from itertools import product

import invc
from invc.design.pins import _implications as implications
from invc.design.pins import gates_of
from invc.netlist import Function

FUNCTIONS = (
    Function("AND", ("A", "B"), ("Y",), (0b1000,)),
    Function("MUX", ("A", "B", "S"), ("Y",), (0b11001010,)),
    Function("FA", ("A", "B", "C"), ("S", "K"), (0b10010110, 0b11101000)),
)


def test_implied_pins_are_those_that_all_fitting_rows_agree_on() -> None:
    for function in FUNCTIONS:
        count = len(function.pins)
        for values in product((None, 0, 1), repeat=count):
            known = sum((1 + 2 * v) << 2 * i for i, v in enumerate(values) if v is not None)
            rows = [
                row
                for row in function.rows
                if all(v is None or row >> i & 1 == v for i, v in enumerate(values))
            ]
            implied = implications(function)[known]
            if not rows:
                assert implied is None
                continue
            agreed = {
                (i, rows[0] >> i & 1)
                for i, v in enumerate(values)
                if v is None and len({row >> i & 1 for row in rows}) == 1
            }
            assert implied is not None
            forced, after = implied
            assert set(forced) == agreed
            assert after == known + sum((1 + 2 * v) << 2 * i for i, v in agreed)


def test_gates_are_told_what_a_value_of_a_net_is_at_their_pins() -> None:

    design = invc.synth(
        "module m(input [2:0] a, output y, z); assign y = a[0] ? a[1] : ~a[2], z = ^a; endmodule;"
    )
    gates, netlist = gates_of(design), design.netlist
    r = random.Random(1)
    for _ in range(20):
        values = [r.getrandbits(1) for _ in range(netlist.net_count)]
        known = gates.first.copy()
        for spin, value in enumerate(values):
            for gate, pins in gates.told[value][spin]:
                known[gate] |= pins
        for k, found in enumerate(netlist.gates):
            bits = [pin & 1 if pin < 2 else values[(pin >> 1) - 1] ^ pin & 1 for pin in found.pins]
            assert known[k] == sum((1 + 2 * bit) << 2 * i for i, bit in enumerate(bits))
