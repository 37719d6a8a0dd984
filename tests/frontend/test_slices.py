"""Slices at indices that vary, which may reach beyond either end of a net; and what is never read."""

from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.netlist import counting_words, evaluate_ports
from invc.pipeline import Journal, Tool, synth
from own_yosys import yosys_without_slang

RANGES = ((7, 0), (9, 2), (0, 7), (3, -4))
SHAPES = [(up, sign, ends) for up in (True, False) for sign in ("", "signed ") for ends in RANGES]


def sliced(value: int, index: int, up: bool, ends: tuple[int, int]) -> int:
    """A word of 8 bits in which y[index +: 3] or y[index -: 3] became 101, as the standard says."""
    first, last = ends
    low = index if up else index - 2
    for k in range(3):
        place = low + k
        bit = place - last if first > last else last - place
        one = k != 1
        if 0 <= bit < 8:
            value = value | 1 << bit if one else value & ~(1 << bit)
    return value


def module(shapes: list[tuple[bool, str, tuple[int, int]]]) -> str:
    ports, body = [], []
    for k, (up, sign, (first, last)) in enumerate(shapes):
        ports += [f"input {sign}[3:0] i{k}", f"output reg [{first}:{last}] y{k}"]
        select = f"y{k}[i{k} {'+:' if up else '-:'} 3]"
        body.append(f"  always @* begin y{k} = 8'b01011010; {select} = 3'b101; end")
    return f"module t({', '.join(ports)});\n" + "\n".join(body) + "\nendmodule\n"


@pytest.mark.parametrize("up", [True, False])
def test_slices_that_are_set_reach_beyond_the_ends(tmp_path: Path, up: bool) -> None:
    shapes = [shape for shape in SHAPES if shape[0] is up]
    path = tmp_path / "t.v"
    path.write_text(module(shapes))
    netlist = synth(Sources((path,))).netlist
    inputs = {port.name: counting_words(4) for port in netlist.inputs}
    made = evaluate_ports(netlist, inputs, 16)
    for k, (_, sign, ends) in enumerate(shapes):
        for i in range(16):
            got = sum((word >> i & 1) << bit for bit, word in enumerate(made[f"y{k}"]))
            assert got == sliced(0b01011010, i - 16 * (sign != "" and i > 7), up, ends), shapes[k]


@pytest.mark.parametrize("how", ["plain", "macro", "lines"])
def test_without_slang_they_are_refused_with_their_line(tmp_path: Path, how: str) -> None:
    text = module([(False, "", (7, 0))])
    if how == "macro":
        text = "`define S(i) [i -: 3]\n" + text.replace("[i0 -: 3]", "`S(i0)")
    elif how == "lines":
        text = text.replace("-: 3]", "\n-: 3]")
    path = tmp_path / "t.v"
    path.write_text(text)
    with pytest.raises(InvcError, match=r"sets wrong bits where \[INDEX -: WIDTH\]") as caught:
        synth(Sources((path,)), tool=Tool(str(yosys_without_slang(tmp_path))))
    assert caught.value.where == f"{path}:{3 if how == 'macro' else 2}"


def test_without_slang_constant_indices_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "t.v"
    path.write_text(
        "module t(input [1:0] i, input [7:0] a, output reg [7:0] y);\n integer k;\n"
        " always @* begin y = 0; for (k = 0; k < 2; k = k + 1) y[k * 4 + 3 -: 4] = ~a[k * 4 +: 4];\n"
        "  y[i +: 2] = 2'b10; end\nendmodule\n"
    )
    journal = Journal()
    synth(Sources((path,)), tool=Tool(str(yosys_without_slang(tmp_path))), journal=journal)
    assert journal.agreement is not None


STORED = "module t(input a, e, c, output y);\n reg q; always @(e or a) if (e) q = a;\n"


def test_registers_and_latches_that_nothing_reads_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "t.v"
    path.write_text(STORED + " reg r; always @(posedge c) r <= q;\n assign y = a & c;\nendmodule\n")
    journal = Journal()
    assert len(synth(Sources((path,)), journal=journal).netlist.gates) == 1
    assert journal.agreement is not None and journal.agreement.proven


@pytest.mark.parametrize(("what", "line"), [("latch", 2), ("flip-flop", 2)])
def test_those_that_an_output_seems_to_read_are_named(tmp_path: Path, what: str, line: int) -> None:
    path = tmp_path / "t.v"
    text = STORED if what == "latch" else STORED.replace("e or a", "posedge e")
    path.write_text(text + " assign y = ~a | (q & 1'b0);\nendmodule\n")
    with pytest.raises(InvcError, match=f"{what} at 'q' has no Hamiltonian") as caught:
        synth(Sources((path,)))
    assert (caught.value.where or "").startswith(f"{path}:{line}:")
