"""Whether invc can work here: each part is tried, not just looked for."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Literal as OneOf

from invc import __version__
from invc.diagnostics import InvcError

State = OneOf["ok", "missing", "broken"]
HALF_ADDER = """\
module half_adder(input a, b, output s, c);
  assign s = a ^ b;
  assign c = a & b;
endmodule
"""
REINSTALL = "install invc again: 'pip install --force-reinstall .' in its checkout"
RING, TRIED_SWEEPS, TIMED_SWEEPS = 256, 3, 400


@dataclass(frozen=True)
class Finding:
    """What was found of one part.

    Attributes:
        name: The part.
        state: "ok" if it was tried and works.
        detail: What it is and what it did, or what went wrong.
        hint: What to do about it, where it is not ok.
        essential: Whether invc is of no use without it.
    """

    name: str
    state: State
    detail: str
    hint: str = ""
    essential: bool = True


@dataclass(frozen=True)
class Checkup:
    """Everything that was found.

    Attributes:
        version: Of invc.
        python: Its version and where it is.
        platform: System and processor.
        threads: How many a run uses.
        findings: Of each part, the essential ones first.
    """

    version: str
    python: str
    platform: str
    threads: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether all that is essential works."""
        return all(f.state == "ok" for f in self.findings if f.essential)

    def report(self) -> dict[str, object]:
        """What was found as plain data, for JSON."""
        return {"ok": self.ok, **asdict(self)}


def examine() -> Checkup:
    """Try every part of invc here, and ask for the optional ones."""
    return Checkup(
        __version__,
        f"{platform.python_version()} ({sys.executable})",
        f"{platform.system()} {platform.machine()}",
        os.cpu_count() or 1,
        (*(_try(*part) for part in ESSENTIAL.items()), *_optional()),
    )


def _try(name: str, check: Callable[[], str]) -> Finding:
    """A finding from a check that returns what it did, or raises."""
    try:
        return Finding(name, "ok", check())
    except InvcError as error:
        return Finding(name, "broken", error.message, error.hint or "")
    except Exception as error:
        text = str(error).strip().partition("\n")[0]
        return Finding(name, "broken", f"{type(error).__name__}: {text}"[:200], REINSTALL)


def _yosys() -> str:
    """Compile a module of two gates."""
    from invc.frontend.yosys import Sources, find_yosys  # noqa: PLC0415
    from invc.pipeline import synth  # noqa: PLC0415

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        path = Path(folder) / "half_adder.v"
        path.write_text(HALF_ADDER, encoding="utf-8")
        design = synth(Sources((path,)))
    if [gate.function.name for gate in design.netlist.gates] != ["HA"]:
        raise InvcError(f"{find_yosys()} made no half adder of one", hint="try another --yosys")
    return f"{find_yosys()}: compiled a half adder in {time.perf_counter() - began:.2f} s"


def _solver() -> str:
    """Solve and prove a cell."""
    from invc.library.expression import parse_specification  # noqa: PLC0415
    from invc.library.solve import solve_cell  # noqa: PLC0415

    cell = solve_cell("AND2", parse_specification("AND2", "Y = A & B")).cell
    if cell.gap != 4:
        raise InvcError(f"AND2 came out with gap {cell.gap} instead of 4", hint=REINSTALL)
    made_by = cell.source.removeprefix("invc lib-gen, ").removesuffix(", proven optimal")
    return f"{made_by}: solved and proved AND2"


def _kernels() -> str:
    """Compare every kernel with the reference, and time it."""
    from invc.pbits.backend import backend_names  # noqa: PLC0415

    compiled = [name for name in backend_names() if name != "reference"]
    if not compiled:
        raise InvcError("no compiled kernel runs on this processor", hint=REINSTALL)
    right = _swept("reference", TRIED_SWEEPS)
    wrong = [name for name in compiled if _swept(name, TRIED_SWEEPS) != right]
    if wrong:
        raise InvcError(f"{', '.join(wrong)} differ from the reference", hint="please report it")
    rates = [f"{name} {_rate(name):.2g} flips/ns" for name in compiled]
    return f"equal to the reference, fastest first: {', '.join(rates)} on one thread"


def _swept(name: str, sweeps: int) -> bytes:
    """The state of a small ring of spins after some sweeps."""
    import numpy as np  # noqa: PLC0415

    from invc.ising import from_terms  # noqa: PLC0415
    from invc.pbits.backend import backend_named  # noqa: PLC0415
    from invc.pbits.heatbath.heat import heat  # noqa: PLC0415
    from invc.pbits.heatbath.program import compile_program  # noqa: PLC0415

    spins = np.arange(RING)
    model = from_terms(RING, spins % 3 - 1, spins, (spins + 1) % RING, spins % 5 - 2, 0)
    known = np.zeros(RING, dtype=np.int8)
    backend = backend_named(name)
    state = backend.start(known, 0, 0)
    backend.sweep(compile_program(model, known), state, heat(0.5), sweeps)
    return backend.fetch(state).tobytes()


def _rate(name: str) -> float:
    """Attempted updates of one spin of one replica, a nanosecond, by this thread."""
    began = time.perf_counter_ns()
    _swept(name, TIMED_SWEEPS)
    return RING * 1024 * TIMED_SWEEPS / max(time.perf_counter_ns() - began, 1)


def _sat() -> str:
    """Solve a full adder backwards: some inputs add up to 2."""
    from invc.design import parse_clamps  # noqa: PLC0415
    from invc.design.assemble import assemble  # noqa: PLC0415
    from invc.library import hamlib  # noqa: PLC0415
    from invc.netlist import Builder, Port  # noqa: PLC0415
    from invc.netlist.gates import FA  # noqa: PLC0415
    from invc.proof import solve, solver_name  # noqa: PLC0415

    builder = Builder()
    inputs = tuple(builder.net() for _ in range(3))
    outputs = builder.gate(FA, *inputs)
    ports = (Port("a", "input", inputs), Port("s", "output", outputs))
    design = assemble(builder.netlist("adder", ports), hamlib())
    found = solve(design, parse_clamps(design.netlist, ["s=2"]))
    if found.status != "possible":
        raise InvcError(f"a full adder never gives 2, says {solver_name()}", hint=REINSTALL)
    return f"{solver_name()}: solved a full adder backwards"


def _library() -> str:
    """Read the cells that ship with invc, and count them."""
    from invc.library import hamlib  # noqa: PLC0415

    return f"{len(hamlib())} cells"


def _gates() -> str:
    """Read a gate-level netlist of one gate."""
    from invc.frontend.gate_level import read_gates  # noqa: PLC0415
    from invc.library import hamlib  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        path = Path(folder) / "gates.v"
        path.write_text("module m(input a, b, output y);\n  and (y, a, b);\nendmodule\n")
        read_gates(path, hamlib())
    return f"Pyverilog {version('pyverilog')}: read a gate netlist"


ESSENTIAL: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "yosys": _yosys,
        "kernels": _kernels,
        "library": _library,
        "solver": _solver,
        "sat": _sat,
        "gate netlists": _gates,
    }
)

# Name of the module, of its package, of the extra that brings it; what it is for.
EXTRAS = (
    ("dimod", "dimod", "dimod", "invc.dimod.InvcSampler"),
    ("pandas", "pandas", "pandas", "to_pandas in Python"),
    ("matplotlib", "matplotlib", "plot", "invc simulate --plot"),
    ("vcd", "pyvcd", "vcd", "invc simulate --vcd"),
    ("llvmlite", "llvmlite", "jit", "code for the update rules of long runs"),
    ("distributed", "distributed", "cluster", "invc simulate --cluster"),
    ("minorminer", "minorminer", "embed", "invc embed"),
    ("dwave_networkx", "dwave-networkx", "embed", "invc embed"),
    ("sklearn", "scikit-learn", "digits", "invc train --data digits"),
)
DOT_HINT = "apt-get install graphviz, or brew install graphviz"


def _optional() -> Iterator[Finding]:
    for module, package, extra, purpose in EXTRAS:
        yield _extra(module, package, extra, purpose)
    dot = shutil.which("dot")
    if dot:
        yield Finding("graphviz", "ok", dot, essential=False)
    else:
        detail = "not found; 'invc show' draws .svg, .png and .pdf with it"
        yield Finding("graphviz", "missing", detail, DOT_HINT, essential=False)


def _extra(module: str, package: str, extra: str, purpose: str) -> Finding:
    """Whether an optional package can be imported, which is more than being installed."""
    hint = f"pip install '.[{extra}]' in a checkout of invc"
    try:
        found = version(package)
    except PackageNotFoundError:
        return Finding(module, "missing", f"not installed; {purpose} needs it", hint, False)
    try:
        import_module(module)
    except Exception as error:
        text = f"{package} {found}: {type(error).__name__} when imported"
        return Finding(module, "broken", text, hint, False)
    return Finding(module, "ok", f"{package} {found}", essential=False)
