"""Soft clamps: a lone p-bit gets its probability, and nothing else changes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design import Design, bias_design, parse_biases
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.ising import all_energies
from invc.netlist import Netlist, Port

DESIGN = assemble(multiplier(2), CELLS)
ALONE = assemble(
    Netlist("top", (Port("a", "input", (2,)), Port("y", "output", (3, 1))), (), ("", "a")), {}
)


@given(st.floats(0.002, 0.998), st.floats(0.05, 8))
def test_a_lone_bit_has_its_probability_at_beta(probability: float, beta: float) -> None:
    (bias,) = parse_biases(ALONE.netlist, [f"a={probability!r}"])
    biased = bias_design(ALONE, [bias], beta)
    low, high = all_energies(biased.design.model)
    odds = np.exp((low - high) * beta / biased.scale)
    assert biased.probabilities[0] == pytest.approx(odds / (1 + odds))
    made = biased.probabilities[0]
    assert abs(np.log(made / (1 - made) * (1 - probability) / probability)) <= 0.0201


def test_an_inverted_bit_leans_the_other_way_and_a_constant_not_at_all() -> None:
    low, high = all_energies(
        bias_design(ALONE, parse_biases(ALONE.netlist, ["y[0]=0.9"]), 1.0).design.model
    )
    assert low < high  # y[0] is the complement of a
    plain = bias_design(ALONE, parse_biases(ALONE.netlist, ["y[1]=0.9"]), 1.0).design.model
    assert not plain.h.any()


@given(st.floats(0.1, 0.9), st.floats(0.3, 3))
def test_scaled_energies_and_gaps_are_multiples(probability: float, beta: float) -> None:
    biases = parse_biases(DESIGN.netlist, [f"a={probability!r}"])
    biased = bias_design(DESIGN, biases, beta)
    assert [bias.name for bias in biases] == ["a[0]", "a[1]"]
    model, scale = biased.design.model, biased.scale
    field = model.h - scale * DESIGN.model.h
    assert set(np.flatnonzero(field)) <= {0, 1}
    assert np.array_equal(model.J, scale * DESIGN.model.J)
    assert biased.design.min_gap == scale * DESIGN.min_gap
    assert isinstance(biased.design, Design)


HINT = "\n  hint: a bias is NAME=P with 0 < P < 1, such as a[3]=0.8"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a"], f"error: bias 'a' is not NAME=P{HINT}"),
        (["a=x"], f"error: bias 'a=x' is not NAME=P{HINT}"),
        (["a=1.5"], f"error: bias 'a=1.5' is not NAME=P{HINT}"),
        (["a=nan"], f"error: bias 'a=nan' is not NAME=P{HINT}"),
        (["=0.5"], f"error: bias '=0.5' is not NAME=P{HINT}"),
        (["a[0]=1"], "error: bias 'a[0]=1': 1 holds the bit\n  hint: use --clamp for that"),
        (["a=0.5", "a[1]=0.5"], "error: bias 'a[1]=0.5': a[1] has a bias already"),
        (["c=0.5"], "error: no port is called 'c'\n  hint: there are: a, b, p, inputs, outputs"),
        (["a[7]=0.5"], "error: 'a[7]' is outside port 'a'\n  hint: a is [1:0]"),
    ],
)
def test_errors(texts: Sequence[str], expected: str) -> None:
    with pytest.raises(InvcError) as error:
        parse_biases(DESIGN.netlist, texts)
    assert str(error.value) == expected


def test_a_field_that_no_kernel_holds_is_refused() -> None:
    with pytest.raises(InvcError, match="need too large a field"):
        bias_design(DESIGN, parse_biases(DESIGN.netlist, ["a=0.9999"]), 1e-10)


@pytest.mark.parametrize("share", ["1e-320", "1e-308", "1e-17", "0.9999999999999999"])
@pytest.mark.parametrize("beta", [1e-100, 1e-10, 0.5, 3.0, 1e100])
def test_a_share_of_almost_nothing_is_near_it_or_refused(share: str, beta: float) -> None:
    biases = parse_biases(DESIGN.netlist, [f"a={share}"])
    try:
        made = bias_design(DESIGN, biases, beta).probabilities
    except InvcError as fault:
        assert "field" in fault.message or "odds" in fault.message
    else:
        assert made == pytest.approx((float(share),) * len(biases), rel=0.05)
