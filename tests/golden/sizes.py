"""What the compiler and its optimisations promise, in numbers: spins, gates left, sizes of programs.

No meaning breaks where one of these is lost, and no other test would notice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from designs import multiplier
from invc.netlist import Function, Gate, Netlist, Port
from invc.netlist.gates import AND2, FA, HA, MUX2, XOR2

FOLDER = Path(__file__).resolve().parent
EXAMPLES = FOLDER.parents[1] / "rtl_examples"
SIZES = FOLDER / "sizes.json"
# Sources, parameters, objectives; every example once, and where objectives differ all of them.
COMPILED: tuple[tuple[str, Mapping[str, int], str], ...] = (
    ("half_adder/half_adder.v", {}, "balanced"),
    *(("adder/adder.v", {"W": 8}, objective) for objective in ("gap", "balanced", "spins")),
    *(("multiplier/multiplier.v", {"W": 6}, name) for name in ("gap", "balanced", "spins")),
    *(("alu/alu.v", {"W": 4}, objective) for objective in ("gap", "balanced", "spins")),
    ("comparator/comparator.v", {"W": 6}, "balanced"),
    ("popcount/popcount.v", {"W": 12}, "spins"),
    ("priority_encoder/priority_encoder.v", {}, "balanced"),
    ("bcd/bcd.v", {}, "balanced"),
    ("hamming/hamming_decoder.v", {}, "balanced"),
    ("sat3/sat3.v", {}, "balanced"),
)
HELD = {
    "mult6": ["p=2021"],
    "mult4_gap": ["p=143"],
    "adder4": ["sum=9"],
    "alu4": ["op=1", "y=5"],
    "bcd8": ["bcd=0x137"],
    "hamming": ["data=11"],
    "popcount8": ["count=4"],
    "sat3": ["satisfied=1"],
    "glass": ["s[0]=1"],
}


SHAPES = ((2, 1, 10), (3, 1, 100), (4, 2, 100), (5, 3, 30), (7, 3, 100))
LIMITS = ((3, None), (4, None), (6, None), (12, None), (None, 2), (None, 3), (None, 6), (5, 3))


def compiled(source: str, parameters: Mapping[str, Any], objective: str) -> dict[str, Any]:
    """A design's size in spins and couplings, and its cells."""
    import invc

    design = invc.synth(EXAMPLES / source, objective=objective, **parameters)
    model = design.model
    return {
        "spins": model.spins,
        "couplings": len(model.J),
        "largest": [int(abs(model.h).max()), int(abs(model.J).max())],
        "gap": design.min_gap,
        "cells": _cells(design.netlist),
    }


def _cells(netlist: Netlist) -> dict[str, int]:
    return dict(sorted(Counter(gate.function.name for gate in netlist.gates).items()))


def tangle(seed: int, gates: int = 60, width: int = 8) -> Netlist:
    """A random netlist with repeated, inverted and constant pins and much that nobody needs."""
    random = Random(seed)
    nets, made = width, []
    for _ in range(gates):
        function: Function = random.choice((AND2, XOR2, HA, FA, MUX2))
        pins = [random.randrange(2 * nets + 2) for _ in function.inputs]
        outputs = [2 * (nets + k + 1) for k in range(len(function.outputs))]
        nets += len(outputs)
        made.append(Gate(function, (*pins, *outputs)))
    ports = (
        Port("x", "input", tuple(range(2, 2 * width + 2, 2))),
        Port("y", "output", tuple(random.randrange(2 * nets + 2) for _ in range(6))),
    )
    names = ("", *(f"n{k}" if k % 3 else f"${k}" for k in range(nets)))
    return Netlist("tangle", ports, tuple(made), names).check()


def products(width: int = 4) -> Netlist:
    """Sums of products of which some are used twice, inverted, or not at all."""
    netlist = multiplier(width)
    outer = [
        Gate(AND2, (lit, lit ^ 1 ^ k % 3, 2 * (len(netlist.names) + k)))
        for k, lit in enumerate(range(3, 13))
    ]
    names = (*netlist.names, *(f"extra{k}" for k in range(len(outer))))
    bits = tuple(gate.outputs[0] ^ k & 1 for k, gate in enumerate(outer))
    ports = (*netlist.ports, Port("e", "output", bits[::2]))
    return Netlist("products", ports, (*netlist.gates, *outer), names).check()


NETLISTS: Mapping[str, Callable[[], Netlist]] = {
    "multiplier 5": lambda: multiplier(5),
    **{f"tangle {seed}": partial(tangle, seed) for seed in (1, 2, 3)},
    "products": products,
}


# Of 13 two scalings have equal gaps, and the second fewer spins; of 9 a large coupling joins two spins
# of equal degrees.
FITTED: Mapping[str, Callable[[], Netlist]] = {
    **NETLISTS,
    "tangle 13": partial(tangle, 13),
    "tangle 9": partial(tangle, 9, 100),
}


def passed(netlist: Netlist, objective: str) -> list[Any]:
    """The gates that are left after each pass, and letters of all of the netlist."""
    from golden.mangled import letters

    return [
        [name, _cells(left), letters(_written(left))] for name, left in _passes(netlist, objective)
    ]


def _passes(netlist: Netlist, objective: str) -> Iterator[tuple[str, Netlist]]:
    from invc.library import hamlib
    from invc.mapping.mapper import Mapper
    from invc.passes import find_pass
    from invc.pipeline import OBJECTIVES

    chosen = OBJECTIVES[objective]
    mapper = Mapper(hamlib(), least_ratio=chosen.least_ratio)
    for name in chosen.passes:
        netlist = find_pass(name)(netlist, mapper)
        yield name, netlist


def _written(netlist: Netlist) -> str:
    gates = [(gate.function, gate.pins, gate.source) for gate in netlist.gates]
    return repr((netlist.ports, gates, netlist.names, netlist.labels))


def fitted(name: str, degree: int | None, bits: int | None) -> list[Any]:
    """A netlist within limits: spins, copies, gap, most couplings, and letters of all of it."""
    from golden.mangled import letters
    from invc.design import format_design
    from invc.design.fit import fit
    from invc.library import Limits, cells_within, hamlib
    from invc.mapping.mapper import Mapper
    from invc.passes.simplify import simplify
    from invc.passes.sweep_dead import sweep_dead

    limits = Limits(degree, bits)
    library = cells_within(hamlib(), limits)
    mapper = Mapper(library)
    design = fit(sweep_dead(simplify(FITTED[name](), mapper), mapper), library, limits)
    copies = sum(gate.function.name == "COPY" for gate in design.netlist.gates)
    model = design.model
    written = letters("".join(format_design(design)))
    return [model.spins, copies, design.min_gap, int(model.degrees.max()), written]


def programs(name: str) -> dict[str, Any]:
    """How large what runs is: sweeps, energies, looks for answers, stages."""
    from golden.questions import DESIGNS
    from invc.design import parse_clamps, presolve, read_design
    from invc.engine.dynamics.stages import stages_of
    from invc.engine.problem import problem_of
    from invc.pbits.accumulator.network import compile_network

    design = read_design(DESIGNS / f"{name}.hj")
    clamped = presolve(design, parse_clamps(design.netlist, HELD[name]))
    problem = problem_of(design, clamped)
    network = compile_network(design.model, clamped.values)
    sizes = {
        "free": clamped.free,
        "program": _program(problem.program),
        "forward": problem.forward.updates,
        "meter": [len(problem.meter.terms), problem.meter.bits],
        "network": [network.pbits, len(network.ref)],
        "stages": [
            [stage.program.updates, int(stage.restless.sum()), len(stage.copied), stage.inputs]
            for stage in stages_of(problem)
        ],
    }
    if design.is_logic:
        sizes["looks"] = _looks(design, clamped)
    return sizes


def _program(program: Any) -> list[int]:
    return [program.updates, len(program.ref), len(program.count), program.most_inputs]


def _looks(design: Any, clamped: Any) -> list[list[int]]:
    """Operations and rows of what sees answers, and of what sees that all gates are satisfied."""
    from invc.pbits.heatbath.logic import answers_seen, gates_satisfied

    looks = (
        answers_seen(design, clamped),
        gates_satisfied(design, range(len(design.netlist.gates))),
    )
    return [[len(look.logic.operations), look.logic.rows] for look in looks]


def vectors() -> dict[str, str]:
    """Letters of the vectors that netlists are compared with their sources on."""
    from golden.mangled import letters
    from invc.frontend.words.vectors import some_vectors

    asked = ({"a": 1}, {"a": 4, "b": 0}, {"a": 9, "b": 33, "c": 2})
    return {str(widths): letters(str(some_vectors(widths))) for widths in asked}


def lodes(name: str) -> list[Any]:
    """What mining would look at: inputs and outputs of each class, spins at most, and its cones."""
    from invc.library import hamlib
    from invc.mapping.cones import Graph
    from invc.mapping.cover import kinds_of
    from invc.mapping.mapper import Mapper
    from invc.mapping.mine import SHAPE, survey

    mapper = Mapper(hamlib())
    *_, (_, netlist) = _passes(NETLISTS[name](), "balanced")
    found = survey(Graph(netlist, mapper), SHAPE, kinds_of(mapper.cells))
    return [[lode.kind.inputs, lode.kind.outputs, lode.most, len(lode.cones)] for lode in found]


def gathered(name: str) -> list[list[Any]]:
    """The cones of each shape, those that a cheaper cell can take the place of, and what is chosen."""
    from golden.mangled import letters
    from invc.library import hamlib
    from invc.mapping.cones import Graph, Shape, cones
    from invc.mapping.cover import cheapest_cells, choose, matches
    from invc.mapping.mapper import Mapper

    mapper = Mapper(hamlib())
    *_, (_, netlist) = _passes(NETLISTS[name](), "gap")
    graph = Graph(netlist, mapper)
    rows = []
    for bounds in SHAPES:
        found = list(cones(graph, Shape(*bounds)))
        better = matches(found, cheapest_cells(mapper), mapper)
        chosen = [(m.cone.gates, m.cell.name, place) for m, place in choose(graph, better)]
        told = repr([found, [m.cone.gates for m in better], chosen])
        rows.append([len(found), len(better), len(chosen), letters(told)])
    return rows


def recipes(inputs: int) -> list[Any]:
    """What some random functions cost of hamlib, and of an AND alone; and letters of the gates."""
    from golden.mangled import letters
    from invc.library import hamlib
    from invc.mapping.mapper import Mapper

    random, library = Random(inputs), hamlib()
    found = []
    for cells in (library, {"AND2": library["AND2"]}):
        mapper = Mapper(cells)
        for _ in range(6):
            made = mapper.recipe(inputs, (random.getrandbits(1 << inputs),))
            found.append([made.spins, letters(repr(made))])
    return found


def evaluators() -> dict[str, list[int]]:
    """Of what evaluates a cell on words: lines and operations."""
    from invc.library import hamlib
    from invc.netlist.function import evaluator

    texts = {
        name: evaluator(len(cell.function.inputs), cell.function.tables)
        for name, cell in hamlib().items()
        if cell.function is not None
    }
    return {
        name: [text.count("\n"), len(re.findall("[&|^~]", text))] for name, text in texts.items()
    }


def measure() -> dict[str, Any]:
    """All sizes, by what they are of."""
    from invc.pipeline import OBJECTIVES

    return {
        "synth": {
            title(source, parameters, objective): compiled(source, parameters, objective)
            for source, parameters, objective in COMPILED
        },
        "passes": {
            f"{name}, {objective}": passed(make(), objective)
            for name, make in NETLISTS.items()
            for objective in OBJECTIVES
        },
        "fitted": {
            f"{name}, {limits}": fitted(name, *limits) for name in FITTED for limits in LIMITS
        },
        "programs": {name: programs(name) for name in HELD},
        "evaluators": evaluators(),
        "vectors": vectors(),
        "gathered": {name: gathered(name) for name in NETLISTS},
        "recipes": {str(inputs): recipes(inputs) for inputs in range(3, 7)},
        "lodes": {name: lodes(name) for name in NETLISTS},
    }


def title(source: str, parameters: Mapping[str, int], objective: str) -> str:
    given = "".join(f" {name}={value}" for name, value in parameters.items())
    return f"{Path(source).stem}{given}, {objective}"
