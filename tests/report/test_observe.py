"""What a recorder saw is what the states say, gate by gate and read by read."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Progress
from invc.engine.dynamics import DYNAMICS
from invc.engine.observers import MOST_LOOKS, Recorder, trace
from invc.netlist import Netlist, evaluate_ports
from invc.pbits.lanes import words_of
from sampling import run
from typed import sure


def bits_of_read(state: npt.NDArray[np.uint64], read: int) -> list[int]:
    return [int(row[read >> 6]) >> (read & 63) & 1 for row in state]


@settings(max_examples=40)
@given(netlists(), st.integers(0, 2**32), st.integers(1, 130))
def test_trace_of_any_states(netlist: Netlist, seed: int, reads: int) -> None:
    design = assemble(netlist, CELLS)
    clamped = presolve(design, ())
    source = np.random.default_rng(seed)
    looks = []
    for sweeps in (3, 5):
        bits = source.integers(0, 2, (design.model.spins, 192), dtype=np.uint8)
        looks.append((sweeps, words_of(bits)))
    seen = trace(design, clamped, looks, reads)
    assert seen is not None
    assert seen.sweeps.tolist() == [3, 5]
    for k, (_, state) in enumerate(looks):
        wrong = np.zeros(len(netlist.gates))
        satisfied = 0
        for read in range(reads):
            m = [0, *bits_of_read(state, read)]

            def lit(pin: int, m: Any = m) -> int:
                value: int = m[pin >> 1] ^ (pin & 1)
                return value

            bad = []
            for gate in netlist.gates:
                row = sum(lit(pin) << i for i, pin in enumerate(gate.inputs))
                values = [table >> row & 1 for table in gate.function.tables]
                bad.append(values != [lit(pin) for pin in gate.outputs])
            wrong += bad
            satisfied += not any(bad)
        assert np.allclose(seen.violated[k] * reads, wrong)
        assert seen.satisfied[k] * reads == pytest.approx(satisfied)
        assert seen.verified[k] == 1  # nothing is held, so every read's inputs give an answer
        chosen = bits_of_read(state, seen.chosen)
        assert seen.nets[k].tolist() == chosen[: netlist.net_count]
        spins = 2 * np.array([chosen], dtype=np.int8) - 1
        assert seen.energy[k] == design.model.energies(spins)[0]
        low, *_, high = seen.energies[k]
        assert low <= high


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_the_block_with_most_verified_reads_is_kept_and_ends_in_an_answer(dynamics: str) -> None:
    design = assemble(multiplier(4), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=143"]))
    recorder = Recorder(design, clamped)
    result = run(
        design,
        clamped,
        dynamics=dynamics,
        reads=3000,
        sweeps=200,
        progress=recorder.progress,
        watch=recorder.watch,
    )
    seen = recorder.trace()
    assert recorder.best is not None
    assert recorder.best[0] * 3 >= result.verified_reads > 0
    if dynamics not in ("staged", "inputs"):  # which end when all reads are answers
        assert seen is not None
        assert seen.sweeps[-1] == 200
    assert seen is not None
    assert np.all(np.diff(seen.sweeps) > 0)
    assert seen.verified[-1] == pytest.approx(recorder.best[0] / recorder.best[1])
    assert seen.answered
    words = {
        port.name: [int(seen.nets[-1][(b >> 1) - 1]) for b in port.bits]
        for port in design.netlist.inputs
    }
    product = evaluate_ports(design.netlist, words, 1)["p"]
    assert sum(bit << k for k, bit in enumerate(product)) == 143
    assert not recorder.running or max(recorder.running) >= recorder.ended


def test_of_blocks_without_an_answer_the_longest_is_kept() -> None:
    design = assemble(multiplier(4), CELLS)
    recorder = Recorder(design, presolve(design, parse_clamps(design.netlist, ["p=211"])))
    state = np.zeros((design.model.spins, 16), dtype=np.uint64)
    for block, lengths in enumerate(((32, 64), (32,), (16, 64))):
        for sweeps in lengths:
            recorder.watch(block, sweeps, state)
        recorder.progress(Progress(1024 * (block + 1), 0, 0))
    assert sure(recorder.trace()).sweeps.tolist() == [32, 64]


def test_what_is_seen_does_not_depend_on_threads() -> None:
    design = assemble(multiplier(4), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=143"]))

    def seen(threads: int) -> Any:
        recorder = Recorder(design, clamped)
        run(
            design,
            clamped,
            seed=3,
            threads=threads,
            progress=recorder.progress,
            watch=recorder.watch,
        )
        return recorder.trace()

    one, two = seen(1), seen(2)
    assert one.nets.tolist() == two.nets.tolist()
    assert one.energies.tolist() == two.energies.tolist()


def test_long_reads_are_seen_at_few_of_their_sweeps() -> None:
    design = assemble(multiplier(2), CELLS)
    clamped = presolve(design, ())
    recorder = Recorder(design, clamped)
    state = np.zeros((design.model.spins, 16), dtype=np.uint64)
    for sweep in range(1, 5001):
        recorder.watch(0, sweep, state)
    looks = recorder.running[0].looks()
    assert MOST_LOOKS <= len(looks) <= 2 * MOST_LOOKS
    assert (looks[0][0], looks[-1][0]) == (1, 5000)
    seen = recorder.trace()
    assert seen is not None
    assert len(seen.sweeps) <= MOST_LOOKS
    assert (seen.sweeps[0], seen.sweeps[-1]) == (1, 5000)


def test_nothing_seen_is_no_trace() -> None:
    design = assemble(multiplier(2), CELLS)
    assert Recorder(design, presolve(design, ())).trace() is None
