"""Laws of the passes: the function of every port stays, and what each leaves is as stated."""

from itertools import product

import pytest
from hypothesis import given, settings

from designs import netlists
from invc.library import hamlib
from invc.mapping.mapper import Mapper, Recipe, always, depends
from invc.netlist import Function, Gate, Netlist, Port, counting_words
from invc.netlist.gates import AND2, BUF, FA, HA, INV, MUX2, XOR2
from invc.passes.fuse_products import fuse_products
from invc.passes.name_nets import name_nets
from invc.passes.pair_adders import pair_adders
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from truth import truth
from typed import sure

MAPPER = Mapper(hamlib())
ANDS = Mapper({"AND2": hamlib()["AND2"]})
ODD = Function("$_OAI4_", ("A", "B", "C", "D"), ("Y",), (0x111F ^ 0xFFFF,))
WIDE = Function("WIDE", ("A", "B", "C", "D", "E"), ("Y",), (0x1234_F00D,))
# Outputs that do not depend on the same inputs, one of two outputs twice.
UNEVEN = Function("UNEVEN", ("A", "B", "C"), ("Y", "Z"), (0x88, 0x3C))
CROSSED = Function("CROSSED", ("A", "B", "C"), ("Y", "Z", "X"), (0xA0, 0x3C, 0x5F))
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


@pytest.mark.parametrize("function", [UNEVEN, CROSSED], ids=str)
def test_outputs_of_different_inputs(function: Function) -> None:
    """For all pins: constants, complements and one net on several of them."""
    count = len(function.inputs)
    outputs = range(2 * count + 2, 2 * (count + len(function.outputs)) + 2, 2)
    names = ("", *(f"n{k}" for k in range(count + len(outputs))))
    for read in product(range(2 * count + 2), repeat=count):
        ports = (
            Port("a", "input", tuple(range(2, 2 * count + 2, 2))),
            Port("y", "output", tuple(outputs)),
        )
        netlist = Netlist("m", ports, (Gate(function, (*read, *outputs)),), names)
        for mapper in (MAPPER, ANDS):
            result = simplify(netlist, mapper)
            assert truth(result) == truth(netlist), read
            used = {pin >> 1 for gate in result.gates for pin in gate.inputs}
            assert 0 not in used


@pytest.mark.parametrize(
    ("pair", "cell"), [(("XOR2", "AND2"), "HA"), (("XOR3", "MAJ3"), "FA")], ids=str
)
def test_pairs_of_all_polarities_are_one_cell(pair: tuple[str, str], cell: str) -> None:
    """In either order of the two, each pin and output inverted or not, their inputs exchanged."""
    first, second = (sure(hamlib()[name].function) for name in pair)
    count = len(first.inputs)
    nets = [2 * k + 2 for k in range(count)]
    names = ("", *(f"n{k}" for k in range(count + 2)))
    for flips in product((0, 1), repeat=2 * count + 2):
        one = [net ^ flip for net, flip in zip(nets, flips, strict=False)]
        two = [net ^ flip for net, flip in zip(nets[::-1], flips[count:], strict=False)]
        outs = (2 * count + 2 + flips[-1], 2 * count + 4 + flips[-2])
        gates = [Gate(first, (*one, outs[0])), Gate(second, (*two, outs[1]), "a.v:1:1")]
        if sum(flips) % 2:
            gates.reverse()
        ports = (Port("a", "input", tuple(nets)), Port("y", "output", outs))
        netlist = Netlist("m", ports, tuple(gates), names).check()
        result = pair_adders(netlist, MAPPER)
        assert truth(result) == truth(netlist), flips
        (gate,) = result.gates
        assert (gate.function.name, gate.source) == (cell, "a.v:1:1")


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


def computed(recipe: Recipe, inputs: int) -> tuple[int, ...]:
    """The truth tables of a recipe's outputs."""
    words = [always(inputs), *counting_words(inputs)]
    values = [0, *words[1:]]
    for step in recipe.steps:
        n = len(step.function.inputs)
        read = [values[p >> 1] ^ (words[0] if p & 1 else 0) for p in step.pins[:n]]
        for pin, word in zip(step.pins[n:], step.function.evaluate(words[0], *read), strict=True):
            assert pin >> 1 == len(values)
            values.append((word ^ (words[0] if pin & 1 else 0)) & words[0])
    return tuple(values[out >> 1] ^ (words[0] if out & 1 else 0) for out in recipe.outputs)


@pytest.mark.parametrize(
    ("mapper", "spins"), [(MAPPER, 428), (ANDS, 818)], ids=["hamlib", "AND2 alone"]
)
def test_every_function_of_three_inputs_has_a_recipe_of_few_spins(
    mapper: Mapper, spins: int
) -> None:
    """What it costs in all is fixed: no meaning breaks where a cheaper recipe is missed."""
    total = 0
    for table in range(256):
        if all(depends(table, 3, k) for k in range(3)):
            recipe = mapper.recipe(3, (table,))
            assert computed(recipe, 3) == (table,)
            total += recipe.spins
    assert total == spins


@pytest.mark.parametrize(
    ("mapper", "spins"), [(MAPPER, 842), (ANDS, 1972)], ids=["hamlib", "AND2 alone"]
)
def test_functions_of_the_same_inputs_share_a_recipe(mapper: Mapper, spins: int) -> None:
    """Pairs of functions, constants and single inputs among them."""
    total = 0
    for table in range(0, 256, 5):
        for other in (0, 255, 0b10101010, 0b00110011, 0b10010110, 0b11101000, 0b11000101):
            if table != other:
                recipe = mapper.recipe(3, (table, other))
                assert computed(recipe, 3) == (table, other)
                total += recipe.spins
    assert total == spins
