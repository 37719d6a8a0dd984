"""What a search over free inputs comes to, block by block: rows, sweeps, lanes, states, and steps.

Small questions are enumerated, so that nothing of the sampler is seen where the engine is asked. Here
what may be enumerated is bounded to nothing, to little and to all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from designs import CELLS, multiplier
from free_inputs import KERNELS
from golden.mangled import letters
from invc.design import Design, parse_biases, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine.inputs import search
from invc.engine.inputs.marginal import marginal_of
from invc.engine.inputs.search import Search, Wish
from invc.netlist import Gate, Netlist
from invc.pbits.inputs.code import walkers_of

SEARCHES = Path(__file__).resolve().parent / "searches.json"
EFFORTS: Mapping[str, tuple[int, ...]] = {
    "nothing": (-1, -1, -1),
    "little": (64, 256, 1024),
    "all": search.EFFORTS,
}
WISHES: Mapping[str, Wish] = {
    "answers": Wish(1, 0),
    "a few": Wish(2, 1, wanted=3),
    "one": Wish(3, 7, turn=1, wanted=1),
    "third turn": Wish(4, 2, turn=2),
    "fourth turn": Wish(5, 9, turn=3, wanted=40),
    "sixth turn": Wish(6, 5, turn=5),
    "samples": Wish(7, 3, sweeps=12),
}
# Designs of one component or two, clamps, biases.
ASKED: Mapping[str, tuple[int, bool, Sequence[str], Sequence[str]]] = {
    "many answers": (4, False, ["p[0]=0", "p[7]=0"], []),
    "few answers": (6, False, ["p=2021"], []),
    "hidden answers": (10, False, ["p=1022117"], []),
    "no answer": (5, False, ["p=941"], []),
    "biased": (4, False, ["p[2]=1"], ["a[1]=0.9", "b[0]=0.25"]),
    "two": (4, True, ["p=60", "x.p=143"], []),
    "two, one impossible": (4, True, ["p[1]=1", "x.p=113"], []),
}
ROWS = ("meets", "copy_good", "read", "write", "goals")
SLICE = 1 << 6  # rows, instead of as many as take a while


def design_of(width: int, twice: bool) -> Design:
    one = multiplier(width)
    return assemble(beside(one) if twice else one, CELLS)


def beside(netlist: Netlist) -> Netlist:
    """A netlist and a copy of it, which has `x.` before its names."""
    more = 2 * (len(netlist.names) - 1)

    def moved(lits: Sequence[int]) -> tuple[int, ...]:
        return tuple(lit + more if lit > 1 else lit for lit in lits)

    ports = [replace(p, name=f"x.{p.name}", bits=moved(p.bits)) for p in netlist.ports]
    gates = [Gate(g.function, moved(g.pins), g.source) for g in netlist.gates]
    names = (*netlist.names, *(f"x.{name}" for name in netlist.names[1:]))
    return Netlist("two", (*netlist.ports, *ports), (*netlist.gates, *gates), names).check()


class Logged:
    """Walkers, and what was asked of them."""

    def __init__(self, walkers: Any) -> None:
        self.walkers = walkers
        self.calls: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.walkers, name)
        if not callable(value):
            return value

        def call(*given: Any) -> Any:
            # Rows are long, and seen in what comes of them.
            told = [of.tolist() if isinstance(of, np.ndarray) else of for of in given]
            self.calls.append([name, *([] if name in ROWS else told)])
            return value(*given)

        return call


def logged(made: list[Logged], kernel: str) -> Callable[..., Logged]:
    """What makes walkers that are added to a list."""

    def make(*given: Any) -> Logged:
        made.append(Logged(walkers_of(kernel)(*given)))
        return made[-1]

    return make


def found(asked: str) -> dict[str, Any]:
    """What each wish comes to, with `search.EFFORTS` and `search.SLICE` as they are now."""
    width, twice, clamps, biases = ASKED[asked]
    design = design_of(width, twice)
    clamped = presolve(design, parse_clamps(design.netlist, clamps))
    marginal = marginal_of(design, clamped, parse_biases(design.netlist, biases))
    assert marginal is not None
    made = Search(marginal, KERNELS[0])
    told: dict[str, Any] = {"first cost": made.first_cost, "components": len(marginal.components)}
    for name, wish in WISHES.items():
        walkers: list[Logged] = []
        with mock.patch.object(search, "walkers_of", partial(logged, walkers)):
            block = made.run(wish, lambda: False)
        assert block is not None
        digest = hashlib.sha256(block.kept.tobytes()).hexdigest()[:8]
        told[name] = [block.lanes, block.sweeps, block.updates, block.impossible, digest]
        if walkers:
            told[name].append(letters(str([one.calls for one in walkers])))
    return {**told, "count": made.count}


def measure() -> dict[str, Any]:
    """All of them, with each bound on what is enumerated."""
    told = {}
    for asked in ASKED:
        for name, efforts in EFFORTS.items():
            with mock.patch.multiple(search, EFFORTS=efforts, SLICE=SLICE):
                told[f"{asked}, {name}"] = found(asked)
    return told
