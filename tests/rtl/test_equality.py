"""Every circuit does, state for state, what the software does in its place."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from designs import CELLS, netlists
from invc.design import Clamp, Design, bit_names, parse_clamps
from invc.design.assemble import assemble
from invc.frontend.yosys import Sources
from invc.ising import from_terms
from invc.netlist import Netlist, Port
from invc.pipeline import synth
from invc.rtl.bench import expect
from invc.rtl.check import check, lint
from invc.rtl.circuit import Circuit, Pin, held_values
from invc.rtl.goals import Walk
from invc.rtl.project import project_files
from invc.rtl.schedule import Entry, Schedule
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run
from rtl.tools import needs

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {
    path.stem: path
    for path in sorted(ROOT.glob("rtl_examples/*/*.v"))
    if path.parent.name != "clocked"
}
SMALLER = {"patches": {"W": "3", "R": "2", "H": "3", "C": "2"}}  # than 3,633 spins as it is
CYCLES = 2000
LARGE = 60  # spins from which a sparse circuit is compiled rather than interpreted
# Each architecture with something else that circuits can do: stepped, ramped and sparse noise.
WISHES: dict[str, dict[str, Any]] = {
    "parallel": {"settings": {"noise": "7:3", "i0": "5"}},
    "sparse": {"settings": {"noise": "9", "every": "2"}, "lanes": 4, "strict": True},
    "gibbs": {},
    "inputs": {},
    "staged": {"settings": {"i0": "3", "noise": "9:5"}},
}
OF_SPINS = ("parallel", "sparse", "gibbs")


def example(name: str, **parameters: str) -> Design:
    return synth(Sources((EXAMPLES[name],), parameters=parameters))


def compared(
    circuit: Circuit,
    clamps: Sequence[Clamp] = (),
    run: Run | None = None,
    cycles: int = CYCLES,
    simulator: str = "iverilog",
) -> int:
    """How many states were compared and found equal."""
    files = project_files(expect(circuit, clamps, run or Run(1, 2, 77), cycles))
    return check(files, circuit.name, simulator)


@needs("iverilog")
@needs("verilator")
@pytest.mark.parametrize("architecture", WISHES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_equal_the_software_and_are_clean(name: str, architecture: str) -> None:
    design = example(name, **SMALLER.get(name, {}))
    circuit = circuit_of(design, (), Wishes(architecture, cycles=CYCLES, **WISHES[architecture]))
    files = project_files(expect(circuit, (), Run(1, 2, 77), CYCLES))
    assert lint(files, circuit.name) == ""
    large = architecture == "sparse" and design.model.spins > LARGE
    simulator = "verilator" if large else "iverilog"
    assert check(files, circuit.name, simulator) == CYCLES + 1


@needs("iverilog")
@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(dynamics="ssa", settings={"ramps": "4"}, cycles=CYCLES),
        Wishes(dynamics="ssa", settings={"i0": "2:30", "noise": "6:0:2"}, cycles=CYCLES),
        Wishes(settings={"density": "0.4", "stall": "0.3"}, cycles=CYCLES),
        Wishes(settings={"density": "0"}, cycles=CYCLES),
        Wishes(settings={"stall": "0.99"}, registers=True, cycles=CYCLES),
        Wishes(dynamics="ssa", registers=True, settings={"every": "3"}, cycles=CYCLES),
        Wishes(chains=2, cycles=CYCLES),
        Wishes(chains=3, dynamics="ssa", settings={"stall": "0.2"}, cycles=500),
        Wishes(chains=7, cycles=500),
        Wishes("sparse", dynamics="ssa", lanes=1, cycles=500),
        Wishes("sparse", registers=True, lanes=5, cycles=500),
        Wishes("sparse", lanes=256, cycles=CYCLES),
        Wishes("sparse", settings={"noise": "5", "i0": "6"}, cycles=CYCLES, strict=True),
        Wishes("gibbs", settings={"beta": "0.3"}, cycles=CYCLES),
        Wishes("gibbs", settings={"beta": "0.1:2", "levels": "5"}, cycles=CYCLES),
        Wishes("inputs", settings={"staged": "0"}, cycles=CYCLES),
        Wishes("inputs", settings={"staged": "0", "k": "3", "weight": "15"}, cycles=CYCLES),
        Wishes("inputs", settings={"staged": "1", "k": "8"}, cycles=CYCLES),
        Wishes("staged", settings={"tries": "1"}, cycles=CYCLES),
        Wishes("staged", dynamics="ssa", settings={"tries": "200"}, cycles=CYCLES),
        Wishes("staged", settings={"every": "2"}, registers=True, cycles=CYCLES),
    ],
    ids=str,
)
def test_whatever_is_set(wishes: Wishes) -> None:
    design = example("multiplier", W="3")
    held = parse_clamps(design.netlist, ["p=6"])
    circuit = circuit_of(design, held, wishes)
    assert compared(circuit, held, cycles=wishes.cycles) == circuit.chains * (wishes.cycles + 1)


@pytest.mark.parametrize("clamps", [["p=35"], ["a=5", "b=3"], ["a[1]=1", "p[5:4]=2"], []], ids=str)
@pytest.mark.parametrize("architecture", WISHES)
@needs("iverilog")
def test_any_bits_can_be_held(architecture: str, clamps: Sequence[str]) -> None:
    design = example("multiplier", W="3")
    held = parse_clamps(design.netlist, clamps)
    circuit = circuit_of(design, held, Wishes(architecture, cycles=CYCLES, lanes=8))
    assert compared(circuit, held) == CYCLES + 1


@st.composite
def circuits(draw: st.DrawFn, architecture: str) -> tuple[Circuit, list[Pin]]:
    """Any small netlist: constant, repeated and complementary bits, odd names; any schedule."""
    netlist = draw(netlists())
    if architecture in {"inputs", "staged"}:  # goals: every net
        every = tuple(2 * net for net in range(1, netlist.net_count + 1))
        netlist = replace(netlist, ports=(*netlist.ports, Port("z", "output", every)))
    design = assemble(netlist, CELLS)
    entries = st.builds(Entry, st.integers(1, 20), st.integers(0, 20), st.integers(1, 90))
    table = Schedule(tuple(draw(st.lists(entries, min_size=1, max_size=5))))
    betas: tuple[float, ...] = ()
    walk = Walk()
    if architecture == "gibbs":
        betas = tuple(draw(st.lists(st.floats(0, 3), min_size=1, max_size=3)))
        table = Schedule(tuple(Entry(k, 0, 40) for k in range(len(betas))))
    if architecture in {"inputs", "staged"}:
        assume(any(port.bits for port in netlist.inputs))
    if architecture == "inputs":
        walk = Walk(draw(st.booleans()), draw(st.integers(1, 8)), draw(st.integers(1, 15)))
    circuit = Circuit(
        design,
        Schedule(table.entries, draw(st.integers(1, 3))),
        architecture,
        betas=betas,
        lanes=draw(st.integers(1, 6)),
        walk=walk,
        tries=draw(st.integers(1, 9)),
        strict=architecture == "sparse" and draw(st.booleans()),
    )
    bits = [pin for pin in circuit.pins if pin.spin >= 0]
    return circuit, draw(st.lists(st.sampled_from(bits), unique=True, max_size=2)) if bits else []


@needs("iverilog")
@pytest.mark.parametrize("architecture", WISHES)
@settings(
    max_examples=20,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**63 - 1), st.integers(0, 1023), st.data())
def test_random_models_equal_the_software(
    architecture: str, seed: int, replica: int, data: st.DataObject
) -> None:
    circuit, bits = data.draw(circuits(architecture))
    held = {}
    for port in circuit.ports:
        for literal, name in zip(port.bits, bit_names(port), strict=True):
            if any(literal == pin.literal for pin in bits) and literal >> 1 not in held:
                held[literal >> 1] = Clamp(literal, data.draw(st.integers(0, 1)), name)
    clamps = tuple(held.values())
    assert compared(circuit, clamps, Run(seed, 0, replica)) == CYCLES + 1


@needs("iverilog")
@pytest.mark.parametrize("architecture", OF_SPINS)
def test_a_model_without_gates_runs_too(architecture: str) -> None:
    """An imported one: large and lone coefficients, a spin without couplings."""
    model = from_terms(4, [700, -3, 0, 1], [0, 1], [1, 2], [-301, 5], 0)
    ports = tuple(Port(f"m{k}", "output", (2 * k + 2,)) for k in range(4))
    design = Design(Netlist("model", ports, (), ("", "a", "b", "c", "d")), model)
    circuit = circuit_of(design, (), Wishes(architecture, cycles=CYCLES))
    assert compared(circuit) == CYCLES + 1


@needs("verilator")
def test_a_million_cycles() -> None:
    design = example("multiplier", W="2")
    cycles = 1_000_000
    held = parse_clamps(design.netlist, ["p=6"])
    circuit = circuit_of(design, held, Wishes(settings={"noise": "6:2"}, cycles=cycles))
    assert compared(circuit, held, cycles=cycles, simulator="verilator") == cycles + 1


@needs("verilator")
def test_the_sparse_multiplier_of_16_bits() -> None:
    design = example("multiplier", W="16")
    held = parse_clamps(design.netlist, ["p=3000000019"])
    circuit = circuit_of(design, held, Wishes("sparse", lanes=8, cycles=200))
    assert compared(circuit, held, cycles=200, simulator="verilator") == 201


@needs("iverilog")
def test_a_state_that_differs_is_found() -> None:
    design = example("half_adder")
    circuit = circuit_of(design, (), Wishes(cycles=50))
    files = project_files(expect(circuit, (), Run(1, 0, 0), 50))
    lines = files["expected.mem"].splitlines(keepends=True)
    digit = {"0": "1"}.get(lines[20][-2], "0")
    files["expected.mem"] = "".join([*lines[:20], f"{lines[20][:-2]}{digit}\n", *lines[21:]])
    with pytest.raises(Exception, match=r"differs from the software: clock 20: state"):
        check(files, circuit.name, "iverilog")


def test_bits_with_two_names_cannot_be_held_at_odds() -> None:
    netlist = Netlist(
        "w", (Port("a", "input", (2,)), Port("y", "output", (3, 0, 2))), (), ("", "a")
    )
    design = assemble(netlist, CELLS)
    circuit = circuit_of(design, (), Wishes())
    assert held_values(circuit, parse_clamps(netlist, ["a=1", "y[0]=0", "y[1]=0"])) == [1]
    for clamps in (["a=1", "y[0]=1"], ["y[1]=1"], ["a=0", "y[2]=1"]):
        with pytest.raises(Exception, match="it can never be"):
            held_values(circuit, parse_clamps(netlist, clamps))


@pytest.mark.parametrize("architecture", WISHES)
def test_the_random_models_are_all_kinds(architecture: str) -> None:
    """What the strategy is for: ancillas, held bits, some stages."""
    ancillas, held, stages = 0, 0, 0

    @settings(max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(circuits(architecture))
    def look(drawn: tuple[Circuit, list[Pin]]) -> None:
        nonlocal ancillas, held, stages
        circuit, bits = drawn
        ancillas += circuit.spins > circuit.design.netlist.net_count
        held += bool(bits)
        stages += len(circuit.goals.stages) > 1

    look()
    assert np.minimum(ancillas, held) > 5
    assert stages > 5 or architecture not in {"inputs", "staged"}
