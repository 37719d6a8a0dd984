"""Spins, couplings and gap of netlists: ours, Yosys's default gates, and the flow of QMASM.

Goal: ours is smallest in every row, and at most 70 % of QMASM's flow in the arithmetic rows; n x n
multipliers have at most 3 n^2 spins plain and 36, 136, 528 (n = 4, 8, 16) fused.

What is counted, alike for all: a spin for each input bit, each gate's output and each ancilla. Each
gate has the cell that is optimal for it: AND, NAND, OR, NOR, ANDNOT, ORNOT no ancilla, XOR, XNOR,
MUX, AOI3, OAI3 one, AOI4, OAI4 two.

- yosys: `proc; flatten; opt -full; memory; opt -full; techmap; opt; abc`, its default gates. An inverter is free.
- qmasm: the same with `abc -g` of the gates in QMASM's stdcell.qmasm. An inverter is a spin with one
  coupling, as edif2qmasm makes it. With Yosys 0.23 and `opt` for `opt -full` this flow is
  95 and 463 spins for n = 4 and 8.

The gap is that of the weakest cell for |J| <= 1 and |h| <= 2. With --prove, Yosys proves ours equal to
the source.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from invc.design import Design
from invc.design.assemble import assemble
from invc.frontend.yosys import Sources, find_yosys
from invc.frontend.yosys_json import read_json
from invc.library import hamlib
from invc.library.cell import Cell
from invc.mapping.mapper import Mapper
from invc.netlist import Gate, Netlist
from invc.netlist.gates import INV
from invc.pipeline import OBJECTIVES, Check, synth

DESIGNS = Path(__file__).resolve().parent / "designs"
QMASM = "AND,NAND,OR,NOR,XOR,XNOR,MUX,AOI3,OAI3,AOI4,OAI4"
SCRIPT = """\
read_verilog {source}
hierarchy -top {top} {parameters}
proc; flatten; opt -full; memory; opt -full; techmap; opt; abc {gates}; opt_clean
write_json netlist.json
"""
GATE_CELLS = ("AND2", "XOR2", "MUX2", "AO21", "AO22")
# A spin that is minus another.
INVERTER = Cell("INV", INV.pins, INV.relation, (), (0, 0), ((0, 1, -1),), -1, 2, INV)


class Row(NamedTuple):
    """A design; arithmetic ones have the goal of 70 %."""

    name: str
    file: str
    parameters: dict[str, str]
    arithmetic: bool = True

    @property
    def source(self) -> Path:
        return DESIGNS / f"{self.file}.v"


ROWS = [
    *(Row(f"multiplier {n} x {n}", "multiplier", {"N": str(n)}) for n in (4, 8, 16)),
    Row("signed multiplier 8 x 8", "signed_multiplier", {"N": "8"}),
    Row("squarer 16", "squarer", {"N": "16"}),
    Row("adder 32", "adder", {"N": "32"}),
    Row("comparator 32", "comparator", {"N": "32"}),
    Row("popcount 64", "popcount", {"N": "64"}),
    Row("ALU 32", "alu", {"N": "32"}, False),
    Row("AES S-box", "sbox", {}, False),
    Row("CRC-32 of 8 bits", "crc32", {"D": "8"}, False),
    Row("CRC-32 of 32 bits", "crc32", {"D": "32"}, False),
]


class Figures(NamedTuple):
    """What a netlist costs; `gap` is for |J| <= 1 and |h| <= 2."""

    spins: int
    couplings: int
    gap: Fraction

    def __str__(self) -> str:
        return f"{self.spins:6} {self.couplings:6} {self.gap!s:>5}"


def figures(design: Design) -> Figures:
    return Figures(design.model.spins, len(design.model.J), weakest(design.cells.values()))


def weakest(cells: Iterable[Cell]) -> Fraction:
    """The least gap ratio of some cells: the gap by the smallest bound K, |J| <= K, |h| <= 2 K."""
    return min(Fraction(2 * c.gap, max(2 * c.strongest, *(abs(h) for h in c.h))) for c in cells)


def ours(row: Row, objective: Any, proving: float, mining: Any = None) -> Design:
    sources = Sources((row.source,), parameters=row.parameters)
    return synth(sources, objective=objective, check=Check(proving=proving), mining=mining)


def peer(row: Row, gates: str, *, inverters: bool) -> Design:
    """One cell for each gate that Yosys's ABC made; an inverter is free or a spin."""
    chosen = " ".join(f"-chparam {name} {value}" for name, value in row.parameters.items())
    script = SCRIPT.format(source=row.source, top=row.file, parameters=chosen, gates=gates)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "s.ys").write_text("\n".join(part.strip() for part in script.split(";")))
        subprocess.run([*find_yosys().command, "s.ys"], cwd=folder, check=True, capture_output=True)
        netlist = read_json(folder / "netlist.json", {})
    cells = {name: hamlib()[name] for name in GATE_CELLS} | {"INV": INVERTER}
    assert netlist is not None
    return assemble(one_cell_each(netlist, Mapper(cells), inverters), cells)


def one_cell_each(netlist: Netlist, mapper: Mapper, inverters: bool) -> Netlist:
    """Each gate as its optimal cell, and nothing else changed; nets that nothing drives go."""
    alias = list(range(0, 2 * len(netlist.names), 2))
    gates, driven = [], [0, *(bit >> 1 for port in netlist.inputs for bit in port.bits)]
    for function, pins, source in netlist.gates:
        read = [alias[pin >> 1] ^ (pin & 1) for pin in pins[:-1]]
        out = pins[-1]
        if len(read) == 1 and not (inverters and function.tables == INV.tables):
            alias[out >> 1] = read[0] ^ (function.tables == INV.tables) ^ (out & 1)
            continue
        driven.append(out >> 1)
        if len(read) == 1:
            gates.append(Gate(INV, (read[0], out), source))
            continue
        recipe = mapper.recipe(len(read), function.tables)
        (step,) = recipe.steps
        image = [0, *read, out ^ (recipe.outputs[0] & 1)]
        gates.append(Gate(step.function, tuple(image[p >> 1] ^ (p & 1) for p in step.pins), source))
    return renumbered(netlist, gates, alias, driven)


def renumbered(
    netlist: Netlist, gates: Sequence[Gate], alias: Sequence[int], driven: Sequence[int]
) -> Netlist:
    new = {net: k for k, net in enumerate(driven)}

    def lit(pin: int) -> int:
        pin = alias[pin >> 1] ^ (pin & 1)
        return 2 * new[pin >> 1] | (pin & 1)

    ports = tuple(
        type(p)(p.name, p.direction, tuple(lit(bit) for bit in p.bits)) for p in netlist.ports
    )
    moved = tuple(Gate(g.function, tuple(lit(p) for p in g.pins), g.source) for g in gates)
    names = tuple(netlist.names[net] or f"${net}" for net in driven)
    return Netlist(netlist.name, ports, moved, ("", *names[1:])).check()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="words of the names of the rows to run")
    parser.add_argument("--prove", type=float, metavar="SECONDS", help="prove each of ours")
    parser.add_argument(
        "--mine", type=float, metavar="SECONDS", help="a column more: spins, with cells mined"
    )
    options = parser.parse_args()
    own: dict[str, Callable[[Row], Design]] = {
        objective: partial(ours, objective=objective, proving=options.prove)
        for objective in OBJECTIVES
    }
    if options.mine:
        own["mined"] = lambda row: ours(row, "spins", options.prove, options.mine)
    flows: dict[str, Callable[[Row], Design]] = {
        **own,
        "yosys": lambda row: peer(row, "", inverters=False),
        "qmasm": lambda row: peer(row, f"-g {QMASM}", inverters=True),
    }
    print(find_yosys())
    print(f"{'':24}" + "".join(f" | {name:^19}" for name in flows) + " | of qmasm")
    for row in ROWS:
        if options.rows and not any(word.lower() in row.name.lower() for word in options.rows):
            continue
        started = time.perf_counter()
        found = {name: figures(flow(row)) for name, flow in flows.items()}
        best = min(found[name].spins for name in own)
        share = best / found["qmasm"].spins
        goal = best <= found["yosys"].spins and (share <= 0.7 or not row.arithmetic)
        print(
            f"{row.name:24}"
            + "".join(f" | {found[name]}" for name in flows)
            + f" | {share:4.0%} {'' if goal else 'MISSED'} {time.perf_counter() - started:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
