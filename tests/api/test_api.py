"""`import invc`: loaded late, called by name, showing itself."""

import ast
import doctest
import importlib.resources
import inspect
import pickle
import pydoc
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import invc
from designs import CELLS, multiplier
from invc.ask import Answers
from invc.design import Design, format_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats.adopt import adopt
from invc.formats.terms import terms
from invc.library import Cell
from typed import sure

MODEL = adopt(terms(["a", "b"], [(0, 1, 1.0)])).design


@pytest.fixture(scope="module")
def mult4() -> Design:
    return assemble(multiplier(4), CELLS)


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_import_loads_nothing_until_it_is_used() -> None:
    heavy = "{'numpy', 'pulp', 'click', 'rich', 'pysat', 'importlib.metadata', 'invc.api'}"
    assert python(f"import sys, invc; print(sorted({heavy} & set(sys.modules)))") == "[]"
    assert python("import invc; print(invc.__version__)") == invc.__version__


def test_types_are_shipped() -> None:
    for name in ("py.typed", "__init__.pyi"):
        assert (importlib.resources.files("invc") / name).is_file()


def test_names_are_listed_and_others_are_refused() -> None:
    functions = ["evaluate", "lib_gen", "prove", "read", "simulate", "synth", "train", "write"]
    assert dir(invc) == functions
    everything = python("from invc import *; print(*sorted(n for n in dir() if n[0] != '_'))")
    assert everything.split() == functions
    assert all(inspect.isfunction(getattr(invc, name)) for name in functions)
    assert pydoc.plain(pydoc.render_doc(invc.simulate)).startswith(
        "Python Library Documentation: function simulate in module invc.api\n\nsimulate(design: "
    )
    with pytest.raises(AttributeError, match="no attribute 'synthesise'"):
        getattr(invc, "synthesise")  # noqa: B009


def test_keywords_are_shown_as_they_are_typed(repository: Path) -> None:
    """What a type checker reads in the stub, `help` shows, and each keyword is described."""
    stub = ast.parse((repository / "invc" / "__init__.pyi").read_text(encoding="utf-8"))
    typed = [node for node in stub.body if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in typed] == ["synth", "simulate", "prove", "train", "evaluate"]
    for node in typed:
        function = getattr(invc, node.name)
        shown = inspect.signature(function)
        arguments, own = node.args, shown.parameters
        named = [*arguments.args, *arguments.kwonlyargs]
        given = [
            p
            for p in own.values()
            if p.kind is not p.VAR_POSITIONAL and p.kind is not p.VAR_KEYWORD
        ]
        assert [a.arg for a in named] == [p.name for p in given]
        assert [ast.unparse(sure(a.annotation)) for a in named] == [p.annotation for p in given]
        defaults = [*arguments.defaults, *arguments.kw_defaults]
        assert [ast.literal_eval(sure(d)) for d in defaults if d is not None] == [
            p.default for p in given if p.default is not p.empty
        ]
        described = re.findall(r"^        \*{0,2}(\w+): ", function.__doc__, re.MULTILINE)
        assert described == list(own)


def test_a_word_that_is_no_keyword_is_a_port(mult4: Design) -> None:
    assert invc.simulate(mult4, a=3, b=5, reads=64)[0]["p"] == 15
    with pytest.raises(InvcError, match="raeds"):
        invc.simulate(mult4, raeds=64)


@pytest.mark.parametrize("name", dir(invc))
def test_functions_are_functions_whatever_was_imported_first(name: str) -> None:
    for first in (
        "import invc.pipeline, invc.engine, invc.proof, invc.training.run",
        "import invc.cli.simulate",
        "",
    ):
        code = f"{first}\nimport inspect, invc; print(inspect.isfunction(invc.{name}))"
        assert python(code) == "True"


def test_the_page_is_true(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rtl_examples").symlink_to(repository / "rtl_examples")
    monkeypatch.chdir(tmp_path)
    shutil.copy(repository / "docs" / "api.md", tmp_path)
    result = doctest.testfile(str(tmp_path / "api.md"), module_relative=False)
    assert result.attempted > 20
    assert result.failed == 0


def test_the_docstring_of_the_sampler_is_true() -> None:
    import invc.dimod

    assert doctest.testmod(invc.dimod).failed == 0


def test_clamps_in_every_form_hold_the_same(mult4: Design) -> None:
    expected = [{"a": 13, "b": 11, "p": 143}]
    forms: list[tuple[Any, dict[str, Any]]] = [
        ({"p": 143, "a": 13}, {}),
        ({"p": np.int64(143)}, {"a": "0b1101"}),
        (["p=143", "a=13"], {}),
        ("p=143", {"a": 13}),
        ((), {"p": 143, "a": 13}),
    ]
    for clamps, ports in forms:
        assert list(invc.simulate(mult4, clamps, **ports)) == expected
        assert list(invc.prove(mult4, clamps, **ports)) == expected


def test_forbidden_biased_and_uniform_answers(mult4: Design) -> None:
    left = invc.simulate(mult4, p=143, forbid=[{"a": 11, "b": 13}], reads=1024)
    assert [answer["a"] for answer in left] == [13]
    leaning = invc.simulate(mult4, p=143, bias={"a[1]": 0.9}, equilibrium=True, reads=8192)
    reads = {answer["a"]: n for answer, n in zip(leaning, leaning.columns["reads"], strict=True)}
    assert reads[11] > 3 * reads[13]  # 11 has the bit, 13 has not
    assert cast(Any, leaning.details).mixed


def test_samples_tell_how_far_they_are_to_be_trusted(mult4: Design) -> None:
    annealed = invc.simulate(mult4, p=12, reads=4096)
    rows = annealed.marginals()
    reads = annealed.columns["reads"]
    share = sum(n for answer, n in zip(annealed, reads, strict=True) if answer["a"] & 1) / sum(
        reads
    )
    assert rows[0].name == "a[0]"
    assert rows[0].probability == pytest.approx(share)
    assert rows[0].error == pytest.approx((share * (1 - share) / sum(reads)) ** 0.5)
    assert repr(rows).splitlines()[0].split() == ["bit", "P(1)", "error"]
    assert repr(rows).splitlines()[-1] == f"over {sum(reads)} verified reads"
    assert rows._repr_html_().count("<tr>") == 1 + 16
    assert rows.to_pandas()["P(1)"].tolist() == [bit.probability for bit in rows]
    fair = invc.simulate(mult4, p=12, equilibrium=True, seed=3)
    assert repr(fair.marginals()).splitlines()[-1].endswith("samples at equilibrium")
    test = fair.uniformity()
    assert (test.answers, test.degrees, test.passed) == (6, 5, True)
    assert repr(test).startswith("chi-square ") and "passed" in test._repr_html_()
    assert test.to_pandas()["passed"].tolist() == [True]
    left = invc.simulate(mult4, p=12, forbid=[{"a": 12}, {"b": 12}], equilibrium=True)
    assert left.uniformity().answers == 4
    with pytest.raises(InvcError, match="more than 5 answers"):
        fair.uniformity(limit=5)
    none = invc.simulate(mult4, a=0, p=1)
    assert len(none.marginals()) == 0
    with pytest.raises(InvcError, match="no answer was found"):
        none.uniformity()


def test_forbidden_and_biased_bits_in_every_form(mult4: Design) -> None:
    for forbid in ({"a": 11}, [{"a": 11}], ["a=11"], "a=11:b=13", ["a=0xb:b[0]=1"]):
        found = invc.simulate(mult4, p=143, forbid=forbid, reads=1024)
        proven = invc.prove(mult4, p=143, forbid=forbid, count=True)
        assert [answer["a"] for answer in found] == [answer["a"] for answer in proven] == [13]
    for bias in ({"a[1]": 0.9}, "a[1]=0.9", ["a[1]=0.9"]):
        leaning = invc.simulate(mult4, p=143, bias=bias, reads=64)
        assert cast(Any, leaning.details).biased == pytest.approx((0.9,), abs=0.01)


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("clamps", (3, [1], [("p", 6)], (0, 1), b"3", {"p": 1.5}, {"p": 10**5000}, {"p": -(10**5000)})),
        ("forbid", (3, [1], [("a", 2)], {"a": None})),
        ("bias", (3, [1], {"a[0]": "x"}, {"a[0]": None}, {"a[0]": float("nan")})),
    ],
)  # fmt: skip
def test_what_is_no_clamp_is_refused(mult4: Design, keyword: str, values: tuple[Any, ...]) -> None:
    for value in values:
        with pytest.raises(InvcError):
            invc.simulate(mult4, reads=8, sweeps=20, **{keyword: value})


@pytest.mark.parametrize(
    "keywords",
    [{"objective": "gaps"}, {"objective": None}, {"objective": 3}, {"defines": 3}, {"defines": "A"},
     {"bits": 0}, {"bits": 1}, {"bits": 32}, {"max_degree": 0}, {"max_degree": 2}],
)  # fmt: skip
def test_what_no_design_is_made_by_is_refused(keywords: dict[str, Any]) -> None:
    with pytest.raises(InvcError):
        invc.synth("module t(input a, output y); assign y = ~a; endmodule", **keywords)


def test_strict_reads_satisfy_every_gate(mult4: Design) -> None:
    strict = invc.simulate(mult4, p=143, reads=2048, strict=True)
    details = cast(Any, strict.details)
    assert details.verified_reads == details.strict_reads > 0


def test_what_was_not_found_is_proven_or_explained(mult4: Design) -> None:
    none = invc.simulate(mult4, p=211, reads=64, prove=True, explain=True)
    assert none.proof is not None
    assert (none.status, none.proof.status, bool(none)) == ("impossible", "impossible", False)
    why = none.explanation
    assert why is not None
    assert sum(gate.excess for gate in why) == why.read.energy > 0
    assert why.to_pandas()["drives"].tolist() == [gate.drives for gate in why]
    assert "clamped bits missed: " in repr(why)
    assert f"<td>{why[0].cell}</td><td>{why[0].drives}</td>" in why._repr_html_()
    wide = assemble(multiplier(8), CELLS)
    found = invc.simulate(wide, p=38243, reads=1, sweeps=1, dynamics="gibbs", prove=True)
    assert (found.status, found.columns) == ("found", {"reads": [0]})
    assert found[0]["a"] * found[0]["b"] == 38243
    assert "found by proof, not by sampling" in repr(found)


def test_pictures_are_written_as_by_the_command(mult4: Design, tmp_path: Path) -> None:
    files: dict[str, Any] = {kind: tmp_path / f"run.{kind}" for kind in ("html", "vcd")}
    invc.simulate(mult4, p=143, forbid=[{"a": 11}], plot=tmp_path / "run.svg", **files)
    text = files["html"].read_text()
    assert "<h1>multiplier with p=143</h1>" in text
    assert "<dt>left out</dt><dd>a=11</dd>" in text and 'id="sweep"' in text
    assert files["vcd"].read_text().startswith("$")
    assert (tmp_path / "run.svg").read_text().startswith("<?xml")
    with pytest.raises(InvcError, match=r"plots end in \.png"):
        invc.simulate(mult4, p=143, plot="x.txt")


def test_none_found_claims_nothing_and_prove_does(mult4: Design) -> None:
    found = invc.simulate(mult4, p=251, reads=64, sweeps=5)
    assert (found.status, list(found)) in [("none", []), ("impossible", [])]
    assert invc.prove(mult4, p=251).status == "impossible"
    assert invc.prove(mult4, p=143, count=True, limit=1).summary == "2 distinct answers"


def test_a_text_is_compiled_and_leaves_no_trace_of_its_file() -> None:
    text = "module t(input [1:0] a, output y);\n  assign y = &a;\nendmodule\n"
    design = invc.synth(text)
    assert "".join(format_design(design)) == "".join(format_design(invc.synth(text)))
    assert [gate.source[:9] for gate in design.netlist.gates] == ["<text>:1:"]
    with pytest.raises(InvcError) as error:
        invc.synth("module t(input a, output y);\n assign y = a +;\nendmodule")
    assert str(error.value).startswith("<text>:2: error: ")


def test_limits_of_hardware_hold() -> None:
    text = "module m(input [3:0] a, b, output [7:0] p); assign p = a * b; endmodule"
    design = invc.synth(text, max_degree=6, bits=3)
    assert design.model.degrees.max() <= 6
    assert np.abs(np.concatenate([design.model.h, design.model.J])).max() <= 3
    assert {(x["a"], x["b"]) for x in invc.simulate(design, p=143)} == {(11, 13), (13, 11)}


def test_a_compilation_can_be_proven() -> None:
    text = "module t(input [2:0] a, b, output [3:0] y); assign y = a + b; endmodule"
    assert invc.synth(text, prove=60).netlist.name == "t"
    with pytest.raises(InvcError):
        invc.synth(text, prove=1e-6)


def test_results_show_themselves_and_escape_what_others_named() -> None:
    answers = Answers("found", tuple({"<b>": k} for k in range(25)), {"reads": [1] * 25}, "a < b")
    html = answers._repr_html_()
    assert "<b>" not in html
    assert "<p>a &lt; b (5 more)</p>" in html
    assert html.count("<tr>") == 1 + 20
    assert repr(answers).splitlines()[-1] == "a < b (5 more)"
    assert "<table>" not in repr(answers)
    assert answers[1:3] == ({"<b>": 1}, {"<b>": 2})
    empty = Answers("none", (), {}, "no answer found")
    assert repr(empty) == "no answer found"
    assert "<thead>" not in empty._repr_html_()
    assert empty.to_pandas().empty


def test_designs_and_cells_show_themselves(mult4: Design) -> None:
    html = mult4._repr_html_()
    assert html.startswith("<table><tbody><tr><td>module</td><td>multiplier</td></tr>")
    assert len(repr(mult4)) < 200
    html = CELLS["AND2"]._repr_html_()
    assert "<p>AND2: gap 4, ground -3</p>" in html
    assert html.count("<tr>") == 4
    last = "<tr><td>Y</td><td>-2</td><td>2</td><td>2</td></tr></tbody></table>"
    assert html.endswith(f"{last}<p>AND2: gap 4, ground -3</p>")


def test_without_pandas_the_fault_says_what_to_install(
    mult4: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InvcError, match="pandas is not installed"):
        invc.simulate(mult4, a=1, b=1).to_pandas()


def test_designs_and_results_go_to_other_processes(mult4: Design) -> None:
    again = pickle.loads(pickle.dumps(mult4))
    assert "".join(format_design(again)) == "".join(format_design(mult4))
    samples = invc.simulate(again, p=143, reads=1024, explain=True)
    assert list(samples) == list(invc.simulate(mult4, p=143, reads=1024))
    for result in (samples, samples.marginals(), samples.explanation, samples.uniformity()):
        assert repr(pickle.loads(pickle.dumps(result))) == repr(result)


def test_files_come_back(mult4: Design, tmp_path: Path) -> None:
    invc.write(mult4, tmp_path / "m.hj")
    again = invc.read(tmp_path / "m.hj")
    assert isinstance(again, Design)
    assert "".join(format_design(again)) == "".join(format_design(mult4))
    cell = invc.lib_gen("NOR2", "Y = ~(A | B)", bits=3)
    invc.write(cell, tmp_path / "NOR2.toml")
    read = invc.read(tmp_path / "NOR2.toml")
    assert isinstance(read, Cell)
    assert (read.h, read.J, read.gap) == (cell.h, cell.J, cell.gap)
    assert cast(Any, invc.read(tmp_path))["NOR2"].h == cell.h
    assert invc.write(mult4, tmp_path / "m.json", "dimod", p=143) == ()
    assert cast(Any, invc.read(tmp_path / "m.json")).model.spins == 35
    with pytest.raises(InvcError, match="holds no clamps"):
        invc.write(mult4, tmp_path / "m.hj", p=143)


@pytest.mark.parametrize(
    "options",
    [
        {"reads": 0},
        {"sweeps": -1},
        {"threads": 0},
        {"target": 0},
        {"time_limit": -1.0},
        {"seed": -1},
        {"beta": (2, 1)},
        {"beta": 1.0},
    ],
    ids=str,
)
def test_options_that_mean_nothing_are_misuse(mult4: Design, options: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        invc.simulate(mult4, p=143, **options)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda design: invc.simulate(design, p=cast(Any, 1.5)),
            "clamp p=1.5 is not a whole number",
        ),
        (lambda design: invc.prove(design, {"p": None}), "clamp p=None is not a whole number"),
        (lambda design: invc.simulate(design, q=1), "no port is called 'q'"),
        (lambda design: invc.prove(design, p=256), "does not fit 8 unsigned bits"),
        (lambda design: invc.simulate("no.hj"), "no.hj: error: cannot read it"),
        (lambda design: invc.write(design, "x", "xml"), "no format is called 'xml'"),
        (lambda design: invc.lib_gen("1", "Y = A"), "'1' is no name for a cell"),
        (lambda design: invc.synth(), "no source file"),
        (
            lambda design: invc.simulate(design, p=1, equilibrium=True, target=1),
            "equilibrium does not go with target: a run that ends with an answer",
        ),
        (
            lambda design: invc.simulate(design, p=1, equilibrium=True, explain=True),
            "equilibrium does not go with explain: at one temperature",
        ),
        (
            lambda design: invc.simulate(design, p=1, equilibrium=True, beta=(1, 2)),
            "equilibrium samples at one inverse temperature",
        ),
        (lambda design: invc.simulate(MODEL, prove=True), "needs gates: this model was imported"),
        (
            lambda design: invc.simulate(MODEL, equilibrium=True),
            "needs gates: this model was imported",
        ),
    ],
)
def test_faults_are_those_of_the_command_line(
    mult4: Design, call: Callable[..., Any], text: str
) -> None:
    with pytest.raises(InvcError) as error:
        call(mult4)
    assert text in str(error.value)
