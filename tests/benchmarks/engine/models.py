"""The one source of models: Verilog through the product's own flow, kept in build/ between runs."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from invc.design import Clamped, Design, parse_clamps, presolve, read_design, write_design
from invc.frontend.yosys import Sources
from invc.ising import IsingModel, fold_known
from invc.pipeline import synth

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
EXAMPLES = ROOT / "rtl_examples"
KEPT = ROOT / "build" / "bench-engine" / "designs"
SEMIPRIMES = json.loads((HERE.parent / "semiprimes.json").read_text())["semiprimes"]


@dataclass(frozen=True, eq=False)
class Problem:
    """A design and what is held of it.

    Attributes:
        name: What tables call it.
        design: Compiled from Verilog.
        clamped: The bits held.
    """

    name: str
    design: Design
    clamped: Clamped

    @cached_property
    def folded(self) -> tuple[IsingModel, np.ndarray]:
        """The model of the free spins, which is what peers get, and which spins they are."""
        return fold_known(self.design.model, self.clamped.values)

    @property
    def free(self) -> IsingModel:
        return self.folded[0]

    def seen(self, states: np.ndarray) -> np.ndarray:
        """Which states of the free spins, shape (reads, free), have inputs that give the clamps.

        The product's own test: gates evaluated forward, all reads at once, a bit for each.
        """
        from invc.netlist import evaluate, word_of

        values = np.tile(self.clamped.values, (len(states), 1))
        values[:, self.folded[1]] = states
        mask = (1 << len(states)) - 1
        netlist = self.design.netlist

        def word(spin: int) -> int:
            packed = np.packbits(values[:, spin] > 0, bitorder="little")
            return int.from_bytes(packed.tobytes(), "little")

        inputs = {p.name: [word((bit >> 1) - 1) for bit in p.bits] for p in netlist.inputs}
        words = evaluate(netlist, inputs, len(states))
        good = mask
        for literal, value in self.clamped.wanted:
            found = word_of(literal, words, mask)
            good &= found if value else found ^ mask
        return np.array([bool(good >> k & 1) for k in range(len(states))])

    def strict(self, states: np.ndarray) -> np.ndarray:
        """Which states satisfy every gate: those of energy 0, the ground level."""
        value: np.ndarray = self.free.energies(states) == 0
        return value


def question(name: str, design: Design, *clamps: str) -> Problem:
    return Problem(name, design, presolve(design, parse_clamps(design.netlist, clamps)))


def multiplier(n: int) -> Design:
    source = EXAMPLES / "multiplier" / "multiplier.v"
    return kept(f"multiplier{n}", lambda: synth(Sources((source,), parameters={"W": str(n)})))


@lru_cache(maxsize=64)
def factoring(n: int, product: int) -> Problem:
    """An n x n multiplier whose product is held; one for all samplers, so that each compiles it once."""
    return question(f"{n} x {n} multiplier", multiplier(n), f"p={product}")


def wide_multiplier(n: int = 408) -> Problem:
    """About 500,000 spins with the structure of a design."""
    product = (2**n - 1) * (2 ** (n - 1) + 1)
    return question(f"{n} x {n} multiplier", multiplier(n), f"p={product}")


def products(n: int, most: int) -> list[int]:
    """Products of two n-bit primes."""
    return [row["product"] for row in SEMIPRIMES[str(n)][:most]]


def adder() -> Problem:
    """A 32-bit adder backwards: which two numbers have this sum?"""
    source = EXAMPLES / "adder" / "adder.v"
    design = kept("adder32", lambda: synth(Sources((source,), parameters={"W": "32"})))
    return question("32-bit adder", design, "sum=5000000000")


def sat3(variables: int = 100, ratio: float = 4.2, seed: int = 1) -> Problem:
    """A random 3-SAT formula near its threshold, as Verilog; a hidden assignment satisfies it."""
    design = kept(
        f"sat{variables}", lambda: synth_text(sat3_verilog(variables, ratio, random.Random(seed)))
    )
    return question(f"3-SAT, {variables} variables", design, "satisfied=1")


def sat3_verilog(variables: int, ratio: float, chance: random.Random) -> str:
    hidden = [chance.random() < 0.5 for _ in range(variables)]
    wishes: list[str] = []
    while len(wishes) < round(ratio * variables):
        chosen = chance.sample(range(variables), 3)
        signs = [chance.random() < 0.5 for _ in chosen]
        if all(hidden[v] != sign for v, sign in zip(chosen, signs, strict=True)):
            continue  # the hidden assignment would not satisfy it
        wishes.append(
            " | ".join(f"{'' if s else '~'}x[{v}]" for v, s in zip(chosen, signs, strict=True))
        )
    body = ",\n    ".join(reversed(wishes))
    return (
        f"module sat3 (input [{variables - 1}:0] x, output satisfied);\n"
        f"  wire [{len(wishes) - 1}:0] wish = {{\n    {body}}};\n"
        "  assign satisfied = &wish;\nendmodule\n"
    )


def netlist(spins: int) -> Problem:
    """Random gates, about so many spins, nothing held."""
    from benchmarks.synth import random_netlist  # the benchmark of compile time

    def make() -> Design:
        return synth_text(json.dumps(random_netlist(round(spins / 1.3))), suffix=".json")

    design = kept(f"netlist{spins}", make)
    return question(f"netlist of {spins} spins", design)


def kept(name: str, make: Callable[[], Design]) -> Design:
    """A design, compiled once for each state of the compiler's sources."""
    path = KEPT / f"{name}.hj"
    if path.exists() and path.stat().st_mtime > newest_source():
        return read_design(path)
    design = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_design(design, path)
    return design


def newest_source() -> float:
    import invc

    files = [*Path(invc.__file__).parent.rglob("*.py"), *Path(invc.__file__).parent.rglob("*.toml")]
    return max(path.stat().st_mtime for path in files)


def synth_text(text: str, suffix: str = ".v") -> Design:
    path = KEPT / f"source{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return synth(Sources((path,)))


def slug(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-")
