"""Runs: what they return is right, repeats, and ends when it should."""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from invc.design import Contradiction, Design, bit_names, decode, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine import Result
from invc.netlist import Netlist, counting_words, evaluate_ports
from sampling import run

MULT = {n: assemble(multiplier(n), CELLS) for n in (3, 4, 8)}


def sample(design: Design, clamps: Sequence[str], **options: Any) -> Result:
    return run(design, presolve(design, parse_clamps(design.netlist, clamps)), **options)


def answers(result: Result) -> list[tuple[int, ...]]:
    return [tuple(answer.ports.values()) for answer in result.answers]


def every_row(netlist: Netlist) -> set[tuple[int, ...]]:
    """All rows of a small netlist as port values."""
    bits = sum(len(port.bits) for port in netlist.inputs)
    words = iter(counting_words(bits))
    inputs = {port.name: [next(words) for _ in port.bits] for port in netlist.inputs}
    values = evaluate_ports(netlist, inputs, 1 << bits)
    return {
        tuple(
            decode([word >> row & 1 for word in values[port.name]], port.signed)
            for port in netlist.ports
        )
        for row in range(1 << bits)
    }


@given(netlist=netlists(), data=st.data())
@settings(max_examples=40)
def test_every_answer_is_a_row_that_fits_and_none_is_lost(
    netlist: Netlist, data: st.DataObject
) -> None:
    design = assemble(netlist, CELLS)
    labels = sorted({label for port in netlist.ports for label in bit_names(port)})
    held = data.draw(st.dictionaries(st.sampled_from(labels), st.sampled_from("01"), max_size=3))
    clamps = [f"{name}=0b{value}" for name, value in held.items()]
    fitting = {row for row in every_row(netlist) if fits(netlist, row, held)}
    try:
        result = sample(design, clamps, reads=1024, sweeps=64)
    except Contradiction:
        assert not fitting
        return
    assert set(answers(result)) <= fitting
    assert set(answers(result)) == fitting
    assert result.reads == (1024 if result.flips else 1)
    assert sum(answer.reads for answer in result.answers) == result.verified_reads
    assert all(answer.energy >= 0 for answer in result.answers)


def fits(netlist: Netlist, row: Sequence[int], held: Mapping[str, str]) -> bool:
    for port, value in zip(netlist.ports, row, strict=True):
        for k, label in enumerate(bit_names(port)):
            if label in held and value >> k & 1 != int(held[label]):
                return False
    return True


@pytest.mark.parametrize("product", [38243, 36863, 47053, 55973, 57599])
def test_sixteen_bit_products_factor_in_both_orders(product: int) -> None:
    result = sample(MULT[8], [f"p={product}"])
    small = next(k for k in range(3, 256) if product % k == 0)
    assert sorted(answers(result)) == sorted(
        [(small, product // small, product), (product // small, small, product)]
    )
    assert result.strict_reads <= result.verified_reads <= result.reads


def test_same_seed_same_result_whatever_the_threads_or_kernel() -> None:
    def key(**options: Any) -> tuple[Any, ...]:
        result = sample(MULT[4], ["p=143"], reads=2500, sweeps=30, seed=7, **options)
        return result.answers, result.reads, result.verified_reads, result.strict_reads

    assert key(threads=1) == key(threads=3) == key(kernel="baseline")
    assert key() != key_other_seed()


def key_other_seed() -> tuple[Any, ...]:
    result = sample(MULT[4], ["p=143"], reads=2500, sweeps=30, seed=8)
    return result.answers, result.reads, result.verified_reads, result.strict_reads


def test_reads_are_exact_and_short_blocks_are_a_prefix() -> None:
    few = sample(MULT[3], [], reads=10, sweeps=20)
    assert (few.reads, few.sweeps) == (10, 200)
    assert few.flips == 200 * MULT[3].model.spins
    many = sample(MULT[3], [], reads=2000, sweeps=20)
    assert many.reads == 2000


def test_target_and_time_limit_end_a_run() -> None:
    some = sample(MULT[4], [], target=50)
    assert len(some.answers) >= 50
    started = time.perf_counter()
    none = sample(MULT[8], ["p=64507"], time_limit=0.5)  # 251 * 257, and 257 needs nine bits
    assert not none.answers
    assert time.perf_counter() - started < 30


def test_nothing_free_is_one_read() -> None:
    result = sample(MULT[4], ["a=11", "b=13"])
    assert answers(result) == [(11, 13, 143)]
    assert (result.reads, result.flips) == (1, 0)


def test_progress_is_told() -> None:
    seen: list[Any] = []
    sample(MULT[4], ["p=143"], reads=3000, sweeps=20, progress=seen.append)
    assert [step.reads for step in seen] == [1024, 2048, 3000]


def test_interrupt_keeps_what_was_found() -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    before = set(threading.enumerate())  # others may end meanwhile
    result = sample(MULT[4], ["p=143"], reads=10**6, sweeps=50, progress=stop)
    assert result.interrupted
    assert result.reads == 1024
    assert answers(result)
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("name", ["dynamics", "kernel"])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(InvcError, match=f"no {name} is called 'gibs'"):
        sample(MULT[3], [], **{name: "gibs"})


def test_watchers_see_every_block_as_it_goes() -> None:
    seen = []
    sample(
        MULT[3],
        [],
        reads=2048,
        sweeps=20,
        watch=lambda block, sweeps, state: seen.append((block, sweeps, state.shape)),
    )
    shape = (MULT[3].model.spins, 16)
    assert sorted(seen) == [(block, sweeps, shape) for block in (0, 1) for sweeps in (0, 16, 20)]
