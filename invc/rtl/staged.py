"""The staged architecture: p-bits of stochastic computing that move a stage at a time."""

from __future__ import annotations

import re

from invc.pbits.accumulator.registers import GROUP
from invc.rtl.circuit import Circuit, Pin
from invc.rtl.fields import Total, one_sum
from invc.rtl.inputs import goal_logic, misses_and_stages, net_bit, write_check
from invc.rtl.parallel import network_head, node, scalars, write_top
from invc.rtl.staging import Staging
from invc.rtl.table import write_schedule
from invc.rtl.verilog import bit, concatenation, template, unsigned, unsigned_bits

STATE = re.compile(r"\bm(\d+)\b")


def staged_files(circuit: Circuit) -> dict[str, str]:
    """The modules of a staged circuit by the names of their files, leaves first."""
    name = circuit.name
    return {
        f"{name}_generator.v": template("generator", name),
        f"{name}_node.v": template("node", name),
        f"{name}_network.v": _write_network(circuit),
        f"{name}_check.v": write_check(circuit),
        f"{name}_schedule.v": write_schedule(circuit),
        f"{name}_control.v": template("control", name),
        f"{name}_chip.v": write_top(circuit),
    }


def _write_network(circuit: Circuit) -> str:
    """The p-bits, the gates that follow from the inputs among them, and who moves."""
    staging = Staging(circuit.design, circuit.goals)
    width, spins = GROUP * circuit.groups, circuit.spins
    rest = f", r[{width - 1}:{spins}], first[{width - 1}:{spins}]" if spins < width else ""
    lines = [
        f"// The p-bits of {circuit.name}, in stages: those of one move until no goal of it is "
        "missed, and all begin",
        "// again where that takes too long. p-bits of earlier stages are seen as gates make them.",
        f"module {circuit.name}_network (",
        *network_head(circuit, ["first", "r"]),
        f"    input  wire [{circuit.noise_bits - 1}:0] n,",
        f"    input  wire [{circuit.i0_bits - 1}:0] i0,",
        f"    output wire [{spins - 1}:0] m,",
        f"    output wire [{len(circuit.pins) - 1}:0] word,   // the bits of the ports",
        "    output wire missed         // a goal is",
        ");",
        *scalars(spins),
        *goal_logic(circuit, [f"m{net - 1}" for net in circuit.goals.inputs]),
        *misses_and_stages(circuit, {net: net - 1 for net in circuit.goals.nets}),
        *_order(circuit),
        *_settled(circuit, staging),
        *_nodes(circuit, staging),
        f"    assign m = {concatenation([f'm{k}' for k in range(spins)])};",
        f"    assign word = {concatenation([_port_bit(circuit, pin) for pin in circuit.pins])};",
        f"    wire unused = &{{1'b0, m, value, held{rest}}};",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _port_bit(circuit: Circuit, pin: Pin) -> str:
    net = pin.literal >> 1
    if not net:
        return bit(pin.inverted)
    own = f"n{net}" if net in circuit.goals.cone else f"m{net - 1}"
    return f"~{own}" if pin.inverted else own


def _order(circuit: Circuit) -> list[str]:
    """Which stage moves, and when all begin again."""
    last = len(circuit.goals.stages) - 1
    bits = unsigned_bits(circuit.tries)
    tries = unsigned(circuit.tries, bits)
    before = ["1'b1", *(f"passed[{k}]" for k in range(last))]
    return [
        f"    reg  [{last}:0] passed;     // by the state before",
        f"    reg  [{bits - 1}:0] moved;      // moves of this stage",
        f"    assign missed = ~passing[{last}];",
        "    wire still = passing == passed;",
        f"    wire again = step & still & missed & (moved == {tries});",
        f"    wire [{last}:0] moves = {{{last + 1}{{step & still & ~again}}}} & ~passing",
        f"        & {concatenation(before)};",
        "    always @(posedge clk)",
        "        if (load | again) begin",
        f"            passed <= {last + 1}'d0;",
        f"            moved  <= {bits}'d0;",
        "        end else if (step) begin",
        "            passed <= passing;",
        f"            moved  <= still & missed ? moved + {unsigned(1, bits)} : {bits}'d0;",
        "        end",
    ]


def _settled(circuit: Circuit, staging: Staging) -> list[str]:
    """Registers of the nets that p-bits of later stages see."""
    seen = {
        term.spin
        for spin, field in enumerate(staging.fields)
        for term in field.terms
        if staging.settled(spin, term.spin)
    }
    if not seen:
        return []
    return [
        "    reg  " + ", ".join(f"q{spin}" for spin in sorted(seen)) + ";",
        "    always @(posedge clk) if (step) begin",
        *(f"        q{spin} <= {net_bit(2 * spin + 2)};" for spin in sorted(seen)),
        "    end",
    ]


def _nodes(circuit: Circuit, staging: Staging) -> list[str]:
    lines: list[str] = []
    for spin, field in enumerate(staging.fields):
        name = f"sum{spin}"

        def seen(match: re.Match[str], spin: int = spin) -> str:
            other = int(match[1])
            return f"q{other}" if staging.settled(spin, other) else match[0]

        lines += [STATE.sub(seen, line) for line in one_sum(field, name)]
        total = Total(name, *field.reach, field.bits)
        own = {
            "load": "load | again",
            "first": f"load ? first[{spin}] : r[{spin}]",
            "step": f"moves[{staging.stage_of[spin]}]",
            "present": "1'b1",
            "stall": "1'b0",
        }
        lines.append(node(circuit, spin, field, total, own))
    return lines
