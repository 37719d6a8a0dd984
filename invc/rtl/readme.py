"""The README of a circuit's folder: what it is, its ports, how it is run and built."""

from __future__ import annotations

from invc.rtl.bench import Expected, port_clamps
from invc.rtl.checker import latency
from invc.rtl.circuit import Circuit
from invc.rtl.heatbath import Colouring
from invc.rtl.layout import Layout

PORTS = {
    "clk": "the clock; everything moves at its rising edge",
    "reset": "synchronous; ends a run",
    "start": "begins a run, where none is under way",
    "free_run": "go on after the first right state, to `limit`",
    "strict_only": "only states in which every gate and ancilla is in place count as right",
    "seed": "the first state of each generator, 64 bits each, none of them 0",
    "seed_write": "take `seed` for the generator `seed_address`",
    "seed_address": "which generator",
    "limit": "updates after which a run ends",
    "table_write": "take `table_data` as entry `table_address` of the schedule",
    "table_address": "which entry",
    "table_data": "an entry, highest bits first: cycles less 1, saturation, weight of the noise",
    "table_last": "the number of the last entry; the table wraps there",
    "every": "noise comes in one cycle of so many, less 1",
    "busy": "a run is under way",
    "refused": "there was no start, as a seed was 0",
    "checked": "there is a verdict in this clock",
    "right": "it: the outputs are what the inputs give, and held bits are as held",
    "strict": "and every gate and ancilla is in place",
    "found": "a right state was seen",
    "cycles": "updates before the first right state; where there is none yet, so far",
    "chain": "the chain whose seeds are taken, from the clock of `start` on",
    "winner": "the chain whose state was right",
}


def write_readme(expected: Expected, ports: list[tuple[str, int, str]]) -> str:
    """The page.

    Args:
        expected: The circuit and its run.
        ports: Direction, width and name of each port of the top module.
    """
    circuit = expected.circuit
    labels = {x for label in circuit.labels for x in (label, f"{label}_hold", f"{label}_value")}
    rows = [f"| `{n}` | {d} | {w} | {_meaning(circuit, n, labels)} |" for d, w, n in ports]
    return "\n".join(
        [
            f"# {circuit.name}",
            "",
            *_what(circuit),
            "",
            "`make` lists what can be done here. `make iverilog` or `make verilator` runs the",
            "circuit and compares every state with `expected.mem`, which the software wrote;",
            "`run.json` says how that run was made.",
            "",
            "## Ports",
            "",
            f"Of the module `{circuit.name}_chip`; `{circuit.name}_pins` is the same behind shift "
            "registers, for packages",
            "with few pins.",
            "",
            "| port | | bits | |",
            "|---|---|---|---|",
            *rows,
            "",
            *_serial(circuit),
            "## A run",
            "",
            *_run(expected),
            "",
        ]
    )


def _serial(circuit: Circuit) -> list[str]:
    if not circuit.divider:
        return []
    return [
        f"`{circuit.name}_uart` is the same behind a serial line, 8N1, {circuit.divider} clocks a "
        "bit, with the pins `clk`,",
        "`reset`, `rx` and `tx`: `invc chip` on a host speaks with it.",
        "",
    ]


def _meaning(circuit: Circuit, name: str, labels: set[str]) -> str:
    if name not in labels:
        return PORTS[name]
    for label, port in zip(circuit.labels, circuit.ports, strict=True):
        if name == label:
            own = "" if label == port.name else f" ({port.name!r} in the source)"
            state = "of the state last checked, or the first right one"
            return f"{port.direction} of the design{own}: {state}"
        if name == f"{label}_hold":
            return f"bits of `{label}` that are held, taken at the start"
    return "and at what"


def _what(circuit: Circuit) -> list[str]:
    spins = circuit.spins
    lines = [
        f"The invertible circuit of the module `{circuit.design.netlist.name}`, written by invc:"
    ]
    if circuit.architecture == "sparse":
        layout = Layout(circuit)
        lines += [
            f"{spins} stochastic-computing p-bits in {layout.lanes} lanes, their couplings in a "
            f"memory of {layout.slots} words.",
            f"An update of all takes {layout.clocks} clocks.",
        ]
    elif circuit.architecture == "gibbs":
        colours = Colouring(circuit.design.model).colours
        lines += [
            f"{spins} heat-bath p-bits in {colours} colours, of which one moves in each clock.",
            f"What is counted as cycles are clocks; {colours} of them update every p-bit once.",
        ]
    elif circuit.architecture == "inputs":
        lines += [
            f"its {circuit.pbits} inputs are p-bits, its gates plain logic. Each clock tries new "
            "values of some inputs, and",
            "takes them where they miss no more of what is held than a random number allows.",
            "`strict` is `right`: every gate is always in place.",
        ]
    elif circuit.architecture == "staged":
        lines += [
            f"{spins} stochastic-computing p-bits in {len(circuit.goals.stages)} stages, of which "
            "one moves; where that takes",
            f"more than {circuit.tries} moves, all begin again. The ports show what the gates make "
            "of the inputs: `strict`",
            "is `right`.",
        ]
    else:
        lines.append(f"{spins} stochastic-computing p-bits, all of which move in every clock.")
        if circuit.chains > 1:
            lines.append(
                f"{circuit.chains} independent chains take turns, each moving in every "
                f"{circuit.chains}th clock."
            )
    return lines


def _run(expected: Expected) -> list[str]:
    circuit = expected.circuit
    held = {clamp.name: clamp.value for clamp in expected.clamps}
    lines = [
        "1. Hold bits by `<port>_hold` and `<port>_value`, give seeds (`run.json`) and a limit.",
        "2. Raise `start` for a clock. `busy` falls at the first right state, which the ports then "
        "show, or",
        f"   after `limit` updates. Verdicts come {latency(circuit)} clocks after their state; "
        "`cycles` is the time of the state.",
        "",
    ]
    clamps = [
        f"`{label}_hold = {width}'h{hold:x}`, `{label}_value = {width}'h{value:x}`"
        for label, hold, value, width in port_clamps(circuit, held)
        if hold
    ]
    lines.append(f"The test bench holds {'; '.join(clamps) if clamps else 'nothing'}.")
    for name, hit in (("right", expected.first), ("strictly right", expected.first_strict)):
        when = "none" if hit is None else f"at time {hit[0]}"
        if hit and circuit.chains > 1:
            when += f", in chain {hit[1]}"
        lines.append(f"First {name} state of its {expected.cycles} updates: {when}.")
    return lines
