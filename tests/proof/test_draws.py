"""Draws as values of ports are what their bits say, answer by answer."""

from __future__ import annotations

import random

import numpy as np
import pytest

from designs import multiplier
from invc.design import decode
from invc.netlist import Port
from invc.proof.diagram.draws import WIDEST, _values, as_draws, holds


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("width", [1, 2, 8, WIDEST - 1, WIDEST, WIDEST + 1, 64, 65, 130])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 100])
def test_values_of_a_port_are_those_of_its_bits(signed: bool, width: int, count: int) -> None:
    draw = random.Random(width)
    words = [draw.getrandbits(count) for _ in range(width)]
    values = _values(Port("p", "output", (0,) * width, signed=signed), words, count)
    expected = [decode([word >> k & 1 for word in words], signed) for k in range(count)]
    assert [int(value) for value in values] == expected
    assert isinstance(values, np.ndarray) == (width <= WIDEST)


@pytest.mark.parametrize("count", [1, 8, 20])
def test_what_follows_from_inputs_is_evaluated_for_all_draws(count: int) -> None:
    netlist, draw = multiplier(3), random.Random(count)
    nets = [bit >> 1 for port in netlist.inputs for bit in port.bits]
    draw.shuffle(nets)
    bits = np.array([[draw.getrandbits(1) for _ in range(count)] for _ in nets], dtype=np.uint8)
    draws, words = as_draws(netlist, nets, bits)
    row = dict(zip(nets, bits.tolist(), strict=True))
    for k in range(count):
        a, b = (sum(row[bit >> 1][k] << i for i, bit in enumerate(p.bits)) for p in netlist.inputs)
        assert [int(draws.ports[name][k]) for name in ("a", "b", "p")] == [a, b, a * b]
    assert draws.count == count
    for net, word in enumerate(words):
        ones = word == (1 << count) - 1
        assert (
            holds(words, [(2 * net, 1)], count) == holds(words, [(2 * net + 1, 0)], count) == ones
        )
        assert holds(words, [(2 * net, 0)], count) == (word == 0)
        assert holds(words, [(2 * net, 1), (2 * net, 0)], count) is False
    assert holds(words, [], count)
