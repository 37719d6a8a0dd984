"""Designs on annealers: models whose ground states are answers, chains that hold, samples verified."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dimod
import numpy as np
import pytest
from click.testing import CliRunner
from dwave.samplers import SimulatedAnnealingSampler

from designs import CELLS, FA, HA, multiplier
from invc.annealer import Embedding, asked, embed, hardware
from invc.cli import invc
from invc.design import Design, write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.netlist import Gate, Netlist, Port

MULT2 = assemble(multiplier(2), CELLS)
MULT3 = assemble(multiplier(3), CELLS)


def one_gate(kind: str) -> Design:
    """A design of one adder, each pin a port of one bit."""
    function = {"HA": HA, "FA": FA}[kind]
    bits = range(2, 2 * len(function.pins) + 2, 2)
    read = len(function.inputs)
    ports = tuple(
        Port(pin.lower(), "input" if k < read else "output", (bit,))
        for k, (pin, bit) in enumerate(zip(function.pins, bits, strict=True))
    )
    names = ("", *(port.name for port in ports))
    return assemble(Netlist(kind, ports, (Gate(function, tuple(bits)),), names).check(), CELLS)


def answers(found: Any) -> list[dict[str, int]]:
    return sorted((dict(answer) for answer in found), key=lambda answer: sorted(answer.items()))


def products(product: int, width: int) -> list[dict[str, int]]:
    return [
        {"a": a, "b": b, "p": product}
        for a in range(1 << width)
        for b in range(1 << width)
        if a * b == product
    ]


def test_ground_states_are_the_answers() -> None:
    for product in (0, 2, 3, 6):
        bqm = MULT2.bqm(p=product)
        ground = dimod.ExactSolver().sample(bqm).lowest()
        assert ground.first.energy == 0
        found = MULT2.decode(ground)
        assert found.status == "found"
        assert answers(found) == products(product, 2)
        assert sum(found.columns["reads"]) == len(ground)
    assert MULT2.bqm().num_variables == MULT2.model.spins


@pytest.mark.parametrize("clamps", ["p=6", {"p": 6}, ["p=6", "a!=b"]])
def test_clamps_in_every_form_and_relations(clamps: str | Mapping[str, int] | list[str]) -> None:
    samples = SimulatedAnnealingSampler().sample(MULT2.bqm(clamps), num_reads=60, seed=1)
    assert answers(MULT2.decode(samples, clamps)) == products(6, 2)
    assert answers(MULT2.decode(samples)) == products(6, 2)  # those of the latest bqm


def test_samples_that_are_no_answers_are_not_shown() -> None:
    bqm = MULT2.bqm(p=6)
    everything = dimod.ExactSolver().sample(bqm)
    found = MULT2.decode(everything)
    assert answers(found) == products(6, 2)
    assert 0 < sum(found.columns["reads"]) < len(everything)
    # Whatever the other spins are: the inputs alone decide.
    wrong = everything.copy()
    inputs = [k for k, v in enumerate(wrong.variables) if str(v).startswith(("a", "b"))]
    others = [k for k in range(len(wrong.variables)) if k not in inputs]
    wrong.record.sample[:, others] = 1
    assert answers(MULT2.decode(wrong)) == products(6, 2)
    none = MULT2.decode(everything.truncate(1), "p=6")
    assert len(none) == len(everything.truncate(1))  # its lowest is an answer
    bits = everything.change_vartype(dimod.BINARY, inplace=False)
    assert answers(MULT2.decode(bits)) == products(6, 2)


def test_samples_of_another_model_are_refused() -> None:
    samples = dimod.ExactSolver().sample_ising({"q": 1}, {})
    with pytest.raises(InvcError, match="the samples have no variable for input 'a"):
        MULT2.decode(samples)
    with pytest.raises(InvcError, match="impossible") as caught:
        MULT2.bqm(p=5, a=2)
    assert caught.value.status == 4


@pytest.mark.parametrize("topology", ["chimera", "pegasus", "zephyr"])
@pytest.mark.parametrize("kind", ["HA", "FA"])
def test_no_broken_chain_is_nearer_than_the_gap(kind: str, topology: str) -> None:
    design = one_gate(kind)
    found = embed(asked(design), topology, 2, seed=1)
    graph = hardware(topology, 2)
    assert all(graph.has_edge(*pair) for pair in found.bqm.quadratic)
    states = dimod.ExactSolver().sample(found.bqm)
    column = {v: k for k, v in enumerate(states.variables)}
    spins = states.record.sample
    intact = np.ones(len(spins), dtype=bool)
    for chain in found.chains.values():
        members = spins[:, [column[q] for q in chain]]
        intact &= (members == members[:, :1]).all(axis=1)
    energies = states.record.energy
    assert energies.min() == pytest.approx(0)
    assert energies[~intact].min(initial=np.inf) >= design.min_gap - 1e-9
    # Unbroken, every state has the energy of the design.
    plain = design.bqm()
    whole = found.unembed(states)
    rows = whole.record.sample[intact]
    assert whole.record.energy[intact] == pytest.approx(plain.energies((rows, whole.variables)))


def test_a_weaker_chain_breaks() -> None:
    """The bound is not idle: at a tenth of it, broken chains are below the ground level."""
    found = embed(asked(MULT2), "chimera", 3, seed=1)
    assert any(len(chain) > 1 for chain in found.chains.values())
    weak = found.bqm.copy()
    graph = hardware("chimera", 3)
    for name, chain in found.chains.items():
        for pair in ((p, q) for p in chain for q in chain if p < q and graph.has_edge(p, q)):
            weak.add_quadratic(*pair, 0.9 * found.strengths[name])
            weak.offset -= 0.9 * found.strengths[name]
    samples = SimulatedAnnealingSampler().sample(weak, num_reads=100, seed=1)
    assert samples.first.energy < -1


def test_samples_of_the_embedded_model_are_answers() -> None:
    question = asked(MULT3, ["p=15"])
    found = embed(question, "pegasus", 3, seed=1)
    samples = SimulatedAnnealingSampler().sample(found.bqm, num_reads=400, num_sweeps=2000, seed=1)
    assert answers(MULT3.decode(found.unembed(samples), "p=15")) == products(15, 3)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_design(MULT3, Path("m.hj"))
    words = "embed m.hj --topology chimera --size 6 -c p=15 -o e.json --reads 400"
    done = CliRunner().invoke(invc, words.split())
    assert done.exit_code == 0, done.output
    first, second, third, last = done.stdout.splitlines()
    assert " qubits of chimera of size 6, chains of up to " in first
    assert second.startswith("chain strength ")
    assert second.endswith(f"from gap {MULT3.min_gap}: a broken chain costs no less")
    assert third.startswith("2 distinct answers; ")
    assert last == "wrote e.json"
    fields = json.loads(Path("e.json").read_text())
    bqm = dimod.BinaryQuadraticModel.from_serializable(fields["bqm"])
    chains = {name: tuple(chain) for name, chain in fields["embedding"].items()}
    again = Embedding(fields["topology"], fields["size"], chains, fields["chain_strength"], bqm)
    assert set(bqm.variables) == {qubit for chain in chains.values() for qubit in chain}
    samples = SimulatedAnnealingSampler().sample(bqm, num_reads=400, num_sweeps=2000, seed=1)
    assert answers(MULT3.decode(again.unembed(samples), "p=15")) == products(15, 3)


def test_what_cannot_be_embedded_says_what_to_do(tmp_path: Path) -> None:
    write_design(MULT3, tmp_path / "m.hj")
    done = CliRunner().invoke(
        invc, ["embed", str(tmp_path / "m.hj"), "--topology", "chimera", "--size", "1"]
    )
    assert isinstance(done.exception, InvcError)
    spins = MULT3.model.spins
    assert str(done.exception) == (
        f"error: no embedding of {spins} spins on chimera of size 1 was found\n"
        "  hint: give clamps, a larger --size, another --seed or --time-limit; 'synth --objective "
        "spins' makes fewer spins"
    )


@pytest.mark.parametrize("missing", ["minorminer", "dwave_networkx", "dimod"])
def test_what_is_not_installed_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    if missing == "dwave_networkx":
        monkeypatch.setitem(sys.modules, "dwave.graphs", None)
    group = "dimod" if missing == "dimod" else "embed"
    with pytest.raises(InvcError, match=rf"{missing.replace('_', '-')} is not installed") as caught:
        embed(asked(MULT2), "chimera", 4)
    assert caught.value.hint == f"pip install '.[{group}]' in a checkout of invc"
