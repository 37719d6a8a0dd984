"""What is measured, as frozen rows that can be kept, merged and resumed; and what they say.

A row is one JSON object a line. Rows with equal keys are one measurement: the last one counts.
"""

import json
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

LN100 = math.log(100)
# The growth is fitted beyond the last width at which times are less than so many times the shortest: up
# to there the cost of starting a run, which hardly grows, hides it.
BEYOND_START = 3
RESAMPLES = 1000


@dataclass(frozen=True)
class Versions:
    """What was measured, and where."""

    key_fields: ClassVar = ("packages",)
    packages: str
    machine: str


@dataclass(frozen=True)
class Rate:
    """Flips per nanosecond of one sampler on one model, one core, each repetition."""

    key_fields: ClassVar = ("sampler", "model")
    sampler: str
    model: str
    spins: int
    per_ns: tuple[float, ...]


@dataclass(frozen=True)
class Run:
    """One run until a first answer, or until its time was over.

    Attributes:
        sampler: A dynamics of ours, or another program.
        criterion: "seen": the inputs are right. "strict": every gate is satisfied.
        width: Bits of each factor.
        product: What was factored.
        seed: Of the run.
        found: Whether there was an answer.
        seconds: Processor time.
    """

    key_fields: ClassVar = ("sampler", "criterion", "width", "product", "seed")
    sampler: str
    criterion: str
    width: int
    product: int
    seed: int
    found: bool
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """What a setting of a peer was worth: the time to a strict answer, from all its runs."""

    key_fields: ClassVar = ("sampler", "setting", "width")
    sampler: str
    setting: str
    width: int
    found: int
    seconds: float


@dataclass(frozen=True)
class Scaling:
    """Wall seconds of one question on one thread and on two, each repetition, in turn."""

    key_fields: ClassVar = ("model",)
    model: str
    reads: int
    one: tuple[float, ...]
    two: tuple[float, ...]


@dataclass(frozen=True)
class Point:
    """The share of reads that were right after so many sweeps."""

    key_fields: ClassVar = ("sampler", "model", "sweeps")
    sampler: str
    model: str
    sweeps: int
    reads: int
    verified: int
    strict: int
    seconds: float
    flips: int
    spins: int


Row = Versions | Rate | Run | Tuned | Scaling | Point
KINDS = {kind.__name__: kind for kind in (Versions, Rate, Run, Tuned, Scaling, Point)}


def key(row: Row) -> tuple[Any, ...]:
    return type(row).__name__, *(getattr(row, name) for name in row.key_fields)


class Rows:
    """Rows in a file, each written as soon as it is known, so that a run can be resumed."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = {key(row): row for row in read_rows(path)} if resume else {}
        if not resume:
            path.write_text("")

    def __contains__(self, row_key: tuple[Any, ...]) -> bool:
        return row_key in self.rows

    def add(self, row: Row) -> None:
        self.rows[key(row)] = row
        with self.path.open("a") as file:
            file.write(json.dumps({"kind": type(row).__name__, **asdict(row)}) + "\n")

    def of(self, kind: type) -> list[Any]:
        return [row for row in self.rows.values() if isinstance(row, kind)]


def read_rows(path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        try:
            fields = json.loads(line)
        except json.JSONDecodeError:
            continue  # the line that was being written when a run was ended
        kind = KINDS[fields.pop("kind")]
        make: Callable[..., Row] = kind
        yield make(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})


def tts99(runs: Iterable[Run]) -> float | None:
    """Time to be 99 % sure of an answer, seconds; None where there was none.

    A run is taken to be a time that every run needs, t0, and after it a memoryless search of mean
    theta: TTS99 = t0 + ln(100) theta. A sampler without a start has t0 = 0 and the usual
    ln(100) times the mean; one that always needs the same time has that time, and not 4.6 times as
    much. Estimated without bias from the earliest answer and, where runs were cut short, all the
    time spent beyond it divided by the answers found.

    Source: Epstein, Sobel, https://doi.org/10.1214/aoms/1177728793: two-parameter exponential, censored.
    """
    runs = list(runs)
    found = [run.seconds for run in runs if run.found]
    if len(found) < 2:
        return LN100 * sum(run.seconds for run in runs) if found else None
    first = min(found)
    theta = sum(max(0.0, run.seconds - first) for run in runs) / (len(found) - 1)
    return max(0.0, first - theta / len(runs)) + LN100 * theta


def tts(runs: Sequence[Run]) -> float | None:
    """What a table shows of runs: TTS99, or the median for SAT, whose runs are not memoryless.

    TTS99 is the mean over the products of the TTS99 of each: easy products, of which there is time
    for more runs, must not hide hard ones. None where a product had no answer.
    """
    if runs and runs[0].sampler.startswith("SAT"):
        times = statistics.median(run.seconds if run.found else math.inf for run in runs)
        return times if math.isfinite(times) else None
    each = [tts99(group) for group in by_product(runs)]
    known = [seconds for seconds in each if seconds]
    return statistics.mean(known) if known and len(known) == len(each) else None


def median_time(runs: Sequence[Run]) -> float:
    """The middle one of the products' medians, seconds; infinite where most runs had no answer."""
    return statistics.median(
        statistics.median(run.seconds if run.found else math.inf for run in group)
        for group in by_product(runs)
    )


def at_least(runs: Sequence[Run]) -> float:
    """What TTS99 exceeds, where a product had no answer.

    Such a product counts with what its TTS99 exceeds with 95 % confidence: the rule of three.
    """
    return statistics.mean(
        tts99(group) or LN100 * sum(run.seconds for run in group) / 3 for group in by_product(runs)
    )


def by_product(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs of each product."""
    groups = defaultdict(list)
    for run in runs:
        groups[run.product].append(run)
    return list(groups.values())


def resampled(runs: Sequence[Run], chance: np.random.Generator) -> list[Run]:
    """As many runs, drawn with replacement among those of each product."""
    return [
        group[k] for group in by_product(runs) for k in chance.integers(len(group), size=len(group))
    ]


def interval(runs: Sequence[Run], resamples: int = RESAMPLES) -> tuple[float, float]:
    """95 % bootstrap confidence interval of TTS99; its upper end may be infinite."""
    chance = np.random.default_rng(0)
    drawn = sorted(tts(resampled(runs, chance)) or math.inf for _ in range(resamples))
    return drawn[round(0.025 * resamples)], drawn[round(0.975 * resamples) - 1]


def growth(cells: Mapping[int, Sequence[Run]]) -> float | None:
    """Factor of TTS99 for two more bits of each factor.

    log TTS99 is fitted by a line over the widths at which the search dominates; the variance of
    the logarithm of a mean of k exponential times is about 1 / k.
    """
    times = {n: time for n, runs in cells.items() if (time := tts(runs))}
    short = [n for n, time in times.items() if time < BEYOND_START * min(times.values())]
    widths = [n for n in times if n > max(short)]
    if len(widths) < 2:
        return None
    logs = [math.log(times[n]) for n in widths]
    weights = [math.sqrt(sum(run.found for run in cells[n])) for n in widths]
    return math.exp(2 * np.polyfit(widths, logs, 1, w=weights)[0])


def growth_interval(
    cells: Mapping[int, Sequence[Run]], resamples: int = 200
) -> tuple[float, float]:
    """95 % bootstrap confidence interval of `growth`."""
    chance = np.random.default_rng(0)
    drawn = [
        growth({n: resampled(runs, chance) for n, runs in cells.items()}) for _ in range(resamples)
    ]
    kept = sorted(value for value in drawn if value is not None) or [math.nan]
    return kept[int(0.025 * len(kept))], kept[int(0.975 * (len(kept) - 1))]


def median_rate(row: Rate) -> float:
    return statistics.median(row.per_ns)


def share_interval(good: int, reads: int) -> tuple[float, float]:
    """95 % confidence interval of a share.

    Source: Wilson, https://doi.org/10.1080/01621459.1927.10502953.
    """
    z = 1.96
    p = good / reads
    centre = p + z * z / (2 * reads)
    spread = z * math.sqrt(p * (1 - p) / reads + z * z / (4 * reads * reads))
    scale = 1 + z * z / reads
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
