"""Build a circuit in a simulator and let its test bench compare it with the software."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from invc.diagnostics import InvcError
from invc.rtl.programs import INSTALL, find, need, run, run_well

SIMULATORS = ("iverilog", "verilator")
QUICK_CYCLES = 20_000_000  # p-bit updates up to which compiling costs more than it saves
PASSED = re.compile(r"^PASS: (\d+) states", re.MULTILINE)
# Warnings about how the bench is written; the circuit itself is clean under -Wall.
VERILATOR = ("--binary", "--timing", "-O3", "-Wno-fatal", "-Wno-WIDTH", "-Wno-STMTDLY")


def choose_simulator(updates: int) -> str:
    """The simulator that is done first, of those that are here.

    Args:
        updates: Cycles times p-bits.

    Raises:
        InvcError: There is none.
    """
    order = SIMULATORS if updates < QUICK_CYCLES else SIMULATORS[::-1]
    for name in order:
        if find(name):
            return name
    raise InvcError(
        "neither iverilog nor Verilator was found", hint=f"{INSTALL['iverilog']} verilator"
    )


def check(files: Mapping[str, str], name: str, simulator: str, seconds: float | None = None) -> int:
    """How many states of a circuit are as the software's: all of them.

    Args:
        files: What is in its folder.
        name: Of the design in it.
        simulator: One of `SIMULATORS`.
        seconds: For how long it may run.

    Raises:
        InvcError: A state differs, or the simulator is not here.
    """
    with tempfile.TemporaryDirectory(prefix="invc-rtl-") as text:
        folder = Path(text)
        for file, content in files.items():
            (folder / file).write_text(content, encoding="utf-8")
        output = run_well(build(folder, files, name, simulator), folder, seconds=seconds)
    match = PASSED.search(output)
    if not match:
        lines = [line for line in output.splitlines() if line.strip()]
        said = lines[0] if lines else "the test bench said nothing"
        raise InvcError(
            f"the circuit differs from the software: {said}",
            hint="this is a defect of invc: please report it with the design and the command",
        )
    return int(match[1])


def build(folder: Path, files: Mapping[str, str], name: str, simulator: str) -> tuple[str, ...]:
    """Compile the circuit and its test bench; the command that runs them."""
    around = ("_pins.v", "_uart.v", "_serial.v")  # the circuit, which is compared without them
    sources = [file for file in files if file.endswith(".v") and not file.endswith(around)]
    if simulator == "iverilog":
        compiled = [need("iverilog"), "-g2005", "-o", "bench.vvp", *sources]
        run_well(compiled, folder)
        return (need("vvp"), "-n", "bench.vvp")
    top = f"{name}_bench"
    run_well([need("verilator"), *VERILATOR, "--top-module", top, "-Mdir", "obj", *sources], folder)
    return (str(folder / "obj" / f"V{top}"),)


def lint(files: Mapping[str, str], name: str) -> str:
    """What Verilator has to say against a circuit under -Wall: nothing."""
    sources = [file for file in files if file.endswith(".v") and file != "bench.v"]
    top = f"{name}_uart" if f"{name}_uart.v" in files else f"{name}_pins"
    with tempfile.TemporaryDirectory(prefix="invc-rtl-") as text:
        for file, content in files.items():
            (Path(text) / file).write_text(content, encoding="utf-8")
        command = [need("verilator"), "--lint-only", "-Wall", "--top-module", top]
        if top.endswith("_uart"):
            sources.remove(f"{name}_pins.v")
        return run([*command, *sources], Path(text)).output
