"""`import invc`: loaded late, called by name, showing itself."""

import doctest
import importlib.resources
import inspect
import shutil
import subprocess
import sys

import numpy as np
import pytest

import invc
from designs import CELLS, multiplier
from invc.api import Answers
from invc.assemble import assemble
from invc.design import Design, format_design
from invc.diagnostics import InvcError
from invc.library import Cell


@pytest.fixture(scope="module")
def mult4():
    return assemble(multiplier(4), CELLS)


def python(code):
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_import_loads_nothing_until_it_is_used():
    heavy = "{'numpy', 'pulp', 'click', 'rich', 'pysat', 'importlib.metadata', 'invc.api'}"
    assert python(f"import sys, invc; print(sorted({heavy} & set(sys.modules)))") == "[]"
    assert python("import invc; print(invc.__version__)") == invc.__version__


def test_types_are_shipped():
    for name in ("py.typed", "__init__.pyi"):
        assert (importlib.resources.files("invc") / name).is_file()


def test_names_are_listed_and_others_are_refused():
    assert {"synth", "simulate", "prove", "lib_gen", "read", "write"} <= set(dir(invc))
    with pytest.raises(AttributeError, match="no attribute 'synthesise'"):
        invc.synthesise  # noqa: B018


@pytest.mark.parametrize("name", ["simulate", "prove"])
def test_packages_can_be_called_whoever_imported_them_first(name):
    for first in (f"import invc.{name}", "import invc.pipeline", f"from invc.{name} import *", ""):
        code = f"{first}\nimport invc; print(callable(invc.{name}), bool(invc.{name}.__path__))"
        assert python(code) == "True True"
    assert "clamps" in inspect.signature(getattr(invc, name)).parameters


def test_the_page_is_true(repository, tmp_path, monkeypatch):
    (tmp_path / "rtl_examples").symlink_to(repository / "rtl_examples")
    monkeypatch.chdir(tmp_path)
    shutil.copy(repository / "docs" / "api.md", tmp_path)
    result = doctest.testfile(str(tmp_path / "api.md"), module_relative=False)
    assert result.attempted > 20
    assert result.failed == 0


def test_the_docstring_of_the_sampler_is_true():
    import invc.dimod

    assert doctest.testmod(invc.dimod).failed == 0


def test_clamps_in_every_form_hold_the_same(mult4):
    expected = [{"a": 13, "b": 11, "p": 143}]
    for clamps, ports in [
        ({"p": 143, "a": 13}, {}),
        ({"p": np.int64(143)}, {"a": "0b1101"}),
        (["p=143", "a=13"], {}),
        ("p=143", {"a": 13}),
        ((), {"p": 143, "a": 13}),
    ]:
        assert list(invc.simulate(mult4, clamps, **ports)) == expected
        assert list(invc.prove(mult4, clamps, **ports)) == expected


def test_forbidden_biased_and_uniform_answers(mult4):
    left = invc.simulate(mult4, p=143, forbid=[{"a": 11, "b": 13}], reads=1024)
    assert [answer["a"] for answer in left] == [13]
    leaning = invc.simulate(mult4, p=143, bias={"a[1]": 0.9}, equilibrium=True, reads=8192)
    reads = {answer["a"]: n for answer, n in zip(leaning, leaning.columns["reads"], strict=True)}
    assert reads[11] > 3 * reads[13]  # 11 has the bit, 13 has not
    assert leaning.details.mixed


def test_none_found_claims_nothing_and_prove_does(mult4):
    found = invc.simulate(mult4, p=251, reads=64, sweeps=5)
    assert (found.status, list(found)) in [("none", []), ("impossible", [])]
    assert invc.prove(mult4, p=251).status == "impossible"
    assert invc.prove(mult4, p=143, count=True, limit=1).summary == "at least 1 distinct answers"


def test_a_text_is_compiled_and_leaves_no_trace_of_its_file():
    text = "module t(input [1:0] a, output y);\n  assign y = &a;\nendmodule\n"
    design = invc.synth(text)
    assert "".join(format_design(design)) == "".join(format_design(invc.synth(text)))
    assert [gate.source[:9] for gate in design.netlist.gates] == ["<text>:1:"]
    with pytest.raises(InvcError) as error:
        invc.synth("module t(input a, output y);\n assign y = b +;\nendmodule")
    assert str(error.value).startswith("<text>:2: error: syntax error")


def test_limits_of_hardware_hold():
    text = "module m(input [3:0] a, b, output [7:0] p); assign p = a * b; endmodule"
    design = invc.synth(text, max_degree=6, bits=3)
    assert design.model.degrees.max() <= 6
    assert np.abs(np.concatenate([design.model.h, design.model.J])).max() <= 3
    assert {(x["a"], x["b"]) for x in invc.simulate(design, p=143)} == {(11, 13), (13, 11)}


def test_a_compilation_can_be_proven():
    text = "module t(input [2:0] a, b, output [3:0] y); assign y = a + b; endmodule"
    assert invc.synth(text, prove=60).netlist.name == "t"
    with pytest.raises(InvcError):
        invc.synth(text, prove=1e-6)


def test_results_show_themselves_and_escape_what_others_named():
    answers = Answers("found", tuple({"<b>": k} for k in range(25)), {"reads": [1] * 25}, "a < b")
    html = answers._repr_html_()
    assert "<b>" not in html
    assert "<caption>a &lt; b (5 more)</caption>" in html
    assert html.count("<tr>") == 1 + 20
    assert repr(answers).splitlines()[-1] == "a < b (5 more)"
    assert "<table>" not in repr(answers)
    assert answers[1:3] == ({"<b>": 1}, {"<b>": 2})
    empty = Answers("none", (), {}, "no answer found")
    assert repr(empty) == "no answer found"
    assert "<thead>" not in empty._repr_html_()
    assert empty.to_pandas().empty


def test_designs_and_cells_show_themselves(mult4):
    html = mult4._repr_html_()
    assert html.startswith("<table><tbody><tr><td>module</td><td>multiplier</td></tr>")
    assert len(repr(mult4)) < 200
    html = CELLS["AND2"]._repr_html_()
    assert "<caption>AND2: gap 4, ground -3</caption>" in html
    assert html.count("<tr>") == 4
    assert html.endswith("<tr><td>Y</td><td>-2</td><td>2</td><td>2</td></tr></tbody></table>")


def test_without_pandas_the_fault_says_what_to_install(mult4, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InvcError, match="pandas is not installed"):
        invc.simulate(mult4, a=1, b=1).to_pandas()


def test_files_come_back(mult4, tmp_path):
    invc.write(mult4, tmp_path / "m.hj")
    again = invc.read(tmp_path / "m.hj")
    assert isinstance(again, Design)
    assert "".join(format_design(again)) == "".join(format_design(mult4))
    cell = invc.lib_gen("NOR2", "Y = ~(A | B)", bits=3)
    invc.write(cell, tmp_path / "NOR2.toml")
    read = invc.read(tmp_path / "NOR2.toml")
    assert isinstance(read, Cell)
    assert (read.h, read.J, read.gap) == (cell.h, cell.J, cell.gap)
    assert invc.read(tmp_path)["NOR2"].h == cell.h
    assert invc.write(mult4, tmp_path / "m.json", "dimod", p=143) == ()
    assert invc.read(tmp_path / "m.json").model.spins == 35
    with pytest.raises(InvcError, match="holds no clamps"):
        invc.write(mult4, tmp_path / "m.hj", p=143)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda design: invc.simulate(design, q=1), "no port is called 'q'"),
        (lambda design: invc.prove(design, p=256), "does not fit 8 unsigned bits"),
        (lambda design: invc.simulate("no.hj"), "no.hj: error: cannot read it"),
        (lambda design: invc.write(design, "x", "xml"), "no format is called 'xml'"),
        (lambda design: invc.lib_gen("1", "Y = A"), "'1' is no name for a cell"),
        (lambda design: invc.synth(), "no source file"),
    ],
)
def test_faults_are_those_of_the_command_line(mult4, call, text):
    with pytest.raises(InvcError) as error:
        call(mult4)
    assert text in str(error.value)
