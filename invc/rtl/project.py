"""Every file of a circuit's folder: its modules and what stands beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from invc import __version__
from invc.design import model_hash
from invc.rtl.bench import Expected, expected_lines, write_bench
from invc.rtl.circuit import Circuit
from invc.rtl.gibbs import gibbs_files
from invc.rtl.heatbath import Colouring
from invc.rtl.inputs import inputs_files
from invc.rtl.layout import Layout
from invc.rtl.parallel import parallel_files
from invc.rtl.pins import signals, write_pins
from invc.rtl.readme import write_readme
from invc.rtl.sparse import sparse_files
from invc.rtl.sparse_bench import sparse_lines, write_sparse_bench
from invc.rtl.staged import staged_files
from invc.rtl.uart import wire_of, write_uart
from invc.rtl.verilog import template

FILES_OF: Mapping[str, Callable[[Circuit], dict[str, str]]] = {
    "parallel": parallel_files,
    "sparse": sparse_files,
    "gibbs": gibbs_files,
    "inputs": inputs_files,
    "staged": staged_files,
}
MAKEFILE = """\
# What can be done with this circuit. Programs are found on PATH: make YOSYS=... names another.
NAME      := {name}
SOURCES   := {sources}
IVERILOG  ?= iverilog
VVP       ?= vvp
VERILATOR ?= verilator
YOSYS     ?= yosys
ICE40     ?= nextpnr-ice40 --hx8k --package ct256
ECP5      ?= nextpnr-ecp5 --85k --package CABGA756

.PHONY: help iverilog verilator wave lint ice40 ecp5 xilinx bitstream clean

help:  ## Show this list.
\t@sed -n 's/^\\([a-z0-9-]*\\):.*##/make \\1: /p' Makefile

iverilog: bench.vvp  ## Compare every state with the software's in Icarus Verilog.
\t$(VVP) -n bench.vvp

wave: bench.vvp  ## The same, with a waveform in run.vcd.
\t$(VVP) -n bench.vvp +vcd

verilator:  ## The same in Verilator, for long runs.
\t$(VERILATOR) --binary --timing -O3 -Wno-fatal -Wno-WIDTH -Wno-STMTDLY \\
\t  --top-module $(NAME)_bench -Mdir obj bench.v $(SOURCES)
\tobj/V$(NAME)_bench

lint:  ## Let Verilator look for mistakes.
\t$(VERILATOR) --lint-only -Wall --top-module $(NAME)_pins $(SOURCES) $(NAME)_pins.v

# Yosys leaves cells that older versions of nextpnr do not know.
ice40.json ecp5.json xilinx.json: %.json: $(SOURCES) $(NAME)_pins.v
\t$(YOSYS) -q -p 'read_verilog $^; synth_$* -top $(NAME)_pins; delete t:$$scopeinfo; write_json $@'

xilinx: xilinx.json  ## Synthesise for Xilinx.

ice40: ice40.json  ## Place and route for an iCE40 HX8K.
\t$(ICE40) --json $< --asc ice40.asc --freq 50 --timing-allow-fail

ecp5: ecp5.json  ## Place and route for an ECP5.
\t$(ECP5) --json $< --textcfg ecp5.config --freq 100 --timing-allow-fail

bitstream: ice40  ## The bitstream for the iCE40.
\ticepack ice40.asc ice40.bin

bench.vvp: bench.v $(SOURCES)
\t$(IVERILOG) -g2005 -o $@ $^

clean:
\trm -rf obj bench.vvp run.vcd ice40.* ecp5.* xilinx.*
"""
CORE = """\
CAPI=2:
name: ::{name}_chip:0
description: The invertible circuit of {name}, written by invc

filesets:
  rtl:
    file_type: verilogSource
    files:
{sources}
  bench:
    file_type: verilogSource
    files:
      - bench.v
      - expected.mem: {{file_type: user, copyto: expected.mem}}
{memories}
targets:
  default: &default
    filesets: [rtl{memory}]
    toplevel: {name}_chip
  sim:
    <<: *default
    description: Compare every state with the software's
    default_tool: icarus
    filesets_append: [bench]
    toplevel: {name}_bench
    tools:
      icarus:
        iverilog_options: [-g2005]
      verilator:
        mode: binary
        verilator_options: [--timing, -Wno-fatal, -Wno-WIDTH]
  lint:
    <<: *default
    default_tool: verilator
    tools:
      verilator:
        mode: lint-only
        verilator_options: [-Wall]
"""


def project_files(expected: Expected) -> dict[str, str]:
    """The files by their names."""
    circuit = expected.circuit
    files = FILES_OF[circuit.architecture](circuit)
    sources = [name for name in files if name.endswith(".v")]
    memories = [name for name in files if name.endswith(".mem")]
    sparse = circuit.architecture == "sparse"
    chip = files[f"{circuit.name}_chip.v"]
    report = run_report(expected)
    serial = {}
    if circuit.divider:
        report["serial"] = _serial(circuit, chip, report["model"])
        identity = int(report["serial"]["identity"], 16)
        serial[f"{circuit.name}_serial.v"] = template("serial", circuit.name)
        serial[f"{circuit.name}_uart.v"] = write_uart(circuit.name, chip, identity, circuit.divider)
    ports = [(s.direction, s.width, s.name) for s in signals(chip)]
    return {
        **files,
        f"{circuit.name}_pins.v": write_pins(circuit.name, chip),
        **serial,
        "bench.v": (write_sparse_bench if sparse else write_bench)(expected),
        "expected.mem": "".join((sparse_lines if sparse else expected_lines)(expected)),
        "run.json": json.dumps(report, indent=2) + "\n",
        "Makefile": MAKEFILE.format(name=circuit.name, sources=" ".join(sources)),
        f"{circuit.name}.core": _core(circuit.name, sources, memories),
        "README.md": write_readme(expected, ports),
    }


def _serial(circuit: Circuit, chip: str, model: str) -> dict[str, Any]:
    """What a host must know to speak with the circuit; its name is a hash of all that."""
    wire = wire_of(chip)
    known: dict[str, Any] = {
        "inputs": [[s.name, s.width] for s in wire.inputs],
        "outputs": [[s.name, s.width] for s in wire.outputs],
        "streams": list(circuit.streams),
        "groups": circuit.groups,
        "divider": circuit.divider,
    }
    text = json.dumps([model, chip, known])
    return {"identity": hashlib.sha256(text.encode()).hexdigest()[:16], **known}


def _core(name: str, sources: Sequence[str], memories: Sequence[str]) -> str:
    """A core file for FuseSoC, https://fusesoc.readthedocs.io."""
    rows = "".join(f"      - {m}: {{file_type: user, copyto: {m}}}\n" for m in memories)
    return CORE.format(
        name=name,
        sources="\n".join(f"      - {file}" for file in sources),
        memories=f"  memories:\n    files:\n{rows}" if memories else "",
        memory=", memories" if memories else "",
    )


def run_report(expected: Expected) -> dict[str, Any]:
    """The run of the test bench: all that another program needs to repeat it."""
    circuit = expected.circuit
    report: dict[str, Any] = {
        "invc": __version__,
        "design": circuit.design.netlist.name,
        "model": model_hash(circuit.design),
        "architecture": circuit.architecture,
        "spins": circuit.spins,
        "cycles": expected.cycles,
        "clamps": {clamp.name: clamp.value for clamp in expected.clamps},
        "ports": [
            {
                "name": port.name,
                "label": label,
                "direction": port.direction,
                "bits": [[(bit >> 1) - 1, bit & 1] for bit in port.bits],
            }
            for label, port in zip(circuit.labels, circuit.ports, strict=True)
        ],
        "chains": [
            {
                "seed": run.seed,
                "block": run.block,
                "replica": run.replica,
                "generators": [f"{seed:016x}" for seed in expected.seeds(k)],
            }
            for k, run in enumerate(expected.runs)
        ],
        **_architecture(circuit),
    }
    for key, hit in (("first_right", expected.first), ("first_strict", expected.first_strict)):
        report[key] = None if hit is None else {"cycles": hit[0], "chain": hit[1]}
    return report


def _architecture(circuit: Circuit) -> dict[str, Any]:
    schedule = [list(entry) for entry in circuit.schedule.entries]
    if circuit.architecture == "gibbs":
        return {
            "schedule": schedule,
            "schedule_columns": ["number of beta", "", "clocks"],
            "betas": list(circuit.betas),
            "colours": Colouring(circuit.design.model).colours,
        }
    names, goals = circuit.design.netlist.names, circuit.goals
    if circuit.architecture == "inputs":
        return {
            **asdict(circuit.walk),
            "inputs": [names[net] for net in goals.inputs],
            "stages": [[names[net] for net in nets] for nets in goals.stages],
        }
    columns: dict[str, Any] = {
        "schedule": schedule,
        "schedule_columns": ["i0", "noise", "cycles"],
        "every": circuit.schedule.every,
        "density": circuit.density / 256,
        "stall": circuit.stall / 256,
    }
    if circuit.architecture == "sparse":
        layout = Layout(circuit)
        columns |= {"lanes": layout.lanes, "order": layout.order, "memory": layout.sizes()}
    if circuit.architecture == "staged":
        columns["tries"] = circuit.tries
        columns["stages"] = [[names[net] for net in nets] for nets in circuit.goals.stages]
    return columns
