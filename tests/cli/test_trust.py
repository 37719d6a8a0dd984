"""`invc simulate` on trust, and `invc merge`, as a user sees them."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from click.testing import CliRunner

from designs import CELLS, multiplier
from invc import proof
from invc.ask import Question
from invc.ask.answers import count_answers
from invc.cli import invc as group
from invc.design import write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.proof import Count


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    path = tmp_path_factory.mktemp("trust")
    for n in (4, 8):
        write_design(assemble(multiplier(n), CELLS), path / f"mult{n}.hj")
    write_design(
        synth(Sources((repository / "rtl_examples/popcount/popcount.v",))), path / "pop.hj"
    )
    return path


@pytest.fixture
def invc(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a command in this process; a user's fault is what main would print."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> SimpleNamespace:
        done = CliRunner().invoke(group, arguments)
        if isinstance(done.exception, InvcError):
            return SimpleNamespace(status=1, out=f"{done.output}{done.exception}\n")
        assert isinstance(done.exception, SystemExit | None), done.exception
        return SimpleNamespace(status=done.exit_code, out=done.output)

    return run


def load(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(Path(name).read_text())
    return value


FEW = ("--reads", "256", "--sweeps", "8")


def test_prove_tells_impossible_from_not_found(invc: Callable[..., Any]) -> None:
    done = invc("simulate", "mult8.hj", "-c", "p=64507", *FEW, "--prove", "--json", "none.json")
    assert done.status == 4
    assert done.out.splitlines()[1] == "impossible: no inputs give these clamps (proven by SAT)"
    assert "proves nothing" not in done.out
    report = load("none.json")
    assert (report["status"], report["proof"]["status"]) == ("impossible", "impossible")
    assert report["reads"] == 256


def test_prove_gives_an_example_and_says_where_it_is_from(invc: Callable[..., Any]) -> None:
    short = ("--reads", "1", "--sweeps", "1", "--dynamics", "gibbs")
    done = invc("simulate", "mult8.hj", "-c", "p=38243", *short, "--prove", "--json", "e.json")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("no answer found; 0 of 1 read verified")
    assert lines[1] == "found by proof, not by sampling:"
    assert sorted(lines[3].split()) == ["167", "229", "38243"]
    report = load("e.json")
    (only,) = report["solutions"]
    assert (report["status"], only["reads"], only["proven"]) == ("found", 0, True)
    assert report["verified_reads"] == 0


def test_prove_is_not_asked_when_reads_have_answers(invc: Callable[..., Any]) -> None:
    done = invc("simulate", "mult4.hj", "-c", "p=143", "--prove", "--json", "-")
    assert "proof" not in json.loads(done.out)


def test_forbidden_answers_are_left_out(invc: Callable[..., Any]) -> None:
    done = invc("simulate", "mult4.hj", "-c", "p=143", "--forbid", "p=143:a=11", "--json", "-")
    report = json.loads(done.out)
    assert [s["ports"]["a"] for s in report["solutions"]] == [13]
    assert (
        sum(s["reads"] for s in report["solutions"]) == report["verified_reads"] <= report["reads"]
    )
    both = ("--forbid", "a=11", "--forbid", "a=13,b=11")
    none = invc("simulate", "mult4.hj", "-c", "p=143", *both, *FEW, "--prove")
    assert none.status == 4
    assert "no inputs but those forbidden give these clamps" in none.out


def test_a_proof_does_not_wait_for_a_minute_of_sampling(
    invc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invc.ask.asking.SECONDS_BEFORE_PROOF", 0.2)
    gibbs = ("--dynamics", "gibbs", "--prove", "--json", "quick.json")
    done = invc("simulate", "mult8.hj", "-c", "p=64507", *gibbs)
    assert done.status == 4
    assert load("quick.json")["seconds"] < 30
    assert "impossible: no inputs give these clamps (proven by SAT)" in done.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("command", ["simulate", "prove"])
def test_answers_are_told_even_if_no_file_can_hold_them(
    invc: Callable[..., Any], command: str
) -> None:
    done = invc(command, "mult4.hj", "-c", "p=143", "-c", "a=11", "--json", "/dev/full", "-q")
    assert done.status == 1
    assert "11  13  143" in done.out
    assert "/dev/full: error: cannot write it: no space left on device" in done.out


def test_where_nothing_was_found_there_is_nothing_to_measure_or_to_repeat(
    invc: Callable[..., Any],
) -> None:
    done = invc("simulate", "mult4.hj", "-c", "p=211", *FEW, "--uniformity", "--marginals")
    assert done.status == 3
    assert "uniformity: not tested, no answer was found\n" in done.out
    assert "no marginals without answers\n" in done.out
    assert invc("simulate", "mult4.hj", "-c", "a=0", "-c", "p=1", "--json", "i.json").status == 4
    done = invc("simulate", "mult4.hj", "--repeat", "i.json")
    assert (done.status, done.out.splitlines()[1]) == (1, "  hint: there is nothing to repeat")
    assert done.out.startswith("i.json: error: impossible: the ")


def test_a_bias_of_a_bit_that_the_clamps_decide_is_warned_of(invc: Callable[..., Any]) -> None:
    done = invc("simulate", "mult4.hj", "-c", "a=3", "--bias", "a=0.3", "--bias", "b[0]=0.4", *FEW)
    text = "warning: a bias of a[0] a[1] a[2] a[3] changes nothing, as the clamps decide it\n"
    assert (done.status, text in done.out) == (0, True)
    done = invc("simulate", "mult4.hj", "-c", "a=3", "--bias", "b[0]=0.4", *FEW)
    assert "warning" not in done.out


def test_a_run_without_a_read_says_so(invc: Callable[..., Any]) -> None:
    short = ("--dynamics", "gibbs", "--time-limit", "1e-9")
    done = invc("simulate", "mult8.hj", "-c", "p=64507", *short, "--explain")
    assert (done.status, done.out.splitlines()[0][:36]) == (
        3,
        "no answer found; 0 of 0 reads verifi",
    )
    then = "try 'invc prove', another --dynamics, a longer --time-limit\n"
    assert f"hint: no read ended in this time: {then}" in done.out
    assert "no read ended: there is nothing to explain\n" in done.out
    done = invc("simulate", "mult8.hj", "-c", "p=64507", *FEW)
    assert done.out.endswith(f"hint: none was found, which proves nothing: {then}")


def test_explain_names_the_violated_gates_and_the_clamps_they_touch(
    invc: Callable[..., Any],
) -> None:
    done = invc("simulate", "mult8.hj", "-c", "p=64507", *FEW, "--explain", "--json", "x.json")
    assert done.status == 3
    report = load("x.json")
    violated = report["explain"]
    assert violated
    energy = sum(v["excess"] for v in violated)
    gates = f"{len(violated)} violated gate" + "s"[: len(violated) > 1]
    assert f"the best unverified read, annealed on, has energy {energy} in {gates}" in done.out
    ports, missed = report["explained"]["ports"], report["explained"]["missed"]
    assert ports["a"] * ports["b"] == ports["p"]
    given = f"a = {ports['a']}, b = {ports['b']}, p = {ports['p']}"
    bits = f"{len(missed)} clamped bit" + "s"[: len(missed) > 1]
    assert f"its inputs give {given}: {bits} otherwise, {missed[0]}" in done.out
    assert all(v["drives"] in done.out for v in violated[:20])
    for v in violated:
        assert all(name.startswith("p[") for name in v["clamps"])
    all_right = invc("simulate", "mult4.hj", "-c", "a=11", "-c", "b=13", "--explain")
    assert "every read was verified: there is nothing to explain" in all_right.out


def test_equilibrium_is_uniform_where_annealing_is_not(invc: Callable[..., Any]) -> None:
    ask = ("simulate", "pop.hj", "-c", "count=4", "--uniformity", "--json", "-")
    fair = json.loads(invc(*ask, "--equilibrium").out)
    assert fair["uniformity"]["passed"]
    assert fair["uniformity"]["answers"] == len(fair["solutions"]) == 70
    assert fair["mixing"]["mixed"]
    assert all(s["energy"] == 0 for s in fair["solutions"])
    fast = ("--dynamics", "gibbs", "--sweeps", "16")
    annealed = json.loads(invc(*ask, "--reads", "20480", *fast).out)
    assert not annealed["uniformity"]["passed"]
    assert annealed["uniformity"]["p_value"] < 1e-6


def test_what_could_not_be_counted_is_not_tested(
    invc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    count = proof.count
    monkeypatch.setattr("invc.ask.answers.COUNT_LIMIT", 5)
    monkeypatch.setattr(
        "invc.proof.count", lambda *a, **options: count(*a, **{**options, "limit": 5})
    )
    done = invc("simulate", "mult8.hj", "-c", "p=3600", "--uniformity", *FEW)
    assert "uniformity: not tested, there are more than 5 answers\n" in done.out
    cut = Count(3, False, (), 30.0)
    monkeypatch.setattr("invc.proof.count", lambda *arguments, **options: cut)
    done = invc("simulate", "mult8.hj", "-c", "p=3600", "--uniformity", *FEW)
    text = "uniformity: not tested, 3 answers counted in 30 s, and maybe not all\n"
    assert text in done.out
    monkeypatch.setattr("invc.proof.count", lambda *a, **options: replace(cut, interrupted=True))
    with pytest.raises(KeyboardInterrupt):
        count_answers(Question(cast(Any, None)))


def test_uniformity_and_marginals_in_words(invc: Callable[..., Any]) -> None:
    ask = ("simulate", "pop.hj", "-c", "count=4", "--equilibrium", "--show", "1")
    lines = invc(*ask, "--uniformity", "--marginals").out.splitlines()
    assert lines[4].startswith("equilibrium at beta ")
    assert " samples at equilibrium, with standard errors" in lines[5]
    assert [line.split()[0] for line in lines[6:8]] == ["bit", "x[0]"]
    assert 0.4 < float(lines[7].split()[1]) < 0.6
    assert lines[-2].startswith("uniformity: chi-square ")
    assert lines[-2].endswith(": passed")
    assert lines[-1].startswith("70 answers, most frequent ")
    few = invc("simulate", "pop.hj", "-c", "count=4", "--reads", "100", "--uniformity").out
    assert "warning: fewer than 5 reads an answer" in few
    frozen = invc(*ask, "--beta", "4", "--sweeps", "1", "--reads", "40960").out
    assert "warning: chains remember their past" in frozen


def test_bias_moves_marginals(invc: Callable[..., Any]) -> None:
    ask = ("simulate", "pop.hj", "-c", "count=4", "--equilibrium", "--marginals", "--json", "-")
    report = json.loads(invc(*ask, "--bias", "x[3]=0.8", "--reads", "16384").out)
    marginal = {m["name"]: m for m in report["marginals"]}
    # Half of the 70 words have x[3]: odds 0.8 to 0.2 for each of them.
    assert report["biased"]["x[3]"] == pytest.approx(0.8, abs=0.005)
    assert marginal["x[3]"]["probability"] == pytest.approx(
        0.8, abs=5 * marginal["x[3]"]["error"] + 0.005
    )
    assert marginal["x[0]"]["probability"] < 0.5
    text = invc("simulate", "pop.hj", "-c", "count=4", "--reads", "2048", "--bias", "x=0.3").out
    assert re.match(r"biases in whole units: x\[0\] 0\.(29|30)", text.splitlines()[-1])


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--reads", "3000", "--sweeps", "40", "--seed", "9", "--forbid", "a=11"),
        ("--dynamics", "gibbs", "--beta", "0.4:1", "--seed", "3"),
        ("--dynamics", "ssa", "--set", "noise=5", "--reads", "1024"),
        ("--bias", "a[1]=0.7", "--reads", "2000"),
        ("--target", "1", "--seed", "2"),
        ("--dynamics", "pt", "--seed", "5"),
        ("--equilibrium", "--seed", "4", "--reads", "5000"),
        ("--equilibrium", "--dynamics", "pt", "--beta", "0.3:0.6", "--reads", "5000"),
        ("--equilibrium", "--bias", "b[0]=0.3", "--reads", "5000"),
        ("-c", "a=11"),
    ],
)
def test_every_run_is_repeated_from_its_file(
    invc: Callable[..., Any], options: Sequence[str]
) -> None:
    first = invc("simulate", "mult4.hj", "-c", "p=143", *options, "--json", "r.json")
    assert first.status in (0, 3)
    again = invc("simulate", "mult4.hj", "--repeat", "r.json", "--json", "again.json")
    assert again.out.splitlines()[-1] == "the same answers and reads as in r.json"
    one, two = (load(name) for name in ("r.json", "again.json"))
    for report in (one, two):
        report.pop("seconds")
        report["runs"][0].pop("chosen")
        report.pop("chosen")
    same = ("solutions", "reads", "verified_reads", "strict_reads", "sweeps", "flips", "model")
    assert {name: one[name] for name in same} == {name: two[name] for name in same}
    assert one["question"] == two["question"]


def test_a_changed_result_is_not_repeated(invc: Callable[..., Any]) -> None:
    invc("simulate", "mult4.hj", "-c", "p=143", *FEW, "--json", "r.json")
    report = load("r.json")
    assert {"invc", "python", "numpy"} <= set(report["runs"][0]["versions"])
    report["solutions"] = report["solutions"][:1]
    Path("changed.json").write_text(json.dumps(report))
    done = invc("simulate", "mult4.hj", "--repeat", "changed.json")
    assert done.status == 1
    assert "changed.json: error: the run was repeated with another result" in done.out
    other = invc("simulate", "mult8.hj", "--repeat", "r.json")
    assert other.out == (
        "r.json: error: this result is of another model\n  hint: give the .hj file that it ran\n"
    )


def test_merge_adds_counts(invc: Callable[..., Any]) -> None:
    for seed in ("1", "2", "3"):
        invc("simulate", "mult4.hj", "-c", "p=143", *FEW, "--seed", seed, "--json", f"m{seed}.json")
    # The same question in other words.
    invc("simulate", "mult4.hj", "-c", "p=0x8f", *FEW, "--seed", "4", "--json", "m4.json")
    done = invc("merge", "m1.json", "m2.json", "-o", "both.json")
    assert done.status == 0
    assert done.out.splitlines()[-1].endswith("of 512 reads verified; 2 runs in both.json")
    invc("merge", "both.json", "m3.json", "m4.json", "-o", "all.json", "-q")
    parts = [load(f"m{k}.json") for k in (1, 2, 3, 4)]
    merged = load("all.json")
    for name in ("reads", "verified_reads", "strict_reads", "sweeps", "flips"):
        assert merged[name] == sum(part[name] for part in parts)
    total: dict[Any, Any] = {}
    for part in parts:
        for s in part["solutions"]:
            key = tuple(s["ports"].items())
            total[key] = total.get(key, 0) + s["reads"]
    assert {tuple(s["ports"].items()): s["reads"] for s in merged["solutions"]} == total
    assert [run["seed"] for run in merged["runs"]] == [1, 2, 3, 4]
    assert merged["status"] == "found"
    swapped = invc("merge", "m4.json", "m3.json", "m2.json", "m1.json", "-o", "-")
    assert json.loads(swapped.out)["solutions"] == merged["solutions"]


def test_a_broken_result_is_refused_in_one_line(invc: Callable[..., Any]) -> None:
    invc("simulate", "mult4.hj", "-c", "p=143", *FEW, "--json", "whole.json")
    whole = load("whole.json")
    runs = whole["runs"][0]
    broken = [
        *({**whole, name: value} for name in whole for value in (None, 7, "x", [3], {"a": 1})),
        *({**whole, "runs": [{**runs, name: value}]} for name in runs for value in ("x", [3], 0.5)),
    ]
    for report in broken:
        Path("broken.json").write_text(json.dumps(report))
        for command in (("simulate", "mult4.hj", "--repeat"), ("merge", "-o", "-")):
            done = invc(*command, "broken.json")  # asserts that nothing but InvcError escapes
            assert done.status in (0, 1)


@pytest.fixture
def results(invc: Callable[..., Any]) -> Callable[..., Any]:
    """Result files of several questions."""
    asked = {
        "one": ("mult4.hj", "-c", "p=143", "--seed", "1"),
        "clamps": ("mult4.hj", "-c", "p=35", "--seed", "2"),
        "forbid": ("mult4.hj", "-c", "p=143", "--forbid", "a=11", "--seed", "2"),
        "model": ("mult8.hj", "-c", "p=143", "--seed", "2"),
        "chains": ("mult4.hj", "-c", "p=143", "--equilibrium", "--seed", "2"),
    }
    for name, options in asked.items():
        extra = () if "--equilibrium" in options else ("--sweeps", "8")
        invc("simulate", *options, *extra, "--reads", "64", "--json", f"{name}.json")
    Path("no.json").write_text("[1, 2]")
    Path("old.json").write_text('{"status": "found", "solutions": [], "reads": 3}')
    return invc


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (
            "one",
            "one.json: error: seed 1 is in one.json already, so these reads are no new ones\n"
            "  hint: give each run a --seed of its own, or --blocks of its own\n",
        ),
        (
            "clamps",
            "clamps.json: error: its clamps are not those of one.json\n"
            "  hint: merge runs with the same --clamp, --forbid and --bias\n",
        ),
        (
            "forbid",
            "forbid.json: error: its clamps are not those of one.json\n"
            "  hint: merge runs with the same --clamp, --forbid and --bias\n",
        ),
        (
            "model",
            "model.json: error: it samples another model than one.json\n"
            "  hint: merge runs of one .hj file\n",
        ),
        (
            "chains",
            "chains.json: error: one of one.json and this was run with --equilibrium, the other not\n"
            "  hint: merge runs of one kind\n",
        ),
        (
            "no",
            "no.json: error: this is no result of a run\n"
            "  hint: give a file that 'invc simulate --json' wrote\n",
        ),
        (
            "old",
            "old.json: error: this result does not tell its model and options\n"
            "  hint: run 'invc simulate --json' again with this version\n",
        ),
        (
            "missing",
            "missing.json: error: cannot read it: no such file or directory\n"
            "  hint: give a file that 'invc simulate --json' wrote\n",
        ),
    ],
)
def test_merge_refuses(results: Callable[..., Any], other: str, text: str) -> None:
    done = results("merge", "one.json", f"{other}.json", "-o", "sum.json")
    assert (done.status, done.out) == (1, text)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--bias", "a=0.3", "--uniformity"), "with --bias answers are not meant to be uniform"),
        (
            ("--equilibrium", "--explain"),
            "--equilibrium does not go with --explain: at one temperature a gate is violated by chance",
        ),
        (
            ("--equilibrium", "--vcd", "x.vcd"),
            "--equilibrium does not go with --vcd: its samples are of many chains",
        ),
        (
            ("--equilibrium", "--set", "noise=5"),
            "--equilibrium does not go with --set: what moves its chains has no settings",
        ),
        (
            ("--equilibrium", "--beta", "0.3:1"),
            "--equilibrium samples at one inverse temperature: --beta B, or --dynamics pt",
        ),
        (
            ("--equilibrium", "--target", "3"),
            "--equilibrium does not go with --target: a run that ends with an answer would favour",
        ),
        (("--equilibrium", "--dynamics", "ssa"), "--equilibrium does not go with --dynamics ssa"),
        (("--repeat", "r.json", "--seed", "3"), "--repeat takes --seed from the file"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    invc: Callable[..., Any], options: Sequence[str], text: str
) -> None:
    done = invc("simulate", "mult4.hj", *options)
    assert done.status == 2
    assert text in done.out


def test_samples_at_equilibrium_are_strict_anyway(invc: Callable[..., Any]) -> None:
    plain = invc("simulate", "mult4.hj", "-c", "p=12", "--equilibrium", "--reads", "4096", "-q")
    strict = invc(
        "simulate", "mult4.hj", "-c", "p=12", "--equilibrium", "--reads", "4096", "-q", "--strict"
    )
    assert (strict.status, strict.out) == (0, plain.out)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--bias", "a=2"), "error: bias 'a=2' is not NAME=P\n"),
        (("--bias", "a=0.3", "--dynamics", "staged"), "error: staged knows no biases\n"),
        (("--forbid", "q=1"), "error: no port is called 'q'\n"),
        (("--repeat", "nowhere.json"), "nowhere.json: error: cannot read it: no such file"),
    ],
)
def test_errors(invc: Callable[..., Any], options: Sequence[str], text: str) -> None:
    done = invc("simulate", "mult4.hj", *options)
    assert done.status == 1
    assert text in done.out


def test_a_fault_is_one_line_on_stderr(folder: Path) -> None:
    command = [sys.executable, "-P", "-m", "invc", "merge", "no.json", "-o", "sum.json"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 1
    assert done.stderr.startswith("no.json: error: ")
    assert done.stdout == ""
