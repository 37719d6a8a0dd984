"""Fields of a port's value, against the value written out in bits."""

import pytest

from invc.design.fields import MOST_COLUMNS, columns_of, field_values, fields_of
from invc.netlist import Port
from invc.netlist.shape import parse_shape

SHAPE = "struct{logic x;logic signed[2:0] y;struct{logic signed a;logic[1:0] b;}[1:0] z;}"
WIDTH = 1 + 3 + 2 * 3
# Names, from the highest bit down, with their widths and signs.
PARTS = [
    *((".x", 1, False), (".y", 3, True), (".z[1].a", 1, True), (".z[1].b", 2, False)),
    *((".z[0].a", 1, True), (".z[0].b", 2, False)),
]
PORT = Port("p", "input", tuple(range(2, 2 * WIDTH + 2, 2)), shape=parse_shape(SHAPE))
PLAIN = Port("q", "output", (2, 4, 6), signed=True)


@pytest.mark.parametrize("value", [*range(0, 1 << WIDTH, 7), (1 << WIDTH) - 1])
def test_values(value: int) -> None:
    bits = f"{value:0{WIDTH}b}"
    expected = {}
    for name, width, signed in PARTS:
        part, bits = bits[:width], bits[width:]
        expected[f"p{name}"] = int(part, 2) - (1 << width if signed and part[0] == "1" else 0)
    assert field_values([PORT, PLAIN], {"p": value, "q": -1}) == expected
    assert field_values([PORT, PLAIN], {"q": -1}) == {}


def test_columns() -> None:
    assert columns_of(PORT) == fields_of(PORT)
    (whole,) = columns_of(PLAIN)
    assert (whole.name, whole.low, whole.width, whole.signed) == ("q", 0, 3, True)
    assert [whole.value(bits) for bits in (3, 4, 7)] == [3, -4, -1]


@pytest.mark.parametrize("count", [MOST_COLUMNS, MOST_COLUMNS + 1])
def test_of_many_fields_a_table_shows_the_whole(count: int) -> None:
    shape = parse_shape(f"struct{{{''.join(f'logic f{k};' for k in range(count))}}}")
    port = Port("p", "input", tuple(range(2, 2 * count + 2, 2)), shape=shape)
    assert len(fields_of(port)) == count
    assert len(columns_of(port)) == (count if count <= MOST_COLUMNS else 1)
