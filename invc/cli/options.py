"""The options of `invc simulate` as the values that they make: a question, an effort, wishes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from invc.cli.pairs import Parsed, numbers

if TYPE_CHECKING:
    from invc.ask import Effort, Question, Wanted
    from invc.design import Design

_Command = TypeVar("_Command", bound=Callable[..., Any])


class BetaRange(Parsed):
    """A range LO:HI of inverse temperatures, both positive."""

    name = "LO:HI"

    def parse(self, text: str) -> tuple[float, float]:
        """The two numbers; one alone is both."""
        wrong = f"{text!r} is not LO:HI, such as 0.2:2.5"
        found = numbers(text if ":" in text else f"{text}:{text}", ":", float, wrong)
        if len(found) != 2:
            raise ValueError(wrong)
        low, high = found
        if not 0 < low <= high < 1e6:
            raise ValueError(f"{text!r}: need 0 < LO <= HI")
        return low, high


class BlockRange(Parsed):
    """Numbers A:B of blocks, from A up to B, which is not among them."""

    name = "A:B"

    def parse(self, text: str) -> tuple[int, int]:
        """The two numbers that stand there."""
        wrong = f"{text!r} is not A:B, such as 0:100, with A below B"
        found = numbers(text, ":", int, wrong)
        if len(found) != 2 or not 0 <= found[0] < found[1]:
            raise ValueError(wrong)
        return found[0], found[1]


class Setting(Parsed):
    """A setting of a dynamics, NAME=VALUE."""

    name = "NAME=VALUE"

    def parse(self, text: str) -> tuple[str, str]:
        """Its name and its value, neither of which a command understands."""
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise ValueError(f"{text!r} is not NAME=VALUE, such as noise=5")
        return name, value


class Traced(Parsed):
    """A read to trace and where to, K:FILE."""

    name = "K:FILE"

    def parse(self, text: str) -> tuple[int, str]:
        """Number of the read, and the file."""
        number, colon, file = text.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 10 and colon and file):
            raise ValueError(f"{text!r} is not K:FILE, such as 0:states.mem")
        return int(number), file


FILE = click.argument("file", type=click.Path(path_type=Path))
CLAMP = click.option(
    "-c",
    "--clamp",
    "clamps",
    multiple=True,
    metavar="NAME=VALUE",
    help="Hold a port, a slice p[7:4], a bit p[0], or all 'inputs' or 'outputs' at a value: "
    "38243, -5, 0x2a, 0b101, 8'b10xx_0110 (x leaves a bit free); or two values to a relation: "
    "a=b, a!=b, a<17. May be repeated.",
)
FORBID = click.option(
    "--forbid",
    "forbid",
    multiple=True,
    metavar="NAME=VALUE:...",
    help="Leave out answers that have all of these values. May be repeated.",
)
# Of designs that were unrolled.
PROPERTIES = (
    click.option(
        "--cover", multiple=True, metavar="NAME", help="Reach a cover of the source in some cycle."
    ),
    click.option(
        "--violate", multiple=True, metavar="NAME", help="Break an assertion in some cycle."
    ),
)
STIMULUS = click.option(
    "--stimulus",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hold what a trace of a clocked design holds: waveforms (.vcd), or CSV, a row a cycle.",
)
REPLAY = click.option(
    "--replay",
    metavar="FILE|-",
    help="Write a test bench in Verilog that replays the first answer of a clocked design.",
)
SHOW = click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Rows.")
RADIX = click.option("--radix", type=click.Choice(["dec", "hex", "bin"]), default="dec")
JSON = click.option("--json", "json_file", metavar="FILE|-", help="Write the result; - is stdout.")
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing but the answers.")
SIMULATE = (
    FILE,
    CLAMP,
    click.option("--reads", type=click.IntRange(1), help="Independent runs.  [default: as needed]"),
    click.option(
        "--sweeps", type=click.IntRange(1), help="Sweeps of a read.  [default: as needed]"
    ),
    click.option(
        "--beta", type=BetaRange(), help="Inverse temperatures.  [default: from the model]"
    ),
    click.option(
        "--dynamics",
        default="auto",
        metavar="NAME",
        help="How p-bits move: inputs, staged, gibbs, pt, sc or ssa (docs/dynamics.md).  [auto]",
    ),
    click.option(
        "--set",
        "settings",
        type=Setting(),
        multiple=True,
        help="A setting of the dynamics, such as noise=5. May be repeated.",
    ),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True),
    click.option("--threads", type=click.IntRange(1), help="Results do not depend on it."),
    click.option(
        "--kernel",
        default="auto",
        metavar="NAME",
        help="What code moves p-bits; cuda: a GPU. Results of --reads do not depend on it.  [auto]",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS|local:N",
        help="Run on a Dask cluster, or on N processes here. Results do not depend on it.",
    ),
    click.option("--checkpoint", metavar="DIR", help="Keep finished blocks of reads in a folder."),
    click.option("--resume", is_flag=True, help="Go on with the run whose --checkpoint that is."),
    click.option(
        "--blocks",
        type=BlockRange(),
        help="Run only the blocks of 1,024 reads from number A up to B, to merge them later.",
    ),
    click.option(
        "--time-limit", type=click.FloatRange(0, min_open=True), help="Seconds.  [default: 60]"
    ),
    click.option("--target", type=click.IntRange(1), help="Stop at this many distinct answers."),
    click.option(
        "--strict", is_flag=True, help="Count only reads in which every gate is satisfied."
    ),
    click.option(
        "--presolve/--no-presolve",
        "fold",
        default=True,
        help="Hold what follows from the clamps too, or leave it to the p-bits, as 'invc rtl'.",
    ),
    click.option(
        "--first",
        is_flag=True,
        help="Tell the cycles of each read to its first right state (sc and ssa).",
    ),
    click.option(
        "--trace",
        type=Traced(),
        help="Write the states of read K, cycle by cycle, for a test bench (sc and ssa).",
    ),
    SHOW,
    RADIX,
    JSON,
    click.option(
        "--plot", metavar="FILE|-", help="Write charts: .png, .svg or .pdf; - is SVG to stdout."
    ),
    click.option("--html", metavar="FILE|-", help="Write charts and the netlist as one page."),
    click.option(
        "--vcd",
        metavar="FILE|-",
        help="Write nets against sweeps as waveforms; of a clocked design, an answer by its clock.",
    ),
    REPLAY,
    FORBID,
    *PROPERTIES,
    STIMULUS,
    click.option(
        "--bias",
        "bias",
        multiple=True,
        metavar="NAME=P",
        help="A soft clamp: a field by which a bit alone would be 1 with probability P.",
    ),
    click.option(
        "--prove",
        is_flag=True,
        help="Ask a SAT solver beside the run, which ends once no answer is shown to exist.  "
        "[the run: 5 s]",
    ),
    click.option("--explain", is_flag=True, help="Say what the best unverified read violates."),
    click.option("--marginals", is_flag=True, help="P(bit = 1) of every port bit, with errors."),
    click.option(
        "--uniformity", is_flag=True, help="Test whether all answers are found equally often."
    ),
    click.option(
        "--equilibrium",
        is_flag=True,
        help="Sample at one --beta, every --sweeps, or by --dynamics pt: answers are uniform.",
    ),
    click.option(
        "--repeat",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Run again what a --json FILE holds, and compare.",
    ),
    click.option(
        "--exact",
        "exact_file",
        metavar="FILE|-",
        help="Draw --reads answers exactly uniformly, from a decision diagram of all of them, and "
        "write them in order: CSV, or JSON lines where FILE ends in .jsonl.",
    ),
    click.option(
        "--questions",
        metavar="FILE|-",
        help="Ask a question a line, such as p=143 a=3; answers are lines of JSON.",
    ),
    QUIET,
    click.option("-v", "--verbose", is_flag=True, help="Say what was chosen and how it went."),
)
# What a repeated run takes from its file.
DECIDING = (
    *("clamps", "reads", "sweeps", "beta", "dynamics", "settings", "seed", "time_limit"),
    *("target", "strict", "forbid", "bias", "equilibrium", "fold", "blocks"),
)


def with_options(
    *options: Callable[[_Command], _Command],
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Add arguments and options to a command, which gets all of them as one mapping, `options`."""

    def decorated(command: Callable[..., object]) -> Callable[..., object]:
        @wraps(command)
        def collected(**given: object) -> object:
            return command(options=given)

        for option in reversed(options):
            collected = option(collected)
        return collected

    return decorated


@dataclass(frozen=True)
class View:
    """What is printed of a result, and how.

    Attributes:
        show: Most rows of a table.
        radix: "dec", "hex" or "bin".
        json_file: Where the whole result goes; "-" is standard output, which then has it alone.
        quiet: Print nothing but the answers.
        verbose: Say what was chosen and how it went.
        streamed: Whether a picture or a trace goes to standard output, and so nothing else.
    """

    show: int
    radix: str
    json_file: str | None
    quiet: bool
    verbose: bool = False
    streamed: bool = False

    @property
    def text(self) -> bool:
        """Whether standard output is for people."""
        return self.json_file != "-" and not self.streamed

    @property
    def files(self) -> tuple[str, ...]:
        """The result file, where one is wanted."""
        return () if self.json_file in (None, "-") else (str(self.json_file),)


def view_of(options: Mapping[str, Any]) -> View:
    """What the user wants to see.

    Raises:
        click.UsageError: Two outputs are standard output.
    """
    names = [options.get(name) for name in ("plot", "html", "vcd", "replay")]
    names.append((options.get("trace") or (0, ""))[1])
    streams = names.count("-")
    if streams + (options["json_file"] == "-") > 1:
        raise click.UsageError("only one output can be standard output")
    given = {name: options[name] for name in View.__annotations__ if name in options}
    return View(**given, streamed=streams > 0)


def question_of(design: Design, options: Mapping[str, Any]) -> Question:
    """What is asked.

    Raises:
        InvcError: A text is none of its kind, or names what the design has not.
    """
    from invc.ask import read_question
    from invc.ask.properties import texts_in_time

    timed = {name: options[name] for name in ("cover", "violate", "stimulus") if name in options}
    clamps = (*options["clamps"], *texts_in_time(design, **timed))
    return read_question(design, clamps, options["forbid"], options.get("bias", ()))


def effort_of(options: Mapping[str, Any]) -> Effort:
    """How it is to be sampled.

    Raises:
        click.UsageError: A value is out of its range.
    """
    from invc.ask import Effort

    chosen = {name: options[name] for name in Effort.__annotations__ if name in options}
    try:
        return Effort(**{**chosen, "settings": dict(options["settings"])})
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def wanted_of(options: Mapping[str, Any]) -> Wanted:
    """What is wanted besides answers."""
    from invc.ask import Pictures, Wanted

    return Wanted(
        equilibrium=options["equilibrium"],
        proof=options["prove"],
        explanation=options["explain"],
        marginals=options["marginals"],
        uniformity=options["uniformity"],
        first=options["first"],
        trace=options["trace"],
        pictures=Pictures(*(options[name] for name in ("plot", "html", "vcd", "replay"))),
    )


def refuse_given(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Refuse options that a result file decides.

    Raises:
        click.UsageError: One is given.
    """
    for param in ctx.command.params:
        default = ctx.get_parameter_source(param.name or "") is click.core.ParameterSource.DEFAULT
        if param.name in names and not default:
            raise click.UsageError(f"--repeat takes {param.opts[-1]} from the file")
