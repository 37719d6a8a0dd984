"""Keywords of the functions of `import invc`, as values: what a call may say, and its defaults.

A function that takes the fields of such a value shows them in its signature and in its help: a
reader sees one list of keywords, and there is one place where each is described.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from invc.ask import Effort, Pictures, Wanted
from invc.ask.keywords import Biases, Forbid, Value
from invc.sequential import Init

Source: TypeAlias = str | Path
Function = TypeVar("Function", bound=Callable[..., Any])
Keywords = TypeVar("Keywords")


@dataclass(frozen=True, kw_only=True)
class Compiling:
    """Keywords of `invc.synth`.

    Attributes:
        top: The top module, where several could be it.
        defines: Macros with their values.
        includes: Folders of included files.
        filelists: Lists of sources as simulators take them with -f.
        liberty: Liberty files with the functions of cells that the sources use.
        cells: Folders of your own cells, from `lib_gen`.
        objective: "gap" for a wider gap by ancillas, "spins" for the fewest spins, or "balanced".
        max_degree: No spin has more couplings: nets become copies, joined in trees.
        bits: Every h and J fits so many signed bits.
        gate_level: Whether the source is a netlist of cells, to be read as it is.
        prove: Seconds for a proof by Yosys that the netlist is equal to its source.
        yosys: The Yosys to use.
        cycles: Edges of the clock over which a clocked design is unrolled.
        init: With `cycles`, what registers hold at first: "source" for what the source says, any
            value where it says nothing; "zero" for 0 there; "free" for any value of all of them.
    """

    top: str | None = None
    defines: Mapping[str, Value] | None = None
    includes: Sequence[Source] = ()
    filelists: Sequence[Source] = ()
    liberty: Sequence[Source] = ()
    cells: Sequence[Source] = ()
    objective: str = "balanced"
    max_degree: int | None = None
    bits: int | None = None
    gate_level: bool = False
    prove: float | None = None
    yosys: str | None = None
    cycles: int | None = None
    init: Init = "source"


@dataclass(frozen=True, kw_only=True)
class Proving:
    """Keywords of `invc.prove`.

    Attributes:
        count: Find all answers rather than one.
        limit: Most answers to find.
        forbid: Combinations of values that no answer may have.
        time_limit: Seconds.
        cover: Covers of a clocked design that are to be reached, each in some cycle.
        violate: Its assertions that are to be broken.
        induction: Whether the one thing that is asked for in some cycle is to be shown impossible
            for all time; the design is one with `init="free"`.
        stimulus: A trace whose values are held: waveforms (.vcd), or CSV, a row a cycle.
        vcd: Waveforms to write, of the first trace.
        replay: A test bench to write that replays it.
    """

    count: bool = False
    limit: int = 10_000
    forbid: Forbid = ()
    time_limit: float | None = None
    cover: str | Sequence[str] = ()
    violate: str | Sequence[str] = ()
    induction: bool = False
    stimulus: Source | None = None
    vcd: Source | None = None
    replay: Source | None = None


@dataclass(frozen=True, kw_only=True)
class Simulating:
    """Keywords of `invc.simulate`.

    Attributes:
        reads: Exactly so many runs; by default as many as it takes.
        sweeps: Updates of every spin in a read.
        beta: Inverse temperatures, first and last.
        dynamics: How p-bits move.
        kernel: What code moves them.
        settings: Settings of the dynamics.
        seed: Equal seeds give equal results.
        threads: By default one a core.
        cluster: The address of a Dask scheduler, or "local:N": whose machines work.
        checkpoint: A folder that keeps finished blocks of reads.
        resume: Whether it may have some of this run, which goes on with them.
        blocks: Only blocks of 1,024 reads from the first up to the second number.
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
        vcd: Waveforms to write; of a clocked design, the first answer by its clock.
        replay: A test bench to write that replays the first answer of a clocked design.
        cover: Covers of a clocked design that are to be reached, each in some cycle.
        violate: Its assertions that are to be broken.
        stimulus: A trace whose values are held: waveforms (.vcd), or CSV, a row a cycle.
    """

    reads: int | None = None
    sweeps: int | None = None
    beta: tuple[float, float] | None = None
    dynamics: str = "auto"
    kernel: str = "auto"
    settings: Mapping[str, str] | None = None
    seed: int = 0
    threads: int | None = None
    cluster: str | None = None
    checkpoint: Source | None = None
    resume: bool = False
    blocks: tuple[int, int] | None = None
    time_limit: float | None = None
    target: int | None = None
    strict: bool = False
    forbid: Forbid = ()
    bias: Biases = ()
    equilibrium: bool = False
    prove: bool = False
    explain: bool = False
    uniformity: bool = False
    plot: Source | None = None
    html: Source | None = None
    vcd: Source | None = None
    replay: Source | None = None
    cover: str | Sequence[str] = ()
    violate: str | Sequence[str] = ()
    stimulus: Source | None = None

    @property
    def effort(self) -> Effort:
        """How the question is sampled."""
        return Effort(
            dynamics=self.dynamics,
            kernel=self.kernel,
            reads=self.reads,
            sweeps=self.sweeps,
            beta=self.beta,
            settings=self.settings or {},
            seed=self.seed,
            threads=self.threads,
            cluster=self.cluster,
            checkpoint=None if self.checkpoint is None else str(self.checkpoint),
            resume=self.resume,
            blocks=self.blocks,
            time_limit=self.time_limit,
            target=self.target,
            strict=self.strict,
        )

    @property
    def wanted(self) -> Wanted:
        """What is wanted besides answers."""
        names = (self.plot, self.html, self.vcd, self.replay)
        return Wanted(
            equilibrium=self.equilibrium,
            proof=self.prove,
            explanation=self.explain,
            uniformity=self.uniformity,
            pictures=Pictures(*map(named, names)),
        )


@dataclass(frozen=True, kw_only=True)
class Training:
    """Keywords of `invc.train`.

    Attributes:
        top: The top module, where several could be it.
        defines: Macros with their values.
        includes: Folders of included files.
        inputs: The port of a sample.
        weights: The port of weights, or several.
        labels: The port of its class.
        planes: Thresholds: a bit a pixel for each of them.
        pool: Rows and columns to pool pictures to.
        image: Rows and columns of the pictures, where no file says it.
        method: "auto", "stream", "energy" or "gates".
        samples: Learn from so many, drawn at random.
        validation: Share held out to look at.
        seed: Equal seeds give equal weights.
        threads: Results do not depend on it.
        vote: Networks that vote; 1 for none.
        passes: stream: how often every sample comes.
        batch: stream: samples between two steps.
        drop: stream: share of inputs dropped.
        pull: stream: scales the pull of labels.
        margin: stream: scales the margin of outputs.
        noise: stream: scales a random sign that is added to each sum, as hardware has it.
        phases: stream: 2 for the contrast of two phases, 1 for one energy with slack.
        reads: energy, gates: independent networks.
        sweeps: energy, gates: sweeps of each.
        warmth: energy: scales the inverse temperature of the vote.
        label_strength: gates: labels lean with this probability instead of being held.
        time_limit: gates: seconds.
        checkpoint: stream: save the run there.
        resume: Go on from the checkpoint, if there is one.
        output: Weights to write (JSON).
        emit: The network with constant weights to write, as Verilog.
        emit_vote: The same of the vote, as one wider network.
        plot: A picture to write: .png, .svg or .pdf.
        html: A page to write.
    """

    top: str | None = None
    defines: Mapping[str, Value] | None = None
    includes: Sequence[Source] = ()
    inputs: str = "x"
    weights: str | Sequence[str] = "w"
    labels: str = "y"
    planes: Sequence[int] | None = None
    pool: tuple[int, int] | None = None
    image: tuple[int, int] | None = None
    method: str = "auto"
    samples: int | None = None
    validation: float | None = None
    seed: int = 0
    threads: int = 1
    vote: int | None = None
    passes: int = 16
    batch: int | None = None
    drop: float = 0.0
    pull: float = 1.0
    margin: float = 1.0
    noise: float = 0.0
    phases: int = 2
    reads: int | None = None
    sweeps: int | None = None
    warmth: float | None = None
    label_strength: float | None = None
    time_limit: float | None = None
    checkpoint: Source | None = None
    resume: bool = False
    output: Source | None = None
    emit: Source | None = None
    emit_vote: Source | None = None
    plot: Source | None = None
    html: Source | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluating:
    """Keywords of `invc.evaluate`.

    Attributes:
        top: The top module, where several could be it.
        defines: Macros with their values.
        includes: Folders of included files.
        threads: Results do not depend on it.
        gates: Evaluate the compiled design rather than the network in it.
    """

    top: str | None = None
    defines: Mapping[str, Value] | None = None
    includes: Sequence[Source] = ()
    threads: int = 1
    gates: bool = False


def named(name: Source | None) -> str | None:
    """The name of a file, where one is given."""
    return None if name is None else str(name)


def taken(kind: type[Keywords], keywords: Mapping[str, Any]) -> tuple[Keywords, dict[str, Any]]:
    """A value of the keywords that are its fields, and the keywords that are left.

    Args:
        kind: A frozen dataclass of this module.
        keywords: As they were given, ports or parameters among them.
    """
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    own = {name: value for name, value in keywords.items() if name in names}
    return kind(**own), {name: keywords[name] for name in keywords if name not in names}


def shows(kind: type[Any]) -> Callable[[Function], Function]:
    """Show the fields of a value among the parameters of a function, before its last one.

    Its signature and its help are then as if each field were a keyword of its own, as they are for
    whoever calls it.
    """

    def shown(function: Function) -> Function:
        signature = inspect.signature(function)
        *first, last = signature.parameters.values()
        own = [
            inspect.Parameter(
                f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=f.type
            )
            for f in fields(kind)
            if f.default is not MISSING
        ]
        function.__signature__ = signature.replace(parameters=[*first, *own, last])  # type: ignore[attr-defined]
        described = inspect.getdoc(kind).partition("Attributes:\n")[2]  # type: ignore[union-attr]
        lines = [f"    {line}" if line.strip() else line for line in described.splitlines()]
        head, mark, tail = (function.__doc__ or "").partition(f"        **{last.name}: ")
        function.__doc__ = "\n".join([head.rstrip(), *lines, mark + tail])
        return function

    return shown
