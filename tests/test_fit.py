"""Laws of designs within limits: meaning, ground states and gap stay, and every spin fits."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designs import multiplier, netlists
from invc.design import Design, format_design, parse_clamps, parse_design, presolve
from invc.design.assemble import assemble
from invc.design.fit import fit
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.ising import all_energies
from invc.library import Library, Limits, cells_within, faults, hamlib
from invc.library.limits import degree_needed
from invc.mapping.mapper import Mapper
from invc.netlist import Function, Gate, Netlist, Port, evaluate, evaluate_ports
from invc.netlist.gates import AND2, FA, HA, INV, MUX2, XOR2
from invc.passes.name_nets import name_nets
from invc.passes.simplify import simplify
from invc.passes.sweep_dead import sweep_dead
from invc.pipeline import synth
from sampling import run
from truth import every_input

LIBRARY = hamlib()
WIDE = Function("WIDE", ("A", "B", "C", "D"), ("Y",), (0x1EE9,))
ANY = (AND2, XOR2, HA, FA, INV, MUX2, WIDE)
CROWD = ("AND2", "AND2", "XOR2", "HA", "FA", "MAJ3")
MAX_SPINS = 20


def mapped(netlist: Netlist, library: Library) -> Netlist:
    mapper = Mapper(library)
    for transform in (simplify, sweep_dead, name_nets):
        netlist = transform(netlist, mapper)
    return netlist


def least_degree(netlist: Netlist) -> int:
    """The least for which the cells of a netlist leave room for copies."""
    return max(degree_needed(LIBRARY[gate.function.name]) for gate in netlist.gates)


@st.composite
def crowded(draw: st.DrawFn, max_gates: int) -> Netlist:
    """Netlists of cells whose pins are on nets of their own; some nets are read by most gates."""
    width = draw(st.integers(3, 4))
    nets, gates = width, []
    for _ in range(draw(st.integers(1, max_gates))):
        function = LIBRARY[draw(st.sampled_from(CROWD))].function
        assert function is not None
        count = len(function.inputs)
        read = draw(st.permutations(range(1, min(nets, 6) + 1)))[:count]
        driven = range(nets + 1, nets + 1 + len(function.outputs))
        pins = [2 * net + draw(st.integers(0, 1)) for net in (*read, *driven)]
        nets += len(function.outputs)
        gates.append(Gate(function, tuple(pins), draw(st.sampled_from(["", "a.v:1:2"]))))
    ports = (
        Port("a", "input", tuple(range(2, 2 * width + 1, 2))),
        Port("y", "output", tuple(2 * net for net in range(width + 1, nets + 1))),
    )
    names = ("", *(f"n{k}" for k in range(nets)))
    return Netlist("top", ports, tuple(gates), names).check()


def check(design: Design, netlist: Netlist, limits: Limits) -> None:
    """What must hold of a design within limits, but for its energies."""
    inputs, trials = every_input(netlist)
    design.netlist.check()
    assert evaluate_ports(design.netlist, inputs, trials) == evaluate_ports(netlist, inputs, trials)
    ports = [(port.name, port.direction, len(port.bits)) for port in netlist.ports]
    assert [(p.name, p.direction, len(p.bits)) for p in design.netlist.ports] == ports
    assert len(set(design.netlist.names)) == len(design.netlist.names)
    if limits.degree is not None:
        assert design.model.degrees.max(initial=0) <= limits.degree
    if limits.largest is not None:
        coefficients = np.concatenate([design.model.h, design.model.J, [0]])
        assert np.abs(coefficients).max() <= limits.largest


def check_energies(design: Design) -> None:
    """Exactly one ground state for each input, and every wrong state a gap above."""
    assert design.model.spins <= MAX_SPINS
    inputs, trials = every_input(design.netlist)
    words = evaluate(design.netlist, inputs, trials)[1:]
    rows = {sum((w >> t & 1) << k for k, w in enumerate(words)) for t in range(trials)}
    energies = all_energies(design.model)
    nets = np.arange(len(energies)) & (1 << design.netlist.net_count) - 1
    right = np.isin(nets, sorted(rows))
    assert energies.min() == 0
    ground = nets[energies == 0]
    assert set(ground.tolist()) == rows
    assert len(ground) == trials == len(rows)
    assert energies[~right].min(initial=design.min_gap) >= design.min_gap


@given(crowded(max_gates=5), st.integers(0, 1), st.sampled_from([None, 3, 4]))
@settings(max_examples=80)
def test_within_limits_ground_states_and_gap_stay(
    netlist: Netlist, more: int, bits: int | None
) -> None:
    limits = Limits(least_degree(netlist) + more, bits)
    design = fit(netlist, LIBRARY, limits)
    check(design, netlist, limits)
    assume(design.model.spins <= MAX_SPINS)
    check_energies(design)


@given(crowded(max_gates=6))
@settings(max_examples=60)
def test_within_bits_alone_ground_states_and_gap_stay(netlist: Netlist) -> None:
    limits = Limits(bits=3)
    design = fit(netlist, LIBRARY, limits)
    check(design, netlist, limits)
    assume(design.model.spins <= MAX_SPINS)
    check_energies(design)


@pytest.mark.parametrize(
    ("degree", "bits"),
    [(3, None), (4, None), (5, None), (6, 4), (4, 2), (None, 2), (None, 3), (5, 3), (None, 8)],
)
@given(netlist=netlists(max_inputs=5, max_gates=20, functions=ANY))
@settings(max_examples=15)
def test_mapped_netlists_within_limits(
    degree: int | None, bits: int | None, netlist: Netlist
) -> None:
    limits = Limits(degree, bits)
    library = cells_within(LIBRARY, limits)
    design = fit(mapped(netlist, library), library, limits)
    check(design, netlist, limits)


@given(crowded(max_gates=40), st.integers(0, 4), st.sampled_from([None, 3, 4, 8]))
@settings(max_examples=60)
def test_crowded_netlists_within_limits(netlist: Netlist, more: int, bits: int | None) -> None:
    limits = Limits(least_degree(netlist) + more, bits)
    check(fit(netlist, LIBRARY, limits), netlist, limits)


@pytest.mark.parametrize("degree", [5, 6, 8, 16])
def test_multiplier_within_a_degree(degree: int) -> None:
    netlist = multiplier(6)
    design = fit(netlist, LIBRARY, Limits(degree))
    check(design, netlist, Limits(degree))
    assert design.min_gap == 4
    copies = design.model.spins - netlist.net_count
    assert copies == sum(gate.function.name == "COPY" for gate in design.netlist.gates)
    # A tree that gives a net of W couplings no more than K to a spin has at least so many copies.
    couplings = assemble(netlist, LIBRARY).model.degrees
    least = sum(-(-(int(w) - 2) // (degree - 2)) - 1 for w in couplings if w > degree)
    assert least <= copies <= 1.5 * least


def fan_out(readers: int) -> Netlist:
    """One net that many gates read."""
    names = ["", "a", *(f"b{k}" for k in range(readers)), *(f"y{k}" for k in range(readers))]
    gates = [Gate(AND2, (2, 2 * (2 + k), 2 * (2 + readers + k))) for k in range(readers)]
    ports = (
        Port("a", "input", (2,)),
        Port("b", "input", tuple(2 * (2 + k) for k in range(readers))),
        Port("y", "output", tuple(gate.pins[-1] for gate in gates)),
    )
    return Netlist("fan", ports, tuple(gates), tuple(names)).check()


def test_a_fan_out_becomes_a_flat_tree_of_few_copies() -> None:
    readers = 2000
    design = fit(fan_out(readers), LIBRARY, Limits(5))
    copies = [gate for gate in design.netlist.gates if gate.function.name == "COPY"]
    assert len(copies) + 1 == -(-(2 * readers - 2) // 3)  # the bound for a tree
    depth = {2: 0}
    for gate in copies:
        depth[gate.pins[1]] = depth[gate.pins[0]] + 1
    assert max(depth.values()) <= 8


def test_presolve_goes_through_copies() -> None:
    design = fit(multiplier(4), LIBRARY, Limits(5))
    clamped = presolve(design, parse_clamps(design.netlist, ["a=5", "b=7"]))
    assert clamped.free == 0
    backward = presolve(design, parse_clamps(design.netlist, ["p=1"]))
    assert backward.values[0] == 1  # both factors are odd


def test_a_split_multiplier_is_factored() -> None:
    design = fit(multiplier(4), LIBRARY, Limits(5, 4))
    result = run(design, presolve(design, parse_clamps(design.netlist, ["p=143"])), seed=1)
    assert {(a.ports["a"], a.ports["b"]) for a in result.answers} == {(11, 13), (13, 11)}
    assert min(answer.energy for answer in result.answers) == 0


def test_copies_round_trip() -> None:
    design = fit(multiplier(3), LIBRARY, Limits(5))
    text = "".join(format_design(design))
    again = parse_design(text)
    assert "".join(format_design(again)) == text
    assert again.netlist.gates == design.netlist.gates


def test_a_design_that_is_within_the_limits_is_left_alone() -> None:
    netlist = multiplier(4)
    plain, fitted = assemble(netlist, LIBRARY), fit(netlist, LIBRARY, Limits(8, 8))
    assert "".join(format_design(fitted)) == "".join(format_design(plain))


@pytest.fixture(scope="module")
def plain(repository: Path) -> dict[str, tuple[Sources, Design]]:
    """Examples as they are without limits, each compiled once."""
    folder = repository / "rtl_examples"
    files = {name: folder / name / f"{name}.v" for name in ("multiplier", "adder", "alu")}
    return {name: (Sources((path,)), synth(Sources((path,)))) for name, path in files.items()}


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("name", ["multiplier", "adder", "alu"])
def test_examples_within_bits(
    plain: Mapping[str, tuple[Sources, Design]], name: str, bits: int
) -> None:
    sources, design = plain[name]
    limits = Limits(bits=bits)
    fitted = synth(sources, limits=limits)
    check(fitted, design.netlist, limits)
    assert fitted.min_gap >= (4 if bits > 3 and name != "adder" else 2)
    for cell in fitted.cells.values():
        assert faults(cell) == []
    if bits == 8:
        assert fitted.model.spins == design.model.spins


@pytest.mark.parametrize("limits", [Limits(5), Limits(7, 6), Limits(bits=4), Limits(bits=6)])
def test_limits_with_the_fewest_spins(
    plain: Mapping[str, tuple[Sources, Design]], limits: Limits
) -> None:
    sources, design = plain["multiplier"]
    fitted = synth(sources, objective="spins", limits=limits)
    check(fitted, design.netlist, limits)


def test_a_wide_multiplier_within_bits_and_a_degree() -> None:
    for limits in (Limits(5, 4), Limits(bits=4)):
        check(fit(multiplier(8), LIBRARY, limits), multiplier(8), limits)


def test_a_cell_copy_that_is_none() -> None:
    cell = replace(LIBRARY["AND2"], name="COPY")
    with pytest.raises(InvcError) as caught:
        fit(multiplier(4), {**LIBRARY, "COPY": cell}, Limits(5))
    assert str(caught.value) == (
        "error: your cell COPY is no Y = A\n"
        "  hint: give it another name: nets are copied by the cell of that name"
    )
