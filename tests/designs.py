"""Small cells, and netlists that hypothesis makes of them, for every area's tests."""

from collections.abc import Sequence

from hypothesis import strategies as st

from invc.library.cell import Cell
from invc.netlist import Function, Gate, Netlist, Port

AND2 = Function("AND2", ("A", "B"), ("Y",), (0x8,))
XOR2 = Function("XOR2", ("A", "B"), ("Y",), (0x6,))
HA = Function("HA", ("A", "B"), ("S", "C"), (0x6, 0x8))
FA = Function("FA", ("A", "B", "CI"), ("S", "CO"), (0x96, 0xE8))


def cell(
    function: Function,
    ancillas: tuple[str, ...],
    h: tuple[int, ...],
    J: tuple[tuple[int, int, int], ...],
    ground: int,
    gap: int,
) -> Cell:
    return Cell(
        function.name, function.pins, function.relation, ancillas, h, J, ground, gap, function
    )


CELLS = {
    "AND2": cell(AND2, (), (1, 1, -2), ((0, 1, -1), (0, 2, 2), (1, 2, 2)), -3, 4),
    # Twice (A + B - Y - 2 x)^2 in logic values, with x = A & B: a half adder whose carry is hidden.
    "XOR2": cell(
        XOR2,
        ("x",),
        (1, 1, -1, -2),
        ((0, 1, -1), (0, 2, 1), (0, 3, 2), (1, 2, 1), (1, 3, 2), (2, 3, -2)),
        -4,
        2,
    ),
    "HA": cell(
        HA,
        (),
        (1, 1, -1, -2),
        ((0, 1, -1), (0, 2, 1), (0, 3, 2), (1, 2, 1), (1, 3, 2), (2, 3, -2)),
        -4,
        2,
    ),
    "FA": cell(
        FA,
        (),
        (0, 0, 0, 0, 0),
        (
            *((0, 1, -1), (0, 2, -1), (0, 3, 1), (0, 4, 2), (1, 2, -1)),
            *((1, 3, 1), (1, 4, 2), (2, 3, 1), (2, 4, 2), (3, 4, -2)),
        ),
        -4,
        2,
    ),
}


@st.composite
def netlists(
    draw: st.DrawFn,
    max_inputs: int = 4,
    max_gates: int = 6,
    functions: Sequence[Function] = (AND2, XOR2, HA, FA),
) -> Netlist:
    """Netlists of any shape: repeated, complementary and constant pins, unused inputs."""
    width = draw(st.integers(1, max_inputs))
    nets = width
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, max_gates))):
        function = draw(st.sampled_from(functions))
        pins = [draw(st.integers(0, 2 * nets + 1)) for _ in function.inputs]
        for _ in function.outputs:
            nets += 1
            pins.append(2 * nets + draw(st.integers(0, 1)))
        gates.append(
            Gate(function, tuple(pins), draw(st.sampled_from(["", "a.v:1:2", "b c.v:9:1"])))
        )
    outputs = draw(st.lists(st.integers(0, 2 * nets + 1), min_size=1, max_size=4))
    split = draw(st.integers(0, width))
    ports = [
        Port("a", "input", tuple(2 * k for k in range(1, split + 1)), offset=3),
        Port("b[0] ", "input", tuple(2 * k for k in range(split + 1, width + 1)), upto=True),
        Port("y", "output", tuple(outputs), signed=True),
    ]
    names = (
        "",
        *(draw(st.sampled_from(["n", "u.v", 'q"\\', "é[3] "])) + str(k) for k in range(nets)),
    )
    return Netlist("top", tuple(p for p in ports if p.bits), tuple(gates), names).check()


def multiplier(n: int) -> Netlist:
    """The n x n array multiplier: AND2 products summed by half and full adders."""
    names = [""]
    gates: list[Gate] = []

    def net(name: str) -> int:
        names.append(name)
        return 2 * (len(names) - 1)

    a = [net(f"a[{i}]") for i in range(n)]
    b = [net(f"b[{i}]") for i in range(n)]
    row: list[int] = []
    product: list[int] = []
    for j in range(n):
        terms = []
        for i in range(n):
            y = net(f"pp{i}_{j}")
            gates.append(Gate(AND2, (a[i], b[j], y)))
            terms.append(y)
        carry: int | None = None
        sums: list[int] = []
        for i, term in enumerate(terms):
            addends = [term, *([row[i]] if i < len(row) else []), *([carry] if carry else [])]
            if len(addends) == 1:
                sums.append(addends[0])
                carry = None
                continue
            function = HA if len(addends) == 2 else FA
            s, c = net(f"s{i}_{j}"), net(f"c{i}_{j}")
            gates.append(Gate(function, (*addends, s, c)))
            sums.append(s)
            carry = c
        product.append(sums[0])
        row = sums[1:] + ([carry] if carry else [])
    ports = (
        Port("a", "input", tuple(a)),
        Port("b", "input", tuple(b)),
        Port("p", "output", tuple(product + row)),
    )
    return Netlist("multiplier", ports, tuple(gates), tuple(names)).check()
