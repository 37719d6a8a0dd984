"""What `import invc` gives: the commands as functions, with results that show themselves.

`invc.synth`, `invc.simulate`, `invc.prove`, `invc.lib_gen`, `invc.read` and `invc.write`, described
with examples in docs/api.md. They raise InvcError for a fault in what they are given.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from invc.ask import Answers, Effort, Pictures, Samples, Wanted, ask, read_question
from invc.ask.keywords import (
    Biases,
    Clamps,
    Forbid,
    Value,
    bias_texts,
    clamp_texts,
    combination_texts,
)
from invc.design import Design, parse_clamps
from invc.design import read_design as _read_design
from invc.design import write_design as _write_design
from invc.diagnostics import InvcError
from invc.library import Cell

Source: TypeAlias = str | Path

TEXT_FILE = "source.sv"
SHOWN_AS = "<text>"


def synth(
    *sources: Source,
    top: str | None = None,
    defines: Mapping[str, Value] | None = None,
    includes: Sequence[Source] = (),
    cells: Sequence[Source] = (),
    objective: str = "balanced",
    max_degree: int | None = None,
    bits: int | None = None,
    gate_level: bool = False,
    prove: float | None = None,
    yosys: str | None = None,
    **parameters: Value,
) -> Design:
    """Compile Verilog to an invertible design.

    Args:
        *sources: Names of files, or one text: a str with a line end or a semicolon in it is
            SystemVerilog itself.
        top: The top module, where several could be it.
        defines: Macros with their values.
        includes: Folders of included files.
        cells: Folders of your own cells, from `lib_gen`.
        objective: "gap" for a wider gap by ancillas, "spins" for the fewest spins, or "balanced".
        max_degree: No spin has more couplings: nets become copies, joined in trees.
        bits: Every h and J fits so many signed bits.
        gate_level: Whether the source is a netlist of cells, to be read as it is.
        prove: Seconds for a proof by Yosys that the netlist is equal to its source.
        yosys: The Yosys to use.
        **parameters: Parameters of the top module, such as W=8.
    """
    from invc.frontend.yosys import Sources  # noqa: PLC0415 - loads what it needs when it is called
    from invc.library import Limits, read_library  # noqa: PLC0415
    from invc.pipeline import Check, Tool  # noqa: PLC0415
    from invc.pipeline import synth as compile_sources  # noqa: PLC0415

    def compiled(files: Sequence[Path]) -> Design:
        given = Sources(
            tuple(files),
            top,
            tuple(map(Path, includes)),
            {name: str(value) for name, value in (defines or {}).items()},
            {name: str(value) for name, value in parameters.items()},
            gate_level,
        )
        library = read_library(*map(Path, cells))
        return compile_sources(
            given,
            library=library,
            objective=objective,
            limits=Limits(max_degree, bits) if max_degree or bits else None,
            check=Check(proving=prove),
            tool=Tool(yosys),
        )

    if len(sources) == 1 and isinstance(sources[0], str) and _is_text(sources[0]):
        return _compiled_text(sources[0], compiled)
    return compiled([Path(source) for source in sources])


def _is_text(source: str) -> bool:
    return "\n" in source or ";" in source


def _compiled_text(text: str, compiled: Any) -> Design:  # noqa: ANN401 - the function above
    """A text compiled from a temporary file that neither errors nor the design name."""
    with tempfile.TemporaryDirectory(prefix="invc-") as folder:
        path = Path(folder) / TEXT_FILE
        path.write_text(text, encoding="utf-8")
        try:
            return _renamed(compiled([path]), str(path))
        except InvcError as error:
            where = error.where.replace(str(path), SHOWN_AS) if error.where else None
            message = error.message.replace(str(path), SHOWN_AS)
            raise InvcError(message, where=where, hint=error.hint, status=error.status) from None


def _renamed(design: Design, path: str) -> Design:
    netlist = design.netlist
    ports = tuple(replace(p, source=p.source.replace(path, SHOWN_AS)) for p in netlist.ports)
    gates = tuple(g._replace(source=g.source.replace(path, SHOWN_AS)) for g in netlist.gates)
    return replace(design, netlist=replace(netlist, ports=ports, gates=gates))


def simulate(
    design: Design | Source,
    clamps: Clamps = (),
    *,
    reads: int | None = None,
    sweeps: int | None = None,
    beta: tuple[float, float] | None = None,
    dynamics: str = "auto",
    kernel: str = "auto",
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    threads: int | None = None,
    time_limit: float | None = None,
    target: int | None = None,
    strict: bool = False,
    forbid: Forbid = (),
    bias: Biases = (),
    equilibrium: bool = False,
    prove: bool = False,
    explain: bool = False,
    uniformity: bool = False,
    plot: Source | None = None,
    html: Source | None = None,
    vcd: Source | None = None,
    **ports: Value,
) -> Samples:
    """Run a design with some of its port bits held; every answer was verified.

    Args:
        design: From `synth` or `read`, or the name of a .hj file.
        clamps: What is held: {"p": 143, "a[0]": 1}, or texts as on the command line.
        reads: Exactly so many runs; by default as many as it takes.
        sweeps: Updates of every spin in a read.
        beta: Inverse temperatures, first and last.
        dynamics: How p-bits move.
        kernel: What code moves them.
        settings: Settings of the dynamics.
        seed: Equal seeds give equal results.
        threads: By default one a core.
        time_limit: Seconds, 60 unless `reads` is given; 5 where a proof may follow.
        target: Stop at so many distinct answers.
        strict: Count only reads in which every gate is satisfied.
        forbid: Combinations of values that no answer may have, {"a": 11, "b": 13}, or their texts.
        bias: Soft clamps: P(bit = 1) that a bit would have alone, {"a[3]": 0.8}, or their texts.
        equilibrium: Sample at one inverse temperature or, by replica exchange, the last of several,
            `sweeps` apart: every answer is as likely as any other, or as its biases make it.
        prove: Ask a SAT solver when no read is an answer.
        explain: Say in `explanation` what the best unverified read violates.
        uniformity: Count all answers first, for the test `uniformity()` of what comes back; a run
            at equilibrium is as long as that needs.
        plot: A picture to write: .png, .svg or .pdf.
        html: A page to write.
        vcd: Waveforms to write.
        **ports: More clamps, by the name of the port: p=143.
    """
    effort = Effort(
        dynamics=dynamics,
        kernel=kernel,
        reads=reads,
        sweeps=sweeps,
        beta=beta,
        settings=settings or {},
        seed=seed,
        threads=threads,
        time_limit=time_limit,
        target=target,
        strict=strict,
    )
    wanted = Wanted(
        equilibrium=equilibrium,
        proof=prove,
        explanation=explain,
        uniformity=uniformity,
        pictures=Pictures(*(None if name is None else str(name) for name in (plot, html, vcd))),
    )
    question = read_question(
        _design(design), clamp_texts(clamps, ports), combination_texts(forbid), bias_texts(bias)
    )
    return ask(question, effort, wanted)


def prove(
    design: Design | Source,
    clamps: Clamps = (),
    *,
    count: bool = False,
    limit: int = 10_000,
    forbid: Forbid = (),
    time_limit: float | None = None,
    **ports: Value,
) -> Answers:
    """Whether a design has an answer, or all of its answers, by SAT from its gates.

    Args:
        design: From `synth` or `read`, or the name of a .hj file.
        clamps: What is held, as in `simulate`.
        count: Find all answers rather than one.
        limit: Most answers to find.
        forbid: Combinations of values that no answer may have.
        time_limit: Seconds.
        **ports: More clamps, by the name of the port.
    """
    from invc.ask.proofs import Proving  # noqa: PLC0415
    from invc.ask.proofs import prove as proven  # noqa: PLC0415

    question = read_question(_design(design), clamp_texts(clamps, ports), combination_texts(forbid))
    return proven(question, Proving(count=count, limit=limit, time_limit=time_limit))


def lib_gen(
    name: str,
    function: str,
    *,
    ancillas: int | None = None,
    max_coefficient: int = 32,
    bits: int | None = None,
    edges: Iterable[tuple[str, str]] | None = None,
    degenerate: bool = False,
    time_limit: float | None = None,
) -> Cell:
    """Solve and prove the Hamiltonian of a function or relation; `write` puts it into a folder.

    Args:
        name: Name of the cell.
        function: Such as "Y = ~(A | B | C)" or "A + B + C <= 1".
        ancillas: Exactly so many; by default the fewest.
        max_coefficient: Largest coupling.
        bits: Every coefficient fits a signed integer of so many bits.
        edges: Spin pairs that may couple.
        degenerate: Whether a row may have several ancilla words.
        time_limit: Seconds.
    """
    from invc.library.expression import parse_specification  # noqa: PLC0415
    from invc.library.solve import Bounds, solve_cell  # noqa: PLC0415
    from invc.library.toml import NAME  # noqa: PLC0415

    if not NAME.fullmatch(name):
        raise InvcError(f"{name!r} is no name for a cell", hint="letters, digits and '_'")
    bounds = Bounds(
        ancillas=ancillas,
        max_coefficient=max_coefficient,
        bits=bits,
        edges=None if edges is None else frozenset(frozenset(pair) for pair in edges),
        degenerate=degenerate,
        time_limit=time_limit,
    )
    return solve_cell(name, parse_specification(name, function), bounds, text=function).cell


def read(path: Source, form: str | None = None) -> Design | Cell | Mapping[str, Cell]:
    """What a file holds: a design (.hj), a cell (.toml), a library (a folder), or a foreign model.

    Args:
        path: The file or folder.
        form: Format of a foreign model, as `invc import --from` takes it.
    """
    from invc.formats.files import import_file  # noqa: PLC0415
    from invc.library import read_cell, read_folder  # noqa: PLC0415

    file = Path(path)
    if form is None and file.is_dir():
        return read_folder(file)
    if form is None and file.suffix == ".toml":
        return read_cell(file)
    if form is None and file.suffix == ".hj":
        return _read_design(file)
    return import_file(file, form).design


def write(
    thing: Design | Cell,
    path: Source,
    form: str | None = None,
    clamps: Clamps = (),
    *,
    fold: bool = True,
    **ports: Value,
) -> tuple[str, ...]:
    """Write a design or a cell, whole or not at all.

    Args:
        thing: What to write.
        path: A .hj file, a .toml file, or with `form` a file of another program.
        form: As `invc export --to` takes it.
        clamps: Bits to hold in an export, as in `simulate`.
        fold: Whether held bits leave the model of an export.
        **ports: More clamps, by the name of the port.

    Returns:
        What the format has no place for; nothing for invc's own.
    """
    from invc.formats.files import export, find_format, losses  # noqa: PLC0415
    from invc.library import write_cell  # noqa: PLC0415

    file = Path(path)
    if isinstance(thing, Cell):
        write_cell(thing, file)
        return ()
    held = parse_clamps(thing.netlist, clamp_texts(clamps, ports))
    if form is None:
        if held:
            raise InvcError("a .hj file holds no clamps", hint="give them to simulate, or a form")
        _write_design(thing, file)
        return ()
    chosen = find_format(form, file)
    return losses(chosen, export(thing, chosen, file, held, fold=fold))


def _design(given: Design | Source) -> Design:
    return given if isinstance(given, Design) else _read_design(Path(given))
