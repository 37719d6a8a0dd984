"""A circuit with few pins, so that it fits a package: what goes in and out does so bit by bit."""

from __future__ import annotations

import re
from typing import NamedTuple

PORT = re.compile(r"^    (input|output) +(?:wire|reg) +(?:\[(\d+):0\] )?(\w+)", re.MULTILINE)
DIRECT = ("clk", "reset", "start", "busy", "found")


class Signal(NamedTuple):
    """A port of a module.

    Attributes:
        direction: "input" or "output".
        width: In bits.
        name: As in the module.
    """

    direction: str
    width: int
    name: str


def signals(chip: str) -> list[Signal]:
    """The ports of a circuit, from the text of its top module."""
    head = chip.partition(");")[0]
    return [Signal(d, int(high or 0) + 1, name) for d, high, name in PORT.findall(head)]


def write_pins(name: str, chip: str) -> str:
    """The wrapper: two shift registers around a circuit.

    Args:
        name: Name of the design.
        chip: The text of its top module.
    """
    every = [signal for signal in signals(chip) if signal.name not in DIRECT]
    taken = [signal for signal in every if signal.direction == "input"]
    given = [signal for signal in every if signal.direction == "output"]
    inputs, outputs = (sum(s.width for s in some) for some in (taken, given))
    wires = [f"    wire [{s.width - 1}:0] {s.name};" for s in every]
    tied = ", ".join(f".{s.name}({s.name})" for s in [*(Signal("", 1, x) for x in DIRECT), *every])
    lines = [
        f"// {name} with eight pins. While `shift` is 1, `sdi` goes into a register of all inputs,",
        "// the first of them lowest and the highest bit first; `sdo` gives the outputs likewise,",
        "// as they were before.",
        f"module {name}_pins (",
        "    input  wire clk,",
        "    input  wire reset,",
        "    input  wire start,",
        "    input  wire shift,",
        "    input  wire sdi,",
        "    output wire sdo,",
        "    output wire busy,",
        "    output wire found",
        ");",
        f"    reg  [{inputs - 1}:0] taken;",
        f"    reg  [{outputs - 1}:0] given;",
        *wires,
        f"    assign {{{', '.join(s.name for s in reversed(taken))}}} = taken;",
        "    assign sdo = given[" + f"{outputs - 1}];",
        "    always @(posedge clk) begin",
        f"        if (shift) taken <= {{taken[{inputs - 2}:0], sdi}};",
        f"        given <= shift ? {{given[{outputs - 2}:0], 1'b0}}",
        f"            : {{{', '.join(s.name for s in reversed(given))}}};",
        "    end",
        f"    {name}_chip chip_of ({_folded(tied)});",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _folded(text: str) -> str:
    """A list over several lines."""
    parts = text.split(", ")
    rows = [", ".join(parts[k : k + 6]) for k in range(0, len(parts), 6)]
    return "\n        " + ",\n        ".join(rows)
