"""Files that other programs write mean the same here: energies of every state, names, offsets."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bqpjson
import dimod
import networkx
import numpy as np
import pytest
import qubolite
from dimod.binary.binary_quadratic_model import BinaryQuadraticModel
from dimod.serialization import coo
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, netlists
from invc.design import format_design, parse_clamps, parse_design, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine.dynamics import DYNAMICS
from invc.engine.ranked import LEAST_BETA, RESOLUTION, sampled
from invc.formats.adopt import Adopted, adopt, ports_of
from invc.formats.files import import_file, load
from invc.formats.incoming import Incoming
from invc.formats.outgoing import prepare
from invc.formats.terms import Terms, terms
from invc.formats.whole import whole
from invc.ising import all_energies, from_terms
from invc.netlist import Netlist
from sampling import run
from typed import sure

SMALL = settings(max_examples=40)
DECIMALS = st.integers(-4000, 4000).map(lambda k: k / 1000)
# dimod's COO has six decimals.
REALS = st.one_of(DECIMALS, st.integers(-9, 9).map(float))


@st.composite
def bqms(draw: st.DrawFn, values: st.SearchStrategy[float] = REALS, largest: int = 6) -> Any:
    """Small binary quadratic models of either kind."""
    count = draw(st.integers(1, largest))
    vartype = draw(st.sampled_from(["SPIN", "BINARY"]))
    bqm = dimod.BinaryQuadraticModel(vartype)
    for k in range(count):
        bqm.add_variable(k, draw(values))
    for j in range(count):
        for i in range(j):
            if draw(st.booleans()):
                bqm.add_quadratic(i, j, draw(values))
    return bqm


def read(form: str, text: str, name: str = "m", vartype: str | None = None) -> Terms:
    return sure(load(form).read)(Incoming(text.encode(), name, vartype))


def energies_of(adopted: Adopted) -> list[float]:
    design = adopted.design
    return [energy / design.scale for energy in all_energies(design.model).tolist()]


def states_of(bqm: Any, variables: Sequence[Any]) -> Iterator[dict[Any, int]]:
    low = -1 if bqm.vartype is dimod.SPIN else 0
    for state in range(1 << len(variables)):
        yield {v: 1 if state >> k & 1 else low for k, v in enumerate(variables)}


@SMALL
@given(bqms())
def test_dimods_coo_has_the_same_energies_here(bqm: BinaryQuadraticModel) -> None:
    text = coo.dumps(bqm, vartype_header=True)
    known = coo.loads(text)  # what dimod itself makes of it: variables without a term are gone
    adopted = adopt(read("dimod", text, "m.coo"))
    expected = [known.energy(state) for state in states_of(known, sorted(known.variables))]
    assert energies_of(adopted) == pytest.approx(expected)
    assert adopted.error == 0


@SMALL
@given(bqms())
def test_dimods_json_has_the_same_energies_here(bqm: BinaryQuadraticModel) -> None:
    bqm.offset = 0.625
    text = json.dumps(bqm.to_serializable())
    adopted = adopt(read("json", text, "m.json"))
    expected = [bqm.energy(state) for state in states_of(bqm, list(bqm.variables))]
    assert energies_of(adopted) == pytest.approx(expected)


@SMALL
@given(bqms())
def test_qubo_files_have_the_same_energies_here(bqm: BinaryQuadraticModel) -> None:
    Q, offset = bqm.to_qubo()
    rows = "".join(f"{i} {j} {float(value)!r}\n" for (i, j), value in Q.items() if value)
    text = f"c made by a test\nc constant {float(offset)!r}\np qubo 0 {len(bqm)} 0 0\n{rows}"
    adopted = adopt(read("qubo", text, "m.qubo"))
    binary = bqm.change_vartype("BINARY", inplace=False)
    expected = [binary.energy(state) for state in states_of(binary, range(len(bqm)))]
    assert energies_of(adopted) == pytest.approx(expected)


@SMALL
@given(st.integers(1, 6), st.data())
def test_qubo_files_of_qubolite_have_its_energies_here(
    tmp_path_factory: pytest.TempPathFactory, bits: int, data: st.DataObject
) -> None:
    matrix = np.triu([[data.draw(REALS) for _ in range(bits)] for _ in range(bits)])
    theirs = qubolite.qubo(matrix)
    path = tmp_path_factory.mktemp("qubo") / "m.qubo"
    theirs.save_qbsolv(str(path))
    adopted = import_file(path)
    states = np.arange(1 << bits)[:, None] >> np.arange(bits) & 1
    assert energies_of(adopted) == pytest.approx(theirs(states).tolist())


@SMALL
@given(bqms())
def test_bqpjson_has_the_energies_that_its_own_package_gives(bqm: BinaryQuadraticModel) -> None:
    spin = bqm.vartype is dimod.SPIN
    tree = {
        "version": "1.0.0",
        "id": 0,
        "metadata": {},
        "variable_ids": list(bqm.variables),
        "variable_domain": "spin" if spin else "boolean",
        "scale": 2.0,
        "offset": 1.5,
        "linear_terms": [{"id": v, "coeff": bias} for v, bias in bqm.linear.items()],
        "quadratic_terms": [
            {"id_tail": i, "id_head": j, "coeff": b} for (i, j), b in bqm.quadratic.items()
        ],
        "solutions": [
            {"id": k, "assignment": [{"id": v, "value": value} for v, value in state.items()]}
            for k, state in enumerate(states_of(bqm, list(bqm.variables)))
        ],
    }
    adopted = adopt(read("json", json.dumps(tree), "m.json"))
    assert energies_of(adopted) == pytest.approx(bqpjson.evaluate(tree))


@SMALL
@given(st.integers(1, 6), st.data())
def test_the_energy_of_a_gset_graph_is_minus_the_cut_that_networkx_counts(
    vertices: int, data: st.DataObject
) -> None:
    graph = networkx.Graph()
    graph.add_nodes_from(range(1, vertices + 1))
    for j in range(1, vertices + 1):
        for i in range(1, j):
            if data.draw(st.booleans()):
                graph.add_edge(i, j, weight=data.draw(st.sampled_from([-1, 1, 3])))
    rows = "".join(f"{i} {j} {w}\n" for i, j, w in graph.edges.data("weight"))
    text = f"{vertices} {graph.number_of_edges()}\n{rows}"
    energies = energies_of(adopt(read("gset", text, "G1")))
    for state, energy in enumerate(energies):
        ones = {k + 1 for k in range(vertices) if state >> k & 1}
        cut = networkx.cut_size(graph, ones, None, "weight") if ones else 0
        assert energy == -cut


@SMALL
@given(
    netlists(max_inputs=3, max_gates=3),
    st.sampled_from(["dimod", "qubo", "dimod-json", "bqpjson", "npz"]),
)
def test_what_export_wrote_comes_back_with_names_and_energies(
    tmp_path_factory: pytest.TempPathFactory, netlist: Netlist, form: str
) -> None:
    design = assemble(netlist, CELLS)
    problem = prepare(design, ())
    path = tmp_path_factory.mktemp("round") / f"m{load(form).suffix}"
    chunks: list[Any] = list(sure(load(form).write)(problem))
    path.write_bytes(b"".join(c if isinstance(c, bytes) else c.encode() for c in chunks))
    adopted = import_file(path)
    assert adopted.design.netlist.names[1:] == problem.names
    assert adopted.design.scale == 1
    assert (all_energies(adopted.design.model) == all_energies(design.model)).all()


@given(st.lists(st.floats(-1e6, 1e6), max_size=6))
def test_whole_numbers_stand_for_real_ones_within_the_stated_error(values: Sequence[float]) -> None:
    array = np.array(values)
    found = whole(array)
    assert np.abs(found.numbers).max(initial=0) <= 2**31 - 1
    worst = np.abs(found.numbers / found.scale - array).max(initial=0)
    if found.error == 0:
        assert worst <= 1e-9 * max(1, np.abs(array).max(initial=0))
    else:
        assert worst == found.error <= max(np.abs(array).max() / 2**30, 1e-289)


@given(st.lists(DECIMALS, max_size=6))
def test_decimals_are_exact(values: Sequence[float]) -> None:
    found = whole(np.array(values))
    assert found.error == 0
    assert (found.numbers / found.scale).tolist() == pytest.approx(values, rel=1e-15)


def test_scales_are_the_smallest_that_do() -> None:
    assert whole(np.array([1.0, -7.0])).scale == 1
    assert whole(np.array([0.0, 0.0])).scale == 1
    assert whole(np.array([])).scale == 1
    assert whole(np.array([0.5, 0.25])).scale == 4
    assert whole(np.array([1 / 3, 0.1])).scale == 30
    assert whole(np.array([5e-324, 0.0])).numbers.tolist() == [0, 0]
    irrational = whole(np.array([np.pi, 1.0]))
    assert irrational.scale == (2**31 - 2) / np.pi
    assert irrational.error == pytest.approx(2e-10, rel=1)


def test_indexed_names_become_ports_and_all_others_stay_alone() -> None:
    names = ["a[1]", "x", "a[0]", "b[0]", "b[2]", "c[0]", "c", "d[00]", "d[1]", "e[5]", "e[6]"]
    ports = {port.name: (port.bits, port.offset) for port in ports_of(names)}
    assert ports["a"] == ((6, 2), 0)
    assert ports["e"] == ((20, 22), 5)
    alone = ["x", "b[0]", "b[2]", "c[0]", "c", "d[00]", "d[1]"]
    assert [name for name in ports if name not in "ae"] == alone
    assert sorted(bit for bits, _ in ports.values() for bit in bits) == [
        2 * k for k in range(1, 12)
    ]


def test_a_design_without_gates_round_trips_with_its_scale() -> None:
    adopted = adopt(terms(["a", "b"], [(0, 0, 0.5), (0, 1, -0.25)], offset=1.0), name="m")
    text = "".join(format_design(adopted.design))
    assert "\noffset 4\nscale 4.0\n" in text
    again = parse_design(text)
    assert again.scale == 4
    assert "".join(format_design(again)) == text
    for broken in ("0.0", "nan", "-1.0", "1e999", ""):
        with pytest.raises(InvcError, match=r"is no scale|expected 'sources'"):
            parse_design(text.replace("scale 4.0", f"scale {broken}"))


@pytest.mark.parametrize("seed", range(3))
def test_runs_find_the_ground_state_and_rank_by_energy(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = [(i, j, random.normal() * 100) for j in range(12) for i in range(j + 1)]
    adopted = adopt(terms([f"s[{k}]" for k in range(12)], rows))
    design = adopted.design
    assert design.model.spins  # coefficients of 20 bits are divided before they are sampled
    result = run(design, presolve(design, ()), seed=seed, time_limit=900)
    energies = [answer.energy for answer in result.answers]
    assert energies == sorted(energies)
    assert energies[0] == all_energies(design.model).min()
    held = presolve(design, parse_clamps(design.netlist, ["s[3]=1"]))
    result = run(design, held, reads=64, seed=seed)
    assert all(answer.ports["s"] >> 3 & 1 for answer in result.answers)
    assert sum(answer.reads for answer in result.answers) == 64
    state = np.array([[2 * (result.answers[0].ports["s"] >> k & 1) - 1 for k in range(12)]])
    assert design.model.energies(state)[0] == result.answers[0].energy


@given(
    st.lists(st.integers(-(2**31) + 1, 2**31 - 1), min_size=2, max_size=4),
    st.floats(1e-12, 1e3),
)
def test_what_is_rounded_off_for_a_sweep_is_small_beside_the_temperature(
    h: Sequence[int], beta: float
) -> None:
    model = from_terms(len(h), h, [0], [1], [h[0] // 2], 0)
    found = sampled(model, np.zeros(len(h), dtype=np.int8))
    low, high = found.betas
    assert LEAST_BETA * 0.999 <= low <= high
    program, scaled = found.at(beta * found.divisor)
    factor = round(scaled / beta)
    assert scaled / beta == pytest.approx(factor)
    assert factor.bit_count() == 1
    # Half of the factor is rounded off.
    assert factor == 1 or factor * beta <= RESOLUTION * 1.001
    coupling = abs(int(model.J[0])) if len(model.J) else 0
    assert program.most[0] == round(coupling / factor)


def test_dynamics_that_need_gates_say_so() -> None:
    design = adopt(terms(["a", "b"], [(0, 1, 1.0)])).design
    for name in ("staged", "inputs"):
        with pytest.raises(InvcError, match="this model has none"):
            run(design, presolve(design, ()), dynamics=name)
    for name in [*DYNAMICS, "auto"]:
        if name not in ("staged", "inputs"):
            result = run(design, presolve(design, ()), dynamics=name, reads=64, sweeps=20)
            assert (result.answers[0].energy, result.reads) == (-1, 64)


SPIN = "# vartype=SPIN\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "m.coo",
            "0 0 1\n",
            "m.coo:1: error: it does not say whether its variables are spins or bits",
        ),
        ("m.coo", SPIN + "0 0\n", "m.coo:2: error: 'u v bias' expected, found '0 0'"),
        ("m.coo", SPIN + "0 -1 2\n", "m.coo:2: error: '-1' is no number of a variable"),
        ("m.coo", SPIN + "0 1 nan\n", "m.coo:2: error: 'nan' is no coefficient"),
        ("m.coo", SPIN + "0 1 1e999\n", "m.coo:2: error: '1e999' is no coefficient"),
        ("m.coo", "# vartype=TERNARY\n", "m.coo:2: error: its variables cannot be TERNARY"),
        ("m.qubo", "0 0 1\n", "m.qubo:1: error: no line 'p qubo ...' before the first value"),
        ("m.qubo", "c\n", "m.qubo:2: error: no line 'p qubo ...': this is no .qubo file"),
        ("m.qubo", "p qubo 0 2 1 0\n0 2 1\n", "m.qubo:2: error: variable 2 does not exist"),
        (
            "m.qubo",
            "p qubo 0 99999999999 1 0\n",
            "m.qubo:1: error: '99999999999' is no count of at most",
        ),
        ("m.gset", "", "m.gset:1: error: the file is empty"),
        ("m.gset", "2 1\n0 1\n", "m.gset:2: error: variable 0 does not exist"),
        (
            "m.gset",
            "2 2\n1 2 1\n",
            "m.gset:3: error: it has another number of edges than its first",
        ),
        ("m.json", "{", "m.json: error: not JSON:"),
        ("m.json", "{}", "m.json: error: neither bqpjson nor dimod's JSON"),
        ("m.json", '{"variable_domain": "spin"}', "m.json: error: field 'variable_ids' is missing"),
        ("m.npz", "PK", "m.npz: error: no .npz file with h, edges and J"),
        ("m.txt", "hello", "m.txt: error: its format is not recognised"),
        (
            "m.coo",
            SPIN + "0 1 1.5e308\n0 2 1.5e308\n",
            "m.coo: error: the couplings of one variable add up",
        ),
    ],
)
def test_broken_files_are_named_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    from pathlib import Path

    with pytest.raises(InvcError) as error:
        import_file(Path(name))
    assert str(error.value).startswith(expected)


def test_marks_and_line_ends_of_other_systems_are_read(tmp_path: Path) -> None:
    path = tmp_path / "m.coo"
    path.write_bytes(b"\xef\xbb\xbf# vartype=SPIN\r\n# offset 2\r\n0 0 1\r\n")
    assert energies_of(import_file(path)) == [1, 3]


@given(st.sampled_from(["dimod", "qubo", "gset", "json"]), st.text(max_size=60))
def test_any_text_is_read_or_refused(form: str, text: str) -> None:
    try:
        adopt(read(form, text, vartype="SPIN"))
    except InvcError as error:
        assert "\n" not in error.message


def test_a_qubo_file_of_no_variables_has_its_constant() -> None:
    found = read("qubo", "c constant 2.5\np qubo 0 0 0 0\n", "m.qubo")
    assert energies_of(adopt(found)) == [2.5]
