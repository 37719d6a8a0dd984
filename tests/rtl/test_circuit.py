"""What circuits are made of: names of ports, memories, tables, baselines, and the software."""

import itertools
import json
import math
import random
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from designs import CELLS, netlists
from invc.cli import rtl as command
from invc.design import Design, parse_clamps
from invc.design.assemble import assemble
from invc.engine.first import NEVER
from invc.frontend.yosys import Sources
from invc.ising import from_terms
from invc.netlist import Netlist, Port, evaluate
from invc.pbits.accumulator.registers import Habits
from invc.pipeline import synth
from invc.rtl.baselines import baselines
from invc.rtl.bench import expect
from invc.rtl.campaign import _bench
from invc.rtl.circuit import ARCHITECTURES, NUMBERED, RESERVED, Circuit, held_values
from invc.rtl.goals import Goals
from invc.rtl.heatbath import ONE, Colouring, heat_trace, likelihoods
from invc.rtl.layout import Layout
from invc.rtl.parts import PARTS, estimate
from invc.rtl.project import FILES_OF, project_files
from invc.rtl.schedule import Entry, Schedule
from invc.rtl.settings import Wishes, circuit_of
from invc.rtl.software import Run, Verdicts, first_times, trace
from invc.rtl.timing import time_first_right
from invc.rtl.verilog import keywords
from typed import sure

ROOT = Path(__file__).resolve().parents[2]
CONSTANT = Schedule((Entry(3, 9, 1),))
OWN = re.compile(r"\b[A-Za-z_]\w*\b")
COMMENT = re.compile(r"//.*")


def multiplier(width: int) -> Design:
    path = ROOT / "rtl_examples/multiplier/multiplier.v"
    return synth(Sources((path,), parameters={"W": str(width)}))


def wires(names: Sequence[str]) -> Design:
    """A design of nothing but ports."""
    ports = tuple(Port(name, "input", (2 * k + 2,)) for k, name in enumerate(names))
    netlist = Netlist("top", ports, (), ("", *(f"n{k}" for k in range(len(names)))))
    return assemble(netlist, CELLS)


def test_the_command_line_knows_all_there_is() -> None:
    assert command.ARCHITECTURES == ARCHITECTURES == tuple(FILES_OF)
    assert tuple(PARTS) == command.PARTS


def inside(text: str) -> set[str]:
    """The names in a module that are not a port's own."""
    text = re.sub(r"\.\w+\(|\d*'s?[bdh][0-9a-f]+|\"[^\"]*\"|\$\w+", " ", COMMENT.sub("", text))
    names = {word for word in OWN.findall(text) if not word.startswith(("portname", "top_"))}
    return {word for word in names - keywords() - RESERVED if not NUMBERED.fullmatch(word)}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_no_port_can_have_the_name_of_something_inside(architecture: str) -> None:
    """Whatever stands in the modules that have the design's ports is reserved."""
    design, divider = wires(["portname"]), 0 if architecture == "sparse" else 16
    circuit = Circuit(
        *(design, CONSTANT, architecture),
        density=99,
        stall=9,
        registers=architecture == "parallel",
        divider=divider,
    )
    if architecture == "gibbs":
        circuit = Circuit(
            design, Schedule((Entry(0, 0, 1),)), "gibbs", betas=(1.0,), divider=divider
        )
    if architecture in {"sparse", "staged"}:
        circuit = Circuit(design, CONSTANT, architecture, registers=True, divider=divider)
    files = project_files(expect(circuit, (), Run(), 4))
    names = ["chip", "pins", *(["uart"] if divider else [])]
    for name in (f"{circuit.name}_{part}.v" for part in names):
        assert not inside(files[name]), name
    if architecture != "sparse":
        assert not inside(_bench(circuit, 3, 9, False)) - {"timescale"}


def test_odd_names_of_ports() -> None:
    names = ["clk", "begin", "a b", "a_b", "x", "x_hold", "9", "", "é", "stall0", "seed", "A"]
    circuit = Circuit(wires(names), CONSTANT)
    assert len(set(circuit.labels)) == len(names)
    for label in circuit.labels:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", label)
        assert label not in RESERVED | keywords()
    every = [x for label in circuit.labels for x in (label, f"{label}_hold", f"{label}_value")]
    assert len(set(every)) == len(every)
    assert circuit.labels[-1] == "A"


def test_the_memory_of_the_16_bit_multiplier() -> None:
    """As it was computed by hand in the trial: 3.7 % of dense, a quarter of ELL."""
    circuit = circuit_of(multiplier(16), (), Wishes("sparse", lanes=16))
    layout = Layout(circuit)
    sizes = layout.sizes()
    assert (layout.slots, sizes["bundles"]) == (390, 87360)
    assert round(100 * sizes["bundles"] / sizes["dense"], 1) == 3.7
    assert round(sizes["bundles"] / sizes["ell"], 2) == 0.25
    assert sizes["entries"] / sizes["slots"] > 0.98
    assert layout.clocks == 395


@given(netlists())
@settings(max_examples=30)
def test_a_memory_holds_the_model(netlist: Netlist) -> None:
    """Reading the words back gives h and J of every spin."""
    design = assemble(netlist, CELLS)
    circuit = Circuit(design, CONSTANT, "sparse", lanes=3)
    layout, model = Layout(circuit), design.model
    h, J, bundle = np.zeros(model.spins, dtype=int), {}, 0
    for place, row in enumerate(layout.row_words()):
        for lane in range(3):
            at = 3 * place + lane
            spin = layout.order[at] if at < model.spins else None
            word = row >> lane * layout.row_bits & ((1 << layout.row_bits) - 1)
            base = word >> layout.group_bits + 6
            base -= (base >> layout.base_bits - 1) << layout.base_bits
            if spin is not None:
                assert word & ((1 << layout.group_bits + 6) - 1) == spin
                h[spin] = base
    for word in layout.coupling_words():
        for lane in range(3):
            entry = word >> lane * layout.entry_bits & ((1 << layout.entry_bits) - 1)
            weight = entry >> layout.bundle_bits + layout.lane_bits
            weight -= (weight >> layout.weight_bits - 1) << layout.weight_bits
            if weight:
                place = entry >> layout.lane_bits & ((1 << layout.bundle_bits) - 1)
                other = layout.order[3 * place + (entry & ((1 << layout.lane_bits) - 1))]
                spin = layout.order[3 * bundle + lane]
                J[spin, other] = weight
                h[spin] += weight
        bundle += word >> 3 * layout.entry_bits
    want = {}
    for (i, j), value in zip(model.edges.tolist(), model.J.tolist(), strict=True):
        want[i, j] = want[j, i] = value
    assert want == J
    assert h.tolist() == model.h.tolist()
    assert bundle == layout.bundles


@given(netlists(max_inputs=4))
@settings(max_examples=30)
def test_baselines_are_what_counting_gives(netlist: Netlist) -> None:
    design = assemble(netlist, CELLS)
    rng = random.Random(1)
    (y,) = netlist.outputs
    clamps = parse_clamps(netlist, [f"y={-(rng.random() < 0.5)}"]) if len(y.bits) == 1 else ()
    found = baselines(design.netlist, clamps)
    free = [b >> 1 for p in netlist.inputs for b in p.bits]
    held = {c.literal >> 1: c.value ^ (c.literal & 1) for c in clamps}
    free = [net for net in free if net not in held]
    right = []
    for row in range(1 << len(free)):
        value = {net: row >> k & 1 for k, net in enumerate(free)} | held
        inputs = {p.name: [value[b >> 1] for b in p.bits] for p in netlist.inputs}
        nets = evaluate(netlist, inputs, 1)
        right.append(all(nets[c.literal >> 1] ^ (c.literal & 1) == c.value for c in clamps))
    assert found is not None
    assert (found.free, found.right) == (len(free), sum(right))
    if not any(right):
        assert found.counter is None
        return
    n = len(right)
    steps = [next(k for k in range(n) if right[(begin + k) % n]) for begin in range(n)]
    assert found.counter is not None
    assert math.isclose(found.counter, sum(steps) / n)
    assert found.chance is not None
    assert math.isclose(found.chance, (n - sum(right)) / sum(right))


def test_baselines_of_the_factoriser() -> None:
    """Over all 340 products: a counter takes 303 cycles, a random pair each cycle 450."""
    design = multiplier(5)
    found = [
        baselines(design.netlist, parse_clamps(design.netlist, [f"p={p}"]))
        for p in sorted({a * b for a in range(32) for b in range(32)})
    ]
    assert len(found) == 340
    assert round(float(np.mean([sure(b).counter for b in found])), 2) == 302.55
    assert round(float(np.mean([sure(b).chance for b in found])), 2) == 449.59


def test_first_times_are_those_of_traces() -> None:
    design = multiplier(2)
    clamps = parse_clamps(design.netlist, ["p=6"])
    known = held_values(circuit_of(design, (), Wishes()), clamps)
    cycles = CONSTANT.cycles(40)
    times = first_times(design, known, clamps, cycles, Habits(), seed=3).times
    held = tuple((c.literal, c.value) for c in clamps)
    first = []
    for replica in range(0, 1024, 8):
        states = trace(design, known, cycles, Habits(), Run(3, 0, replica))
        right = np.flatnonzero(Verdicts(design, states, held).right)
        first.append(int(right[0]) if len(right) else None)
    assert [None if t == NEVER else t for t in times.times[::8]] == first
    assert times.hits == np.count_nonzero(times.times != NEVER)
    assert times.exposure == sum(40 if t == NEVER else t for t in times.times.tolist())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_times_of_a_report_are_those_of_each_read(architecture: str) -> None:
    design = multiplier(2)
    held = parse_clamps(design.netlist, ["p=6"])
    own = {"gibbs": {"beta": "0.3"}, "inputs": {"staged": "0"}}
    settings = own.get(architecture, {"i0": "3", "noise": "9"})
    circuit = circuit_of(design, held, Wishes(architecture, settings=settings, cycles=30))
    timed = sure(time_first_right(circuit, held, 30, seed=5))
    assert timed.times.hits > 900
    for replica in (0, 1, 63, 64, 700, 1023):
        hit = expect(circuit, held, Run(5, 0, replica), 30).first
        assert timed.times.times[replica] == (NEVER if hit is None else hit[0])


def test_stages_of_a_multiplier_are_its_columns() -> None:
    design = multiplier(4)
    goals = Goals(design.netlist)
    p = [bit >> 1 for bit in design.netlist.port_by_name["p"].bits]
    assert goals.stages == (*((net,) for net in p[:3]), tuple(p[3:]))
    assert goals.stage_of == [0, 1, 2, 3] * 2
    assert goals.weights(3) == sorted(goals.weights(3), reverse=True)
    assert (goals.weights(3)[0], goals.weights(3)[-1]) == (3, 1)


def test_walks_in_stages_beat_the_counter() -> None:
    """What docs/rtl.md measures, in small: mean cycles over all products of 4 x 4 bits."""
    design = multiplier(4)
    means, counters = [], []
    for product in sorted({a * b for a in range(16) for b in range(16)})[::6]:
        held = parse_clamps(design.netlist, [f"p={product}"])
        circuit = circuit_of(design, held, Wishes("inputs", cycles=4000))
        means.append(sure(sure(time_first_right(circuit, held, 4000, seed=2)).times.mean))
        counters.append(sure(sure(baselines(design.netlist, held)).counter))
    assert np.mean(means) < 0.8 * np.mean(counters)


def test_strict_is_energy_0_and_right_is_what_the_gates_give() -> None:
    design = multiplier(2)
    states = np.array(list(itertools.product((0, 1), repeat=design.model.spins)), dtype=np.uint8)
    verdicts = Verdicts(design, states)
    energies = design.model.energies(2 * states.astype(np.int8) - 1)
    assert (verdicts.strict == (energies == 0)).all()
    assert (verdicts.right >= verdicts.strict).all()
    bits = {p.name: [(b >> 1) - 1 for b in p.bits] for p in design.netlist.ports}
    value = {n: (states[:, s] << np.arange(len(s))).sum(axis=1) for n, s in bits.items()}
    assert (verdicts.right == (value["a"] * value["b"] == value["p"])).all()


def test_heat_baths_have_the_boltzmann_distribution() -> None:
    """Three coupled spins, two colours or more, at one temperature."""
    model = from_terms(3, [1, 0, -1], [0, 1], [1, 2], [1, -1], 0)
    colours = Colouring(model).colours
    betas, clocks = (0.5,), 60_000
    states = heat_trace(model, [0, 0, 0], betas, np.zeros(clocks, dtype=np.int64), Run(2, 0, 9))
    kept = states[1000::colours]
    seen = np.bincount(kept @ (1 << np.arange(3)), minlength=8) / len(kept)
    rows = np.array(list(itertools.product((-1, 1), repeat=3)))[:, ::-1]
    weight = np.exp(-betas[0] * model.energies(rows))
    assert np.abs(seen - weight / weight.sum()).max() < 0.01


def test_likelihoods_end_at_certainty() -> None:
    table = likelihoods(1.0, 12)
    assert table[0] == ONE // 2
    assert table == sorted(table)
    assert table[-1] == ONE
    assert likelihoods(1e6, 3) == [ONE // 2, ONE, ONE, ONE]


@pytest.mark.parametrize(
    ("width", "tables"), [(3, 1077), (5, 2960), (8, 7804)], ids=["3 bits", "5 bits", "8 bits"]
)
def test_the_estimate_is_near_what_yosys_makes(width: int, tables: int) -> None:
    """Yosys 0.70, synth_ice40, of circuits without their shift registers."""
    circuit = circuit_of(multiplier(width), (), Wishes())
    assert 0.75 < estimate(circuit) / tables < 1.25


def test_the_folder_tells_the_run(tmp_path: Path) -> None:
    design = multiplier(2)
    held = parse_clamps(design.netlist, ["p=6"])
    circuit = circuit_of(design, held, Wishes(dynamics="ssa", settings={"i0": "1:9"}, cycles=50))
    expected = expect(circuit, held, Run(4, 0, 9), 50)
    files = project_files(expected)
    run = json.loads(files["run.json"])
    assert run["clamps"] == {"p[0]": 0, "p[1]": 1, "p[2]": 1, "p[3]": 0}
    assert sum(row[2] for row in run["schedule"]) == 50
    assert expected.first is not None
    assert run["first_right"]["cycles"] == expected.first[0]
    assert int(run["chains"][0]["generators"][0], 16) == expected.seeds(0)[0]
    sources = [name for name in files if name.endswith(".v") and name != "bench.v"]
    for name in sources:
        assert name in files["Makefile"] or name.endswith("_pins.v")
        assert f"      - {name}\n" in files["multiplier.core"] or name.endswith("_pins.v")
    for port in ("clk", "p_hold", "found", "cycles"):
        assert f"| `{port}` |" in files["README.md"]


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_lists_what_can_be_done(tmp_path: Path) -> None:
    design = multiplier(2)
    files = project_files(expect(circuit_of(design, (), Wishes()), (), Run(), 4))
    (tmp_path / "Makefile").write_text(files["Makefile"])
    said = subprocess.run(["make"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    for target in ("iverilog", "verilator", "lint", "ice40", "ecp5", "bitstream"):
        assert f"make {target}" in said
