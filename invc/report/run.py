"""What the pictures of a run are made of, and the figures they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, log10
from typing import NamedTuple

from invc.design import Design, bit_names
from invc.design.fields import Field, columns_of
from invc.diagnostics import printable
from invc.netlist import Port
from invc.report.names import short
from invc.report.trace import Trace

MOST_DIGITS = 40


class Found(NamedTuple):
    """A verified answer.

    Attributes:
        values: The value of each port, in the order of the design.
        reads: Reads that ended in it.
        energy: The lowest energy among them, as the model counts it.
    """

    values: tuple[int, ...]
    reads: int
    energy: int = 0


@dataclass(frozen=True, eq=False)
class Run:
    """A run of a design, as plain data.

    Attributes:
        design: What was sampled.
        clamps: As the user wrote them.
        answers: The most often found first; of a model without gates, the lowest first.
        reads: Reads that ended.
        verified: Reads that ended in an answer.
        summary: What happened, in one line.
        facts: Names and values of how it was run, for people.
        trace: What was seen from sweep to sweep, where somebody looked.
        staged: Whether gates were switched on stage by stage.
        first: Cycles of each read to its first right state, below 0 where it had none; None where
            nobody asked.
        ranked: Whether energies are what counts: an imported model has no wrong state.
        errors: Standard error of the share of reads in which a bit is 1, by the bit's name.
    """

    design: Design
    clamps: tuple[str, ...]
    answers: tuple[Found, ...]
    reads: int
    verified: int
    summary: str
    facts: tuple[tuple[str, str], ...] = ()
    trace: Trace | None = None
    staged: bool = False
    first: tuple[int, ...] | None = None
    ranked: bool = False
    errors: Mapping[str, float] = field(default_factory=dict)

    def energy(self, energy: float) -> float:
        """An energy in the units of the file that the model came from."""
        return energy / self.design.scale

    @property
    def order(self) -> str:
        """How the answers are ordered, in words."""
        return "the lowest first" if self.ranked else "the most often found first"

    @property
    def title(self) -> str:
        """The design, and what was held."""
        name = printable(self.design.netlist.name) or "design"
        return f"{name} with {', '.join(map(printable, self.clamps))}" if self.clamps else name


class Histogram(NamedTuple):
    """How many reads were right for the first time in each of equal spans of cycles.

    Attributes:
        width: Cycles of a span, the first of which begins at 0.
        counts: Reads of each.
        hits: Reads of all of them.
        reads: All reads, those too that were never right.
    """

    width: int
    counts: tuple[int, ...]
    hits: int
    reads: int

    @property
    def text(self) -> str:
        """What it shows, in words."""
        return f"{number(self.hits)} of {number(self.reads)} reads were right"


MOST_SPANS = 40


def first_histogram(run: Run) -> Histogram | None:
    """The first right states of a run, where somebody asked and there are any."""
    times = [time for time in run.first or () if time >= 0]
    if not times:
        return None
    width = max(times) // MOST_SPANS + 1
    counts = [0] * (max(times) // width + 1)
    for time in times:
        counts[time // width] += 1
    return Histogram(width, tuple(counts), len(times), len(run.first or ()))


class Marginal(NamedTuple):
    """How often one port bit is 1 over the verified reads, and the error of that where known."""

    name: str
    share: float
    error: float | None = None


def marginals(run: Run) -> list[tuple[Port, list[Marginal]]]:
    """P(bit = 1) for the bits of every port, most significant first, over the verified reads."""
    total = sum(answer.reads for answer in run.answers)
    if not total:
        return []
    table = []
    for k, port in enumerate(run.design.netlist.ports):
        rows = []
        for position, name in enumerate(bit_names(port)):
            ones = sum(a.reads for a in run.answers if a.values[k] >> position & 1)
            rows.append(Marginal(printable(name), ones / total, run.errors.get(name)))
        table.append((port, rows[::-1]))
    return table


def answer_labels(run: Run, answers: Sequence[Found], most: int = 44) -> list[str]:
    """`a = 13, b = 11` for each answer: the ports whose values differ, or all of a single one."""
    columns = columns_of_answers(run)
    differ = [c for c in columns if len({c.value(answer) for answer in run.answers}) > 1] or columns
    return [
        short(", ".join(f"{c.label} = {decimal(c.value(answer))}" for c in differ), most)
        for answer in answers
    ]


class Column(NamedTuple):
    """A port of one value, or a field of a port, in a table of answers."""

    port: int
    field: Field

    @property
    def label(self) -> str:
        """What users call it, in characters that print."""
        return printable(self.field.name)

    def value(self, answer: Found) -> int:
        """What an answer has there."""
        return self.field.value(answer.values[self.port])


def columns_of_answers(run: Run) -> list[Column]:
    """The ports of the design in their order, of structs and arrays the fields."""
    ports = run.design.netlist.ports
    return [Column(k, field) for k, port in enumerate(ports) for field in columns_of(port)]


def decimal(value: int) -> str:
    """A number as tables show it: hexadecimal where decimal would be long, and never too wide."""
    if value.bit_length() <= 128:
        return str(value)
    return short(hex(value), MOST_DIGITS)


def percent(share: float) -> str:
    """A share as people read it: "0", "0.080 %", "2.4 %", "37 %", "100 %"."""
    value = 100 * share
    if value == 0:
        return "0"
    if 99 < value < 100:
        return "over 99 %"
    digits = max(0, 1 - floor(log10(float(f"{value:.2g}"))))
    return f"{value:.{min(digits, 3)}f} %"


def bare(share: float) -> str:
    """A share in the least space: "0", ".52", "1"."""
    return str(int(share)) if share in (0, 1) else f"{min(max(share, 0.01), 0.99):.2f}"[1:]


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers from low to high: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        return [low]
    rough = (high - low) / about
    power = 10 ** floor(log10(rough))
    step = next(power * k for k in (1, 2, 2.5, 5, 10) if power * k >= rough * 0.9)
    first = -floor(-low / step)
    return [k * step for k in range(first, floor(high / step + 1e-9) + 1)]


def number(value: float) -> str:
    """A tick's label: no digits that say nothing, thousands apart."""
    text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:.3g}"
    return text.replace(",", " ")
