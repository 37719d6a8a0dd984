"""Each gate becomes the cheapest cells for what is left of it.

The rewrite algebra. A pin holds a literal: a net x or its negation ~x, 0 or 1. Gates are visited in
topological order, so that what a gate reads is final when its turn comes.

    what a gate has                           becomes
    ----------------------------------------  ------------------------------------------------
    a constant pin          f(0, b, c)        the cofactor f_0(b, c)
    two pins on one net     f(a, a, c)        g(a, c) = f(a, a, c)
    opposite pins           f(a, ~a, c)       g(a, c) = f(a, ~a, c): AND2(a, ~a) = 0
    a pin without effect    f(a, b) = h(b)    the pin goes
    a constant output       y = 0, y = 1      the constant, on every pin that reads y
    an output of one net    y = a, y = ~a     the literal, on every pin that reads y: BUF, INV
    a function seen before  y = f(S), z = f(S)     z becomes y
    ... or its complement   y = f(S), z = ~f(S)    z becomes ~y
    a function that no cell has               the cheapest cells for it: one cell for all outputs
                                              up to polarities and order of pins, else each output
                                              by Shannon expansion s ? f_1 : f_0 over the input
                                              that costs the fewest spins
    a cell for which there is a cheaper one   the cheaper one

"The cheapest" counts spins, outputs and ancillas (`Mapper.recipe`); polarities are free, as a
flipped spin only changes the sign of its h and J.

What may remain: gates of cells of the library only, every pin of a gate on a net of its own, no
constant on any pin; of nets that are read, none is constant, none follows one net alone, and no two
are the same function of the same nets, but for polarity. A cell of several outputs may drive one
that nobody reads any more. What is not found: equal functions of different nets (ABC's work), gates
that nobody reads (`sweep_dead`'s), one cell for several gates (`pair_adders`, `cover_cones`). Nets
keep their numbers; an aliased one stays without driver and reader until it is swept, and its name
moves to what replaces it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

from invc.mapping.mapper import Mapper, Recipe, Step, always, depends, moved, restrict
from invc.netlist import Function, Gate, Literal, Netlist


class Plan(NamedTuple):
    """What is left of a gate once it is known which of its pins are constant or alike.

    Attributes:
        fixed: For each output a literal over the distinct inputs (1 to k; 0 the constant), or
            -1 where a gate is needed.
        tables: The functions that need a gate, false on row 0.
        flips: Their polarities: the wanted output is the function xor this.
        supports: The inputs (0 to k - 1) that each depends on.
        keys: Each function over its own support.
        recipe: Gates for all of them.
    """

    fixed: tuple[Literal, ...]
    tables: tuple[int, ...]
    flips: tuple[int, ...]
    supports: tuple[tuple[int, ...], ...]
    keys: tuple[int, ...]
    recipe: Recipe


def simplify(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Fold constants, absorb inverters and buffers, share equal gates; map to the library.

    FA(a, b, 1) becomes a half adder of inverted inputs, XOR2(a, a) the constant 0, an inverter a
    polarity. The whole algebra and what may remain stand at the head of this module.
    """
    return _Simplify(netlist, mapper).run()


class _Simplify:
    """The netlist under way: aliases of nets, functions that exist, gates so far."""

    def __init__(self, netlist: Netlist, mapper: Mapper) -> None:
        self.netlist = netlist
        self.names = list(netlist.names)
        self.alias = list(range(0, 2 * len(self.names), 2))
        self.known: dict[tuple[tuple[int, ...], int], Literal] = {}
        self.gates: list[Gate] = []
        self.plan = cache(lambda function, shape, count: _plan(function, shape, count, mapper))

    def run(self) -> Netlist:
        for gate in self.netlist.gates:
            self._gate(gate)
        ports = tuple(
            port
            if port.direction == "input"
            else replace(port, bits=tuple(self.alias[bit >> 1] ^ (bit & 1) for bit in port.bits))
            for port in self.netlist.ports
        )
        return Netlist(self.netlist.name, ports, tuple(self.gates), tuple(self.names))

    def _gate(self, gate: Gate) -> None:
        function, pins, source = gate
        count = len(function.inputs)
        alias = self.alias
        inputs = [alias[pin >> 1] ^ (pin & 1) for pin in pins[:count]]
        nets = sorted({lit >> 1 for lit in inputs} - {0})
        place = {net: k + 1 for k, net in enumerate(nets)}
        place[0] = 0
        shape = tuple([place[lit >> 1] << 1 | (lit & 1) for lit in inputs])
        plan = self.plan(function, shape, len(nets))
        wanted = pins[count:]
        need = []
        for pin, fixed in zip(wanted, plan.fixed, strict=True):
            if fixed < 0:
                need.append(pin)
            else:
                self._tie(pin, fixed & 1 if fixed < 2 else 2 * nets[(fixed >> 1) - 1] | fixed & 1)
        if need:
            self._emit(plan, nets, need, source)

    def _emit(self, plan: Plan, nets: list[int], need: list[Literal], source: str) -> None:
        """Gates for the outputs that need them, unless all of them exist already."""
        keys = [
            (tuple([nets[k] for k in support]), table)
            for support, table in zip(plan.supports, plan.keys, strict=True)
        ]
        if not all(key in self.known for key in keys):
            made = self._instantiate(plan, nets, need, source)
            for key, lit in zip(keys, made, strict=True):
                self.known.setdefault(key, lit)
        for pin, flip, key in zip(need, plan.flips, keys, strict=True):
            self._tie(pin, self.known[key] ^ flip)

    def _instantiate(
        self, plan: Plan, nets: list[int], need: list[Literal], source: str
    ) -> list[Literal]:
        """Literals of the plan's functions; a net that the gate drove stays what it was."""
        steps, outputs, _ = plan.recipe
        image = [0, *(2 * net for net in nets)]
        keep = {
            out >> 1: pin ^ flip ^ (out & 1)
            for out, pin, flip in zip(outputs, need, plan.flips, strict=True)
        }
        for step in steps:
            for _ in step.function.outputs:
                if len(image) in keep:
                    image.append(keep[len(image)])
                else:
                    self.names.append("")
                    self.alias.append(2 * len(self.names) - 2)
                    image.append(2 * len(self.names) - 2)
            pins = tuple([image[pin >> 1] ^ (pin & 1) for pin in step.pins])
            self.gates.append(Gate(step.function, pins, source))
        return [image[out >> 1] ^ (out & 1) for out in outputs]

    def _tie(self, pin: Literal, value: Literal) -> None:
        """From here on the net of an output pin is a literal of another, or stays itself."""
        net, value = pin >> 1, value ^ (pin & 1)
        if value == 2 * net:
            return
        self.alias[net] = value
        if value > 1 and not value & 1 and self.names[net] and not self.names[value >> 1]:
            self.names[value >> 1] = self.names[net]


def _plan(function: Function, shape: tuple[Literal, ...], count: int, mapper: Mapper) -> Plan:
    """The plan for a gate whose input pins are literals over `count` distinct nets."""
    size = 1 << count
    rows = [
        sum(((row << 1 >> (lit >> 1) & 1) ^ (lit & 1)) << pin for pin, lit in enumerate(shape))
        for row in range(size)
    ]
    fixed: list[Literal] = []
    tables: list[int] = []
    flips: list[int] = []
    for table in function.tables:
        left = sum((table >> source & 1) << row for row, source in enumerate(rows))
        support = [k for k in range(count) if depends(left, count, k)]
        if len(support) > 1:
            flip = left & 1
            fixed.append(-1)
            tables.append(left ^ (always(count) if flip else 0))
            flips.append(flip)
        elif support:
            fixed.append(2 * (support[0] + 1) + (left & 1))
        else:
            fixed.append(left & 1)
    supports = tuple(tuple(k for k in range(count) if depends(t, count, k)) for t in tables)
    keys = tuple(restrict(t, s) for t, s in zip(tables, supports, strict=True))
    recipe = _recipe(function, shape, count, tuple(tables), flips, mapper)
    return Plan(tuple(fixed), tuple(tables), tuple(flips), supports, keys, recipe)


def _recipe(
    function: Function,
    shape: tuple[Literal, ...],
    count: int,
    tables: tuple[int, ...],
    flips: list[int],
    mapper: Mapper,
) -> Recipe:
    """The gate itself if its cell is in the library and nothing of it fell away."""
    if not tables:
        return Recipe((), (), 0)
    whole = len(tables) == len(function.outputs) and count == len(shape)
    if whole and mapper.holds(function) and len(set(tables)) == len(tables):
        driven = tuple(2 * (count + 1 + k) for k in range(len(tables)))
        own = Recipe(
            (Step(function, shape + driven),),
            tuple(pin ^ flip for pin, flip in zip(driven, flips, strict=True)),
            mapper.spins(function),
        )
        better = mapper.recipe(count, tables)
        return better if better.spins < own.spins else own
    return _over_support(count, tables, mapper)


def _over_support(count: int, tables: tuple[int, ...], mapper: Mapper) -> Recipe:
    """A recipe over the inputs that matter; equal functions are made once."""
    distinct = tuple(dict.fromkeys(tables))
    support = [k for k in range(count) if any(depends(t, count, k) for t in distinct)]
    inner = mapper.recipe(len(support), tuple(restrict(t, support) for t in distinct))
    over = moved(inner, [2 * (k + 1) for k in support], count)
    outputs = tuple(over.outputs[distinct.index(t)] for t in tables)
    return Recipe(over.steps, outputs, over.spins)
