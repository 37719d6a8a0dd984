"""The command line and Python ask through one function: equal results, statuses, warnings, files."""

import json
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

import invc
from designs import CELLS, multiplier
from invc.ask import Conflict, Unwritten, asking
from invc.ask.results import report
from invc.cli import invc as group
from invc.cli.simulate import EXIT
from invc.design import Design, write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats.adopt import adopt
from invc.formats.terms import terms
from typed import sure

SECONDS = re.compile(r"\b\d+\.\d\d s\b")
FREE = {"seconds"}  # wall time, the only thing that may differ
MODEL = terms(["a", "b", "c"], [(0, 1, 1.0), (1, 2, -0.5), (0, 2, 0.25)])

# The words of the command line, and the keywords of Python.
QUESTIONS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "backward": (["-c", "p=143"], {"clamps": "p=143"}),
    "forward": (["-c", "a=11", "-c", "b=13"], {"clamps": ["a=11", "b=13"]}),
    "partly": (["-c", "p=143", "-c", "a[0]=1"], {"p": 143, "clamps": "a[0]=1"}),
    "free": (["--target", "3"], {"target": 3}),
    "counted": (
        ["-c", "p=12", "--reads", "500", "--sweeps", "40", "--seed", "9"],
        {"p": 12, "reads": 500, "sweeps": 40, "seed": 9},
    ),
    "schedule": (
        ["-c", "p=12", "--dynamics", "gibbs", "--beta", "0.4:1"],
        {"p": 12, "dynamics": "gibbs", "beta": (0.4, 1.0)},
    ),
    "settings": (
        ["-c", "p=143", "--dynamics", "ssa", "--set", "noise=5", "--reads", "256"],
        {"p": 143, "dynamics": "ssa", "settings": {"noise": "5"}, "reads": 256},
    ),
    "kernel": (
        ["-c", "p=143", "--kernel", "reference", "--reads", "64", "--sweeps", "16"],
        {"p": 143, "kernel": "reference", "reads": 64, "sweeps": 16},
    ),
    "strict": (["-c", "p=143", "--strict", "--threads", "1"], {"p": 143, "strict": True}),
    "forbidden": (
        ["-c", "p=143", "--forbid", "a=11:b=13"],
        {"p": 143, "forbid": {"a": 11, "b": 13}},
    ),
    "biased": (
        ["-c", "p=12", "--bias", "a[1]=0.9", "--reads", "512"],
        {"p": 12, "bias": {"a[1]": 0.9}, "reads": 512},
    ),
    "biased in vain": (
        ["-c", "a=3", "--bias", "a=0.3", "--bias", "b[0]=0.4", "--reads", "256"],
        {"a": 3, "bias": {"a": 0.3, "b[0]": 0.4}, "reads": 256},
    ),
    "equilibrium": (
        ["-c", "p=12", "--equilibrium", "--reads", "4096"],
        {"p": 12, "equilibrium": True, "reads": 4096},
    ),
    "uniform": (
        ["-c", "p=12", "--equilibrium", "--uniformity"],
        {"p": 12, "equilibrium": True, "uniformity": True},
    ),
    "ladders": (
        ["-c", "p=12", "--equilibrium", "--dynamics", "pt", "--beta", "0.3:0.6", "--reads", "2048"],
        {"p": 12, "equilibrium": True, "dynamics": "pt", "beta": (0.3, 0.6), "reads": 2048},
    ),
    "forgetful": (
        ["-c", "p=12", "--equilibrium", "--beta", "4", "--sweeps", "1", "--reads", "8192"],
        {"p": 12, "equilibrium": True, "beta": (4, 4), "sweeps": 1, "reads": 8192},
    ),
    "explained": (
        ["-c", "p=211", "--reads", "64", "--explain"],
        {"p": 211, "reads": 64, "explain": True},
    ),
    "proven impossible": (
        ["-c", "p=211", "--reads", "64", "--prove", "--explain"],
        {"p": 211, "reads": 64, "prove": True, "explain": True},
    ),
    "proven": (
        [
            "-c",
            "p=143",
            *(["--reads", "1", "--sweeps", "1", "--dynamics", "gibbs", "--seed", "3", "--prove"]),
        ],
        {"p": 143, "reads": 1, "sweeps": 1, "dynamics": "gibbs", "seed": 3, "prove": True},
    ),
    "impossible": (["-c", "a=0", "-c", "p=5"], {"a": 0, "p": 5}),
    "none": (
        ["-c", "p=251", "--reads", "64", "--sweeps", "5"],
        {"p": 251, "reads": 64, "sweeps": 5},
    ),
}


@pytest.fixture(scope="module")
def design() -> Design:
    return assemble(multiplier(4), CELLS)


@pytest.fixture
def command(design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Asks on the command line: exit status, result file, standard output and error."""
    monkeypatch.chdir(tmp_path)
    write_design(design, Path("d.hj"))
    write_design(adopt(MODEL).design, Path("m.hj"))

    def run(*arguments: str, file: str = "d.hj") -> tuple[int, Any, str, str]:
        done = CliRunner().invoke(group, ["simulate", file, *arguments, "--json", "r.json"])
        if isinstance(done.exception, InvcError):
            raise done.exception
        assert isinstance(done.exception, SystemExit | None), done.exception
        return done.exit_code, json.loads(Path("r.json").read_text()), done.stdout, done.stderr

    return run


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A report as it comes out of a file, without what differs from run to run."""
    again = json.loads(json.dumps({name: v for name, v in fields.items() if name not in FREE}))
    if "proof" in again:
        again["proof"].pop("seconds")
    value: dict[str, Any] = again
    return value


def warnings_in(text: str) -> list[str]:
    return [line.removeprefix("warning: ") for line in text.splitlines() if "warning: " in line]


@pytest.mark.parametrize("name", QUESTIONS)
def test_both_find_the_same(command: Callable[..., Any], design: Design, name: str) -> None:
    words, keywords = QUESTIONS[name]
    status, fields, _, stderr = command(*words)
    samples = invc.simulate(design, **keywords)
    assert status == EXIT[samples.status]
    assert {**plain(report(samples)), "clamps": 0} == {**plain(fields), "clamps": 0}
    assert list(samples.warnings) == warnings_in(stderr)
    assert all(f"warning: {text}" in repr(samples) for text in samples.warnings)


def test_the_questions_show_what_they_are_for(design: Design) -> None:
    asked = {
        name: invc.simulate(design, **QUESTIONS[name][1])
        for name in ("biased in vain", "forgetful", "proven", "uniform")
    }
    assert [len(samples.warnings) for samples in asked.values()] == [1, 1, 0, 0]
    assert asked["proven"].columns == {"reads": [0]}
    assert sure(asked["uniform"].number).number == asked["uniform"].uniformity().answers == 6


def test_both_find_the_same_states_of_a_model_without_gates(command: Callable[..., Any]) -> None:
    words = ["--reads", "100", "--seed", "4", "--marginals"]
    status, fields, stdout, _ = command(*words, file="m.hj")
    samples = invc.simulate("m.hj", reads=100, seed=4)
    assert status == EXIT[samples.status]
    assert [row.__dict__ for row in samples.marginals()] == fields.pop("marginals")
    assert f"P(bit = 1) {samples.marginals().over}, with standard errors" in stdout
    assert samples.marginals().over == "over 100 reads"
    assert plain(report(samples)) == plain(fields)


def test_both_write_the_same_pictures(command: Callable[..., Any], design: Design) -> None:
    both: dict[str, Any] = {"seed": 5, "p": 143, "forbid": "a=11"}
    words = ["--seed", "5", "-c", "p=143", "--forbid", "a=11"]
    names = {"plot": "svg", "html": "html", "vcd": "vcd"}
    command(*words, *(f"--{kind}=c.{end}" for kind, end in names.items()))
    invc.simulate(design, **both, **cast(Any, {kind: f"p.{end}" for kind, end in names.items()}))
    for end in names.values():
        one, two = (SECONDS.sub("", Path(f"{who}.{end}").read_text()) for who in "cp")
        assert one == two, end


def test_both_say_that_nothing_was_drawn_of_what_was_not_sampled(
    command: Callable[..., Any], design: Design
) -> None:
    status, _, stdout, stderr = command("-c", "a=0", "-c", "p=5", "--html", "c.html")
    samples = invc.simulate(design, a=0, p=5, html="c.html")
    assert (status, samples.status) == (4, "impossible")
    assert samples.warnings == ("nothing was sampled; not written: c.html",)
    assert stderr == "warning: nothing was sampled; not written: c.html\n"
    assert not Path("c.html").exists()
    assert stdout == f"{samples.summary}\n"


REFUSED = [
    (["--equilibrium", "--explain"], {"equilibrium": True, "explain": True}),
    (["--equilibrium", "--target", "1"], {"equilibrium": True, "target": 1}),
    (["--equilibrium", "--set", "a=b"], {"equilibrium": True, "settings": {"a": "b"}}),
    (["--equilibrium", "--beta", "1:2"], {"equilibrium": True, "beta": (1, 2)}),
    (["--equilibrium", "--vcd", "x.vcd"], {"equilibrium": True, "vcd": "x.vcd"}),
    (["--equilibrium", "--dynamics", "sc"], {"equilibrium": True, "dynamics": "sc"}),
    (["--bias", "a=0.3", "--uniformity"], {"bias": {"a": 0.3}, "uniformity": True}),
]


@pytest.mark.parametrize(("words", "keywords"), REFUSED, ids=str)
def test_both_refuse_the_same_in_their_own_words(
    design: Design, tmp_path: Path, words: Sequence[str], keywords: Mapping[str, Any]
) -> None:
    write_design(design, tmp_path / "d.hj")
    done = CliRunner().invoke(group, ["simulate", str(tmp_path / "d.hj"), *words])
    with pytest.raises(Conflict) as caught:
        invc.simulate(design, **keywords)
    assert done.exit_code == 2
    assert done.stderr.endswith(f"Error: {caught.value.usage}\n")
    spoken = re.sub(
        "--(set|[a-z]+)", lambda m: {"set": "settings"}.get(m[1], m[1]), caught.value.usage
    )
    assert caught.value.message == spoken


@pytest.mark.parametrize("option", ["prove", "explain", "uniformity", "equilibrium"])
def test_both_refuse_what_needs_gates(command: Callable[..., Any], option: str) -> None:
    with pytest.raises(Conflict, match=f" {option} needs gates: this model was imported$"):
        invc.simulate("m.hj", **cast(Any, {option: True}))
    done = CliRunner().invoke(group, ["simulate", "m.hj", f"--{option}"])
    assert f"Error: --{option} needs gates: this model was imported\n" in done.stderr


FAULTS = [
    (["-c", "q=1"], {"q": 1}),
    (["-c", "p=256"], {"p": 256}),
    (["--forbid", "a"], {"forbid": "a"}),
    (["--bias", "a=2"], {"bias": "a=2"}),
    (["--dynamics", "gibs"], {"dynamics": "gibs"}),
    (["--kernel", "fast"], {"kernel": "fast"}),
    (["--plot", "x.txt"], {"plot": "x.txt"}),
    (["--html", "no/x.html"], {"html": "no/x.html"}),
    (["--html", ""], {"html": ""}),
    (["--html", "x.svg", "--plot", "x.svg"], {"html": "x.svg", "plot": "x.svg"}),
    (["--bias", "a=0.3", "--dynamics", "staged"], {"bias": "a=0.3", "dynamics": "staged"}),
]


@pytest.mark.parametrize(("words", "keywords"), FAULTS, ids=str)
def test_both_have_the_same_faults(
    command: Callable[..., Any], design: Design, words: Sequence[str], keywords: Mapping[str, Any]
) -> None:
    with pytest.raises(InvcError) as one:
        command(*words)
    with pytest.raises(InvcError) as two:
        invc.simulate(design, **keywords)
    assert str(one.value) == str(two.value)


def test_neither_proves_what_the_user_interrupted(
    command: Callable[..., Any], design: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any, **options: Any) -> Any:
        sampled = asking_sample(*arguments, **options)
        return sampled._replace(result=replace(sampled.result, interrupted=True))

    asking_sample = vars(asking)["sample"]
    monkeypatch.setattr(asking, "sample", interrupted)
    words, keywords = QUESTIONS["proven impossible"]
    status, fields, _, _ = command(*words)
    samples = invc.simulate(design, **keywords)
    assert (status, samples.status, samples.proof) == (3, "none", None)
    assert "proof" not in fields
    assert fields["interrupted"]
    assert samples.summary.endswith("; interrupted")


def test_a_proof_that_the_user_interrupts_loses_no_result(
    command: Callable[..., Any], design: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*arguments: Any, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("invc.ask.beside.Beside.wait", ended)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        words, keywords = QUESTIONS["proven impossible"]
        status, fields, _, _ = command(*words)
        samples = invc.simulate(design, **keywords)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (status, samples.status, samples.proof, fields["reads"]) == (3, "none", None, 64)


def test_a_picture_that_cannot_be_written_loses_no_answer(
    command: Callable[..., Any], design: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise InvcError("cannot write it: no space left on device", where="x.html")

    monkeypatch.setattr(asking, "write_pictures", full)
    with pytest.raises(Unwritten) as caught:
        invc.simulate(design, p=143, reads=256, html="x.html")
    assert {answer["a"] for answer in caught.value.samples} == {11, 13}
    done = CliRunner().invoke(
        group,
        [
            "simulate",
            "d.hj",
            "-c",
            "p=143",
            "--reads",
            "256",
            "--html",
            "x.html",
            "--json",
            "r.json",
        ],
    )
    assert "143" in done.stdout
    assert json.loads(Path("r.json").read_text())["status"] == "found"
    assert str(done.exception) == "x.html: error: cannot write it: no space left on device"
