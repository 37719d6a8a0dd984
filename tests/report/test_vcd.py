"""Waveforms as other people's readers see them."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vcd.reader import TokenKind, tokenize
from vcdvcd import VCDVCD

from designs import AND2, CELLS, multiplier, netlists
from invc.design.assemble import assemble
from invc.netlist import Gate, Netlist, Port, evaluate
from invc.report.run import Run
from invc.report.trace import Trace
from invc.report.vcd import format_vcd, identifier


def run_of(netlist: Netlist, values: Sequence[int | Sequence[int]], sweeps: Sequence[int]) -> Run:
    design = assemble(netlist, CELLS)
    nets = np.array(values, dtype=np.uint8).reshape(len(sweeps), netlist.net_count)
    looks = len(sweeps)
    trace = Trace(
        np.array(sweeps, dtype=np.int64),
        64,
        np.zeros((looks, 5)),
        np.zeros(looks),
        np.zeros(looks),
        np.zeros((looks, len(netlist.gates)), dtype=np.float32),
        7,
        True,
        nets,
        np.arange(looks),
    )
    return Run(design, (), (), 64, 1, "", (), trace)


def read(text: str, tmp_path: Path) -> VCDVCD:
    path = tmp_path / "out.vcd"
    path.write_text(text)
    return VCDVCD(str(path))


def test_ports_and_hierarchical_nets_are_read_back(tmp_path: Path) -> None:
    netlist = Netlist(
        "top",
        (Port("a", "input", (2, 4)), Port("y", "output", (6, 9, 1))),
        (Gate(AND2, (2, 4, 6)), Gate(AND2, (2, 5, 8))),
        ("", "a[0]", "a[1]", "u1.u2.n", "u1.w[3]"),
    ).check()
    values = [[0, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 1]]
    run = run_of(netlist, values, [8, 16, 24])
    assert run.trace is not None
    vcd = read(format_vcd(run, run.trace), tmp_path)
    assert set(vcd.references_to_ids) == {
        "top.energy",
        "top.a[1:0]",
        "top.y[2:0]",
        "top.u1.u2.n",
        "top.u1.w[3]",
    }

    def at(name: str, time: int) -> str:
        value: str = vcd[name][time]
        return value

    assert [int(at("top.a[1:0]", t), 2) for t in (8, 16, 24)] == [2, 3, 1]
    # Bit 0 is net 3, bit 1 the complement of net 4, bit 2 is constant 1.
    assert [int(at("top.y[2:0]", t), 2) for t in (8, 16, 24)] == [7, 5, 4]
    assert [at("top.u1.u2.n", t) for t in (8, 16, 24)] == ["1", "1", "0"]
    assert [int(at("top.energy", t), 2) for t in (8, 16, 24)] == [0, 1, 2]


@settings(max_examples=40)
@given(netlists(), st.data())
def test_any_names_and_values_survive_another_reader(netlist: Netlist, data: st.DataObject) -> None:
    name = st.text(max_size=6) | st.sampled_from(["$end", "a.b", "u.v[1]", "u.v[0]", ".", "x y"])
    names = ("", *(data.draw(name) for _ in netlist.names[1:]))
    netlist = Netlist(data.draw(name), netlist.ports, netlist.gates, names)
    sweeps = [1, 2, 5]
    values = data.draw(
        st.lists(st.integers(0, 1), min_size=3 * netlist.net_count, max_size=3 * netlist.net_count)
    )
    run = run_of(netlist, values, sweeps)
    assert run.trace is not None
    text = format_vcd(run, run.trace)
    tokens = list(tokenize(io.BytesIO(text.encode())))
    variables = [token.data for token in tokens if token.kind is TokenKind.VAR]
    scopes = [token for token in tokens if token.kind is TokenKind.SCOPE]
    assert len(scopes) == sum(token.kind is TokenKind.UPSCOPE for token in tokens)
    bits = sum(variable.size for variable in variables if variable.type_.value == "wire")
    of_ports = {p.name for p in netlist.ports} | {
        f"{p.name}[{p.index(k)}]" if p.range_text else p.name
        for p in netlist.ports
        for k in range(len(p.bits))
    }
    inner = sum(name not in of_ports for name in names[1:])
    assert bits == inner + sum(len(p.bits) for p in netlist.ports)
    assert len({variable.id_code for variable in variables}) == len(variables)
    times = [token.data for token in tokens if token.kind is TokenKind.CHANGE_TIME]
    assert times == sorted(times)


def test_a_real_product_in_waves(tmp_path: Path) -> None:
    netlist = multiplier(4)
    words = evaluate(netlist, {"a": [1, 1, 0, 1], "b": [1, 0, 1, 1]}, 1)
    run = run_of(netlist, words[1:], [9])
    assert run.trace is not None
    vcd = read(format_vcd(run, run.trace), tmp_path)
    value = {n: int(vcd[f"multiplier.{n}"][9], 2) for n in ("a[3:0]", "b[3:0]", "p[7:0]")}
    assert value == {"a[3:0]": 11, "b[3:0]": 13, "p[7:0]": 143}


@pytest.mark.parametrize("text", ["$end", "a b\tc", "é€", "\x00\x1b", "n[3]", "", "3"])
def test_names_are_one_printable_word(text: str) -> None:
    word = identifier(text)
    assert word.isascii() and word.isprintable() and " " not in word and word[0] == "\\"
