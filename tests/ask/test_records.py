"""Result files: what runs write is read back, what none could have written is refused."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import invc
from designs import CELLS, multiplier, netlists
from invc.ask import Effort, Wanted, ask, read_question
from invc.ask.merging import merge
from invc.ask.plausible import check_result
from invc.ask.records import read_result
from invc.ask.results import report
from invc.design import Design, bit_names
from invc.design.assemble import assemble
from invc.diagnostics import InvcError


@pytest.fixture(scope="module")
def design() -> Design:
    return assemble(multiplier(4), CELLS)


@pytest.fixture(scope="module")
def fields(design: Design) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(
        json.dumps(report(invc.simulate(design, p=12, reads=300, sweeps=20)))
    )
    return value


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)

    def written(fields: dict[str, Any]) -> Path:
        Path("r.json").write_text(json.dumps(fields))
        return Path("r.json")

    return written


@st.composite
def asked(draw: st.DrawFn) -> tuple[Design, list[str], Effort, bool]:
    """A question of some netlist, an effort, and wishes."""
    design = assemble(draw(netlists()), CELLS)
    bits = [name for port in design.netlist.ports for name in bit_names(port)]
    held = draw(st.dictionaries(st.sampled_from(bits), st.integers(0, 1), max_size=2))
    clamps = [f"{name}=0b{value}" for name, value in held.items()]
    effort = Effort(
        dynamics=draw(st.sampled_from(["auto", "gibbs", "pt", "staged", "sc", "ssa"])),
        reads=draw(st.none() | st.integers(1, 1500)),
        sweeps=draw(st.none() | st.integers(1, 40)),
        beta=draw(st.none() | st.just((0.3, 1.2))),
        seed=draw(st.integers(0, 2**40)),
        strict=draw(st.booleans()),
        time_limit=draw(st.sampled_from([1e-6, 2.0])),
    )
    return design, clamps, effort, draw(st.booleans())


@settings(max_examples=40)
@given(asked())
def test_every_result_is_plausible_and_tells_what_was_asked(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[Design, Sequence[str], Effort, bool]
) -> None:
    design, clamps, effort, equilibrium = case
    if effort.dynamics == "staged" and not design.netlist.gates:
        return
    if equilibrium:
        effort = Effort(reads=effort.reads, sweeps=effort.sweeps, seed=effort.seed, time_limit=2.0)
    wanted = Wanted(equilibrium=equilibrium)
    samples = ask(read_question(design, clamps), effort, wanted)
    path = tmp_path_factory.mktemp("r") / "r.json"
    path.write_text(json.dumps(report(samples)))
    record = read_result(path)
    if not record.fields["reads"]:
        with pytest.raises(InvcError, match=r"impossible|ended before its first read"):
            record.asked(design)
        return
    question, again, wishes = record.asked(design)
    # Where nothing is free there are no chains: it was a run like any other.
    assert wishes == Wanted(equilibrium=samples.chains is not None)
    assert question == samples.question
    assert samples.result is not None
    assert again.reads == samples.result.reads
    repeated = ask(question, again, wishes)
    same = ("solutions", "reads", "verified_reads", "question", "model")
    one, two = (json.loads(json.dumps(report(s))) for s in (samples, repeated))
    assert [one[name] for name in same] == [two[name] for name in same]
    assert merge([record])["reads"] == samples.result.reads


EDITS = [
    (("reads",), -3, "reads is -3"),
    (("reads",), 10**30, "reads is 1000000000000000000000000000000"),
    (("reads",), 2.5, "reads is 2.5"),
    (("reads",), True, "reads is True"),
    (("reads",), 10**15, "the reads of its runs are not those in all"),
    (("verified_reads",), 301, "{strict} strict reads, 301 verified ones, 300 in all"),
    (("strict_reads",), 301, "301 strict reads, {verified} verified ones, 300 in all"),
    (("seconds",), float("nan"), "seconds is nan"),
    (("seconds",), float("inf"), "seconds is inf"),
    (("seconds",), -1, "seconds is -1"),
    (("sweeps",), -3, "sweeps is -3"),
    (("runs", 0, "open"), 1, "runs[0].open is 1"),
    (("status",), "none", "the status 'none' with {answers} answers"),
    (("status",), "fine", "status is 'fine'"),
    (("solutions",), [], "the status 'found' with 0 answers"),
    (("solutions", 0, "reads"), 301, "{more} reads of its answers, and {verified} verified ones"),
    (("solutions", 0, "reads"), -1, "solutions[0].reads is -1"),
    (("solutions", 0, "energy"), float("inf"), "solutions[0].energy is inf"),
    (("solutions", 0, "energy"), "0", "solutions[0].energy is '0'"),
    (("solutions", 0, "ports", "a"), 1.5, "solutions[0].ports is {{'a': 1.5, 'b': {b}, 'p': 12}}"),
    (("solutions", 0), None, "solutions[0] is None"),
    (("runs",), [], "runs is []"),
    (("runs", 0, "reads"), 299, "the reads of its runs are not those in all"),
    (("runs", 0, "reads"), 10**20, "runs[0].reads is 100000000000000000000"),
    (("runs", 0, "seed"), -1, "runs[0].seed is -1"),
    (("runs", 0, "sweeps"), 0, "runs[0].sweeps is 0"),
    (("runs", 0, "sweeps"), 2**63, "runs[0].sweeps is 9223372036854775808"),
    (("runs", 0, "beta"), [float("nan"), 1], "runs[0].beta is [nan, 1]"),
    (("runs", 0, "beta"), [1], "runs[0].beta is [1]"),
    (("runs", 0, "beta"), [2, 1], "beta must be (first, last) with 0 < first <= last, not (2, 1)"),
    (
        ("runs", 0, "beta"),
        [1e-320, 1],
        "beta must be within 1e-100 to 1e+100, not (1e-320, 1)",
    ),
    (("runs", 0, "strict"), 1, "runs[0].strict is 1"),
    (("runs", 0, "settings"), {"noise": 5}, "runs[0].settings is {{'noise': 5}}"),
    (("runs", 0, "equilibrium"), 5, "runs[0].equilibrium is 5"),
    (("runs", 0, "equilibrium"), {"beta": 1.0}, "runs[0].equilibrium has no 'thin'"),
    (
        ("runs", 0, "equilibrium"),
        {"beta": -1.0, "thin": 1},
        "runs[0].equilibrium.beta is -1.0",
    ),
    (
        ("runs", 0, "equilibrium"),
        {"beta": 1.0, "thin": 1, "low": 2.0},
        "beta must be (first, last) with 0 < first <= last, not (2.0, 1.0)",
    ),
    (("clamps",), ["p=12", 3], "clamps is ['p=12', 3]"),
    (("model",), None, "model is None"),
]


@pytest.mark.parametrize(("path", "value", "text"), EDITS, ids=str)
def test_what_no_run_wrote_is_refused(
    fields: dict[str, Any],
    file: Callable[..., Any],
    path: Sequence[str | int],
    value: Mapping[str, float] | Sequence[float | str] | float | str | None,
    text: str,
) -> None:
    edited = copy.deepcopy(fields)
    place: Any = edited
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    first = fields["solutions"][0]
    known = {
        "strict": fields["strict_reads"],
        "verified": fields["verified_reads"],
        "answers": len(fields["solutions"]),
        "more": fields["verified_reads"] - first["reads"] + 301,
        "b": first["ports"]["b"],
    }
    with pytest.raises(InvcError) as caught:
        read_result(file(edited))
    assert str(caught.value) == (
        f"r.json: error: no run wrote this: {text.format(**known)}\n"
        "  hint: give it as 'invc simulate --json' wrote it"
    )


def test_an_answer_twice_is_refused(fields: dict[str, Any], file: Callable[..., Any]) -> None:
    edited = copy.deepcopy(fields)
    one = {**edited["solutions"][0], "reads": 0}
    with pytest.raises(InvcError, match="one answer stands there twice"):
        read_result(file({**edited, "solutions": [*edited["solutions"], one]}))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.data())
def test_any_edit_is_refused_or_is_a_result(fields: dict[str, Any], data: st.DataObject) -> None:
    edited = copy.deepcopy(fields)
    place, key = edited, None
    while key is None:
        inner = list(place) if isinstance(place, dict) else list(range(len(place)))
        chosen = data.draw(st.sampled_from(inner))
        if isinstance(place[chosen], dict | list) and place[chosen] and data.draw(st.booleans()):
            place = place[chosen]
        else:
            key = chosen
    place[key] = data.draw(values)
    try:
        check_result(json.loads(json.dumps(edited)))
    except (KeyError, ValueError):
        return
    text = json.dumps(edited)
    for name in ("reads", "verified_reads", "strict_reads", "sweeps", "flips"):
        assert 0 <= json.loads(text)[name] < 2**63
