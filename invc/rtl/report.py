"""What a circuit costs and how fast it is: synthesis, place and route, time to a right state."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from invc.design import Clamp
from invc.rtl.baselines import Baselines, baselines
from invc.rtl.circuit import Circuit
from invc.rtl.layout import Layout
from invc.rtl.parts import Part
from invc.rtl.programs import find, run, run_well, yosys_command
from invc.rtl.software import Timed
from invc.rtl.timing import time_first_right

SYNTHESIS = """\
read_verilog {sources}
synth_{family} -top {top}
delete t:$scopeinfo
tee -q -o cells.json stat -json
write_json netlist.json
"""
FASTEST = re.compile(r"Max frequency for clock '[^']*': ([\d.]+) MHz")
CELLS = {
    "tables": re.compile(r"SB_LUT4|LUT\d|TRELLIS_LUT\w*|INV"),
    "flip_flops": re.compile(r"SB_DFF\w*|TRELLIS_FF|FD[RSCP]E?(?:_1)?"),
    "carries": re.compile(r"SB_CARRY|CCU2C|CARRY4"),
    "memories": re.compile(r"SB_RAM40\w*|DP16KD|PDPW16KD|TRELLIS_DPR16X4|RAM\w+"),
}
ROUTERS = {"ice40": ("nextpnr-ice40", "--asc"), "ecp5": ("nextpnr-ecp5", "--textcfg")}


@dataclass(frozen=True)
class Built:
    """A circuit on a part.

    Attributes:
        part: Its name.
        tables: Lookup tables.
        flip_flops: Flip-flops.
        carries: Carry cells.
        memories: Blocks of memory.
        megahertz: The clock that it can have when placed; None where nothing placed it.
        remark: Why it was not placed; "" where it was.
    """

    part: str
    tables: int
    flip_flops: int
    carries: int
    memories: int
    megahertz: float | None = None
    remark: str = ""


@dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        built: By part.
        clocks: Clocks of an update of all chains.
        chains: How many there are.
        timed: Updates before the first right state, in software; None where it cannot tell.
        baselines: The dumbest circuits; None where they cannot be told.
    """

    built: tuple[Built, ...]
    clocks: int
    chains: int
    timed: Timed | None
    baselines: Baselines | None

    def seconds(self, built: Built) -> float | None:
        """Mean time to the first right state of a chain, where the circuit was placed."""
        if self.timed is None or self.timed.times.mean is None or built.megahertz is None:
            return None
        return self.timed.times.mean * self.clocks / built.megahertz / 1e6

    def _first_right(self) -> dict[str, Any] | None:
        if self.timed is None:
            return None
        times = self.timed.times
        return {
            "replicas": len(times.times),
            **{name: getattr(times, name) for name in ("hits", "exposure", "mean", "worst")},
            "seconds_an_update": self.timed.seconds,
        }

    def as_json(self) -> dict[str, Any]:
        """The report as plain data, for programs."""
        return {
            "clocks": self.clocks,
            "chains": self.chains,
            "baselines": asdict(self.baselines) if self.baselines else None,
            "first_right": self._first_right(),
            "built": [{**asdict(b), "seconds": self.seconds(b)} for b in self.built],
        }


def report(
    circuit: Circuit,
    files: Mapping[str, str],
    clamps: Sequence[Clamp],
    parts: Sequence[Part],
    *,
    seed: int,
    cycles: int,
) -> Report:
    """Build a circuit for some parts, and tell how long it takes.

    Args:
        circuit: The circuit.
        files: What is in its folder.
        clamps: What is held where times are told.
        parts: For which.
        seed: Of the software's runs.
        cycles: After how many updates these end.
    """
    built = tuple(build_for(files, circuit.name, part) for part in parts)
    timed = time_first_right(circuit, clamps, cycles, seed=seed)
    dumb = baselines(circuit.design.netlist, clamps) if circuit.has_wrong else None
    return Report(built, clocks_of(circuit), circuit.chains, timed, dumb)


def clocks_of(circuit: Circuit) -> int:
    """Clocks in which every chain has made one update."""
    return Layout(circuit).clocks if circuit.architecture == "sparse" else circuit.chains


def build_for(files: Mapping[str, str], name: str, part: Part) -> Built:
    """Synthesise a circuit with few pins for a part, and place it where nextpnr is here.

    Raises:
        InvcError: Yosys is not here, or failed.
    """
    with tempfile.TemporaryDirectory(prefix="invc-rtl-") as text:
        folder = Path(text)
        for file, content in files.items():
            (folder / file).write_text(content, encoding="utf-8")
        aside = ("bench.v", f"{name}_uart.v", f"{name}_serial.v")
        sources = [file for file in files if file.endswith(".v") and file not in aside]
        script = SYNTHESIS.format(sources=" ".join(sources), family=part.family, top=f"{name}_pins")
        (folder / "synth.ys").write_text(script, encoding="utf-8")
        run_well(yosys_command("synth.ys"), folder)
        cells = json.loads((folder / "cells.json").read_text(encoding="utf-8"))
        counts = cells["design"]["num_cells_by_type"]
        totals = {
            kind: sum(n for cell, n in counts.items() if pattern.fullmatch(cell))
            for kind, pattern in CELLS.items()
        }
        megahertz, remark = _place(folder, part)
        return Built(part.name, **totals, megahertz=megahertz, remark=remark)


def _place(folder: Path, part: Part) -> tuple[float | None, str]:
    """The clock that a placed circuit can have, or why there is none."""
    if not part.place:
        return None, "no free place and route"
    program, output = ROUTERS[part.family]
    path = find(program)
    if path is None:
        return None, f"{program} was not found"
    command = [path, *part.place, "--json", "netlist.json", output, "placed.txt"]
    done = run([*command, "--freq", str(part.goal), "--timing-allow-fail"], folder)
    found = FASTEST.findall(done.output)
    if done.status or not found:
        errors = [line for line in done.output.splitlines() if line.startswith("ERROR")]
        return None, (errors or ["it failed"])[0].removeprefix("ERROR: ")
    return float(found[-1]), ""


def duration(work: float) -> str:
    """A time in s, ms, us or ns, for people."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if work >= size:
            return f"{work / size:.3g} {unit}"
    return f"{work / 1e-9:.3g} ns"
