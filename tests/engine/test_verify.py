"""What is read of all replicas at once is what is read of one replica after the other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, netlists
from invc.design import decode
from invc.design.assemble import assemble
from invc.engine import verify
from invc.netlist import Netlist
from invc.pbits.heatbath.energy import compile_meter
from invc.pbits.random import block_generator, first_state
from sampling import view_of


@settings(max_examples=60)
@given(st.data(), st.booleans(), st.sampled_from([8, 16, 1 << 14]))
def test_all_lanes_at_once_equal_one_by_one(data: st.DataObject, signed: bool, rows: int) -> None:
    lanes = data.draw(st.lists(st.integers(0, 1023), min_size=1, max_size=6, unique=True))
    words = data.draw(st.lists(st.integers(0, (1 << 1024) - 1), min_size=1, max_size=40))
    before, verify.MOST_ROWS = verify.MOST_ROWS, rows
    try:
        found = verify.decode_lanes(words, lanes, signed)
    finally:
        verify.MOST_ROWS = before
    assert found == [decode([word >> lane & 1 for word in words], signed) for lane in lanes]


@settings(max_examples=30)
@given(netlists(), st.lists(st.integers(0, 1023), min_size=1, max_size=6, unique=True))
def test_energies_by_meter_are_those_of_the_model(netlist: Netlist, lanes: list[int]) -> None:
    design = assemble(netlist, CELLS)
    view = view_of(first_state(block_generator(3, 0), design.model.spins))
    want = verify.energies_of(design, view, lanes, None)
    meter = compile_meter(design.model, np.zeros(design.model.spins, dtype=np.int8))
    assert verify.energies_of(design, view, lanes, meter) == want
    before, verify.METERED = verify.METERED, 0
    try:
        found = verify.energies_of(design, view, lanes, None)
    finally:
        verify.METERED = before
    assert found == want
