"""`invc simulate --questions`: a line a question, a line of JSON an answer, resumed where it ended."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import invc
from designs import CELLS, multiplier
from invc.ask.batch import read_questions
from invc.ask.results import report
from invc.cli import invc as group
from invc.design import write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError

LINES = """
# factors
p=143
p=143 a=11
{"clamps": {"p": 143, "b[0]": 1}, "forbid": [{"a": 11}], "id": {"any": "thing"}}
p=211

q=1
a=0 p=5
"""


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    write_design(assemble(multiplier(4), CELLS), Path("d.hj"))

    def run(*arguments: str, text: str = LINES) -> Result:
        Path("q.txt").write_text(text)
        done = CliRunner().invoke(group, ["simulate", "d.hj", *arguments], input=text)
        if isinstance(done.exception, InvcError):
            raise done.exception
        assert isinstance(done.exception, SystemExit | None), done.exception
        return done

    return run


SHORT = ("--reads", "64", "--sweeps", "20")


@pytest.mark.parametrize("source", ["q.txt", "-"])
def test_every_line_is_answered_as_it_would_be_alone(ask: Callable[..., Any], source: str) -> None:
    done = ask("--questions", source, *SHORT)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1  # a line was faulty
    assert [a["line"] for a in answers] == [3, 4, 5, 6, 8, 9]
    assert [a["asked"] for a in answers] == [
        line for line in LINES.splitlines() if line and line[0] != "#"
    ]
    statuses = ["found", "found", "found", "none", "error", "impossible"]
    assert [a["status"] for a in answers] == statuses
    assert answers[2]["id"] == {"any": "thing"}
    assert [s["ports"]["a"] for s in answers[2]["solutions"]] == [13]
    assert (answers[4]["error"], answers[4]["hint"]) == (
        "no port is called 'q'",
        "there are: a, b, p, inputs, outputs",
    )
    alone = report(invc.simulate("d.hj", ["p=143", "a=11"], reads=64, sweeps=20))
    for name in ("solutions", "reads", "clamps", "model"):
        assert answers[1][name] == alone[name]


def test_what_holds_for_all_lines(ask: Callable[..., Any]) -> None:
    done = ask("--questions", "-", "-c", "a=11", "--marginals", *SHORT, text="p=143\nb=2\n")
    one, two = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 0
    assert (one["clamps"], two["clamps"]) == (["a=11", "p=143"], ["a=11", "b=2"])
    assert {m["name"]: m["probability"] for m in two["marginals"]}["p[1]"] == 1


def test_values_under_names(ask: Callable[..., Any]) -> None:
    text = "a, b,p\n11,13,\n,,143\n 3,0x5 ,15\n"
    answers = [json.loads(x) for x in ask("--questions", "-", text=text).stdout.splitlines()]
    assert [a["clamps"] for a in answers] == [["a=11", "b=13"], ["p=143"], ["a=3", "b=0x5", "p=15"]]
    assert all(a["status"] == "found" for a in answers)


def test_a_batch_goes_on_where_it_was_ended(ask: Callable[..., Any]) -> None:
    ask("--questions", "q.txt", "--json", "all.jsonl", *SHORT)
    whole = Path("all.jsonl").read_text()
    lines = whole.splitlines(keepends=True)
    for text in ("", *("".join(lines[:k]) + lines[k][:10] for k in range(len(lines))), whole):
        Path("part.jsonl").write_text(text)
        done = ask("--questions", "q.txt", "--json", "part.jsonl", *SHORT)
        assert done.stdout == ""
        made = Path("part.jsonl").read_text().splitlines()
        assert [timeless(line) for line in made] == [timeless(line) for line in lines]


def timeless(line: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(line).items() if name != "seconds"}


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("5\n", "r.jsonl:1: error: this is no answer of a batch"),
        ('{"line": 1}\n', "r.jsonl:1: error: this is no answer of a batch"),
        (
            '{"line": 1, "asked": "p=143", "model": "other"}\n',
            "r.jsonl: error: it has answers of another model",
        ),
        (None, "-:1: error: r.jsonl has an answer to another question of this line"),
    ],
)
def test_answers_to_something_else_are_not_added_to(
    ask: Callable[..., Any], before: str | None, text: str
) -> None:
    if before is None:
        ask("--questions", "-", "--json", "r.jsonl", text="p=6\n")
    else:
        Path("r.jsonl").write_text(before)
    kept = Path("r.jsonl").read_text()
    with pytest.raises(InvcError) as caught:
        ask("--questions", "-", "--json", "r.jsonl", text="p=143\n")
    assert str(caught.value).startswith(text)
    assert Path("r.jsonl").read_text() == kept


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{p}", "-:1: error: this line is no JSON"),
        (f"a,{chr(34)}{141 * chr(120) * 1000}", "-:1: error: this line is no CSV: field larger"),
        ('{"clamp": "p=1"}', "-:1: error: no field is called 'clamp'"),
        ("a,b\n1,2,3", "-:2: error: 3 values under 2 names"),
    ],
)
def test_a_line_that_is_none_ends_the_batch(ask: Callable[..., Any], line: str, text: str) -> None:
    with pytest.raises(InvcError) as caught:
        ask("--questions", "-", text=line)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize("value", [5, {"a": None}, [3], {"a": [1]}, None, True, [["a=1"]]])
@pytest.mark.parametrize("field", ["clamps", "forbid", "bias"])
def test_fields_of_another_type_are_faults_of_their_line(
    ask: Callable[..., Any],
    field: str,
    value: Sequence[int | Sequence[str]] | Mapping[str, Any] | int | None,
) -> None:
    done = ask("--questions", "-", text=json.dumps({field: value}) + "\np=143\n")
    one, two = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.exit_code, one["status"], two["status"]) == (1, "error", "found")


@settings(max_examples=200)
@given(st.text())
def test_any_text_is_a_batch_or_a_fault_of_one_line(text: str) -> None:
    try:
        asked = list(read_questions(text.splitlines(), "q"))
    except InvcError as fault:
        assert fault.where is not None
        assert fault.where.startswith("q:")
        return
    assert [a.line for a in asked] == sorted({a.line for a in asked})


@pytest.mark.parametrize("option", ["--html", "--plot", "--vcd", "--repeat", "--forbid", "--bias"])
def test_what_is_of_one_run_is_refused(ask: Callable[..., Any], option: str) -> None:
    done = ask("--questions", "-", option, "a=0.5")
    assert done.exit_code == 2
    assert f"--questions does not go with {option}: it is of one run" in done.stderr
