"""The engine measured against everything a user could pick instead: `make bench-engine`.

One run, one source of models, one core (the process holds itself to one), processor time. What is built
once for a problem and serves every run of it is not counted, for nobody: a run before the first does
it. Rows go to a file as they are known; `--resume` goes on where a run was ended, `--report` only prints.
"""

import argparse
import io
import math
import os
import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.engine import models, ours, peers
from benchmarks.engine.measure import (
    LN100,
    Point,
    Rate,
    Rows,
    Run,
    Scaling,
    Tuned,
    Versions,
    at_least,
    growth,
    growth_interval,
    interval,
    median_rate,
    median_time,
    share_interval,
    tts,
)
from invc import __version__
from invc.diagnostics import InvcError
from invc.engine import Effort, problem_of, run
from invc.engine.dynamics import DYNAMICS
from invc.tools.bench import READS, Attempt, kernels_for, measure_rate, our_work, versions

PARTS = ("threads", "kernels", "tts", "curves")
# Of these the number of sweeps bounds each stage only, and they stop when a stage has settled.
SELF_PACED = ("staged",)
SELF_PACED_POINTS = (5, 7, 9, 11, 13)  # log2 of that number
WARM_UP, WARM_UP_SECONDS = 1_000_000, 0.3  # seed and limit of the run before the first
SCALINGS = 5  # repetitions
MOST_TUNED = 8  # bits; wider factors get the setting of these
REFERENCE = "dwave-samplers SA"
PACKAGES = ("dwave-samplers", "dimod", "openjij", "thrml", "jax", "python-sat", "numpy")


@dataclass(frozen=True)
class Budget:
    """How much is measured.

    Attributes:
        widths: Of the factors.
        products: Semiprimes of each width.
        rate_seconds: For each rate.
        cell_seconds: For the runs of one sampler on one product: after it none is begun, and none
            is longer.
        runs: At most so many of those.
        tune_seconds: For each setting of a peer at each width.
        large: Whether models that take half a minute to build are measured.
        point_seconds: The longest point of a curve.
    """

    widths: tuple[int, ...]
    products: int
    rate_seconds: float
    cell_seconds: float
    runs: int
    tune_seconds: float
    large: bool
    point_seconds: float


BUDGETS = {
    "quick": Budget((4, 6, 8), 2, 0.3, 0.7, 10, 0.0, False, 0.5),
    "default": Budget((4, 6, 8, 10, 12, 14, 16), 4, 0.8, 3.0, 20, 3.0, True, 4.0),
    "full": Budget((4, 6, 8, 10, 12, 14, 16), 5, 2.0, 60.0, 50, 10.0, True, 20.0),
}


@dataclass(frozen=True)
class Sampler:
    """Who is asked for answers.

    Attributes:
        name: What tables call it.
        criteria: What it can be asked for.
        setting: What suits it at a width.
        attempt: A run until the first answer: (problem, criterion, setting, seed, limit).
    """

    name: str
    criteria: tuple[str, ...]
    setting: Callable[[int], peers.Setting | None]
    attempt: Callable[..., Attempt]


# Measurements ---------------------------------------------------------------------------------


def measure_threads(rows: Rows, budget: Budget) -> None:
    """What a second thread is worth: wall time, so only where two cores have nothing else to do."""
    problem = models.factoring(16, models.products(16, 1)[0])
    if ("Scaling", problem.name) in rows:
        return
    if idle_cores() < 1.9:
        say("two threads: left out, for there are no two idle cores")
        return
    reads = 64 * READS
    seconds: dict[int, list[float]] = {1: [], 2: []}
    sweeps = 1 << max(5, round(math.log2(1000 * budget.rate_seconds)))
    for repetition in range(SCALINGS + 1):  # the first is for what is loaded and built once
        for threads in (1, 2):
            started = time.perf_counter()
            dynamics = next(iter(DYNAMICS))
            effort = Effort(dynamics=dynamics, reads=reads, sweeps=sweeps, threads=threads)
            run(problem_of(problem.design, problem.clamped), effort)
            if repetition:
                seconds[threads].append(time.perf_counter() - started)
    rows.add(Scaling(problem.name, reads, tuple(seconds[1]), tuple(seconds[2])))


def idle_cores(seconds: float = 0.5) -> float:
    """Cores that this process may use and nobody does; none where the system does not tell."""
    if not hasattr(os, "sched_getaffinity") or not Path("/proc/stat").exists():
        return 0.0

    def idle() -> int:
        lines = Path("/proc/stat").read_text().splitlines()
        fields = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("cpu")}
        return sum(int(fields[f"cpu{core}"][3]) for core in os.sched_getaffinity(0))

    before = idle()
    time.sleep(seconds)
    return (idle() - before) / os.sysconf("SC_CLK_TCK") / seconds


def measure_rates(rows: Rows, budget: Budget, chosen: list[peers.Peer]) -> None:
    for problem in rate_problems(budget):
        for name, work in rate_works(problem, chosen):
            if ("Rate", name, problem.name) in rows:
                continue
            try:
                per_ns = measure_rate(work(), rate_seconds(problem, budget))
            except InvcError as error:
                say(f"{name} on {problem.name}: {error}")
                continue
            if per_ns:
                rows.add(Rate(name, problem.name, problem.free.spins, per_ns))
                say(f"{problem.name}: {name} {sorted(per_ns)[len(per_ns) // 2]:.3g} flips/ns")


def rate_seconds(problem: models.Problem, budget: Budget) -> float:
    """Of a large model most of the time goes before the first sweep."""
    return max(budget.rate_seconds, 10.0) if large(problem) else budget.rate_seconds


def large(problem: models.Problem) -> bool:
    return problem.free.spins > 100_000


def rate_problems(budget: Budget) -> Iterator[models.Problem]:
    for n in (4, 6, 8, 10, 12, 14, 16):
        yield models.factoring(n, models.products(n, 1)[0])
    yield models.adder()
    yield models.sat3()
    yield models.question(
        "64 x 64 multiplier", models.multiplier(64), f"p={(2**61 - 1) * (2**64 - 59)}"
    )
    if budget.large:
        yield models.netlist(500_000)
        yield models.wide_multiplier()


def rate_works(
    problem: models.Problem, chosen: list[peers.Peer]
) -> Iterator[tuple[str, Callable[[], Callable[[int], int]]]]:
    """What does sweeps, by name; it is built only where it is measured."""
    design, clamped = problem.design, problem.clamped
    first = next(iter(DYNAMICS))
    for kernel in kernels_for(clamped.free)[: 1 if large(problem) else None]:
        yield f"{first}, {kernel}", partial(our_work, design, clamped, first, kernel)
    for dynamics in DYNAMICS:
        if dynamics != first and not large(problem):
            yield dynamics, partial(our_work, design, clamped, dynamics, "auto")
    for peer in chosen:
        if peer.work and problem.free.spins <= peer.most_spins:
            yield peer.name, partial(peer.work, problem)


def measure_tts(rows: Rows, budget: Budget, dynamics: list[str], chosen: list[peers.Peer]) -> None:
    """Width by width; a sampler that had no answer at one width is not asked at the next."""
    for sampler in samplers(rows, budget, dynamics, chosen):
        left = list(sampler.criteria)
        for n in budget.widths:
            if not left:
                break
            setting = sampler.setting(n)
            for product in models.products(n, budget.products):
                problem = models.factoring(n, product)
                for criterion in left:
                    measure_runs(rows, budget, sampler, criterion, n, product, problem, setting)
            for criterion in list(left):
                runs = cell(rows, sampler.name, criterion, n)
                say(f"n = {n}: {sampler.name}, {criterion}: {cell_text(runs)}, {len(runs)} runs")
                if not any(run.found for run in runs):
                    left.remove(criterion)


def samplers(
    rows: Rows, budget: Budget, dynamics: list[str], chosen: list[peers.Peer]
) -> Iterator[Sampler]:
    for name in dynamics:

        def own(
            problem: models.Problem,
            criterion: str,
            setting: Any,
            seed: int,
            limit: float,
            name: str = name,
        ) -> Any:
            return ours.attempt(problem, name, criterion, seed, limit)

        yield Sampler(name, ("seen", "strict"), lambda n: None, own)
    for peer in chosen:
        criteria = ("seen", "strict") if peer.batches else ("strict",)
        setting = partial(best_setting, rows, budget, peer)
        yield Sampler(peer.name, criteria, setting, peer.attempt)


def measure_runs(
    rows: Rows,
    budget: Budget,
    sampler: Sampler,
    criterion: str,
    n: int,
    product: int,
    problem: models.Problem,
    setting: Any,
) -> None:
    """Runs of one sampler on one product, until the time of a cell is over."""
    left, warm = budget.cell_seconds, False
    for seed in range(budget.runs):
        key = ("Run", sampler.name, criterion, n, product, seed)
        if key in rows:
            left -= cast(Run, rows.rows[key]).seconds
            continue
        if left <= 0:
            break
        if not warm:
            sampler.attempt(problem, criterion, setting, WARM_UP, WARM_UP_SECONDS)
            warm = True
        # The last run may take as long as the first, or many short ones would seem to find nothing.
        result = sampler.attempt(problem, criterion, setting, seed, budget.cell_seconds)
        left -= result.seconds
        found, seconds = bool(result.found), float(result.seconds)
        rows.add(Run(sampler.name, criterion, n, product, seed, found, seconds))


def cell(rows: Rows, name: str, criterion: str, n: int) -> list[Run]:
    return [
        r for r in rows.of(Run) if r.sampler == name and r.criterion == criterion and r.width == n
    ]


def best_setting(rows: Rows, budget: Budget, peer: peers.Peer, n: int) -> peers.Setting | None:
    """Of the peer's grid, the one with the shortest time to a strict answer at this width."""
    if len(peer.grid) < 2 or budget.tune_seconds == 0:
        return peer.grid[0] if peer.grid else None
    n = min(n, MOST_TUNED)
    problem = models.factoring(n, models.products(n, 1)[0])
    means = {}
    for setting in peer.grid:
        key = ("Tuned", peer.name, str(setting), n)
        if key not in rows:
            found, seconds = 0, 0.0
            for seed in range(1000, 1050):
                left = budget.tune_seconds - seconds
                result = peer.attempt(problem, "strict", setting, seed, left)
                found, seconds = found + result.found, seconds + float(result.seconds)
                if seconds >= budget.tune_seconds:
                    break
            rows.add(Tuned(peer.name, str(setting), n, found, seconds))
        row = cast(Tuned, rows.rows[key])
        # Half an answer where there was none, so that none at all is worse than one.
        means[setting] = row.seconds / (row.found or 0.5)
    best = min(means, key=lambda setting: means[setting])
    say(f"n = {n}: {peer.name}: best of {len(peer.grid)} settings: {best}")
    return best


def measure_curves(rows: Rows, budget: Budget, dynamics: list[str]) -> None:
    for problem in curve_problems(budget):
        for name in dynamics:
            for k in SELF_PACED_POINTS if name in SELF_PACED else range(2, 21):
                key = ("Point", name, problem.name, 1 << k)
                point = (
                    cast(Point, rows.rows[key])
                    if key in rows
                    else measure_point(rows, problem, name, 1 << k)
                )
                if point is None or point.seconds > budget.point_seconds / 2:
                    break


def measure_point(rows: Rows, problem: models.Problem, name: str, sweeps: int) -> Point | None:
    started = time.process_time()
    effort = Effort(dynamics=name, reads=1024, sweeps=sweeps, threads=1, seed=sweeps)
    result = run(problem_of(problem.design, problem.clamped), effort)
    took = time.process_time() - started
    if not result.reads:
        return None
    point = Point(
        name,
        problem.name,
        sweeps,
        result.reads,
        result.verified_reads,
        result.strict_reads,
        took,
        result.flips,
        problem.free.spins,
    )
    rows.add(point)
    say(f"{problem.name}: {name}, {sweeps} sweeps: {point.verified} of {point.reads} verified")
    return point


def curve_problems(budget: Budget) -> Iterator[models.Problem]:
    for n in (6, 8, 10)[: 3 if budget.large else 1]:
        yield models.factoring(n, models.products(n, 1)[0])
    yield models.adder()
    yield models.sat3()


# Reports --------------------------------------------------------------------------------------


def report(rows: Rows) -> None:
    for row in rows.of(Versions):
        print("\n" + fill(f"{row.packages}; {row.machine}", 100, break_on_hyphens=False))
    report_rates(rows)
    report_threads(rows)
    for criterion in ("seen", "strict"):
        report_tts(rows, criterion)
    report_tuned(rows)
    report_curves(rows)


def report_rates(rows: Rows) -> None:
    rates = {(r.sampler, r.model): median_rate(r) for r in rows.of(Rate)}
    if not rates:
        return
    spins = {r.model: r.spins for r in rows.of(Rate)}
    samplers = list(dict.fromkeys(sampler for sampler, _ in rates))
    print("\n### Flips per nanosecond, one core\n")
    print(f"In brackets: times {REFERENCE}.\n")
    lines = []
    for model in dict.fromkeys(model for _, model in rates):
        base = rates.get((REFERENCE, model))
        line = [model, str(spins[model])]
        for sampler in samplers:
            rate = rates.get((sampler, model))
            ratio = f" ({rate / base:.3g})" if rate and base and sampler != REFERENCE else ""
            line.append(f"{rate:.3g}{ratio}" if rate else "")
        lines.append(line)
    table(["model", "free spins", *samplers], lines)


def report_threads(rows: Rows) -> None:
    for row in rows.of(Scaling):
        ratios = sorted(one / two for one, two in zip(row.one, row.two, strict=True))
        print(
            f"\nTwo threads on two idle cores: {statistics.median(ratios):.3g} times one "
            f"({ratios[0]:.3g} to {ratios[-1]:.3g}), {row.model}, {row.reads} reads, "
            f"{statistics.median(row.one):.3g} s of wall time on one."
        )


def report_tts(rows: Rows, criterion: str) -> None:
    runs = [r for r in rows.of(Run) if r.criterion == criterion]
    if not runs:
        return
    cells: dict[str, dict[int, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for row in runs:
        cells[row.sampler][row.width].append(row)
    widths = sorted({row.width for row in runs})
    what = "inputs right" if criterion == "seen" else "every gate satisfied"
    print(f"\n### TTS99 of factoring n x n bits, `{criterion}` ({what}), one core\n")
    print(
        "TTS99 is the time that every run needs plus ln(100) times the mean of the search after it, as\n"
        "the mean over the products. The runs of SAT are not memoryless: theirs is the median. 95 %\n"
        "confidence intervals by bootstrap. Growth: factor for two more bits of each factor.\n"
    )
    lines = [
        [name, *(cell_text(by_width.get(n, [])) for n in widths), growth_text(by_width)]
        for name, by_width in cells.items()
    ]
    table(["sampler", *(f"n = {n}" for n in widths), "growth"], lines)
    print(f"\nMedian time to an answer, `{criterion}`:\n")
    lines = [
        [name, *(median_text(by_width.get(n, [])) for n in widths)]
        for name, by_width in cells.items()
    ]
    table(["sampler", *(f"n = {n}" for n in widths)], lines)


def cell_text(runs: list[Run]) -> str:
    if not runs:
        return ""
    estimate = tts(runs)
    if estimate is None:
        return f"> {seconds_text(at_least(runs))}"
    low, high = interval(runs)
    upper = seconds_text(high) if math.isfinite(high) else "?"
    return f"{seconds_text(estimate)} ({seconds_text(low)} to {upper})"


def median_text(runs: list[Run]) -> str:
    if not runs:
        return ""
    median = median_time(runs)
    return seconds_text(median) if math.isfinite(median) else "most had none"


def seconds_text(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.3g} us"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def growth_text(cells: Mapping[int, Sequence[Run]]) -> str:
    factor = growth(cells)
    if factor is None:
        return ""
    low, high = growth_interval(cells)
    return f"{factor:.3g} ({low:.3g} to {high:.3g})"


def report_tuned(rows: Rows) -> None:
    tuned = rows.of(Tuned)
    if not tuned:
        return
    widths = sorted({r.width for r in tuned})
    print("\n### Settings of the peers that were tried, TTS99 `strict` of one product\n")
    print(f"The best at each width is used there, and that at {widths[-1]} bits beyond.\n")
    times = {(r.sampler, r.setting, r.width): r for r in tuned}
    lines = [
        [*names, *(tuned_text(times.get((*names, n))) for n in widths)]
        for names in dict.fromkeys((r.sampler, r.setting) for r in tuned)
    ]
    table(["peer", "setting", *(f"n = {n}" for n in widths)], lines)


def tuned_text(row: Tuned | None) -> str:
    if row is None:
        return ""
    return seconds_text(LN100 * row.seconds / row.found) if row.found else "none"


def report_curves(rows: Rows) -> None:
    points = rows.of(Point)
    if not points:
        return
    print("\n### Share of verified reads against sweeps, per cent\n")
    curves = [p for p in points if p.sampler not in SELF_PACED]
    for model in dict.fromkeys(p.model for p in points):
        print(f"\n{model}:\n")
        report_curve([p for p in curves if p.model == model])
        report_self_paced([p for p in points if p.model == model and p not in curves])
    if curves:
        draw_curves(curves, rows.path.with_name("curves.svg"))


def report_curve(points: list[Point]) -> None:
    if not points:
        return
    share = {(p.sampler, p.sweeps): p for p in points}
    dynamics = list(dict.fromkeys(p.sampler for p in points))
    lines = [
        [str(n), *(share_text(share.get((name, n))) for name in dynamics)]
        for n in sorted({p.sweeps for p in points})
    ]
    table(["sweeps", *dynamics], lines)
    print()


def share_text(point: Point | None) -> str:
    if point is None:
        return ""
    low, high = share_interval(point.verified, point.reads)
    return f"{100 * point.verified / point.reads:.3g} ({100 * low:.2g} to {100 * high:.2g})"


def report_self_paced(points: list[Point]) -> None:
    """What they find and what they spend, in sweeps over all free spins."""
    lines = [
        [p.sampler, str(p.sweeps), f"{p.flips / p.reads / p.spins:.3g}", share_text(p)]
        for p in points
    ]
    if lines:
        table(["dynamics", "at most so many sweeps a stage", "sweeps in all", "verified"], lines)


def draw_curves(points: list[Point], path: Path) -> None:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    names = list(dict.fromkeys(p.model for p in points))
    figure = Figure(figsize=(4 * len(names), 3.4), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axis, model in zip(axes, names, strict=True):
        for name in dict.fromkeys(p.sampler for p in points):
            curve = sorted(
                (p.sweeps, p.verified / p.reads)
                for p in points
                if (p.sampler, p.model) == (name, model)
            )
            axis.plot(*zip(*curve, strict=True), marker=".", label=name)
        axis.set(title=model, xscale="log", xlabel="sweeps")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("share of verified reads")
    axes[0].legend()
    figure.savefig(path)
    say(f"drawn in {path}")


def table(head: list[str], lines: list[list[str]]) -> None:
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def hold_one_core() -> None:
    """So that no library's threads make one core two; before they are started."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def processor() -> str:
    cpu = Path("/proc/cpuinfo")
    names = (
        [line for line in cpu.read_text().splitlines() if "model name" in line]
        if cpu.exists()
        else []
    )
    name = names[0].partition(": ")[2] if names else platform.processor()
    return f"{name or platform.machine()}, one core"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_const", const="quick", dest="size", help="minutes")
    size.add_argument("--full", action="store_const", const="full", dest="size", help="hours")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be repeated")
    parser.add_argument(
        "--dynamics", nargs="*", default=["auto", *DYNAMICS], help="auto: what simulate chooses"
    )
    names = [peer.name.split()[0] for peer in peers.PEERS]
    parser.add_argument(
        "--peers", nargs="*", default=names, help=f"of {', '.join(dict.fromkeys(names))}"
    )
    parser.add_argument("--widths", type=int, nargs="+")
    parser.add_argument("--products", type=int)
    parser.add_argument("--cell-seconds", type=float)
    parser.add_argument("--rows", type=Path, default=models.ROOT / "build/bench-engine/rows.jsonl")
    parser.add_argument("--resume", action="store_true", help="go on with the rows that are there")
    parser.add_argument(
        "--report", action="store_true", help="measure nothing, print what is there"
    )
    parser.add_argument("--into", type=Path, help="a page whose tables are replaced")
    options = parser.parse_args()
    budget = chosen_budget(options)
    rows = Rows(options.rows, resume=options.resume or options.report)
    if not options.report:
        if "threads" in (options.only or PARTS):
            measure_threads(rows, budget)
        hold_one_core()
        measure(rows, budget, options)
    text = io.StringIO()
    with redirect_stdout(text):
        report(rows)
    print(text.getvalue(), end="")
    if options.into:
        replace_tables(options.into, text.getvalue())


def replace_tables(page: Path, tables: str) -> None:
    """Put the tables between the page's two marks."""
    before, mark, rest = page.read_text(encoding="utf-8").partition("<!-- measured")
    head, _, rest = rest.partition("\n")
    _, end, after = rest.partition("<!-- end -->")
    assert mark, f"{page} has no place for tables"
    assert end, f"{page} has no place for tables"
    page.write_text(f"{before}{mark}{head}\n{tables}\n{end}{after}", encoding="utf-8")


def chosen_budget(options: argparse.Namespace) -> Budget:
    from dataclasses import replace

    given = {
        "widths": tuple(options.widths) if options.widths else None,
        "products": options.products,
        "cell_seconds": options.cell_seconds,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return replace(BUDGETS[options.size or "default"], **kept)


def measure(rows: Rows, budget: Budget, options: argparse.Namespace) -> None:
    chosen = [peer for peer in peers.PEERS if peer.name.split()[0] in options.peers]
    for peer in chosen:
        if not peer.installed:
            say(f"{peer.name} is not installed and left out: pip install {peer.package}")
    chosen = [peer for peer in chosen if peer.installed]
    packages = ", ".join(f"{name} {text}" for name, text in versions(*PACKAGES).items())
    rows.add(Versions(f"invc {__version__}, {packages}", processor()))
    parts = options.only or PARTS
    if "kernels" in parts:
        measure_rates(rows, budget, chosen)
    if "tts" in parts:
        measure_tts(rows, budget, options.dynamics, chosen)
    if "curves" in parts:
        measure_curves(rows, budget, [name for name in options.dynamics if name != "auto"])


if __name__ == "__main__":
    main()
