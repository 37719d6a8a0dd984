"""Generated code beside the kernels that are shipped, its own operations in C++, and its limit.

`python tests/benchmarks/engine/generated.py`: one core, processor time, the 16 x 16 multiplier. All
rows take turns, so that whatever else the machine does is shared. The C++ is what the generator
prints for each signature, with intrinsics, compiled by the system's compiler for this processor, and
run by the same loop; the limit is the same number of vector operations on registers alone.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.engine import models
from benchmarks.engine.measure import LN100
from invc.engine import Effort, Problem, problem_of, run
from invc.pbits.backend import Backend, backend_named
from invc.pbits.generated import backend as generated
from invc.pbits.generated.network import Kind, network_of
from invc.pbits.generated.signature import Signature, bits_of_heat
from invc.pbits.heatbath.heat import Heat, heat
from invc.pbits.heatbath.program import Program
from invc.pbits.lanes import LANES
from invc.pbits.native import backend as native

TYPES = {"avx512": ("__m512i", 8), "avx2": ("__m256i", 4)}
FLAGS = {"avx512": ["-march=native"], "avx2": ["-mavx2", "-mno-avx512f", "-mtune=native"]}
HEAD = """
#include <immintrin.h>
#include <stdint.h>
typedef uint64_t V __attribute__((vector_size(BYTES), aligned(8), may_alias));
struct Item { uint64_t* target; const uint32_t* rows; const uint64_t* noise;
              uint32_t rotation, words; void (*code)(const struct Item*, const uint64_t*); };
#define NEXT return item[1].code(item + 1, state)
void enter(const struct Item* item, const uint64_t* state) { item->code(item, state); }
void end(const struct Item* item, const uint64_t* state) { (void)item; (void)state; }
"""
C_OF = {Kind.XOR: "{0} ^ {1}", Kind.AND: "{0} & {1}", Kind.OR: "{0} | {1}"}


def c_of(signature: Signature, kernel: str) -> str:
    """A signature in C: the same network, its loads and rotations."""
    _, words = TYPES[kernel]
    network = network_of(signature)
    lines = [f"void {signature.text}(const struct Item* item, const uint64_t* state) {{"]
    for i in range(signature.inputs):
        lines.append(f"const char* a{i} = (const char*)state + item->rows[{i}];")
    lines.append("const int r = item->rotation, l = (64 - r) & 63;")
    lines.append("const uint64_t* noise = item->noise + item->words;")
    for part in range(16 // words):
        values = [f"x{k}" for k in range(network.inputs)]
        lines.append("{")
        for i in range(signature.inputs):
            lines.append(f"const V x{i} = *(const V*)(a{i} + {8 * words * part});")
        for p in range(signature.bits):
            k = signature.inputs + p
            lines.append(f"const V n{k} = *(const V*)(noise + {32 * p + words * part});")
            lines.append(f"const V x{k} = n{k} << r | n{k} >> l;")
        for node in network.nodes:
            names = [("~" if lit & 1 else "") + values[lit >> 1] for lit in node.arguments]
            plain = [values[lit >> 1] for lit in node.arguments]
            if node.kind is Kind.SUM:
                text = f"{plain[0]} ^ {plain[1]} ^ {plain[2]}"
            elif node.kind is Kind.MAJ:
                text = f"{plain[1]} ^ (({names[0]} ^ {plain[1]}) & ({plain[1]} ^ {plain[2]}))"
            else:
                text = C_OF[node.kind].format(*names)
            values.append(f"t{len(values)}")
            lines.append(f"const V {values[-1]} = {text};")
        if network.result is None:
            result = "(V){0} - 1" if network.always else "(V){0}"
        else:
            result = ("~" if network.result & 1 else "") + values[network.result >> 1]
        lines.append(f"*(V*)(item->target + {words * part}) = {result}; }}")
    return "\n".join([*lines, "NEXT; }"])


class Bare(generated.Generated):
    """The same chain, its code from a C compiler."""

    def __init__(self, kernel: str) -> None:
        super().__init__(f"C, {kernel}", kernel)
        self.made: dict[tuple[int, int], Any] = {}

    def _code(self, program: Program, heat: Heat) -> native.Code | None:
        bits = bits_of_heat(heat)
        prepared = generated._prepared(program)
        assert bits
        assert prepared
        if bits not in self.made:
            signatures = [s for s in prepared.rules.signatures(bits) if s]
            library = built(signatures, self.kernel)
            self.made[bits] = library, code_from(library, program, bits)
        code: native.Code = self.made[bits][1]
        return code


def built(signatures: list[Signature], kernel: str) -> ctypes.CDLL:
    """A library of the signatures."""
    text = HEAD.replace("BYTES", str(8 * TYPES[kernel][1]))
    text += "\n".join(c_of(signature, kernel) for signature in signatures)
    folder = Path(tempfile.mkdtemp())
    (folder / "code.c").write_text(text)
    flags = ["-O3", "-shared", "-fPIC", "-fno-semantic-interposition", *FLAGS[kernel]]
    subprocess.run(["cc", *flags, "-o", folder / "code.so", folder / "code.c"], check=True)
    return ctypes.CDLL(str(folder / "code.so"))


def address(library: ctypes.CDLL, name: str) -> int:
    return ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0


def code_from(library: ctypes.CDLL, program: Program, bits: tuple[int, int]) -> native.Code:
    prepared = generated._prepared(program)
    assert prepared
    addresses = [address(library, s.text) if s else 0 for s in prepared.rules.signatures(bits)]
    of_update = np.array(addresses, dtype=np.uint64)[prepared.rules.rule]
    doors = address(library, "enter"), address(library, "end")
    return native.code_of(program, of_update, prepared.offsets, bits, doors)


def limit(program: Program, bits: tuple[int, int], kernel: str) -> float:
    """Flips/ns of as many vector operations as the networks have, on registers alone."""
    prepared = generated._prepared(program)
    assert prepared
    words = TYPES[kernel][1]
    cost = {Kind.SUM: 1, Kind.MAJ: 1} if kernel == "avx512" else {Kind.SUM: 1, Kind.MAJ: 4}
    operations = 0
    for signature, uses in zip(
        prepared.rules.signatures(bits), prepared.rules.uses.tolist(), strict=True
    ):
        assert signature
        nodes = network_of(signature).nodes
        read = {literal >> 1 for node in nodes for literal in node.arguments}
        noise = range(signature.inputs, signature.inputs + signature.bits)
        rotations = (1 if kernel == "avx512" else 3) * len(read.intersection(noise))
        operations += uses * (rotations + sum(cost.get(node.kind, 1) for node in nodes))
    per_update = operations / program.updates * 16 / words
    return LANES / (per_update / per_ns(kernel))


REGISTERS = 12
LOOP = """
long run(long n) {{
  for (long i = 0; i < n; ++i) __asm__ volatile("{text}" ::: {clobbered});
  return n;
}}
"""


def per_ns(kernel: str) -> float:
    """Vector operations of logic in a nanosecond, none waiting for another."""
    name = {"avx512": "zmm", "avx2": "ymm"}[kernel]
    one = {
        "avx512": "vpternlogq $150, %%{0}13, %%{0}12, %%{0}{1}",
        "avx2": "vpxor %%{0}12, %%{0}{1}, %%{0}{1}",
    }
    text = "\\n".join(one[kernel].format(name, k) for k in range(REGISTERS))
    clobbered = ", ".join(f'"xmm{k}"' for k in range(REGISTERS))
    source = LOOP.format(text=text.replace("%%", "%"), clobbered=clobbered).replace("%", "%%")
    folder = Path(tempfile.mkdtemp())
    (folder / "loop.c").write_text(source)
    flags = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", folder / "loop.so", folder / "loop.c"], check=True)
    function = ctypes.CDLL(str(folder / "loop.so")).run
    function.argtypes, function.restype = [ctypes.c_long], ctypes.c_long
    rates = []
    for _ in range(5):
        started = time.process_time()
        function(10_000_000)
        rates.append(REGISTERS * 1e7 / (time.process_time() - started) / 1e9)
    return max(rates)


def sweeping(
    backend: Backend, program: Program, known: npt.NDArray[np.int8], betas: list[float]
) -> Callable[[int], float]:
    """Seconds of annealed sweeps."""
    state = backend.start(known, 0, 0)

    def work(sweeps: int) -> float:
        started = time.process_time()
        for beta in betas:
            backend.sweep(program, state, heat(beta), sweeps)
        return time.process_time() - started

    return work


def rates(made: Problem, sweeps: int, repeats: int) -> None:
    """A line for each instruction set."""
    low, high = made.betas("gibbs", None)
    program, _ = made.at(high)
    betas = [float(b) for b in np.linspace(low, high, 8)]
    for kernel in [k for k in native.kernels() if k in TYPES]:
        backends = [backend_named(kernel), generated.Generated("jit", kernel), Bare(kernel)]
        works = [sweeping(b, program, made.known, betas) for b in backends]
        for work in works:
            work(10)
        found: list[list[float]] = [[] for _ in works]
        for _ in range(repeats):
            for work, own in zip(works, found, strict=True):
                flips = program.updates * LANES * sweeps * len(betas)
                own.append(flips / work(sweeps) / 1e9)
        generic, made_here, bare = (statistics.median(own) for own in found)
        bits = bits_of_heat(heat(betas[len(betas) // 2]))
        assert bits
        print(
            f"{kernel}: generic {generic:.1f}, generated {made_here:.1f} "
            f"({made_here / generic:.2f} times), C++ {bare:.1f} (generated is "
            f"{made_here / bare:.2f} of it), limit {limit(program, bits, kernel):.0f} flips/ns"
        )


def answers(width: int, products: int, seeds: int) -> None:
    """Seconds to the first answer by the shipped kernels, and where code is made once it pays."""
    kernels = (native.kernels()[0], "auto")
    found: dict[str, list[float]] = {kernel: [] for kernel in kernels}
    for product in models.products(width, products):
        problem = models.factoring(width, product)
        answer(problem, kernels[0], 1000)  # what is built once for a problem
        for seed in range(seeds):
            for kernel in kernels:
                found[kernel].append(answer(problem, kernel, seed))
    for kernel, own in found.items():
        print(
            f"{2 * width} bits, {kernel}: mean {statistics.mean(own):.3g} s, median "
            f"{statistics.median(own):.3g} s, TTS99 {LN100 * statistics.mean(own):.3g} s, "
            f"{len(own)} runs"
        )


def answer(problem: models.Problem, kernel: str, seed: int) -> float:
    """Seconds to a first answer by stages, whose states are the same by either kernel."""
    started = time.perf_counter()
    effort = Effort(dynamics="staged", kernel=kernel, seed=seed, threads=1, target=1)
    result = run(problem_of(problem.design, problem.clamped), effort)
    assert result.answers
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sweeps", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--widths", type=int, nargs="*", default=[16, 20])
    parser.add_argument("--products", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    problem = models.factoring(16, models.products(16, 1)[0])
    rates(problem_of(problem.design, problem.clamped), options.sweeps, options.repeats)
    for width in options.widths:
        answers(width, options.products, options.seeds)


if __name__ == "__main__":
    main()
