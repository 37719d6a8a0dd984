"""What is proven is what enumeration finds, on netlists of any shape."""

import gc
import signal
import threading
import time
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import AND2, CELLS, FA, HA, XOR2, multiplier, netlists
from invc.design import Clamp, Design, bit_names, parse_clamps, parse_combination
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.library import hamlib
from invc.netlist import (
    Function,
    Gate,
    Netlist,
    Port,
    constraint_of,
    evaluate,
    word_of,
)
from invc.proof import count, pose, solve
from invc.proof.sat import Clock, interruptible
from truth import every_answer, every_input

MULT = {n: assemble(multiplier(n), CELLS) for n in (4, 8, 24)}
LIBRARY = hamlib()
FUNCTIONS = [cell.function for cell in LIBRARY.values() if cell.function]


def has(netlist: Netlist, row: Mapping[str, int], held: Mapping[str, str]) -> bool:
    """Whether a row has values of bits given by their names."""
    return all(
        row[port.name] >> k & 1 == int(held[label])
        for port in netlist.ports
        for k, label in enumerate(bit_names(port))
        if label in held
    )


def combination(netlist: Netlist, bits: Mapping[str, str]) -> tuple[Clamp, ...]:
    return parse_combination(netlist, ":".join(f"{name}=0b{value}" for name, value in bits.items()))


@given(netlist=netlists(max_gates=9), data=st.data())
@settings(max_examples=150)
def test_proofs_and_counts_agree_with_enumeration(netlist: Netlist, data: st.DataObject) -> None:
    design = assemble(netlist, CELLS)
    labels = sorted({label for port in netlist.ports for label in bit_names(port)})
    bit = st.tuples(st.sampled_from(labels), st.sampled_from("01"))
    held = dict(data.draw(st.lists(bit, max_size=3)))
    left_out = [
        dict(bits)
        for bits in data.draw(st.lists(st.lists(bit, min_size=1, max_size=3), max_size=2))
    ]
    clamps = parse_clamps(netlist, [f"{name}=0b{value}" for name, value in held.items()])
    forbidden = [combination(netlist, bits) for bits in left_out]
    expected = [
        row
        for row in every_answer(netlist)
        if has(netlist, row, held) and not any(has(netlist, row, bits) for bits in left_out)
    ]
    proof = solve(design, clamps, forbidden=forbidden)
    assert proof.status == ("possible" if expected else "impossible")
    assert proof.answer in expected if expected else proof.answer is None
    assert bool(proof.reason) == (not expected)
    counted = count(design, clamps, forbidden=forbidden)
    assert (counted.number, counted.complete) == (len(expected), True)
    assert sorted(map(str, counted.answers)) == sorted(map(str, expected))
    most = data.draw(st.integers(1, 4))
    some = count(design, clamps, forbidden=forbidden, limit=most)
    assert some.number == len(expected) if some.complete else most <= some.number <= len(expected)
    assert all(answer in expected for answer in some.answers)


@given(netlist=netlists(max_gates=4, functions=FUNCTIONS), data=st.data())
@settings(max_examples=100)
def test_bits_of_any_net_are_held_and_left_out_in_designs_of_all_cells(
    netlist: Netlist, data: st.DataObject
) -> None:
    design = assemble(netlist, LIBRARY)
    inputs, count_of = every_input(netlist)
    values, rows = evaluate(netlist, inputs, count_of), range(count_of)

    def bits(most: int) -> list[Clamp]:  # inner nets, complements and constants among them
        bit = st.builds(
            Clamp, st.integers(0, 2 * netlist.net_count + 1), st.integers(0, 1), st.just("a net")
        )
        return data.draw(st.lists(bit, min_size=1, max_size=most))

    def hold(bits: Sequence[Clamp], row: int) -> bool:
        return all(word_of(lit, values, -1) >> row & 1 == value for lit, value, _ in bits)

    clamps, left_out = bits(3), [bits(2)]
    expected = [row for row in rows if hold(clamps, row) and not hold(left_out[0], row)]
    proof = solve(design, clamps, forbidden=left_out)
    assert proof.status == ("possible" if expected else "impossible")
    counted = count(design, clamps, forbidden=left_out)
    assert (counted.number, counted.complete) == (len(expected), True)
    most = data.draw(st.integers(1, 5))
    some = count(design, clamps, forbidden=left_out, limit=most, keep=2)
    assert some.complete == (some.number == len(expected)) or some.number >= most
    assert len(some.answers) == min(2, most, some.number)
    everything = every_answer(netlist)
    found = sorted(tuple(answer.values()) for answer in counted.answers)
    assert found == sorted(tuple(everything[row].values()) for row in expected)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_cell_of_the_library_becomes_few_clauses(function: Function) -> None:
    constraint = constraint_of(function, 0, 0, 0)
    pins = len(function.pins)
    assert constraint.pins == tuple(range(pins))
    for row in range(1 << pins):
        forbidden = any(row & cube.mask == cube.word for cube in constraint.forbidden)
        assert forbidden == (not function.relation >> row & 1)
    assert len(constraint.forbidden) < 2**pins


def test_a_pin_that_does_not_matter_is_in_no_clause() -> None:
    mux = Function("MUX2", ("A", "B", "S"), ("Y",), (0xCA,))
    s, y, a, b = 4, 8, 1, 2
    chosen = constraint_of(mux, s | y, y, 0)  # S = 0, Y = 1: A must be 1, B may be anything
    assert chosen.pins == (0,)
    assert [tuple(cube) for cube in chosen.forbidden] == [(1, 0)]
    assert constraint_of(mux, a | b, 0, y).forbidden == ()  # nobody reads Y
    assert [tuple(cube) for cube in constraint_of(AND_FALSE, 1, 1, 0).forbidden] == [(0, 0)]


AND_FALSE = Function("ZERO", (), ("Y",), (0,))


def test_a_net_and_its_complement_on_one_gate_ask_nothing_of_it() -> None:
    ports = (Port("x", "input", (2,)), Port("y", "output", (4,)))
    netlist = Netlist("top", ports, (Gate(AND2, (2, 3, 4)),), ("", "x", "y"))
    design = assemble(netlist, CELLS)
    assert count(design, parse_clamps(netlist, ["y=0"])).number == 2
    assert count(design, parse_clamps(netlist, ["y=1"])).number == 0


def test_only_the_gates_that_decide_a_clamp_are_asked() -> None:
    design = MULT[8]
    clamps = parse_clamps(design.netlist, ["p[1]=1"])
    problem = pose(design, clamps)
    # p[1] = a[0] b[1] ^ a[1] b[0]: two AND and the sum of a half adder whose carry is not asked.
    names = {design.netlist.names[net] for net in problem.inputs}
    assert names == {"a[0]", "a[1]", "b[0]", "b[1]"}
    assert len(problem.idle) == 12
    # One product or the other: 6 of the 16 values of four bits.
    assert count(design, clamps, keep=1).number == 6 << 12


@pytest.mark.parametrize(
    ("clamps", "status"),
    [
        (["p=38243"], "possible"),
        (["p=64507"], "impossible"),  # 251 * 257, and 257 needs nine bits
        (["p=65521"], "impossible"),  # a prime
        (["a=167", "p=38243"], "possible"),
        (["a=167", "b=229"], "possible"),
    ],
)
def test_multipliers(clamps: Sequence[str], status: str) -> None:
    design = MULT[8]
    proof = solve(design, parse_clamps(design.netlist, clamps))
    assert proof.status == status
    if proof.answer:
        assert proof.answer["a"] * proof.answer["b"] == proof.answer["p"]


def test_all_factors_and_the_other_ones() -> None:
    design = MULT[8]
    clamps = parse_clamps(design.netlist, ["p=38243"])
    both = count(design, clamps).answers
    assert [tuple(answer.values()) for answer in both] == [(167, 229, 38243), (229, 167, 38243)]
    known = [combination_of(design, answer) for answer in both]
    assert solve(design, clamps, forbidden=known[:1]).answer == both[1]
    none = solve(design, clamps, forbidden=known)
    assert (none.status, none.reason) == (
        "impossible",
        "no inputs but those forbidden give these clamps",
    )


def combination_of(design: Design, answer: Mapping[str, int]) -> tuple[Clamp, ...]:
    text = ":".join(f"{name}={value}" for name, value in answer.items())
    return parse_combination(design.netlist, text)


def test_time_ends_what_is_too_hard() -> None:
    design = MULT[24]
    product = 17000003 * 8000009  # primes, and the larger one needs 25 bits
    clamps = parse_clamps(design.netlist, [f"p={product}"])
    proof = solve(design, clamps, time_limit=0.3)
    assert (proof.status, proof.answer) == ("undecided", None)
    counted = count(design, clamps, time_limit=0.3)
    assert (counted.number, counted.complete) == (0, False)


def test_a_count_that_was_interrupted_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    assert not count(MULT[8], ()).interrupted
    monkeypatch.setattr("invc.proof.answers.interruptible", interrupted)
    found = count(MULT[8], ())
    assert (found.number, found.complete, found.interrupted) == (0, False, True)


def test_interrupt_stops_the_work_and_leaves_no_thread() -> None:
    clock = Clock()
    before = set(threading.enumerate())  # others may end meanwhile
    latest = time.monotonic() + 30

    def work() -> None:
        import _thread

        _thread.interrupt_main()
        while not clock.stopped():
            # An interrupt that a callback of the collector swallowed must not hang the tests.
            assert time.monotonic() < latest
            time.sleep(0.001)

    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    gc.disable()
    try:
        with pytest.raises(KeyboardInterrupt):
            interruptible(work, clock)
    finally:
        gc.enable()
        signal.signal(signal.SIGINT, heard)
    assert set(threading.enumerate()) <= before


def test_what_the_work_raises_is_raised() -> None:
    def work() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        interruptible(work, Clock())


NETLIST = MULT[4].netlist


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a=1", "a[0]=1 a[1]=0 a[2]=0 a[3]=0"),
        ("a[3:2]=2:b[0]=1", "a[2]=0 a[3]=1 b[0]=1"),
        ("a[3:2]=2,b[0]=1", "a[2]=0 a[3]=1 b[0]=1"),
        ("a=4'bx1xx,p[7]=0", "a[2]=1 p[7]=0"),
    ],
)
def test_combinations(text: str, names: str) -> None:
    bits = parse_combination(NETLIST, text)
    assert " ".join(f"{bit.name}={bit.value}" for bit in bits) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a=0bx",
            "error: 'a=0bx' names no bit\n  hint: write NAME=VALUE, or NAME=VALUE:NAME=VALUE",
        ),
        ("", "error: '' names no bit\n  hint: write NAME=VALUE, or NAME=VALUE:NAME=VALUE"),
        ("a=1:c=2", "error: no port is called 'c'\n  hint: there are: a, b, p, inputs, outputs"),
        ("a=1:a=2", "error: clamp 'a=2': a[0] is already held at 1\n  hint: hold every bit once"),
    ],
)
def test_combination_errors(text: str, expected: str) -> None:
    with pytest.raises(InvcError) as error:
        parse_combination(NETLIST, text)
    assert str(error.value) == expected


def test_small_cells_have_all_their_prime_implicates() -> None:
    sizes = {f.name: len(constraint_of(f, 0, 0, 0).forbidden) for f in (AND2, XOR2, HA, FA)}
    assert sizes == {"AND2": 3, "XOR2": 4, "HA": 10, "FA": 20}
