"""What is exported means the same to the programs that others wrote to read it."""

import io
import json
import re
import types
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import bqpjson
import dimod
import jax
import networkx
import numpy as np
import pytest
import qubolite
from dimod.serialization import coo
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.formula import CNF
from pysat.solvers import Solver
from qiskit_optimization.applications import Maxcut
from qmasm.parse import FileParser
from qmasm.problem import Problem
from qmasm.problem import Problem as QmasmProblem
from qmasm.utils import SymbolMapping, Utilities

from designs import CELLS, multiplier, netlists
from invc.design import Contradiction, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats import writable
from invc.formats.files import load, losses
from invc.formats.outgoing import Outgoing, prepare, unique_names
from invc.formats.qmasm import SYMBOL, symbols_of
from invc.ising import all_energies
from invc.netlist import Netlist, evaluate_ports
from typed import sure

FORMATS = {name: load(name) for name in writable()}


def text_of(name: str, problem: Outgoing) -> str:
    chunks: Iterable[Any] = sure(FORMATS[name].write)(problem)
    return "".join(chunks)


def spins_of(state: int, names: Iterable[Any]) -> dict[Any, int]:
    return {name: 2 * (state >> k & 1) - 1 for k, name in enumerate(names)}


@st.composite
def problems(draw: st.DrawFn, *, max_gates: int = 3) -> Problem:
    """Small designs, some bits clamped, folded or kept."""
    netlist = draw(netlists(max_inputs=3, max_gates=max_gates))
    design = assemble(netlist, CELLS, origin="test")
    texts = draw(st.sampled_from([(), ("inputs=0",), ("b[0] =1",), ("a=0", "b[0] [0]=1")]))
    try:
        return prepare(design, parse_clamps(netlist, texts), fold=draw(st.booleans()))
    except InvcError:
        return prepare(design, ())


SMALL = settings(max_examples=40)


@SMALL
@given(problems())
def test_dimod_reads_coo_with_the_same_energy_of_every_state(problem: Outgoing) -> None:
    bqm = coo.loads(text_of("dimod", problem))
    assert bqm.vartype is dimod.SPIN
    assert sorted(bqm.variables) == list(range(problem.model.spins))
    for state, energy in enumerate(all_energies(problem.model).tolist()):
        spins = spins_of(state, range(problem.model.spins))
        assert bqm.energy(spins) + problem.model.offset == energy


@SMALL
@given(problems())
def test_dimod_reads_its_json_with_names_offset_and_the_same_energies(problem: Outgoing) -> None:
    fields = json.loads(text_of("dimod-json", problem))
    bqm = dimod.BinaryQuadraticModel.from_serializable(fields)
    assert list(bqm.variables) == list(problem.names)
    for state, energy in enumerate(all_energies(problem.model).tolist()):
        assert bqm.energy(spins_of(state, problem.names)) == energy
    assert fields["info"]["folded"] == dict(problem.folded)
    assert fields["info"]["clamps"] == dict(problem.clamps)


def read_qubo(text: str) -> tuple[int, dict[tuple[int, int], int], int]:
    """(variables, {(i, j): value}, constant) of a .qubo file, by its published description."""
    Q, header, constant = {}, None, None
    for line in text.splitlines():
        words = line.split()
        if words[0] == "p":
            assert header is None
            assert words[1:3] == ["qubo", "0"]
            header = [int(word) for word in words[3:]]
        elif words[0] == "c":
            constant = int(words[2]) if words[1] == "constant" else constant
        else:
            Q[int(words[0]), int(words[1])] = int(words[2])
    variables, diagonal, couplers = sure(header)
    assert diagonal == sum(i == j for i, j in Q)
    assert couplers == sum(i < j for i, j in Q)
    return variables, Q, sure(constant)


@SMALL
@given(problems())
def test_dimod_gives_a_qubo_the_same_energies(problem: Outgoing) -> None:
    variables, Q, constant = read_qubo(text_of("qubo", problem))
    assert variables == problem.model.spins
    bqm = dimod.BinaryQuadraticModel.from_qubo(Q, offset=constant)
    for k in range(variables):
        bqm.add_variable(k)
    for state, energy in enumerate(all_energies(problem.model).tolist()):
        assert bqm.energy({k: state >> k & 1 for k in range(variables)}) == energy


@SMALL
@given(problems())
def test_qubolite_reads_a_qubo_file_with_the_same_energies(
    tmp_path_factory: pytest.TempPathFactory, problem: Outgoing
) -> None:
    path = tmp_path_factory.mktemp("qubo") / "m.qubo"
    path.write_text(text_of("qubo", problem))
    read = qubolite.qubo.load_qbsolv(str(path))
    _, _, constant = read_qubo(text_of("qubo", problem))
    assert read.n == problem.model.spins
    states = np.arange(1 << read.n)[:, None] >> np.arange(read.n) & 1
    assert (read(states) + constant == all_energies(problem.model)).all()


@SMALL
@given(problems())
def test_bqpjson_validates_it_and_makes_our_qubo_of_it(problem: Outgoing) -> None:
    fields = json.loads(text_of("bqpjson", problem))
    bqpjson.validate(fields)
    boolean = bqpjson.spin_to_bool(fields)
    written = io.StringIO()
    bqpjson.bqpjson_to_qubo(boolean, written)
    theirs = {}
    for line in written.getvalue().splitlines():
        if line[0].isdigit():
            i, j, value = line.split()
            theirs[int(i), int(j)] = float(value)
    _, ours, constant = read_qubo(text_of("qubo", problem))
    assert theirs == {pair: value for pair, value in ours.items() if value}
    assert boolean["offset"] == constant
    names = fields["metadata"]["variable_names"]
    assert [names[str(k)] for k in range(len(names))] == list(problem.names)


@SMALL
@given(problems())
def test_cuts_of_the_graph_that_qiskit_reads_are_energies(
    tmp_path_factory: pytest.TempPathFactory, problem: Outgoing
) -> None:
    path = tmp_path_factory.mktemp("gset") / "G"
    path.write_text(text_of("gset", problem))
    weights = Maxcut.parse_gset_format(str(path))
    model, vertices = problem.model, len(weights)
    assert vertices - model.spins == bool(model.h.any())
    # The last vertex stands for logic 1, where there is one for it.
    states = np.arange(1 << model.spins)[:, None] >> np.arange(vertices) & 1
    states[:, model.spins :] = 1
    cuts = ((states @ weights) * (1 - states)).sum(axis=1)
    constant, _ = sure(FORMATS["gset"].remark)(problem).removeprefix("energy = ").split(" - 2 cut")
    assert (int(constant) - 2 * cuts == all_energies(model)).all()
    graph = networkx.from_numpy_array(weights)
    for state, cut in zip(states[:16], cuts, strict=False):
        if ones := np.flatnonzero(state).tolist():
            assert networkx.cut_size(graph, ones, None, "weight") == cut


@SMALL
@given(netlists(max_inputs=4, max_gates=5), st.integers(0, 15))
def test_pysat_reads_dimacs_and_its_models_are_the_truth_table(
    netlist: Netlist, value: int
) -> None:
    design = assemble(netlist, CELLS)
    text = text_of("dimacs", prepare(design, (), fold=False)) if netlist.gates else None
    if text is None:
        return
    formula = CNF(from_string=text)
    assert formula.nv == netlist.net_count
    width = sum(len(port.bits) for port in netlist.inputs)
    clamps = parse_clamps(netlist, [f"inputs={value % (1 << width)}"])
    held = CNF(from_string=text_of("dimacs", prepare(design, clamps, fold=False)))
    inputs = {
        port.name: [next(b for b in clamps if b.literal == bit).value for bit in port.bits]
        for port in netlist.inputs
    }
    expected = evaluate_ports(netlist, inputs, 1)
    with Solver(bootstrap_with=formula) as all_of, Solver(bootstrap_with=held) as one:
        models = sum(1 for _ in all_of.enum_models())
        assert models == 1 << width
        (model,) = one.enum_models()
    true = {abs(lit) for lit in model if lit > 0}
    for port in netlist.ports:
        found = [(bit >> 1 in true) ^ (bit & 1) if bit > 1 else bit for bit in port.bits]
        assert found == expected[port.name]


@SMALL
@given(problems())
def test_npz_holds_everything_in_invcs_own_sign(problem: Outgoing) -> None:
    chunks: Iterable[Any] = sure(FORMATS["npz"].write)(problem)
    data = np.load(io.BytesIO(b"".join(chunks)), allow_pickle=False)
    model = problem.model
    for key in ("h", "edges", "J"):
        assert (data[key] == getattr(model, key)).all()
    assert data["offset"] == model.offset
    assert data["names"].tolist() == list(problem.names)
    assert dict(
        zip(data["clamp_names"].tolist(), data["clamp_values"].tolist(), strict=True)
    ) == dict(problem.clamps)
    assert "- sum h_i m_i" in str(data["convention"])
    assert json.loads(str(data["facts"]))["folded"] == dict(problem.folded)


class Assembler(Utilities):  # type: ignore[misc]  # QMASM has no types
    """What QMASM's parser fills in. Its command line is not run: that needs an Ocean of 2020."""

    def __init__(self) -> None:
        self.program: list[Any] = []
        self.sym_map = SymbolMapping()
        self.ident_re = re.compile(r"[^-+*/%&\\|^~()<=>#,\s]+")  # as its __main__ has it


def qmasm_reads(text: str) -> tuple[Problem, dict[int, str]]:
    """The problem that QMASM's own statements build, and the name of each of its variables."""
    assembler = Assembler()
    FileParser(assembler).process_file("m.qmasm", io.StringIO(text))
    problem = QmasmProblem(assembler)
    for statement in assembler.program:
        statement.update_qmi("", "<ERROR>", problem)
    problem.assign_chain_strength(None)
    numbers = assembler.sym_map.symbol_number_items()
    return problem, {number: symbol for symbol, number in numbers}


@SMALL
@given(problems())
def test_qmasm_reads_every_symbol_and_pin_and_the_energies_add_up(problem: Outgoing) -> None:
    read, symbol = qmasm_reads(text_of("qmasm", problem))
    symbols = symbols_of(problem.names)
    assert [symbol[number] for number in read.weights] == list(symbols)
    assert {symbol[number]: value for number, value in read.pinned} == {
        symbols[problem.names.index(name)]: bool(value) for name, value in problem.clamps.items()
    }
    held = {symbol[number]: 2 * value - 1 for number, value in read.pinned}
    read.generate_bqm()  # dimod's, without what is pinned
    bqm = read.bqm.relabel_variables(symbol, inplace=False)
    for state, energy in enumerate(all_energies(problem.model).tolist()):
        spins = spins_of(state, symbols)
        if held.items() <= spins.items():
            assert bqm.energy(spins) + problem.model.offset == energy


@given(st.lists(st.text(max_size=6), unique=True, max_size=5))
def test_qmasm_symbols_are_readable_and_distinct(names: Sequence[str]) -> None:
    symbols = symbols_of(tuple(names))
    assert len(set(symbols)) == len(names)
    assert all(SYMBOL.fullmatch(symbol) for symbol in symbols)


@given(st.lists(st.sampled_from(["", "a", "a$2", "$1", "b"]), max_size=6))
def test_names_become_unique_and_unique_ones_stay(names: Sequence[str]) -> None:
    unique = unique_names(names)
    assert len(set(unique)) == len(names)
    assert all(
        new == old for new, old in zip(unique, names, strict=True) if old and names.count(old) == 1
    )


def test_folded_clamps_leave_only_their_answers() -> None:
    netlist = multiplier(2)
    design = assemble(netlist, CELLS)
    problem = prepare(design, parse_clamps(netlist, ["p=6"]))
    energies = all_energies(problem.model)
    assert energies.min() == 0
    answers = set()
    for state in np.flatnonzero(energies == 0).tolist():
        known: dict[Any, int] = {
            **problem.folded,
            **{n: state >> k & 1 for k, n in enumerate(problem.names)},
        }
        answers.add(
            tuple(
                sum(known[bit.spin] << k for k, bit in enumerate(problem.ports[port]))
                for port in ("a", "b")
            )
        )
    assert answers == {(2, 3), (3, 2)}


def test_contradictions_are_refused_whether_folded_or_kept() -> None:
    netlist = multiplier(2)
    design = assemble(netlist, CELLS)
    clamps = parse_clamps(netlist, ["a=0", "p=1"])
    with pytest.raises(Contradiction):
        presolve(design, clamps)
    with pytest.raises(InvcError, match="impossible") as error:
        prepare(design, clamps)
    assert error.value.status == 4


def test_every_format_states_its_sign_where_it_can() -> None:
    design = assemble(multiplier(2), CELLS)
    problem = prepare(design, parse_clamps(design.netlist, ["p[0]=0"]), fold=False)
    texts = {name: text_of(name, problem) for name in FORMATS if name != "npz"}
    for name in ("dimod", "dimod-json", "qmasm", "bqpjson"):
        assert "E(s) = offset + sum a_i s_i" in texts[name], name
    assert "E(m) = offset - sum h_i m_i" in texts["thrml"]
    assert "E(x) = constant + sum Q_ij" in texts["qubo"]
    lacking = {name: losses(form, problem) for name, form in FORMATS.items()}
    everything = ("the names of spins", f"the offset {problem.model.offset}", "clamps")
    assert lacking["gset"] == lacking["dimod"] == lacking["qubo"] == everything
    assert lacking["qmasm"] == everything[1:2]
    assert not any(lacking[name] for name in ("dimod-json", "npz", "bqpjson", "dimacs", "thrml"))


def test_names_in_comments_never_break_a_file() -> None:
    names = ["vartype=BINARY", "x\n0 0 7", '"', "é\u2028"]
    design = assemble(multiplier(2), CELLS)
    netlist = design.netlist
    odd = type(netlist)(
        netlist.name, netlist.ports, netlist.gates, ("", *names, *netlist.names[5:])
    )
    problem = prepare(type(design)(odd, design.model, design.cells), ())
    bqm = coo.loads(text_of("dimod", problem))
    assert bqm.vartype is dimod.SPIN
    assert bqm.num_variables == design.model.spins
    read = [
        json.loads(text)
        for text in re.findall(r'^# name \d+ (".*")$', text_of("dimod", problem), re.M)
    ]
    assert read == list(problem.names)
    code = compile(text_of("thrml", problem), "thrml.py", "exec")
    assert code


def test_thrml_takes_no_model_without_couplings() -> None:
    netlist = multiplier(2)
    clamps = parse_clamps(netlist, ["a=1", "b=1"])
    with pytest.raises(InvcError, match="thrml takes no model without couplings"):
        text_of("thrml", prepare(assemble(netlist, CELLS), clamps))


def module_of(problem: Outgoing) -> types.ModuleType:
    """The module that `--to thrml` writes, imported."""
    made = types.ModuleType("made")
    exec(compile(text_of("thrml", problem), "made.py", "exec"), vars(made))
    return made


@settings(max_examples=4)
@given(problems(max_gates=2).filter(lambda problem: len(problem.model.J)))
def test_thrml_gives_every_state_the_same_energy(problem: Outgoing) -> None:
    made = module_of(problem)
    model, spins = made.model(2.0), problem.model.spins
    states = (np.arange(1 << spins)[:, None] >> np.arange(spins) & 1).astype(bool)
    all_of = [made.thrml.Block(made.NODES)]
    energies = jax.vmap(lambda state: model.energy([state], all_of))(states)
    assert (np.asarray(energies) / 2 + made.OFFSET == all_energies(problem.model)).all()
    neighbours = {frozenset((made.NODES[i], made.NODES[j])) for i, j in made.DATA["edges"]}
    blocks = [set(block) for block in made.blocks()]
    assert not any(edge <= block for block in blocks for edge in neighbours)
    held = {node for node, name in zip(made.NODES, made.NAMES, strict=True) if name in made.CLAMPS}
    assert set().union(*blocks) == set(made.NODES) - held


def test_thrml_samples_the_answers_with_clamps_held() -> None:
    netlist = multiplier(2)
    clamps = parse_clamps(netlist, ["p=6"])
    made = module_of(prepare(assemble(netlist, CELLS), clamps, fold=False))
    states = made.sample(beta=1.5, reads=400)

    def values(port: str) -> Any:
        bits = [(np.asarray(states[spin]), sign < 0) for spin, sign in made.FACTS["ports"][port]]
        return sum((bit ^ inverted).astype(int) << k for k, (bit, inverted) in enumerate(bits))

    assert (values("p") == 6).all()
    assert (values("a") * values("b") == 6).mean() > 0.8
    assert set(values("a").tolist()) >= {2, 3}


def test_a_design_without_gates_is_no_formula() -> None:
    design = assemble(multiplier(2), CELLS)
    bare = design.netlist.with_gates(())
    problem = prepare(type(design)(bare, design.model, {}), ())
    with pytest.raises(InvcError, match="a design without gates is no formula"):
        text_of("dimacs", problem)


@pytest.mark.parametrize("value", [0, 1])
def test_what_is_held_is_the_spin_of_a_bit_that_is_its_complement(value: int) -> None:
    """NAND: the port is the complement of the spin that the gate drives."""
    netlist = multiplier(1)
    (product,) = netlist.outputs[0].bits[:1]
    outputs = (replace(netlist.outputs[0], bits=(product ^ 1,)),)
    netlist = replace(netlist, ports=(*netlist.inputs, *outputs)).check()
    design = assemble(netlist, CELLS)
    clamps = parse_clamps(netlist, [f"p={value}"])
    (held,) = prepare(design, clamps, fold=False).clamps.values()
    assert held == 1 - value
