"""Sparse noise and other remedies: cycles of stochastic-computing p-bits until every gate is satisfied.

Adders and multipliers, forward and backward, only their ports held, as hardware holds them. Each kind of
noise gets the saturation and the weight that suit it best, tuned on one block of 1,024 replicas and
measured on others. Published: sparse noise converges about ten times faster (Onizawa et al., IEEE
Access 9, 2021). `--anchor` repeats the 5 x 5 factoriser of Smithson et al., TCAS-I 66(6), 2019: 340
products, mean 430 cycles, worst 8,192.
"""

import argparse
import json
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from invc.design import Clamped, Design, parse_clamps
from invc.frontend.yosys import Sources
from invc.ising import from_terms
from invc.library import hamlib
from invc.netlist import evaluate
from invc.pbits.accumulator.network import compile_network, field_distribution
from invc.pbits.accumulator.plan import Plan
from invc.pbits.accumulator.registers import Habits, planes_of
from invc.pbits.backend import backend_named
from invc.pbits.lanes import LANES
from invc.pipeline import synth

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "rtl_examples"
ALL = (1 << LANES) - 1
DENSE = Plan(1, 1, (1,), 1, 1, Habits())
MODES = {
    "always": DENSE,
    "every 2nd cycle": replace(DENSE, every=2),
    "every 3rd cycle": replace(DENSE, every=3),
    "every 4th cycle": replace(DENSE, every=4),
    "probability 1/2": replace(DENSE, habits=Habits(density=128)),
    "probability 1/4": replace(DENSE, habits=Habits(density=64)),
    "probability 1/8": replace(DENSE, habits=Habits(density=32)),
    "always, stalls 1/2": replace(DENSE, habits=Habits(stall=128)),
    "always, average of 2": replace(DENSE, habits=Habits(average=2)),
    "always, average of 4": replace(DENSE, habits=Habits(average=4)),
}
SATURATIONS = (0.5, 0.8, 1.1, 1.6)  # I0 in deviations of the field
WEIGHTS = (0.35, 0.5, 0.67, 0.8, 0.9, 1.05, 1.2, 1.4)  # of the noise, likewise


@dataclass(frozen=True)
class Problem:
    """A design with some ports held."""

    name: str
    design: Design
    clamped: Clamped


@dataclass(frozen=True)
class Passage:
    """How often and when replicas arrived.

    Attributes:
        hits: Replicas that did.
        exposure: Cycles of all replicas until they did, or to the end.
    """

    hits: int
    exposure: int

    @property
    def mean(self) -> float:
        """Cycles to arrive, for arrivals at a constant rate: the likeliest value."""
        return self.exposure / self.hits if self.hits else math.inf

    def __add__(self, other: "Passage") -> "Passage":
        return Passage(self.hits + other.hits, self.exposure + other.exposure)

    def interval(self) -> tuple[float, float]:
        """95 % confidence, hits being a count."""
        factor = math.exp(1.96 / math.sqrt(max(self.hits, 1)))
        return self.mean / factor, self.mean * factor


def held(design: Design, *clamps: str) -> Clamped:
    """The clamped spins, and nothing that follows from them."""
    parsed = parse_clamps(design.netlist, clamps)
    values = np.zeros(design.model.spins, dtype=np.int8)
    for clamp in parsed:
        values[(clamp.literal >> 1) - 1] = 1 if clamp.value ^ (clamp.literal & 1) else -1
    return Clamped(values, tuple((clamp.literal, clamp.value) for clamp in parsed))


def problems(names: list[str]) -> list[Problem]:
    """Every problem whose name is wanted."""

    def make(example: str, width: int) -> Design:
        return synth(Sources((EXAMPLES / example / f"{example}.v",), parameters={"W": str(width)}))

    rows = json.loads((HERE / "semiprimes.json").read_text())["semiprimes"]
    found = []
    for width in (8, 32):
        adder, a, b = make("adder", width), 0x5A3C96E1 % (1 << width), 0xC7190F2D % (1 << width)
        found.append(Problem(f"adder {width} forward", adder, held(adder, f"a={a}", f"b={b}")))
        found.append(Problem(f"adder {width} backward", adder, held(adder, f"sum={a + b}")))
    for width in (4, 6, 8):
        design, row = make("multiplier", width), rows[str(width)][0]
        product, a = row["product"], row["p"]
        forward = held(design, f"a={a}", f"b={product // a}")
        found.append(Problem(f"multiplier {width} forward", design, forward))
        backward = held(design, f"p={product}")
        found.append(Problem(f"multiplier {width} backward", design, backward))
    return [problem for problem in found if any(name in problem.name for name in names)]


def arrived(design: Design, state: npt.NDArray[np.uint64], strict: bool) -> int:
    """Replicas whose outputs, or all of whose nets, are what their inputs give, as bits."""
    data = state.astype("<u8").tobytes()
    nets = [
        int.from_bytes(data[k : k + LANES // 8], "little")
        for k in range(0, design.netlist.net_count * LANES // 8, LANES // 8)
    ]
    inputs = {p.name: [nets[(bit >> 1) - 1] for bit in p.bits] for p in design.netlist.inputs}
    values = evaluate(design.netlist, inputs, LANES)
    outputs = [(bit >> 1) - 1 for p in design.netlist.outputs for bit in p.bits if bit > 1]
    good = ALL
    for k in range(len(nets)) if strict else outputs:
        good &= ~(values[k + 1] ^ nets[k])
        if not good:
            break
    return good


def passage(
    problem: Problem, plan: Plan, cycles: int, *, block: int, check: int = 1, strict: bool = True
) -> tuple[Passage, np.ndarray]:
    """Runs a block; arrivals, and the cycle of each replica's, or infinity."""
    network = compile_network(problem.design.model, problem.clamped.values)
    backend, planes = backend_named(), planes_of(max(plan.low, plan.high))
    state = backend.accumulators(
        network, problem.clamped.values, planes, plan.habits, seed=1, block=block
    )
    moves, done, when = plan.cycles(cycles), 0, np.full(LANES, np.inf)
    for begin in range(0, cycles, check):
        backend.accumulate(network, state, moves.part(begin, begin + check), plan.habits)
        fresh = arrived(problem.design, backend.fetch(state), strict) & ~done
        if fresh:
            done |= fresh
            bits = np.frombuffer(fresh.to_bytes(LANES // 8, "little"), dtype=np.uint8)
            when[np.unpackbits(bits, bitorder="little") == 1] = begin + check
        if done == ALL:
            break
    return Passage(done.bit_count(), int(np.minimum(when, cycles).sum())), when


def tune(problem: Problem, mode: Plan, cycles: int) -> Plan:
    """The saturation and the weight with the shortest passage of those tried."""
    network = compile_network(problem.design.model, problem.clamped.values)
    _, sigma = field_distribution(network)
    # Sparse noise and fewer updates want other weights: the ranges are wide enough for all.
    strength = 1 if mode.every == 1 and mode.habits.density == 256 else 1.4
    tried = {
        replace(mode, low=I0, high=I0, noise=(weight,))
        for I0 in {max(1, round(k * sigma)) for k in SATURATIONS}
        for weight in {max(1, round(k * sigma * strength)) for k in WEIGHTS}
    }
    order = sorted(tried, key=lambda plan: (plan.low, plan.noise))
    return min(order, key=lambda plan: passage(problem, plan, cycles, block=0)[0].mean)


def compare(problem: Problem, modes: list[str], cycles: int, blocks: int) -> None:
    """A row for each kind of noise."""
    base = None
    print(f"\n{problem.name}: {np.count_nonzero(problem.clamped.values == 0)} free p-bits")
    print(
        f"{'noise':22} {'I0':>3} {'weight':>6} {'mean cycles':>12} {'95 %':>19} {'gain':>6} {'s':>5}"
    )
    for name in modes:
        started = time.process_time()
        plan = tune(problem, MODES[name], cycles)
        found = Passage(0, 0)
        for block in range(1, blocks + 1):
            found += passage(problem, plan, 4 * cycles, block=block)[0]
        base = base or found
        low, high = found.interval()
        print(
            f"{name:22} {plan.low:3} {plan.noise[0]:6} {found.mean:12.0f} {low:9.0f}-{high:<9.0f} "
            f"{base.mean / found.mean:6.2f} {time.process_time() - started:5.0f}",
            flush=True,
        )


def paper_multiplier(width: int) -> Design:
    """The n x n multiplier of 3 n^2 nodes: AND, half and full adders as published, not scaled."""
    design = synth(
        Sources((EXAMPLES / "multiplier" / "multiplier.v",), parameters={"W": str(width)})
    )
    cells, h = hamlib(), np.zeros(design.model.spins, dtype=np.int64)
    i, j, J, offset = [], [], [], 0
    for gate in design.netlist.gates:
        cell = cells[gate.function.name]
        nets = [(pin >> 1) - 1 for pin in gate.pins]
        signs = [1 - 2 * (pin & 1) for pin in gate.pins]
        np.add.at(h, nets, np.multiply(cell.h, signs))
        offset -= cell.ground
        for first, second, value in cell.J:
            i.append(nets[first])
            j.append(nets[second])
            J.append(value * signs[first] * signs[second])
    return replace(design, model=from_terms(len(h), h, i, j, J, offset))


def anchor(weights: tuple[int, ...], saturation: int, cycles: int) -> None:
    """All products of two 5-bit numbers, factored by 1,024 replicas each."""
    design = paper_multiplier(5)
    plan = replace(DENSE, low=saturation, high=saturation, noise=weights)
    products = sorted({a * b for a in range(32) for b in range(32)})
    primes = [p for p in range(2, 32) if all(p % k for k in range(2, p))]
    semiprimes = {p * q for p in primes for q in primes}
    rows = []
    for product in products:
        problem = Problem("", design, held(design, f"p={product}"))
        rows.append(passage(problem, plan, cycles, block=product, check=1, strict=False)[1])
    when = np.array(rows)  # (products, replicas)
    prime = np.array([product in semiprimes for product in products])
    print(f"{design.model.spins} nodes, {len(products)} products, I0 {saturation}, noise {weights}")
    for name, chosen in (("all", when), ("of two primes", when[prime])):
        solved = np.isfinite(chosen)
        worst = chosen.max(axis=0)  # over the products, in each replica
        print(
            f"{name}: {len(chosen)} products, {100 * solved.mean():.2f} % of reads solved in "
            f"{cycles} cycles, mean {chosen[solved].mean():.0f}; replicas that solve all "
            f"{100 * np.isfinite(worst).mean():.1f} %, median of their worst {np.median(worst):.0f}",
            flush=True,
        )


def main() -> None:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", nargs="+", default=["adder", "multiplier 4", "multiplier 6"])
    parser.add_argument("--modes", nargs="+", default=list(MODES), choices=list(MODES))
    parser.add_argument("--cycles", type=int, default=1500, help="of a block while tuning")
    parser.add_argument("--blocks", type=int, default=2, help="of 1,024 replicas to measure")
    parser.add_argument("--anchor", action="store_true", help="the published 5 x 5 factoriser")
    parser.add_argument("--noise", type=int, nargs="+", default=[11, 5], help="of the anchor")
    parser.add_argument("--i0", type=int, default=8, help="of the anchor")
    options = parser.parse_args()
    if options.anchor:
        anchor(tuple(options.noise), options.i0, 8192)
        return
    for problem in problems(options.problems):
        compare(problem, options.modes, options.cycles, options.blocks)


if __name__ == "__main__":
    main()
