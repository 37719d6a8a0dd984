"""Unrolled netlists against Icarus Verilog, cycle by cycle."""

import random
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from clocked import bench, icarus, random_machine
from invc.frontend.yosys import Sources
from invc.library import hamlib
from invc.netlist import evaluate_ports
from invc.pipeline import Check
from invc.sequential.compile import Time, synth_clocked

pytestmark = pytest.mark.skipif(not shutil.which("iverilog"), reason="iverilog is not installed")

INPUTS = [("rst", 1), ("a", 1), ("b", 6)]
CYCLES = 10


def binary(value: int, width: int) -> str:
    return f"{value & ((1 << width) - 1):0{width}b}"


def compare(
    source: str,
    folder: Path,
    inputs: Sequence[tuple[str, int]],
    outputs: Sequence[str],
    seed: int,
    *,
    cycles: int = CYCLES,
    module: str = "machine",
    clock: str = "clk",
    **given: Any,
) -> int:
    """Run a source in both, as far as Icarus knows values: what it calls x may be anything."""
    path = folder / "source.v"
    path.write_text(source)
    design = synth_clocked(Sources((path,), **given), Time(cycles), library=hamlib())
    draw = random.Random(seed)
    stimulus = [
        {name: draw.getrandbits(width) for name, width in inputs} for _ in range(cycles + 1)
    ]
    if "rst" in stimulus[0]:  # what has a reset begins with it, and sees it later now and then
        for t, values in enumerate(stimulus):
            values["rst"] = int(t == 0 or draw.random() < 0.15)
    lines = ["".join(binary(values[name], width) for name, width in inputs) for values in stimulus]
    wanted = icarus(folder, source, bench(module, inputs, outputs, clock), lines)
    ports = design.netlist.port_by_name
    words = {}
    for port in design.netlist.inputs:
        name, _, cycle = port.name.rpartition("@")
        value = 0 if cycle == "init" else stimulus[int(cycle)][name]
        words[port.name] = [value >> k & 1 for k in range(len(port.bits))]
    found = evaluate_ports(design.netlist, words, 1)
    known = 0
    for t in range(cycles + 1):
        for name, bits in zip(outputs, wanted[t], strict=True):
            place = f"{name.removeprefix('dut.')}@{t}"
            if place not in ports:
                continue
            ours = "".join(str(bit) for bit in reversed(found[place]))
            assert len(ours) == len(bits), port
            assert all(w in (o, "x") for o, w in zip(ours, bits, strict=True)), (
                port,
                ours,
                bits,
                source,
            )
            known += sum(w in "01" for w in bits)
    return known


@pytest.mark.parametrize("start", [0, 6])
@pytest.mark.parametrize("mixed", [False, True])
def test_random_machines_are_what_icarus_says(start: int, mixed: bool, tmp_path: Path) -> None:
    for seed in range(start, start + 6):
        source = random_machine(seed + 1000 * mixed, mixed=mixed)
        outputs = ["dut.y", *(f"dut.{name}" for name in re.findall(r"\] (r\d+)", source))]
        assert compare(source, tmp_path, INPUTS, outputs, seed) > 0


def test_a_variable_of_all_blocks_is_one_of_each(tmp_path: Path) -> None:
    """As ITC'99's b15, b17 and b18 have it: assigned in several blocks, in each before it is read."""
    for seed in range(8):
        source = random_machine(seed, mixed=seed % 2 > 0, shared=True)
        outputs = ["dut.y", *(f"dut.{name}" for name in re.findall(r"\] (r\d+)", source))]
        assert compare(source, tmp_path, INPUTS, outputs, seed) > 0


EXAMPLES = {
    "counter": ([("reset", 1), ("enable", 1)], ["count"]),
    "lock": ([("reset", 1), ("press", 1), ("digit", 4)], ["open", "right"]),
    "serial_multiplier": ([("start", 1), ("a", 6), ("b", 6)], ["p", "left"]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_what_icarus_says(name: str, repository: Path, tmp_path: Path) -> None:
    source = (repository / "rtl_examples" / "clocked" / f"{name}.v").read_text()
    inputs, outputs = EXAMPLES[name]
    shown = [f"dut.{output}" for output in outputs]
    assert compare(source, tmp_path, inputs, shown, 1, module=name) > 0


def test_the_stream_of_a_seed_gives_the_seed_back(repository: Path, tmp_path: Path) -> None:
    """The register forward in Python, then backward: its 64 bits have one seed."""
    from invc.ask import Effort, ask, read_question

    seed = state = 0xC0FFEE123456789A
    stream = 0
    for t in range(64):
        stream |= (state >> 63 & 1) << t
        taps = state >> 63 ^ state >> 62 ^ state >> 60 ^ state >> 59
        state = (state << 1 | taps & 1) & (1 << 64) - 1
    path = repository / "rtl_examples" / "clocked" / "lfsr.v"
    design = synth_clocked(Sources((path,)), Time(63), check=Check(wanted=False))
    samples = ask(read_question(design, [f"out@[0..63]={stream:#x}"]), Effort(threads=1))
    assert [answer["state@0"] for answer in samples.answers] == [seed]


def test_the_serial_multiplier_is_factored(repository: Path) -> None:
    from invc.ask import Effort, ask, read_question

    path = repository / "rtl_examples" / "clocked" / "serial_multiplier.v"
    design = synth_clocked(Sources((path,)), Time(7), check=Check(wanted=False))
    question = read_question(design, ["start@0=1", "start@1..6=0", "p@end=2021"])
    samples = ask(question, Effort(threads=1, target=1))
    assert {samples.answers[0]["a@0"], samples.answers[0]["b@0"]} == {43, 47}
