"""Values of ports for all replicas at once are those of one replica after the other."""

from hypothesis import given, settings
from hypothesis import strategies as st

from invc.design import decode
from invc.simulate import verify


@settings(max_examples=60)
@given(st.data(), st.booleans(), st.sampled_from([8, 16, 1 << 14]))
def test_all_lanes_at_once_equal_one_by_one(data, signed, rows):
    lanes = data.draw(st.lists(st.integers(0, 1023), min_size=1, max_size=6, unique=True))
    words = data.draw(st.lists(st.integers(0, (1 << 1024) - 1), min_size=1, max_size=40))
    before, verify.MOST_ROWS = verify.MOST_ROWS, rows
    try:
        found = verify.decode_lanes(words, lanes, signed)
    finally:
        verify.MOST_ROWS = before
    assert found == [decode([word >> lane & 1 for word in words], signed) for lane in lanes]
