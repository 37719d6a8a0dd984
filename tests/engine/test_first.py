"""First right states are those that a look at every read, gate by gate, finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Design
from invc.design.assemble import assemble
from invc.engine import Progress
from invc.engine.first import NEVER, FirstOfBlock, FirstRight, FirstTimes, Right, Tracing
from invc.engine.inputs.circuit import settled_ancillas
from invc.ising.model import Int64
from invc.netlist import Literal, Netlist, evaluate
from invc.pbits.lanes import UInt64, bits_of, words_of

LANES = 128


def states(design: Design, source: np.random.Generator, flipped: float) -> UInt64:
    """Ground states with so many of their spins flipped. Shape (spins, 2)."""
    netlist = design.netlist
    bits = source.integers(2, size=(design.model.spins, 16 * 64), dtype=np.uint8)
    for lane in range(LANES):
        inputs = {p.name: [int(bits[(b >> 1) - 1, lane]) for b in p.bits] for p in netlist.inputs}
        bits[: netlist.net_count, lane] = evaluate(netlist, inputs, 1)[1:]
    ground = bits_of(settled_ancillas(design, words_of(bits)))[:, :LANES]
    flips = (source.random(ground.shape) < flipped).astype(np.uint8)
    return words_of(np.ascontiguousarray(ground ^ flips))


def rights(
    design: Design, held: list[tuple[Literal, int]], rows: UInt64
) -> list[tuple[bool, bool]]:
    """Of each lane: whether its ports are right, and whether it is at the ground level too."""
    found = []
    for bits in bits_of(rows).T:
        values = [0, *bits[: design.netlist.net_count].tolist()]
        inputs = {p.name: [values[b >> 1] for b in p.bits] for p in design.netlist.inputs}
        forward = evaluate(design.netlist, inputs, 1)
        outputs = [b >> 1 for p in design.netlist.outputs for b in p.bits]
        seen = all(values[net] == forward[net] for net in outputs)
        seen = seen and all(values[lit >> 1] ^ (lit & 1) == value for lit, value in held)
        spins = 2 * bits.astype(np.int8) - 1
        found.append((seen, seen and int(design.model.energies(spins[None])[0]) == 0))
    return found


@settings(max_examples=40)
@given(netlists(), st.integers(0, 2**32), st.sampled_from([0.0, 0.02, 0.1]), st.data())
def test_who_is_right_is_told_by_evaluation_and_energy(
    netlist: Netlist, seed: int, flipped: float, data: st.DataObject
) -> None:
    design = assemble(netlist, CELLS)
    rows = states(design, np.random.default_rng(seed), flipped)
    bits = [bit for port in netlist.ports for bit in port.bits]
    held = [(bit, data.draw(st.integers(0, 1))) for bit in bits[: data.draw(st.integers(0, 2))]]
    seen, strict = Right(design, tuple(held)).of(rows)
    found = [(bool(seen >> k & 1), bool(strict >> k & 1)) for k in range(LANES)]
    assert found == rights(design, held, rows)
    assert not (seen | strict) >> LANES


def test_the_first_times_of_reads_are_the_first_looks_that_showed_them_right() -> None:
    """Two blocks side by side, the second cut short to 70 reads."""
    design, source = assemble(multiplier(2), CELLS), np.random.default_rng(7)
    held = [(design.netlist.outputs[0].bits[0], 0)]
    first = FirstRight(design, held)
    looks = {b: [states(design, source, 0.25) for _ in range(n)] for b, n in ((0, 9), (1, 14))}
    for cycle in range(14):
        for block, shown in looks.items():
            if cycle < len(shown):
                first.watch(block, cycle, shown[cycle])
    first.progress(Progress(LANES, 0, 0))
    first.progress(Progress(LANES + 70, 0, 0))
    expected: list[list[int]] = [[], []]
    for block, reads in ((0, LANES), (1, 70)):
        right = [rights(design, held, rows) for rows in looks[block]]
        for lane in range(reads):
            for kind in (0, 1):
                times = [cycle for cycle, of in enumerate(right) if of[lane][kind]]
                expected[kind].append(times[0] if times else NEVER)
    for found, times in zip(first.times, expected, strict=True):
        assert found.times.tolist() == times
        assert found.length.tolist() == [8] * LANES + [13] * 70
        assert NEVER in times
        assert len(set(times)) > 5


def test_a_block_is_looked_at_until_all_its_reads_have_settled() -> None:
    design, source = assemble(multiplier(2), CELLS), np.random.default_rng(3)
    right, block = Right(design, ()), FirstOfBlock(LANES)
    assert (block.cycles, block.all_seen) == (0, False)
    half = states(design, source, 0.0)
    wrong = words_of(1 - bits_of(half))
    half[:, 1] = wrong[:, 1]
    assert [seen for seen, _ in rights(design, [], half)] == [True] * 64 + [False] * 64
    for cycles, rows in ((3, wrong), (5, half), (7, states(design, source, 0.0)), (9, wrong)):
        block.look(right, cycles, rows)
        assert block.cycles == cycles
        assert block.all_seen == (cycles >= 7)
    assert block.seen.tolist() == block.strict.tolist() == [5] * 64 + [7] * 64


def times_of(*times: int, length: int = 50) -> FirstTimes:
    of: Int64 = np.array(times, dtype=np.int64)
    return FirstTimes(of, np.full(len(of), length, dtype=np.int64))


@pytest.mark.parametrize(
    ("times", "hits", "exposure", "mean", "worst"),
    [
        (times_of(), 0, 0, None, 0),
        (times_of(NEVER, NEVER), 0, 100, None, 50),
        (times_of(3, 0, 9), 3, 12, 4.0, 9),
        (times_of(3, NEVER, 7), 2, 60, 30.0, 50),
    ],
)
def test_reads_without_a_hit_count_for_as_long_as_they_were(
    times: FirstTimes, hits: int, exposure: int, mean: float | None, worst: int
) -> None:
    assert (times.hits, times.exposure, times.mean, times.worst) == (hits, exposure, mean, worst)


@pytest.mark.parametrize(("read", "lane"), [(0, 0), (127, 127), (128 + 70, 70)])
@pytest.mark.parametrize("spins", [1, 4, 5, 8, 33])
def test_a_trace_is_the_states_of_its_read_in_hex(read: int, lane: int, spins: int) -> None:
    source, trace = np.random.default_rng(read), Tracing(read, LANES)
    expected = []
    for cycle in range(3):
        for block in range(3):
            bits = source.integers(2, size=(spins, LANES), dtype=np.uint8)
            trace.watch(block, cycle, words_of(bits))
            if block == read // LANES:
                expected.append("".join(map(str, bits[::-1, lane].tolist())))
    assert [f"{int(line, 16):0{spins}b}" for line in trace.lines()] == expected
    assert {len(line) for line in trace.lines()} == {(spins + 3) // 4 + 1}
    assert Tracing(read, LANES).lines() == []
