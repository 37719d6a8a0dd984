"""What is read of all replicas at once is what is read of one replica after the other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from free_inputs import question
from invc.design import Clamped, Contradiction, Design, decode, presolve
from invc.design.assemble import assemble
from invc.engine import verify
from invc.engine.inputs.circuit import settled_ancillas
from invc.netlist import Netlist, Port, evaluate
from invc.pbits.heatbath.energy import compile_meter
from invc.pbits.heatbath.logic import compile_forward
from invc.pbits.lanes import UInt64, bits_of, integers_of, words_of
from invc.pbits.random import block_generator, first_state
from sampling import view_of
from typed import sure


@settings(max_examples=60)
@given(st.data(), st.booleans(), st.sampled_from([8, 16, 1 << 14]))
def test_all_lanes_at_once_equal_one_by_one(data: st.DataObject, signed: bool, rows: int) -> None:
    lanes = data.draw(st.lists(st.integers(0, 1023), min_size=1, max_size=20, unique=True))
    words = data.draw(st.lists(st.integers(0, (1 << 1024) - 1), min_size=1, max_size=40))
    before, verify.MOST_ROWS = verify.MOST_ROWS, rows
    try:
        found = verify.decode_lanes(words, lanes, signed)
    finally:
        verify.MOST_ROWS = before
    assert found == [decode([word >> lane & 1 for word in words], signed) for lane in lanes]


def test_lanes_beyond_the_last_bit_that_is_set_are_zeros() -> None:
    for last in (7, 8, 9, 16, 17):
        assert verify.decode_lanes([0, 1], [0, 1, 2, 3, 4, last], False) == [2, 0, 0, 0, 0, 0]


@settings(max_examples=30)
@given(netlists(), st.lists(st.integers(0, 1023), min_size=1, max_size=6, unique=True))
def test_energies_by_meter_are_those_of_the_model(netlist: Netlist, lanes: list[int]) -> None:
    design = assemble(netlist, CELLS)
    view = view_of(first_state(block_generator(3, 0), design.model.spins))
    want = verify.energies_of(design, view, lanes, None)
    meter = compile_meter(design.model, np.zeros(design.model.spins, dtype=np.int8))
    assert verify.energies_of(design, view, lanes, meter) == want
    before, verify.METERED = verify.METERED, 0
    try:
        found = verify.energies_of(design, view, lanes, None)
    finally:
        verify.METERED = before
    assert found == want


WIDTHS = (
    (1, False),
    (3, True),
    (1, True),
    (2, False),
    (61, True),
    (61, False),
    (62, True),
    (62, False),
    (9, False),
    (63, True),
    (64, True),
    (70, False),
)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 40])
@pytest.mark.parametrize("widths", [WIDTHS, WIDTHS[:3], WIDTHS[:1], ()], ids=len)
def test_numbers_of_all_bits_are_split_into_ports(
    widths: Sequence[tuple[int, bool]], count: int
) -> None:
    draw, count = random.Random(count), count if widths else min(count, 1)
    ports = [
        Port(f"p{k}", "output", (0,) * n, signed=signed) for k, (n, signed) in enumerate(widths)
    ]
    wholes = [draw.getrandbits(sum(n for n, _ in widths)) for _ in range(count)]
    expected = []
    for whole in wholes:
        bits, values = [whole >> k & 1 for k in range(whole.bit_length() + 500)], []
        for n, signed in widths:
            values.append(decode(bits[:n], signed))
            bits = bits[n:]
        expected.append(tuple(values))
    assert list(verify._split(wholes, ports)) == expected


def states(design: Design, seed: int, flipped: float) -> UInt64:
    """1,024 ground states with so many of their spins flipped. Shape (spins, 16)."""
    source, netlist = np.random.default_rng(seed), design.netlist
    rows = source.integers(1 << 64, size=(design.model.spins, 16), dtype=np.uint64)
    words = integers_of(rows[: netlist.net_count])
    inputs = {p.name: [words[(bit >> 1) - 1] for bit in p.bits] for p in netlist.inputs}
    nets = [word.to_bytes(128, "little") for word in evaluate(netlist, inputs, 1024)[1:]]
    rows[: netlist.net_count] = np.frombuffer(b"".join(nets), dtype="<u8").reshape(-1, 16)
    flips = (source.random((design.model.spins, 1024)) < flipped).astype(np.uint8)
    return settled_ancillas(design, rows) ^ words_of(flips)


@dataclass
class Seen:
    """What one replica is, bit by bit."""

    spins: npt.NDArray[np.int8]
    answer: tuple[int, ...]
    good: bool
    settled: bool
    energy: int


def seen(design: Design, clamped: Clamped, rows: UInt64) -> list[Seen]:
    netlist, found = design.netlist, []
    for bits in bits_of(rows).T:
        own = [0, *bits[: netlist.net_count].tolist()]
        inputs = {p.name: [own[bit >> 1] for bit in p.bits] for p in netlist.inputs}
        forward = evaluate(netlist, inputs, 1)

        def has(combination: Sequence[tuple[int, int]], forward: list[int] = forward) -> bool:
            return all(forward[lit >> 1] ^ (lit & 1) == value for lit, value in combination)

        spins = 2 * bits.astype(np.int8) - 1
        answer = [
            decode([forward[b >> 1] ^ (b & 1) for b in p.bits], p.signed) for p in netlist.ports
        ]
        good = has(clamped.wanted) and not any(map(has, clamped.forbidden))
        energy = int(design.model.energies(spins[None])[0])
        found.append(Seen(spins, tuple(answer), good, own == forward, energy))
    return found


@settings(max_examples=40)
@given(
    netlists(),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.02, 0.2]),
    st.sampled_from([1, 3, 64, 70, 128]),
    st.booleans(),
    st.booleans(),
)
def test_reads_are_worth_what_each_is_by_itself(
    netlist: Netlist, seed: int, flipped: float, reads: int, ground: bool, compiled: bool
) -> None:
    design, source = assemble(netlist, CELLS), np.random.default_rng(seed)
    clamps, forbidden = question(design, source, int(source.integers(3)), int(source.integers(3)))
    try:
        clamped = presolve(design, clamps, forbidden)
    except Contradiction:
        return
    rows = states(design, seed, flipped)
    each = list(enumerate(seen(design, clamped, rows[:, :2])))[:reads]
    lanes = [k for k, of in each if of.good and (not ground or (of.settled and of.energy == 0))]
    answers: dict[tuple[int, ...], tuple[int, int]] = {}
    for k in lanes:
        of = each[k][1]
        count, lowest = answers.get(of.answer, (0, of.energy))
        answers[of.answer] = count + 1, min(lowest, of.energy)
    with mock.patch.multiple(verify, FEW_TIMES=0 if compiled else 1):
        found = verify.verify(design, clamped, view_of(rows), reads, ground=ground, near=True)
    assert (found.reads, found.verified, found.lanes) == (reads, len(lanes), tuple(lanes))
    assert found.strict == sum(of.good and of.settled for _, of in each)
    assert list(found.found.items()) == list(answers.items())
    rest = [of for k, of in each if k not in lanes]
    if rest:
        best = min(rest, key=lambda of: of.energy)
        assert sure(found.near).energy == best.energy
        assert sure(found.near).spins.tolist() == best.spins.tolist()
    else:
        assert found.near is None
    assert verify.replicas(rows, reads).tolist() == [of.spins.tolist() for _, of in each]
    far = verify.verify(design, clamped, view_of(rows), reads, ground=ground)
    assert (far, far.near) == (replace(found, near=None), None)


@pytest.mark.parametrize("rungs", [1, 2, 4, 16])
def test_only_the_last_rung_of_ladders_counts(rungs: int) -> None:
    design = assemble(multiplier(3), CELLS)
    rows = states(design, rungs, 0.1)
    view = replace(view_of(rows), rungs=rungs)
    last = np.ascontiguousarray(rows[:, rungs - 1 :: rungs])
    spins = verify.replicas(last, 1024 // rungs)
    assert view.lanes == len(spins) == 1024 // rungs
    assert view.fetch().tolist() == last.tolist()
    meter = compile_meter(design.model, np.zeros(design.model.spins, dtype=np.int8))
    assert view.energies(meter).tolist() == design.model.energies(spins).tolist()
    forward = compile_forward(design)
    whole = view_of(rows).rows_of(forward.logic, forward.literals)
    assert (
        view.rows_of(forward.logic, forward.literals).tolist()
        == whole[:, rungs - 1 :: rungs].tolist()
    )


ONE = Netlist("one", (Port("a", "input", (2,)),), (), ("", "a"))


@pytest.mark.parametrize("netlist", [multiplier(3), ONE], ids=["many spins", "one spin"])
@pytest.mark.parametrize(("reads", "more"), [(0, 1), (1, 0), (3, 0), (3, 35), (1 << 20, 0)])
def test_energies_are_computed_in_slices_of_bounded_size(
    netlist: Netlist, reads: int, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = assemble(netlist, CELLS)
    spins, asked = design.model.spins, []
    rows, lanes = states(design, 1, 0.1), [0, 5, 63, 64, 127, 700, 1023]
    expected = design.model.energies(verify.replicas(rows, 1024)[lanes]).tolist()

    def energies(of: npt.NDArray[np.int8]) -> Any:
        asked.append(len(of))
        return design.model.energies(of)

    one = cast(Design, SimpleNamespace(model=SimpleNamespace(spins=spins, energies=energies)))
    monkeypatch.setattr(verify, "MOST_ENERGIES", reads * spins + more % spins)
    assert verify.energies_of(one, view_of(rows), lanes, None) == expected
    size = min(7, max(1, reads))
    assert asked == [*[size] * (7 // size), *[7 % size] * (7 % size > 0)]


def test_a_meter_is_compiled_where_there_is_more_to_read_than_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    design = assemble(multiplier(3), CELLS)
    view, lanes = view_of(states(design, 1, 0.1)), list(range(7))
    compiled: list[Any] = []

    def counted(*asked: Any) -> Any:
        compiled.append(asked)
        return compile_meter(*asked)

    monkeypatch.setattr(verify, "compile_meter", counted)
    meter = compile_meter(design.model, np.zeros(design.model.spins, dtype=np.int8))
    cost = len(lanes) * design.model.spins
    for most, ready, times in ((cost, None, 0), (cost - 1, None, 1), (0, meter, 1)):
        monkeypatch.setattr(verify, "METERED", most)
        verify.energies_of(design, view, lanes, ready)
        assert len(compiled) == times
    assert verify.energies_of(design, view, [], meter) == []


def test_a_design_is_evaluated_as_it_stands_a_few_times_before_that_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[Design] = []

    def counted(design: Design) -> Any:
        compiled.append(design)
        return compile_forward(design)

    monkeypatch.setattr(verify, "compile_forward", counted)
    for gates, times in ((15, [0] * 6 + [1, 2, 3]), (14, [0] * 9)):
        design = assemble(multiplier(3), CELLS)
        assert len(design.netlist.gates) == 15
        monkeypatch.setattr(verify, "MOST_COMPILED", gates)
        view, clamped = view_of(states(design, 2, 0.1)), presolve(design, ())
        compiled.clear()
        done = [verify.verify(design, clamped, view, 9) and len(compiled) for _ in range(9)]
        assert done == times
