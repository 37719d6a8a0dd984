"""Gates that reach no output go; nets are numbered without holes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from invc.mapping.mapper import Mapper, Recipe, depends
from invc.netlist import Function, Gate, Literal, Netlist


def sweep_dead(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Drop gates that no output needs and narrow those of which it needs only a part.

    A full adder whose sum nobody reads is a majority, a half adder then an AND. Nets are
    numbered anew, inputs first, then in the order of the gates.
    """
    live = {bit >> 1 for port in netlist.outputs for bit in port.bits}
    narrowed = cache(lambda function, used: _narrowed(function, used, mapper))
    kept: list[Gate] = []
    for gate in reversed(netlist.gates):
        function = gate.function
        used = tuple([pin >> 1 in live for pin in gate.outputs])
        if not any(used):
            continue
        recipe = None if all(used) else narrowed(function, used)
        left = gate if recipe is None else _instantiate(recipe, gate, used)
        live.update([pin >> 1 for pin in left.inputs])
        kept.append(left)
    return _renumbered(netlist, kept[::-1])


def _narrowed(function: Function, used: tuple[bool, ...], mapper: Mapper) -> Recipe | None:
    """One gate for the outputs that are used, if it adds fewer spins."""
    tables = tuple(t for t, u in zip(function.tables, used, strict=True) if u)
    count = len(function.inputs)
    if not all(depends(t, count, k) for t in tables for k in range(count)):
        return None
    recipe = mapper.recipe(count, tables)
    if len(recipe.steps) == 1 and recipe.spins < mapper.spins(function):
        return recipe
    return None


def _instantiate(recipe: Recipe, gate: Gate, used: tuple[bool, ...]) -> Gate:
    (step,) = recipe.steps
    image = dict(enumerate(gate.inputs, start=1))
    wanted = [pin for pin, u in zip(gate.outputs, used, strict=True) if u]
    for out, pin in zip(recipe.outputs, wanted, strict=True):
        image[out >> 1] = pin ^ (out & 1)
    pins = tuple(image[pin >> 1] ^ (pin & 1) for pin in step.pins)
    return Gate(step.function, pins, gate.source)


def _renumbered(netlist: Netlist, gates: list[Gate]) -> Netlist:
    new = [-1] * len(netlist.names)
    new[0] = 0
    names = [""]
    inputs = [bit >> 1 for port in netlist.inputs for bit in port.bits]
    for net in inputs + [p >> 1 for g in gates for p in g.pins[len(g.function.inputs) :]]:
        new[net] = 2 * len(names)
        names.append(netlist.names[net])

    def moved(lits: tuple[Literal, ...]) -> tuple[Literal, ...]:
        return tuple([new[lit >> 1] ^ (lit & 1) for lit in lits])

    return Netlist(
        netlist.name,
        tuple(replace(port, bits=moved(port.bits)) for port in netlist.ports),
        tuple([Gate(function, moved(pins), source) for function, pins, source in gates]),
        tuple(names),
    ).check()
