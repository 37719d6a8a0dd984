"""What `import invc` gives: the commands as functions, with results that show themselves.

`invc.synth`, `invc.simulate`, `invc.prove`, `invc.lib_gen`, `invc.read` and `invc.write`, described
with examples in docs/api.md. They raise InvcError for a fault in what they are given.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from invc.ask.answers import (
    NOT_AT_EQUILIBRIUM,
    SECONDS_BEFORE_PROOF,
    Answers,
    Samples,
    Violations,
)
from invc.design import (
    Clamp,
    Clamped,
    Contradiction,
    Design,
    parse_biases,
    parse_clamps,
    parse_combination,
    presolve,
)
from invc.design import read_design as _read_design
from invc.design import write_design as _write_design
from invc.diagnostics import InvcError
from invc.library import Cell

if TYPE_CHECKING:
    from invc.engine import Result
    from invc.engine.equilibrium import Equilibrium

Value: TypeAlias = int | str
Clamps: TypeAlias = Mapping[str, Value] | Iterable[str] | str
Combination: TypeAlias = Mapping[str, Value] | str
Forbid: TypeAlias = Combination | Iterable[Combination]
Biases: TypeAlias = Mapping[str, float] | Iterable[str] | str
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
    strict: bool = False,
    forbid: Forbid = (),
    bias: Biases = (),
    equilibrium: bool = False,
    prove: bool = False,
    explain: bool = False,
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
        plot: A picture to write: .png, .svg or .pdf.
        html: A page to write.
        vcd: Waveforms to write.
        **ports: More clamps, by the name of the port: p=143.
    """
    from invc.ask.pictures import Pictures  # noqa: PLC0415

    _check_counts(reads=reads, sweeps=sweeps, threads=threads, target=target, time_limit=time_limit)
    _check_schedule(seed, beta)
    chosen = _design(design)
    held = _held(chosen, clamps, ports)
    forbidden = _left_out(chosen, forbid)
    left_out = tuple(bits for _, bits in forbidden)
    leaning = _bias_texts(bias)
    biases = parse_biases(chosen.netlist, leaning)
    if not chosen.is_logic and (biases or equilibrium or prove or explain):
        raise InvcError("bias, equilibrium, prove and explain need gates: this model was imported")
    pictures = Pictures(*(str(name) if name else None for name in (plot, html, vcd)))
    if equilibrium:
        given = {"target": target, "set": settings, "explain": explain, "vcd": vcd}
        _check_equilibrium(given, beta, dynamics)
    try:
        clamped = presolve(chosen, held, left_out)
    except Contradiction as reason:
        text = f"impossible: {reason}"
        return Samples("impossible", (), summary=text, design=chosen, held=held, left_out=left_out)
    from invc.engine import Effort, problem_of  # noqa: PLC0415

    problem = problem_of(chosen, clamped, biases)
    effort = Effort(
        dynamics=dynamics,
        kernel=kernel,
        reads=reads,
        sweeps=sweeps,
        beta=beta,
        settings=settings or {},
        seed=seed,
        threads=threads,
        time_limit=SECONDS_BEFORE_PROOF if prove and not (reads or time_limit) else time_limit,
        target=target,
        strict=strict,
    )
    if equilibrium and clamped.free:
        from invc.engine.equilibrium import equilibrium as sample  # noqa: PLC0415

        chains = sample(problem, effort)
        result = chains.result
    else:
        from invc.engine import run  # noqa: PLC0415

        chains = None
        result = run(
            problem,
            effort,
            near=explain,
            progress=pictures.and_progress(lambda progress: None),
            watch=pictures.watch(chosen, clamped),
        )
    samples = _samples(chosen, held, left_out, result, chains)
    if prove and not result.answers:
        samples = _with_proof(samples, time_limit)
    if explain and result.near is not None:
        samples = _with_explanation(samples, clamped)
    pictures.write(
        chosen,
        _clamp_texts(clamps, ports),
        clamped,
        result,
        proven_impossible=samples.status == "impossible",
        also=[("left out", [text for text, _ in forbidden]), ("biased", leaning)],
    )
    return samples


def _check_schedule(seed: int, beta: tuple[float, float] | None) -> None:
    if seed < 0:
        raise ValueError(f"seed must not be negative, not {seed!r}")
    if beta is not None and not (isinstance(beta, Sequence) and 0 < beta[0] <= beta[-1]):
        raise ValueError(f"beta must be (first, last) with 0 < first <= last, not {beta!r}")


def _check_equilibrium(
    given: Mapping[str, object], beta: tuple[float, float] | None, dynamics: str
) -> None:
    """Refuse what does not go with samples at equilibrium."""
    for name, value in given.items():
        if value:
            raise InvcError(f"equilibrium does not go with {name}: {NOT_AT_EQUILIBRIUM[name]}")
    if dynamics not in ("auto", "gibbs", "pt"):
        why = NOT_AT_EQUILIBRIUM["dynamics"]
        raise InvcError(f"equilibrium does not go with dynamics {dynamics!r}: {why}")
    if beta and beta[0] != beta[-1] and dynamics != "pt":
        raise InvcError(
            "equilibrium samples at one inverse temperature: give beta=(B, B)",
            hint="or dynamics='pt' for a ladder of them",
        )


def _samples(
    design: Design,
    held: tuple[Clamp, ...],
    left_out: tuple[tuple[Clamp, ...], ...],
    result: Result,
    chains: Equilibrium | None,
) -> Samples:
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
    return Samples(
        "found" if result.answers else "none",
        tuple(answer.ports for answer in result.answers),
        columns,
        summary,
        chains or result,
        design=design,
        held=held,
        left_out=left_out,
        result=result,
        chains=chains,
    )


def _with_proof(samples: Samples, time_limit: float | None) -> Samples:
    """What a SAT solver says where no read was an answer."""
    from invc.proof import solve  # noqa: PLC0415

    proof = solve(samples.design, samples.held, forbidden=samples.left_out, time_limit=time_limit)
    if proof.answer is not None:
        return replace(
            samples,
            status="found",
            answers=(proof.answer,),
            columns={"reads": [0]},
            summary=f"{samples.summary}; found by proof, not by sampling",
            proof=proof,
        )
    if proof.status == "impossible":
        text = f"impossible: {proof.reason} (proven by SAT)"
        return replace(samples, status="impossible", summary=text, proof=proof)
    return replace(samples, proof=proof)


def _with_explanation(samples: Samples, clamped: Clamped) -> Samples:
    from invc.engine import problem_of  # noqa: PLC0415
    from invc.engine.explain import explain_read  # noqa: PLC0415

    result = samples.result
    assert result is not None
    assert result.near is not None
    why = explain_read(
        problem_of(samples.design, clamped),
        result.near,
        samples.held,
        dynamics=result.dynamics,
        seed=result.seed,
    )
    return replace(samples, explanation=Violations(why))


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
    from invc.proof import count as count_answers  # noqa: PLC0415
    from invc.proof import solve  # noqa: PLC0415

    chosen = _design(design)
    held = _held(chosen, clamps, ports)
    left_out = [bits for _, bits in _left_out(chosen, forbid)]
    _check_counts(limit=limit, time_limit=time_limit)
    if not count:
        proof = solve(chosen, held, forbidden=left_out, time_limit=time_limit)
        found = (proof.answer,) if proof.answer is not None else ()
        reason = f": {proof.reason}" if proof.reason else ""
        return Answers(proof.status, found, summary=proof.status + reason, details=proof)
    total = count_answers(
        chosen, held, forbidden=left_out, limit=limit, keep=limit, time_limit=time_limit
    )
    status = "possible" if total.number else "impossible" if total.complete else "undecided"
    answers = f"{total.number} distinct answer{'s' * (total.number != 1)}"
    summary = f"{'' if total.complete else 'at least '}{answers}"
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
    return parse_clamps(design.netlist, _clamp_texts(clamps, ports))


def _clamp_texts(clamps: Clamps, ports: Mapping[str, Value]) -> list[str]:
    """Clamps in any form, as on the command line."""
    if isinstance(clamps, str):
        texts = [clamps]
    elif isinstance(clamps, Mapping):
        texts = _texts(clamps)
    else:
        texts = list(clamps)
    return [*texts, *_texts(ports)]


def _texts(values: Mapping[str, Value]) -> list[str]:
    return [
        f"{name}={value if isinstance(value, str) else _whole(name, value)}"
        for name, value in values.items()
    ]


def _whole(name: str, value: object) -> int:
    """An int, also where it is numpy's or a bool."""
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InvcError(f"clamp {name}={value!r} is not a whole number") from None


def _bias_texts(bias: Biases) -> list[str]:
    if isinstance(bias, Mapping):
        return [f"{name}={float(p)!r}" for name, p in bias.items()]
    return [bias] if isinstance(bias, str) else list(bias)


def _left_out(design: Design, forbid: Forbid) -> tuple[tuple[str, tuple[Clamp, ...]], ...]:
    """Combinations that no answer may have, as texts and as bits."""
    combinations = [forbid] if isinstance(forbid, Mapping | str) else list(forbid)
    texts = [c if isinstance(c, str) else ":".join(_texts(c)) for c in combinations]
    return tuple((text, parse_combination(design.netlist, text)) for text in texts)


def _check_counts(**values: float | None) -> None:
    """Refuse numbers that are not positive."""
    for name, value in values.items():
        if value is not None and value <= 0:
            raise ValueError(f"{name} must be positive, not {value!r}")
