"""The examples do what their READMEs say, and their Hamiltonians mean what their Verilog means.

The READMEs are executed, not copied: every command line of every README is a test, and so is
every number that the comment below it states.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invc.api import simulate
from invc.design import Design, parse_clamps, read_design
from invc.frontend.yosys import Sources
from invc.ising import ground_states
from invc.netlist import Netlist, evaluate_ports, word_of
from invc.pipeline import synth
from rtl_examples.models import EXAMPLES

FOLDER = Path(__file__).resolve().parents[2] / "rtl_examples"
CLOCKED = "clocked"  # see tests/sequential
FOLDERS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != CLOCKED)
BY_SOURCE = {example.source: name for name, example in EXAMPLES.items()}
KINDS = ("forward", "backward", "partly clamped", "impossible", "free")
FOUND, IMPOSSIBLE = 0, 4
MOST_BITS = 20  # of inputs, where all of their values are tried
FEW = 8  # a default run finds every one of so few answers


class Run(NamedTuple):
    """One `invc simulate` of a README, with what the comment below it says."""

    readme: str
    line: int
    example: str
    parameters: tuple[tuple[str, int], ...]
    synth: tuple[str, ...]
    arguments: tuple[str, ...]
    comment: str

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if self.comment.startswith(f"{kind}: "))

    @property
    def clamps(self) -> tuple[str, ...]:
        pairs = zip(self.arguments, self.arguments[1:], strict=False)
        return tuple(value for flag, value in pairs if flag in ("--clamp", "-c"))


def commands(readme: Path) -> list[tuple[int, list[str], str]]:
    """(line number, words, comment) of each command in the sh blocks of a README."""
    found: list[tuple[int, list[str], list[str]]] = []
    inside = False
    for number, line in enumerate(readme.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```sh"
        elif inside and line.startswith("# "):
            found[-1][2].append(line[2:])
        elif inside:
            found.append((number, shlex.split(line), []))
    return [(number, words, " ".join(comment)) for number, words, comment in found]


def runs_of(folder: str) -> list[Run]:
    """Every `invc simulate` of a folder's README, joined to the `invc synth` of its file."""
    made, runs = {}, []
    for number, (program, command, *arguments), comment in commands(FOLDER / folder / "README.md"):
        assert program == "invc", f"{folder}/README.md:{number}"
        if command == "synth":
            source, output = arguments[0], arguments[arguments.index("-o") + 1]
            given = dict(a.split("=") for f, a in itertools.pairwise(arguments) if f == "-G")
            name = BY_SOURCE[source.removeprefix("rtl_examples/")]
            sizes = {**EXAMPLES[name].parameters, **{k: int(v) for k, v in given.items()}}
            made[output] = name, tuple(sizes.items()), tuple(arguments)
        else:
            assert command == "simulate", f"{folder}/README.md:{number}"
            runs.append(Run(folder, number, *made[arguments[0]], tuple(arguments), comment))
    return runs


RUNS = [run for folder in FOLDERS for run in runs_of(folder)]
RUN_IDS = [f"{run.readme}:{run.line}" for run in RUNS]


def invc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [a.replace("rtl_examples", str(FOLDER), 1) for a in arguments]
    command = [sys.executable, "-P", "-m", "invc", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """An `invc synth` line of a README, each one once: the path of its .hj file."""
    folder = tmp_path_factory.mktemp("rtl_examples")

    @cache
    def compile_line(*arguments: str) -> Path:
        done = invc(folder, "synth", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return folder / arguments[arguments.index("-o") + 1]

    return compile_line


@cache
def design_of(name: str, parameters: tuple[tuple[str, int], ...]) -> Design:
    """An example's source compiled with other parameters."""
    texts = {k: str(v) for k, v in parameters}
    return synth(Sources((FOLDER / EXAMPLES[name].source,), parameters=texts))


@cache
def table(name: str, parameters: tuple[tuple[str, int], ...]) -> list[dict[str, int]]:
    """Every row of an example's truth table, as values of ports; or those that are right."""
    example, sizes = EXAMPLES[name], dict(parameters)
    widths = example.inputs(**sizes)
    if example.right and sum(widths.values()) > MOST_BITS:
        every = list(example.right(**sizes))
    else:
        values = itertools.product(*(range(1 << width) for width in widths.values()))
        every = [dict(zip(widths, value, strict=True)) for value in values]
    return [{**inputs, **example.model(**inputs, **sizes)} for inputs in every]


def held_bits(netlist: Netlist, clamps: Sequence[str]) -> list[tuple[str, int, int]]:
    """(port, bit, value) of each bit that clamps hold."""
    held = []
    for clamp in parse_clamps(netlist, clamps):
        port, _, index = clamp.name.partition("[")
        held.append((port, int(index.rstrip("]") or 0), clamp.value))
    return held


def answers(run: Run, netlist: Netlist) -> list[dict[str, int]]:
    """What the truth table says to a run's clamps."""
    held = held_bits(netlist, run.clamps)
    if run.kind == "forward":
        inputs = {
            port.name: sum(value << k for name, k, value in held if name == port.name)
            for port in netlist.inputs
        }
        return [{**inputs, **EXAMPLES[run.example].model(**inputs, **dict(run.parameters))}]
    return [
        row
        for row in table(run.example, run.parameters)
        if all(row[port] >> bit & 1 == value for port, bit, value in held)
    ]


def stated(comment: str) -> list[dict[str, int]]:
    """Groups of NAME=VALUE with nothing but blanks between them, such as "a=45 b=255"."""
    pair = r"\w+=\w+"
    groups = re.findall(rf"{pair}(?: {pair})*", comment)
    return [{k: int(v, 0) for k, v in (p.split("=") for p in g.split())} for g in groups]


def stated_count(comment: str) -> int | None:
    if "the only answer" in comment:
        return 1
    match = re.search(r"(\d+) answers", comment)
    return int(match[1]) if match else None


def test_every_folder_is_in_the_index_and_every_source_has_a_model() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)/README\.md\)", index, re.M)
    assert all(name == folder for name, folder in rows)
    assert sorted(name for name, _ in rows) == FOLDERS
    sources = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.v")}
    sources = {source for source in sources if not source.startswith(CLOCKED)}
    assert sources == set(BY_SOURCE)


def test_pyverilog_reads_every_source_as_yosys_does(tmp_path: Path) -> None:
    sources = sorted(f"rtl_examples/{source}" for source in BY_SOURCE)
    done = invc(tmp_path, "ports", *sources, "--json", "-")
    assert done.returncode == 0, done.stderr
    modules = {module["name"]: module for module in json.loads(done.stdout)["modules"]}
    assert set(modules) == set(EXAMPLES)
    for name, example in EXAMPLES.items():
        module, sizes = modules[name], tuple(example.parameters.items())
        assert [(p["name"], int(p["default"])) for p in module["parameters"]] == [*sizes]
        ports = design_of(name, sizes).netlist.ports
        assert [(p["name"], p["direction"]) for p in module["ports"]] == [
            (port.name, port.direction) for port in ports
        ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_source_is_tried_in_three_directions(name: str) -> None:
    kinds = {run.kind for run in RUNS if run.example == name}
    assert {"forward", "backward", "partly clamped"} <= kinds


@pytest.mark.parametrize("run", RUNS, ids=RUN_IDS)
def test_what_the_readme_states_is_true(run: Run, compiled: Callable[..., Path]) -> None:
    netlist = read_design(compiled(*run.synth)).netlist
    right = answers(run, netlist)
    inputs = {(p.name, k) for p in netlist.inputs for k in range(len(p.bits))}
    held = {(port, bit) for port, bit, _ in held_bits(netlist, run.clamps)}
    match run.kind:
        case "forward":
            assert held == inputs
        case "backward":
            assert held
            assert not held & inputs
        case "partly clamped":
            assert held & inputs
            assert held - inputs
            assert inputs - held
        case "free":
            assert not held
        case "impossible":
            assert not right
            return
    assert stated_count(run.comment) == len(right)
    for group in stated(run.comment):
        assert any(group.items() <= row.items() for row in right), group
    if len(right) == 1:
        assert stated(run.comment), "say which one it is"


@pytest.mark.parametrize("run", RUNS, ids=RUN_IDS)
def test_the_commands_of_the_readme_answer_right(run: Run, compiled: Callable[..., Path]) -> None:
    path = compiled(*run.synth)
    right = answers(run, read_design(path).netlist)
    done = invc(path.parent, "simulate", *run.arguments, "--json", "-")
    expected = IMPOSSIBLE if run.kind == "impossible" else FOUND
    assert done.returncode == expected, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == {FOUND: "found", IMPOSSIBLE: "impossible"}[expected]
    found = [solution["ports"] for solution in report["solutions"]]
    assert all(ports in right for ports in found)
    assert len({tuple(ports.items()) for ports in found}) == len(found)
    assert all(solution["reads"] > 0 for solution in report["solutions"])
    assert bool(found) == (expected == FOUND)
    if len(right) <= FEW or "all of the" in run.comment:
        assert len(found) == len(right)


def test_the_dinners_turn_up_equally_often() -> None:
    """As the README of sat3 says: a test of uniformity does not refuse it."""
    answers = simulate(design_of("sat3", ()), satisfied=1)
    assert len(answers) == 14
    assert answers.uniformity().passed


def words_of(widths: Mapping[str, int], rows: Sequence[Mapping[str, int]]) -> dict[str, list[int]]:
    """For each port a word for each bit, bit t of a word being the value in row t."""
    return {
        name: [sum((row[name] >> k & 1) << t for t, row in enumerate(rows)) for k in range(width)]
        for name, width in widths.items()
    }


def assert_netlist_equals_model(
    netlist: Netlist, name: str, parameters: Mapping[str, int], rows: Sequence[Mapping[str, int]]
) -> None:
    """The netlist's ports against the model's, for rows of inputs."""
    example = EXAMPLES[name]
    got = evaluate_ports(netlist, words_of(example.inputs(**parameters), rows), len(rows))
    outputs = [example.model(**row, **parameters) for row in rows]
    widths = {port.name: len(port.bits) for port in netlist.outputs}
    assert list(widths) == list(outputs[0])
    assert all(row[k] < 1 << width for row in outputs for k, width in widths.items())
    expected = words_of(widths, outputs)
    assert {k: got[k] for k in widths} == expected


SIZES = [
    pytest.param(name, sizes, id="-".join([name, *(f"{k}{v}" for k, v in sizes.items())]))
    for name, example in EXAMPLES.items()
    for sizes in (example.parameters, example.small)
    if sizes or sizes is example.parameters
    if sum(example.inputs(**sizes).values()) <= MOST_BITS
]


@pytest.mark.parametrize(("name", "parameters"), SIZES)
def test_the_netlist_is_the_model_for_all_inputs(name: str, parameters: Mapping[str, int]) -> None:
    netlist = design_of(name, tuple(parameters.items())).netlist
    widths = EXAMPLES[name].inputs(**parameters)
    assert {p.name: len(p.bits) for p in netlist.inputs} == widths
    rows = [{k: row[k] for k in widths} for row in table(name, tuple(parameters.items()))]
    assert_netlist_equals_model(netlist, name, parameters, rows)


WIDE = [
    *((name, 1) for name in ("adder", "multiplier", "comparator", "alu", "popcount", "bcd")),
    *(("adder", 33), ("multiplier", 9), ("comparator", 17), ("alu", 12), ("popcount", 23)),
    *(("priority_encoder", 2), ("priority_encoder", 32), ("bcd", 13)),
    *(("isqrt", 2), ("isqrt", 9), ("crc", 1), ("crc", 64)),
]


@pytest.mark.parametrize(("name", "W"), WIDE)
def test_the_netlist_is_the_model_at_other_widths(name: str, W: int) -> None:
    netlist = design_of(name, (("W", W),)).netlist
    widths = EXAMPLES[name].inputs(W=W)
    row = st.fixed_dictionaries({k: st.integers(0, (1 << n) - 1) for k, n in widths.items()})

    @settings(max_examples=25)
    @given(rows=st.lists(row, min_size=1, max_size=30))
    def check(rows: list[dict[str, int]]) -> None:
        assert_netlist_equals_model(netlist, name, {"W": W}, rows)

    check()


LARGE = ("alu", "hamming_decoder", "sudoku", "colouring")  # too many spins for all states
GROUND = [name for name in EXAMPLES if name not in LARGE]


def test_boards_that_are_right_are_right_and_with_another_digit_are_not() -> None:
    rows = table("sudoku", (("W", 2), ("H", 2)))
    assert len(rows) == 288
    netlist = design_of("sudoku", (("W", 2), ("H", 2))).netlist
    boards = [{"board": row["board"]} for row in rows]
    spoilt = [{"board": board["board"] ^ 1 << k % 64} for k, board in enumerate(boards)]
    for board in (boards, spoilt):
        assert_netlist_equals_model(netlist, "sudoku", {"W": 2, "H": 2}, board)


@pytest.mark.parametrize("name", GROUND)
def test_the_ground_states_are_the_truth_table(name: str) -> None:
    parameters = tuple(EXAMPLES[name].small.items())
    design = design_of(name, parameters)
    lowest, states = ground_states(design.model)
    assert lowest == 0
    seen = []
    for state in states:
        words = [0, *(int(m > 0) for m in state[: design.netlist.net_count])]
        seen.append(
            {
                port.name: sum(word_of(bit, words, 1) << k for k, bit in enumerate(port.bits))
                for port in design.netlist.ports
            }
        )
    rows = table(name, parameters)
    order = list(rows[0])
    assert sorted(tuple(row[k] for k in order) for row in seen) == sorted(
        tuple(row[k] for k in order) for row in rows
    )
