"""What stands beside the modules of a circuit: its run, a Makefile, a core file, a README."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from invc import __version__
from invc.design import Clamp, bit_names
from invc.rtl.bench import Expected, expected_lines, write_bench
from invc.rtl.circuit import Circuit
from invc.rtl.gibbs import gibbs_files
from invc.rtl.parallel import parallel_files
from invc.rtl.pins import write_pins
from invc.rtl.readme import write_readme
from invc.rtl.sparse import sparse_files

FILES_OF = {"parallel": parallel_files, "sparse": sparse_files, "gibbs": gibbs_files}


def project_files(expected: Expected) -> dict[str, str]:
    """Every file of a circuit's folder, by name."""
    circuit = expected.circuit
    modules = FILES_OF[circuit.architecture](circuit)
    sources = [name for name in modules if name.endswith(".v")]
    return {
        **modules,
        f"{circuit.name}_pins.v": write_pins(circuit),
        "bench.v": write_bench(expected),
        "expected.mem": "".join(expected_lines(expected)),
        "run.json": json.dumps(run_report(expected), indent=2) + "\n",
        "Makefile": write_makefile(circuit, sources),
        f"{circuit.name}.core": write_core(circuit, sources),
        "README.md": write_readme(expected, sources),
    }
