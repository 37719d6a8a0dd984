"""What `import invc` gives: the commands as functions, with results that show themselves.

`invc.synth`, `invc.simulate`, `invc.prove`, `invc.lib_gen`, `invc.read` and `invc.write`, described
with examples in docs/api.md. They raise InvcError for a fault in what they are given.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from invc.design import Clamp, Contradiction, Design, parse_biases, parse_clamps, presolve
from invc.design import read_design as _read_design
from invc.design import write_design as _write_design
from invc.diagnostics import InvcError
from invc.library import Cell
from invc.tables import html_table, text_table

if TYPE_CHECKING:
    import pandas as pd

    from invc.simulate import Result

Value: TypeAlias = int | str
Clamps: TypeAlias = Mapping[str, Value] | Iterable[str] | str
Source: TypeAlias = str | Path

SHOWN = 20
TEXT_FILE = "source.sv"
SHOWN_AS = "<text>"


@dataclass(frozen=True, eq=False, repr=False)
class Answers(Sequence[Mapping[str, int]]):
    """Answers, each the values of all ports by name: a sequence that shows itself as a table.

    It is true if there is an answer.

    Attributes:
        status: "found", "none" or "impossible" of a simulation; "possible", "impossible" or
            "undecided" of a proof.
        answers: Values of ports by name.
        columns: What else is known of each answer, such as its reads.
        summary: The outcome in a line, for people.
        details: What the engine or the solver reported; None where neither was asked.
    """

    status: str
    answers: tuple[Mapping[str, int], ...]
    columns: Mapping[str, Sequence[float]] = field(default_factory=dict)
    summary: str = ""
    details: object = None

    def __len__(self) -> int:
        return len(self.answers)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an int or a slice
        return self.answers[index]

    def __iter__(self) -> Iterator[Mapping[str, int]]:
        return iter(self.answers)

    def __repr__(self) -> str:
        lines = [text_table(self._head, self._rows)] if self.answers else []
        return "\n".join([*lines, self._caption])

    def _repr_html_(self) -> str:
        return html_table(self._head if self.answers else (), self._rows, self._caption)

    @property
    def _head(self) -> list[str]:
        return [*self.answers[0], *self.columns]

    @property
    def _rows(self) -> list[list[str]]:
        beside = zip(*self.columns.values(), strict=True) if self.columns else [()] * len(self)
        rows = zip(self.answers[:SHOWN], beside, strict=False)
        return [
            [f"{x:.10g}" if isinstance(x, float) else str(x) for x in (*a.values(), *b)]
            for a, b in rows
        ]

    @property
    def _caption(self) -> str:
        more = len(self) - SHOWN
        return f"{self.summary} ({more} more)" if more > 0 else self.summary

    def to_pandas(self) -> pd.DataFrame:
        """A data frame with a row for each answer: its ports, then the other columns.

        Raises:
            InvcError: pandas is not installed.
        """
        try:
            import pandas  # noqa: PLC0415 - optional, and slow to load
        except ImportError as error:
            raise InvcError("pandas is not installed", hint="pip install 'invc[pandas]'") from error
        ports = {name: [answer[name] for answer in self] for name in (self[0] if self else ())}
        return pandas.DataFrame({**ports, **self.columns})


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
    from invc.pipeline import synth as compile_sources  # noqa: PLC0415

    def compiled(files: Sequence[Path]) -> Design:
        given = Sources(
            tuple(files),
            top,
            tuple(map(Path, includes)),
            {name: str(value) for name, value in (defines or {}).items()},
            {name: str(value) for name, value in parameters.items()},
        )
        library = read_library(*map(Path, cells))
        return compile_sources(
            given,
            library=library,
            objective=objective,
            limits=Limits(max_degree, bits) if max_degree or bits else None,
            gate_level=gate_level,
            proving=prove,
            yosys=yosys,
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
    forbid: Iterable[Mapping[str, Value]] = (),
    bias: Mapping[str, float] | None = None,
    equilibrium: bool = False,
    **ports: Value,
) -> Answers:
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
        time_limit: Seconds, 60 unless `reads` is given.
        target: Stop at so many distinct answers.
        forbid: Combinations of values that no answer may have.
        bias: Soft clamps: P(bit = 1) that a bit would have alone.
        equilibrium: Sample at one inverse temperature, `sweeps` apart: every answer is as likely
            as any other, or as its biases make it.
        **ports: More clamps, by the name of the port: p=143.
    """
    from invc.simulate import run  # noqa: PLC0415

    chosen = _design(design)
    biases = parse_biases(chosen.netlist, [f"{name}={p!r}" for name, p in (bias or {}).items()])
    left_out = [_held(chosen, values, {}) for values in forbid]
    try:
        clamped = presolve(chosen, _held(chosen, clamps, ports), left_out)
    except Contradiction as reason:
        return Answers("impossible", (), summary=f"impossible: {reason}")
    if equilibrium and clamped.free:
        from invc.simulate.equilibrium import equilibrium as sample  # noqa: PLC0415

        chains = sample(
            chosen,
            clamped,
            biases=biases,
            beta=beta[-1] if beta else None,
            thin=sweeps,
            reads=reads,
            kernel=kernel,
            seed=seed,
            threads=threads,
            time_limit=time_limit,
        )
        return replace(_answers(chosen, chains.result), details=chains)
    result = run(
        chosen,
        clamped,
        dynamics=dynamics,
        kernel=kernel,
        settings=settings or {},
        biases=biases,
        reads=reads,
        sweeps=sweeps,
        beta=beta,
        seed=seed,
        threads=threads,
        time_limit=time_limit,
        target=target,
    )
    return _answers(chosen, result)


def _answers(design: Design, result: Result) -> Answers:
    energies = [answer.energy / design.scale for answer in result.answers]
    columns: dict[str, Sequence[float]] = {"reads": [answer.reads for answer in result.answers]}
    if design.is_logic:
        number = len(result.answers)
        found = f"{number} distinct answer{'s' * (number != 1)}" if number else "no answer found"
        summary = f"{found}; {result.verified_reads} of {result.reads} reads verified"
    else:
        columns = {"energy": energies, **columns}
        summary = f"lowest energy {energies[0]:.10g}" if energies else "no read ended"
    if result.interrupted:
        summary += "; interrupted"
    status = "found" if result.answers else "none"
    return Answers(status, tuple(a.ports for a in result.answers), columns, summary, result)


def prove(
    design: Design | Source,
    clamps: Clamps = (),
    *,
    count: bool = False,
    limit: int = 10_000,
    forbid: Iterable[Mapping[str, Value]] = (),
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
    from invc.prove import count as count_answers  # noqa: PLC0415
    from invc.prove import solve  # noqa: PLC0415

    chosen = _design(design)
    held = _held(chosen, clamps, ports)
    left_out = [_held(chosen, values, {}) for values in forbid]
    if not count:
        proof = solve(chosen, held, forbidden=left_out, time_limit=time_limit)
        found = (proof.answer,) if proof.answer is not None else ()
        reason = f": {proof.reason}" if proof.reason else ""
        return Answers(proof.status, found, summary=proof.status + reason, details=proof)
    total = count_answers(
        chosen, held, forbidden=left_out, limit=limit, keep=limit, time_limit=time_limit
    )
    status = "possible" if total.number else "impossible" if total.complete else "undecided"
    summary = f"{'' if total.complete else 'at least '}{total.number} distinct answers"
    return Answers(status, total.answers, summary=summary, details=total)


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
    from invc.foreign import import_file  # noqa: PLC0415
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
    from invc.export import export, find_format, losses  # noqa: PLC0415
    from invc.library import write_cell  # noqa: PLC0415

    file = Path(path)
    if isinstance(thing, Cell):
        write_cell(thing, file)
        return ()
    held = _held(thing, clamps, ports)
    if form is None:
        if held:
            raise InvcError("a .hj file holds no clamps", hint="give them to simulate, or a form")
        _write_design(thing, file)
        return ()
    chosen = find_format(form, file)
    return losses(chosen, export(thing, chosen, file, held, fold=fold))


def _design(given: Design | Source) -> Design:
    return given if isinstance(given, Design) else _read_design(Path(given))


def _held(design: Design, clamps: Clamps, ports: Mapping[str, Value]) -> tuple[Clamp, ...]:
    """Bits that are held: texts as on the command line, or values by name."""
    if isinstance(clamps, str):
        texts = [clamps]
    elif isinstance(clamps, Mapping):
        texts = _texts(clamps)
    else:
        texts = list(clamps)
    return parse_clamps(design.netlist, [*texts, *_texts(ports)])


def _texts(values: Mapping[str, Value]) -> list[str]:
    # int() also takes numpy's integers and True.
    return [f"{k}={v if isinstance(v, str) else int(v)}" for k, v in values.items()]
