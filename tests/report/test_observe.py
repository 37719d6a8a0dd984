"""What a recorder saw is what the states say, gate by gate and read by read."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Design, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine import Progress, observers
from invc.engine.dynamics import DYNAMICS
from invc.engine.observers import MOST_LOOKS, Recorder, _Record, trace
from invc.netlist import Netlist, Port, evaluate, evaluate_ports
from invc.pbits.lanes import words_of
from invc.report.trace import QUANTILES
from sampling import run
from typed import sure

WIRES = Netlist("wires", (Port("y", "output", (0, 1)),), (), ("",))


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
        all_spins = np.array([bits_of_read(state, read) for read in range(reads)]) * 2 - 1
        energies = design.model.energies(all_spins.astype(np.int8))
        assert seen.energies[k].tolist() == np.quantile(energies, QUANTILES).tolist()


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


def test_long_reads_are_seen_at_even_distances() -> None:
    """However long: twice as far apart whenever too many looks are kept."""
    record = _Record()
    state = np.zeros((2, 1), dtype=np.uint64)
    for sweep in range(1, 4 * MOST_LOOKS + 38):
        record.look(sweep, state)
        stride = 1
        while (2 * MOST_LOOKS - 1) * stride < sweep:
            stride *= 2
        assert [sweeps for sweeps, _ in record.looks()] == [*range(1, sweep, stride), sweep]
    assert (record.sweeps, record.lanes) == (4 * MOST_LOOKS + 37, 64)
    assert (_Record().sweeps, _Record().lanes, _Record().looks()) == (0, 0, [])


@pytest.mark.parametrize("netlist", [multiplier(3), WIRES], ids=["multiplier", "no spins"])
def test_copies_of_states_are_of_so_many_reads_as_memory_is_for(
    netlist: Netlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = assemble(netlist, CELLS)
    looks = 2 * MOST_LOOKS * 8 * max(1, design.model.spins)  # bytes of 64 reads
    for memory, words in ((3 * looks, 3), (3 * looks - 1, 2), (0, 1)):
        monkeypatch.setattr(observers, "RECORD_BYTES", memory)
        recorder = Recorder(design, presolve(design, ()))
        recorder.watch(0, 1, np.zeros((design.model.spins, 16), dtype=np.uint64))
        assert recorder.running[0].lanes == 64 * words


def test_what_was_interrupted_in_its_first_blocks_shows_the_first_of_them() -> None:
    design = assemble(multiplier(2), CELLS)
    recorder = Recorder(design, presolve(design, ()))
    for block in (2, 1, 3):
        recorder.watch(block, 10 * block, np.zeros((design.model.spins, 16), dtype=np.uint64))
    seen = sure(recorder.trace())
    assert (seen.sweeps.tolist(), seen.reads) == ([10], 1024)


@pytest.mark.parametrize(("most", "left"), [(0, 8), (9, 9), (20, 20), (1 << 20, MOST_LOOKS)])
@pytest.mark.parametrize("netlist", [multiplier(2), WIRES], ids=["multiplier", "no gates"])
def test_of_large_designs_fewer_looks_are_evaluated(
    netlist: Netlist, most: int, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = assemble(netlist, CELLS)
    gates = max(1, len(netlist.gates))
    monkeypatch.setattr(observers, "MOST_EVALUATIONS", most * gates + gates - 1)
    state = np.zeros((design.model.spins, 1), dtype=np.uint64)
    seen = sure(trace(design, presolve(design, ()), [(k, state) for k in range(300)], 3))
    assert len(seen.sweeps) == left
    assert (seen.sweeps[0], seen.sweeps[-1]) == (0, 299)
    assert np.ptp(np.diff(seen.sweeps)) <= 1, "evenly spaced"


def states_of(design: Design, reads: Mapping[int, Mapping[str, int]]) -> npt.NDArray[np.uint64]:
    """128 reads at all zeros but some, whose inputs are given and whose nets follow from them."""
    bits = np.zeros((design.model.spins, 128), dtype=np.uint8)
    for read, values in reads.items():
        words = {
            p.name: [values[p.name] >> k & 1 for k in range(len(p.bits))]
            for p in design.netlist.inputs
        }
        bits[: design.netlist.net_count, read] = evaluate(design.netlist, words, 1)[1:]
    return words_of(bits)


def test_the_read_to_show_is_a_satisfied_one_else_a_verified_one_else_the_lowest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    design = assemble(multiplier(2), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=6"]))
    six = {"a": 3, "b": 2}
    settled = states_of(design, {70: six, 100: six})
    violated = settled.copy()
    violated[(design.netlist.outputs[0].bits[0] >> 1) - 1] ^= np.uint64(1 << 36 | 1 << 6)
    both = np.concatenate([violated[:, 1:], settled[:, 1:]], axis=1)
    for state, chosen in ((settled, 70), (violated, 70), (both, 70)):
        seen = sure(trace(design, clamped, [(1, state)], 128))
        assert (seen.chosen, seen.answered) == (chosen, True)
        assert seen.nets[0].tolist() == bits_of_read(state, chosen)[: design.netlist.net_count]
    assert sure(trace(design, clamped, [(1, violated)], 128)).satisfied.tolist() == [0]
    seen = sure(trace(design, clamped, [(1, states_of(design, {90: {"a": 3, "b": 3}}))], 128))
    assert (seen.chosen, seen.answered, seen.energy.tolist()) == (0, False, [0])
    ones = np.full((design.model.spins, 2), ~np.uint64(0))  # no gate would have it so
    for products, lowest, chosen in ((40, 39, 39), (40, 40, 0), (0, 31, 31), (0, 32, 0)):
        monkeypatch.setattr(observers, "MOST_PRODUCTS", products * len(design.model.J))
        state = ones.copy()
        state[:, 0] ^= np.uint64(1 << lowest)
        seen = sure(trace(design, clamped, [(1, state)], 128))
        assert (seen.chosen, seen.answered) == (chosen, False)


def test_energies_of_reads_without_couplings_are_all_affordable() -> None:
    assert observers._few(assemble(WIRES, CELLS), 2 * observers.MOST_PRODUCTS) == (
        observers.MOST_PRODUCTS
    )
