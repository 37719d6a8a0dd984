"""Time to solution of factoring by width, from Verilog through the product's own flow.

For each product: the wall time of sampling until the first verified answer, over several seeds, on
one thread; and the same problem given to dwave-samplers' simulated annealing, where installed, as one
call after another until a read has the factors. Goal: `seen` under a second at n = 8.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np

from invc.design import parse_clamps, presolve
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from invc.simulate import run
from invc.simulate.kernels.heatbath import kernel_names

HERE = Path(__file__).resolve().parent
MULTIPLIER = HERE.parents[1] / "rtl_examples" / "multiplier" / "multiplier.v"


def ours(design, product, seeds, limit):
    """Seconds to the first verified answer for each seed; the limit where there was none."""
    times, flips, seconds = [], 0, 0.0
    for seed in seeds:
        clamped = presolve(design, parse_clamps(design.netlist, [f"p={product}"]))
        started = time.perf_counter()
        result = run(design, clamped, seed=seed, target=1, threads=1, time_limit=limit)
        took = time.perf_counter() - started
        times.append(took if result.answers else limit)
        flips, seconds = flips + result.flips, seconds + took
    return times, flips / seconds / 1e9


def peer(design, product, seeds, limit):
    """The same by dwave-samplers, with the range of beta and the sweeps that suit it best."""
    from dwave.samplers import SimulatedAnnealingSampler

    clamped = presolve(design, parse_clamps(design.netlist, [f"p={product}"]))
    linear, quadratic = free_model(design.model, clamped.values)
    a, b = (next(port for port in design.netlist.inputs if port.name == name) for name in "ab")
    sampler = SimulatedAnnealingSampler()
    times, updates, seconds = [], 0, 0.0
    gap = design.min_gap
    for seed in seeds:
        started = time.perf_counter()
        found = False
        for call in range(10_000):
            samples = sampler.sample_ising(
                linear,
                quadratic,
                num_reads=20,
                num_sweeps=1000,
                beta_range=[1.6 / gap, 4.0 / gap],
                beta_schedule_type="linear",
                seed=seed * 10_000 + call,
            )
            updates += 20 * 1000 * len(linear)
            found = any(
                value(a, row, clamped) * value(b, row, clamped) == product
                for row in samples.samples()
            )
            if found or time.perf_counter() - started > limit:
                break
        took = time.perf_counter() - started
        times.append(took if found else limit)
        seconds += took
    return times, updates / seconds / 1e9


def free_model(model, known):
    """h and J of the free spins in dimod's sign, held spins folded in."""
    h = -model.h.astype(np.int64)
    quadratic = {}
    for (i, j), J in zip(model.edges.tolist(), model.J.tolist(), strict=True):
        if known[i] and known[j]:
            continue
        if known[i]:
            h[j] -= J * known[i]
        elif known[j]:
            h[i] -= J * known[j]
        else:
            quadratic[i, j] = -J
    return {i: int(h[i]) for i in np.flatnonzero(known == 0).tolist()}, quadratic


def value(port, row, clamped):
    bits = 0
    for k, bit in enumerate(port.bits):
        spin = (bit >> 1) - 1
        m = clamped.values[spin] or row[spin]
        bits |= (int(m > 0) ^ (bit & 1)) << k
    return bits


def tts99(times):
    """Time to be 99 % sure, from the mean of a run that ends at a first answer (memoryless)."""
    return statistics.mean(times) * float(np.log(100))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", type=int, nargs="+", default=[4, 6, 8, 10])
    parser.add_argument("--products", type=int, default=3, help="semiprimes of each width")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--peer", action="store_true", help="run dwave-samplers too")
    options = parser.parse_args()
    semiprimes = json.loads((HERE / "semiprimes.json").read_text())["semiprimes"]
    print(f"kernel {kernel_names()[0]}, one thread")
    print(f"{'n':>3} {'spins':>6} {'median':>9} {'mean':>9} {'TTS99':>9} {'flips/ns':>9}")
    for n in options.widths:
        design = synth(Sources((MULTIPLIER,), parameters={"W": str(n)}))
        samplers = {"invc": ours, **({"dwave": peer} if options.peer else {})}
        for name, sampler in samplers.items():
            times, rates = [], []
            for product in (row["product"] for row in semiprimes[str(n)][: options.products]):
                took, rate = sampler(design, product, range(options.seeds), options.limit)
                times += took
                rates.append(rate)
            print(
                f"{n:3} {design.model.spins:6} {statistics.median(times):9.4f} {statistics.mean(times):9.4f} "
                f"{tts99(times):9.4f} {statistics.mean(rates):9.3f}  {name}",
                flush=True,
            )


if __name__ == "__main__":
    main()
