"""`widen_gaps`: the function stays, the smallest gap ratio gets as wide as it can, and no ancilla is idle."""

from fractions import Fraction

from hypothesis import given, settings

from designs import netlists
from invc.library import gap_ratio, hamlib, variants
from invc.mapping.mapper import Mapper
from invc.netlist import Gate, Netlist
from invc.netlist.gates import AND2, FA, HA, XOR2
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from invc.passes.widen_gaps import widen_gaps

MAPPER = Mapper(hamlib())


def ratio(gate: Gate) -> Fraction:
    return gap_ratio(hamlib()[gate.function.name])


@given(netlist=netlists(max_inputs=5, max_gates=8, functions=(AND2, XOR2, HA, FA)))
@settings(max_examples=100)
def test_gaps_are_level_and_wide_and_nets_stay(netlist: Netlist) -> None:
    before = sweep_dead(simplify(netlist, MAPPER), MAPPER)
    after = widen_gaps(before, MAPPER)
    assert [gate.pins for gate in after.gates] == [gate.pins for gate in before.gates]
    assert [gate.function.tables for gate in after.gates] == [
        gate.function.tables for gate in before.gates
    ]
    if not after.gates:
        return
    better = variants(hamlib())
    reachable = min(
        max(gap_ratio(c) for c in (hamlib()[name], *better.get(name, ())))
        for name in {gate.function.name for gate in before.gates}
    )
    assert min(map(ratio, after.gates)) == reachable
    for old, new in zip(before.gates, after.gates, strict=True):
        fewer = [
            cell
            for cell in (hamlib()[old.function.name], *better.get(old.function.name, ()))
            if len(cell.ancillas) < len(hamlib()[new.function.name].ancillas)
        ]
        assert all(gap_ratio(cell) < reachable for cell in fewer)


def test_an_adder_has_twice_the_gap_and_its_products_stay() -> None:
    from designs import multiplier
    from invc.design.assemble import assemble

    plain = simplify(multiplier(3), MAPPER)
    wide = assemble(widen_gaps(plain, MAPPER), hamlib())
    assert {cell.gap for cell in wide.cells.values()} == {4}
    assert set(wide.cells) == {"AND2", "FA_A1", "HA_A1"}
    assert max(abs(wide.model.J)) == 2
    assert max(abs(assemble(plain, hamlib()).model.J)) == 4
