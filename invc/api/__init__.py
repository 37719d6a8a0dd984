"""What `import invc` gives: the commands as functions, with results that show themselves.

`invc.synth`, `invc.simulate`, `invc.prove`, `invc.train`, `invc.evaluate`, `invc.lib_gen`,
`invc.read` and `invc.write`, described with examples in docs/api.md. They raise InvcError for a
fault in what they are given.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invc.api.keywords import Compiling, Proving, Simulating, Source, named, shows, taken
from invc.api.training import evaluate as evaluate
from invc.api.training import train as train
from invc.ask import Answers, Samples, ask, read_question
from invc.ask.keywords import (
    Clamps,
    Value,
    bias_texts,
    clamp_texts,
    combination_texts,
    macro_texts,
)
from invc.ask.properties import texts_in_time
from invc.design import Design, parse_clamps
from invc.design import read_design as _read_design
from invc.design import write_design as _write_design
from invc.diagnostics import InvcError
from invc.library import Cell

if TYPE_CHECKING:
    from invc.library import Limits

TEXT_FILE = "source.sv"
SHOWN_AS = "<text>"


@shows(Compiling)
def synth(*sources: Source, **parameters: Any) -> Design:  # noqa: ANN401 - as `shows` says
    """Compile Verilog to an invertible design.

    Args:
        *sources: Names of files, or one text: a str with a line end or a semicolon in it is
            SystemVerilog itself.
        **parameters: Parameters of the top module, such as W=8.
    """
    asked, values = taken(Compiling, parameters)

    def compiled(files: Sequence[Path]) -> Design:
        return _compiled(files, asked, values)

    if len(sources) == 1 and isinstance(sources[0], str) and _is_text(sources[0]):
        return _compiled_text(sources[0], compiled)
    return compiled([Path(source) for source in sources])


def _compiled(files: Sequence[Path], asked: Compiling, values: Mapping[str, Value]) -> Design:
    from invc.frontend.filelist import read_lists  # noqa: PLC0415
    from invc.frontend.yosys import Sources  # noqa: PLC0415 - loads what it needs when it is called
    from invc.library import read_library  # noqa: PLC0415
    from invc.pipeline import Check, Tool  # noqa: PLC0415
    from invc.pipeline import synth as compile_sources  # noqa: PLC0415

    listed = read_lists(map(Path, asked.filelists))
    given = Sources(
        (*listed.files, *files),
        asked.top,
        (*map(Path, asked.includes), *listed.includes),
        listed.defines | macro_texts(asked.defines),
        {name: str(value) for name, value in values.items()},
        asked.gate_level,
        tuple(map(Path, asked.liberty)),
    )
    how: dict[str, Any] = {
        "library": read_library(*map(Path, asked.cells)),
        "objective": asked.objective,
        "limits": _limits(asked.max_degree, asked.bits),
        "check": Check(proving=asked.prove),
        "tool": Tool(asked.yosys),
    }
    if asked.cycles is None:
        if asked.init != "source":
            raise InvcError("init says what a clocked design begins with", hint="give cycles=K")
        return compile_sources(given, **how)
    from invc.sequential.compile import Time, synth_clocked  # noqa: PLC0415

    return synth_clocked(given, Time(asked.cycles, asked.init), **how)


def _limits(degree: int | None, bits: int | None) -> Limits | None:
    """What --max-degree and --bits give, within what those take."""
    from invc.library import Limits  # noqa: PLC0415

    for name, value, least, most in (("max_degree", degree, 3, 1 << 31), ("bits", bits, 2, 31)):
        if value is not None and not least <= index(value) <= most:
            bound = f"at least {least}" if name == "max_degree" else f"from {least} to {most}"
            raise InvcError(f"{name} is {bound}, not {value!r}")
    return None if degree is None and bits is None else Limits(degree, bits)


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


@shows(Simulating)
def simulate(
    design: Design | Source,
    clamps: Clamps = (),
    **ports: Any,  # noqa: ANN401 - as `shows` says
) -> Samples:
    """Run a design with some of its port bits held; every answer was verified.

    Args:
        design: From `synth` or `read`, or the name of a .hj file.
        clamps: What is held: {"p": 143, "a[0]": 1}, or texts as on the command line.
        **ports: More clamps, by the name of the port: p=143.
    """
    asked, values = taken(Simulating, ports)
    given = _design(design)
    question = read_question(
        given,
        [*clamp_texts(clamps, values), *_in_time(given, asked)],
        combination_texts(asked.forbid),
        bias_texts(asked.bias),
    )
    return ask(question, asked.effort, asked.wanted)


@shows(Proving)
def prove(
    design: Design | Source,
    clamps: Clamps = (),
    **ports: Any,  # noqa: ANN401 - as `shows` says
) -> Answers:
    """Whether a design has an answer, or all of its answers, by SAT from its gates.

    Args:
        design: From `synth` or `read`, or the name of a .hj file.
        clamps: What is held, as in `simulate`.
        **ports: More clamps, by the name of the port.
    """
    from invc.ask import proofs  # noqa: PLC0415
    from invc.ask.traces import check_traces, write_traces  # noqa: PLC0415

    asked, values = taken(Proving, ports)
    given, files = _design(design), (named(asked.vcd), named(asked.replay))
    check_traces(given, *files)
    texts = [*clamp_texts(clamps, values), *_in_time(given, asked)]
    question = read_question(given, texts, combination_texts(asked.forbid))
    names = ("count", "limit", "time_limit", "induction")
    wanted = proofs.Proving(**{name: getattr(asked, name) for name in names})
    answers = proofs.prove(question, wanted)
    write_traces(question.design, answers, *files)
    return answers


def _in_time(design: Design, asked: Proving | Simulating) -> list[str]:
    """What is asked of a clocked design besides clamps."""
    stimulus = None if asked.stimulus is None else Path(asked.stimulus)
    return texts_in_time(design, asked.cover, asked.violate, stimulus)


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
