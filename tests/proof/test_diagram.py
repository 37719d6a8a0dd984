"""Diagrams hold every answer once: counts, marginals and draws are those of enumeration."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import islice
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.cli.prove import command as prove_command
from invc.cli.simulate import command
from invc.design import Clamp, Design, bit_names, parse_clamps, write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats.adopt import adopt
from invc.formats.terms import terms
from invc.frontend.yosys import Sources
from invc.netlist import Gate, Netlist, Port
from invc.netlist.gates import XOR2
from invc.pipeline import synth
from invc.proof import count
from invc.proof.diagram import Exact, TooLarge, exact, manager
from invc.proof.diagram.layers import Layer, Part
from invc.proof.sat import Clock
from proof.constraints import CONSTRAINTS, unevenness
from truth import every_answer

Row = dict[str, int]


def drawn(found: Exact, number: int, seed: int = 0) -> dict[str, np.ndarray]:
    """So many draws or a few more, by port."""
    blocks = list(islice(found.draws(seed), -(-number // (1 << 14))))
    return {name: np.concatenate([b.ports[name] for b in blocks]) for name in blocks[0].ports}


def rows(ports: dict[str, np.ndarray]) -> list[tuple[int, ...]]:
    return list(zip(*(values.tolist() for values in ports.values()), strict=True))


def bits_of(netlist: Netlist, row: Row) -> dict[str, int]:
    return {
        name: row[port.name] >> k & 1
        for port in netlist.ports
        for k, name in enumerate(bit_names(port))
    }


def has(netlist: Netlist, row: Row, held: tuple[Clamp, ...]) -> bool:
    bits = bits_of(netlist, row)
    return all(bits[clamp.name] == clamp.value for clamp in held)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Design, tuple[Clamp, ...], list[tuple[Clamp, ...]]]:
    """Small designs with some bits of their ports held, and a combination left out."""
    netlist = draw(netlists(max_inputs=5, max_gates=8))
    bits = [
        (name, bit)
        for port in netlist.ports
        for name, bit in zip(bit_names(port), port.bits)  # noqa: B905
    ]

    def some(most: int) -> tuple[Clamp, ...]:
        chosen = draw(st.lists(st.sampled_from(bits), max_size=most, unique=True))
        return tuple(Clamp(bit, draw(st.integers(0, 1)), name) for name, bit in chosen)

    forbidden = [combination for combination in (some(3), some(2)) if combination]
    return assemble(netlist, CELLS), some(3), forbidden


@given(questions())
@settings(max_examples=300)
def test_count_marginals_and_list_are_those_of_enumeration(
    question: tuple[Design, tuple[Clamp, ...], Sequence[tuple[Clamp, ...]]],
) -> None:
    design, clamps, forbidden = question
    netlist = design.netlist
    right = [
        row
        for row in every_answer(netlist)
        if has(netlist, row, clamps) and not any(has(netlist, row, bits) for bits in forbidden)
    ]
    found = exact(design, clamps, forbidden=forbidden)
    assert found.count == len(right)
    listed = found.answers(1 << 12)
    assert listed.count == len(right)
    expected = Counter(tuple(row.values()) for row in right)
    assert Counter(rows({k: np.asarray(v) for k, v in listed.ports.items()})) == expected
    if right:
        shares = found.marginals()
        for port in netlist.ports:
            for name in bit_names(port):
                ones = sum(bits_of(netlist, row)[name] for row in right)
                assert shares[name] == Fraction(ones, len(right))
        for row in rows(drawn(found, 64)):
            assert row in expected


@given(questions(), st.integers(1, 40))
@settings(max_examples=40)
def test_count_is_the_same_by_sat_alone_and_by_diagrams(
    question: tuple[Design, tuple[Clamp, ...], Sequence[tuple[Clamp, ...]]], limit: int
) -> None:
    design, clamps, forbidden = question
    number = exact(design, clamps, forbidden=forbidden).count
    told = count(design, clamps, forbidden=forbidden, limit=limit, beyond=True)
    assert (told.number, told.complete) == (number, True)
    kept = count(design, clamps, forbidden=forbidden, limit=limit)
    assert kept.number == number if kept.complete else limit <= kept.number <= number


def test_the_pure_package_and_cudd_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dd.cudd")
    design = assemble(multiplier(4), CELLS)
    clamps = parse_clamps(design.netlist, ["p[6]=1", "p[2]=0"])
    by_cudd = exact(design, clamps)
    monkeypatch.setattr(manager, "_backend", lambda: importlib.import_module("dd.autoref"))
    assert manager.backend_name() == "autoref"
    pure = exact(design, clamps)
    assert (pure.count, pure.nodes) == (by_cudd.count, by_cudd.nodes)
    assert rows(drawn(pure, 99, seed=5)) == rows(drawn(by_cudd, 99, seed=5))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Designs of the constraint sets, each compiled when it is first asked for."""
    folder, made = tmp_path_factory.mktemp("constraints"), {}

    def design(name: str) -> Design:
        if name not in made:
            path = folder / "m.v"
            path.write_text(CONSTRAINTS[name].source)
            made[name] = synth(Sources((path,)))
        return made[name]

    return design


DRAWS = 1_000_000
RISK = 1e-6


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_million_draws_of_a_constraint_set_are_uniform(
    name: str, compiled: Callable[..., Any]
) -> None:
    design, constraint = compiled(name), CONSTRAINTS[name]
    found = exact(design, parse_clamps(design.netlist, constraint.clamps))
    assert found.count == constraint.answers
    ports = drawn(found, DRAWS, seed=1)
    columns = [ports[port.name].astype(object) for port in design.netlist.inputs]
    keys = columns[0]
    for port, column in zip(design.netlist.inputs[1:], columns[1:], strict=True):
        keys = keys * (1 << len(port.bits)) + column
    times = Counter(keys.tolist()).values()
    limit = NormalDist().inv_cdf(1 - RISK)
    # few collisions and chi-square have a longer tail above than a normal deviate
    rare = found.count * 16 > len(keys)
    longer = limit**2 / sqrt(len(keys) ** 2 / 2 / found.count) if rare else 1
    assert -limit - rare * longer < unevenness(times, found.count) < limit + longer


def test_more_than_63_bits_of_answers_are_drawn_exactly(compiled: Callable[..., Any]) -> None:
    """Of 4^32 words each of the four ways to make a 1 has a quarter, in every place."""
    design = compiled("majority")
    found = exact(design, parse_clamps(design.netlist, ["m=0xffffffff"]))
    assert found.count == 4**32
    assert set(found.marginals().values()) == {Fraction(3, 4), Fraction(1)}
    ports = drawn(found, 1 << 17)
    for k in range(32):
        ways = [
            int(v) for v in np.bincount(sum((ports[p] >> k & 1) << i for i, p in enumerate("xyz")))
        ]
        assert [k for k, n in enumerate(ways) if n] == [3, 5, 6, 7]
        assert all(abs(n - (1 << 15)) < 6 * sqrt((1 << 15) * 0.75) for n in ways if n)


def test_every_draw_of_very_many_answers_is_one() -> None:
    """An odd number of ones among 70: 2^69 answers, and a choice at each bit which half it is in."""
    names = ("", *(f"x{k}" for k in range(70)), *(f"s{k}" for k in range(69)))
    before = [2, *(2 * (71 + k) for k in range(68))]
    gates = [Gate(XOR2, (before[k], 2 * (k + 2), 2 * (71 + k))) for k in range(69)]
    inputs = tuple(range(2, 142, 2))
    ports = (Port("x", "input", inputs), Port("y", "output", (2 * 139,)))
    design = assemble(Netlist("parity", ports, tuple(gates), names).check(), CELLS)
    found = exact(design, parse_clamps(design.netlist, ["y=1"]))
    assert found.count == 1 << 69
    draws = [int(value) for value in drawn(found, 100)["x"][:2000]]
    assert {value.bit_count() % 2 for value in draws} == {1}
    assert len(set(draws)) == len(draws)


class Words:
    """A generator that gives the words it was told, then fails."""

    def __init__(self, *words: int) -> None:
        self.words = list(words)

    def integers(
        self, low: int, high: int, size: int | None = None, dtype: object = None
    ) -> int | npt.NDArray[np.uint64]:
        if size is None:
            return self.words.pop(0)
        return np.array([self.words.pop(0) for _ in range(size)], dtype=np.uint64)


def words(*given: int) -> np.random.Generator:
    return cast(np.random.Generator, Words(*given))


def test_a_share_that_64_bits_leave_open_is_decided_by_more() -> None:
    third = (1 << 64) // 3  # 0.0101..., for ever
    part = Part((Layer(1, np.zeros(2, dtype=np.intp), (1 << 64,), (3 << 64,)),), 1)
    assert part.draw_bits(words(third - 1, third + 1), 2).tolist() == [[0, 1]]
    assert part.draw_bits(words(third, third, third - 1), 1).tolist() == [[0]]
    assert part.draw_bits(words(third, third + 1), 1).tolist() == [[1]]
    certain = Part((Layer(1, np.zeros(2, dtype=np.intp), (1 << 64,), (1 << 64,)),), 1)
    assert certain.draw_bits(words((1 << 64) - 1), 1).tolist() == [[0]]


def test_streams_are_repeated_by_their_seed_and_taken_up_anywhere() -> None:
    design = assemble(multiplier(8), CELLS)
    found = exact(design, parse_clamps(design.netlist, ["p[0]=1"]))
    first, second = islice(found.draws(3), 2)
    again = next(found.draws(3, first=1))
    assert np.array_equal(again.ports["a"], second.ports["a"])
    assert not np.array_equal(first.ports["a"], second.ports["a"])
    assert not np.array_equal(next(found.draws(4)).ports["a"], first.ports["a"])


def test_a_diagram_of_unbounded_size_says_so() -> None:
    design = assemble(multiplier(8), CELLS)
    clamps = parse_clamps(design.netlist, ["p[8]=1"])
    with pytest.raises(TooLarge, match="more than 300 nodes"):
        exact(design, clamps, most_nodes=300)
    stopped = Clock()
    stopped.told.set()
    with pytest.raises(TooLarge, match="not ready in time"):
        exact(design, clamps, clock=stopped)
    assert count(design, clamps, limit=100).number == 100


def test_contradictions_have_no_answers() -> None:
    design = assemble(multiplier(4), CELLS)
    assert exact(design, parse_clamps(design.netlist, ["a=0", "p=1"])).count == 0
    assert exact(design, parse_clamps(design.netlist, ["p=251"])).count == 0


def test_models_without_gates_have_nothing_to_draw_exactly_or_to_prove(tmp_path: Path) -> None:
    path, drawn = tmp_path / "m.hj", tmp_path / "drawn.csv"
    write_design(adopt(terms(["a", "b"], [(0, 1, 1.0)])).design, path)
    for command_of, arguments in ((command, ("--exact", str(drawn))), (prove_command, ())):
        done = CliRunner().invoke(command_of, [str(path), *arguments])
        assert isinstance(done.exception, InvcError)
        assert "there are no gates to prove anything of: this model was" in str(done.exception)
    assert not drawn.exists()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mult4.hj"
    write_design(assemble(multiplier(4), CELLS), path)
    return path


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if isinstance(done.exception, InvcError):
        return done.exception.status, str(done.exception)
    return done.exit_code, done.output


def test_exact_draws_are_written_in_order_as_csv_and_as_json_lines(file: Path) -> None:
    table, lines = file.with_suffix(".csv"), file.with_suffix(".jsonl")
    status, out = run(file, "-c", "p=12", "--exact", table, "--reads", 1000, "--seed", 7)
    assert status == 0
    assert out.startswith("1000 draws of 6 distinct answers, by a diagram of ")
    head, *body = table.read_text().splitlines()
    assert head == "a,b,p"
    assert len(body) == 1000
    assert {row.split(",")[2] for row in body} == {"12"}
    run(file, "-c", "p=12", "--exact", lines, "--reads", 1000, "--seed", 7)
    read = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [f"{row['a']},{row['b']},{row['p']}" for row in read] == body
    status, out = run(file, "-c", "p=12", "--exact", "-", "--reads", 3, "--seed", 7)
    assert out.splitlines() == [head, *body[:3]]


def test_exact_draws_say_what_they_cannot(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out = run(file, "-c", "p=251", "--exact", "-")
    assert (status, out) == (4, "impossible: there is no answer to draw\n")
    status, out = run(file, "-c", "p=12", "--exact", "-", "--beta", "1")
    assert status == 2
    assert "--beta means nothing with --exact" in out
    assert exact.__kwdefaults__ is not None
    monkeypatch.setitem(exact.__kwdefaults__, "most_nodes", 10)
    status, out = run(file, "-c", "p[4]=1", "--exact", "-")
    assert status == 3
    assert out.startswith(
        "error: no decision diagram of all answers was found: it has more than 10 n"
    )
