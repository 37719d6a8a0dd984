"""Whether `inputs` samples answers alike at its fixed temperatures: chi-square over all answers.

Outputs are held, as many as leave some answers. What is as small as this would be enumerated, and
draws from a list are even by construction: here all is sampled.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import invc
from benchmarks.convergence.cases import Case, design_of, rotator
from invc.design import Design, bit_names, parse_clamps, presolve
from invc.engine.inputs.marginal import marginal_of
from invc.engine.inputs.search import Search, Wish
from invc.netlist import evaluate_ports
from invc.pbits.backend import backend_named
from invc.pbits.heatbath.logic import answers_seen
from invc.pbits.lanes import bits_of
from invc.pbits.random import block_generator

BLOCKS, SWEEPS = 24, 256
FEWEST, MOST = 16, 1500  # answers
EVEN = (
    Case("rotator of 16 bits", rotator(16, 4)),
    Case("EPFL int2float", "random_control/int2float.v"),
    Case("EPFL cavlc", "random_control/cavlc.v"),
    Case("EPFL ctrl", "random_control/ctrl.v"),
)


@contextmanager
def sampled_only() -> Iterator[None]:
    """Nothing is enumerated."""
    kept = Search.exact
    Search.exact = lambda self, c, wish: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Search.exact = kept  # type: ignore[method-assign]


def evenness(folder: Path) -> list[str]:
    """A line for each circuit."""
    lines = [
        "",
        "| circuit | answers | seen | chi-square for each degree of freedom |",
        "|---|---|---|---|",
    ]
    for case in EVEN:
        design = design_of(case, folder)
        clamps, count = countable(design, case.name)
        seen = sampled(design, clamps)
        expected = sum(seen.values()) / count
        missing = (count - len(seen)) * expected
        chi = sum((n - expected) ** 2 for n in seen.values()) / expected + missing
        lines.append(f"| {case.name} | {count} | {len(seen)} | {chi / (count - 1):.2f} |")
    return lines


def countable(design: Design, name: str) -> tuple[list[str], int]:
    """As many outputs of random inputs held as leave some answers, and how many SAT lists."""
    source = random.Random(name)
    netlist = design.netlist
    bits = {p.name: [source.getrandbits(1) for _ in p.bits] for p in netlist.inputs}
    made = evaluate_ports(netlist, bits, 1)
    clamps = [
        f"{label}={made[p.name][k] & 1}"
        for p in netlist.outputs
        for k, label in enumerate(bit_names(p))
    ]
    source.shuffle(clamps)
    while True:
        found = len(invc.prove(design, clamps, count=True, limit=MOST + 1).answers)
        if found >= FEWEST:
            return clamps, found
        clamps.pop()


def sampled(design: Design, clamps: list[str]) -> Counter[bytes]:
    """How often each answer was seen, of the inputs that are free."""
    held = presolve(design, parse_clamps(design.netlist, clamps))
    backend, right = backend_named(), answers_seen(design, held)
    search = Search(marginal_of(design, held), backend.name)
    rows = [(bit >> 1) - 1 for port in design.netlist.inputs for bit in port.bits]
    seen: Counter[bytes] = Counter()
    with sampled_only():
        for number in range(BLOCKS):
            found = search.run(Wish(5, number, sweeps=SWEEPS), lambda: False)
            assert found, "nothing stops it"
            state = search.marginal.state(found.kept)
            good = bits_of(backend.holds(right, backend.adopt(state, block_generator(0, 0))))
            columns = bits_of(state[rows]).T[good == 1]
            seen.update(column.tobytes() for column in columns)
    return seen
