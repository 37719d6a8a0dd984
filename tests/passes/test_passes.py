"""Laws of the passes: the function of every port stays, and what each leaves is as stated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import netlists
from invc.library import hamlib
from invc.mapping.mapper import Mapper, always, depends
from invc.netlist import Function, Netlist, counting_words
from invc.netlist.gates import AND2, BUF, FA, HA, INV, MUX2, XOR2
from invc.passes.fuse_products import fuse_products
from invc.passes.name_nets import name_nets
from invc.passes.pair_adders import pair_adders
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from truth import truth

MAPPER = Mapper(hamlib())
ANDS = Mapper({"AND2": hamlib()["AND2"]})
ODD = Function("$_OAI4_", ("A", "B", "C", "D"), ("Y",), (0x111F ^ 0xFFFF,))
WIDE = Function("WIDE", ("A", "B", "C", "D", "E"), ("Y",), (0x1234_F00D,))
ANY = (AND2, XOR2, HA, FA, INV, BUF, MUX2, ODD, WIDE)
PASSES = {
    "simplify": (simplify,),
    "pair_adders": (simplify, pair_adders),
    "fuse_products": (simplify, pair_adders, fuse_products),
    "sweep_dead": (simplify, pair_adders, fuse_products, sweep_dead),
}


@pytest.mark.parametrize("name", PASSES)
@given(netlist=netlists(max_inputs=5, max_gates=8, functions=ANY))
@settings(max_examples=150)
def test_passes_keep_the_function_of_every_port(name: str, netlist: Netlist) -> None:
    result = netlist
    for transform in PASSES[name]:
        result = transform(result, MAPPER)
    if name == "sweep_dead":
        result.check()
    assert truth(result) == truth(netlist)
    assert [p.name for p in result.ports] == [p.name for p in netlist.ports]


@given(netlist=netlists(max_inputs=5, max_gates=8, functions=ANY))
@settings(max_examples=150)
def test_simplify_leaves_library_cells_with_distinct_nets(netlist: Netlist) -> None:
    result = simplify(netlist, MAPPER)
    for gate in result.gates:
        assert MAPPER.holds(gate.function)
        nets = [pin >> 1 for pin in gate.inputs]
        assert 0 not in nets
        assert len({*nets}) == len(nets) > 1


@given(netlist=netlists(max_inputs=5, max_gates=8, functions=ANY))
@settings(max_examples=150)
def test_sweep_leaves_only_what_an_output_needs(netlist: Netlist) -> None:
    result = sweep_dead(simplify(netlist, MAPPER), MAPPER)
    read = {pin >> 1 for gate in result.gates for pin in gate.inputs}
    read |= {bit >> 1 for port in result.outputs for bit in port.bits}
    for gate in result.gates:
        assert any(pin >> 1 in read for pin in gate.outputs)
    assert all(name_nets(result, MAPPER).names[1:])


@pytest.mark.parametrize("mapper", [MAPPER, ANDS], ids=["hamlib", "AND2 alone"])
@given(table=st.integers(0, 255))
def test_every_function_of_three_inputs_has_a_recipe(mapper: Mapper, table: int) -> None:
    if not all(depends(table, 3, k) for k in range(3)):
        return
    recipe = mapper.recipe(3, (table,))
    words = [always(3), *counting_words(3)]
    values = [0, *words[1:]]
    for step in recipe.steps:
        n = len(step.function.inputs)
        read = [values[p >> 1] ^ (words[0] if p & 1 else 0) for p in step.pins[:n]]
        for pin, word in zip(step.pins[n:], step.function.evaluate(words[0], *read), strict=True):
            assert pin >> 1 == len(values)
            values.append((word ^ (words[0] if pin & 1 else 0)) & words[0])
    (out,) = recipe.outputs
    assert values[out >> 1] ^ (words[0] if out & 1 else 0) == table
    assert recipe.spins <= (6 if mapper is MAPPER else 9)
