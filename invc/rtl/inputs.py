"""The inputs architecture: only the free inputs are p-bits, the design's gates are plain logic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from invc.pbits.accumulator.registers import GROUP
from invc.rtl.checker import agreement, check_head, forward
from invc.rtl.circuit import Circuit, Pin
from invc.rtl.goals import MOST
from invc.rtl.parallel import write_top
from invc.rtl.verilog import bit, concatenation, template, unsigned


def inputs_files(circuit: Circuit) -> dict[str, str]:
    """The modules of an inputs circuit by the names of their files, leaves first."""
    name = circuit.name
    return {
        f"{name}_generator.v": template("generator", name),
        f"{name}_ones.v": template("ones", name),
        f"{name}_network.v": _write_network(circuit),
        f"{name}_check.v": write_check(circuit),
        f"{name}_control.v": template("control", name),
        f"{name}_chip.v": write_top(circuit),
    }


def _write_network(circuit: Circuit) -> str:
    """The p-bits, the gates that follow from them, and whether to go there."""
    goals, staged = circuit.goals, circuit.walk.staged
    name, inputs, nets = circuit.name, len(goals.inputs), goals.nets
    width = inputs + len(nets)
    place = {net: k for k, net in enumerate([*goals.inputs, *nets])}
    lines = [
        f"// The {inputs} inputs of {name} are p-bits: in each clock new values of some are tried, "
        "what the gates",
        "// make of them is compared with what is held, and they are taken or not.",
        f"module {name}_network (",
        "    input  wire clk,",
        "    input  wire load,",
        "    input  wire step,",
        f"    input  wire [{inputs - 1}:0] first,   // states at time 0",
        f"    input  wire [{GROUP * circuit.groups - 1}:0] r,   // random bits",
        f"    input  wire [{width - 1}:0] held,    // inputs, then goals",
        f"    input  wire [{width - 1}:0] value,",
        f"    output wire [{inputs - 1}:0] m,",
        f"    output wire [{len(circuit.pins) - 1}:0] word,   // the bits of the ports",
        "    output wire missed         // a goal is",
        ");",
        f"    reg  [{inputs - 1}:0] x;      // the state, but for bits that are held",
        "    reg  fresh;                // its energy is not known yet",
        f"    assign m = (held[{inputs - 1}:0] & value[{inputs - 1}:0]) | "
        f"(~held[{inputs - 1}:0] & x);",
        f"    wire [{inputs - 1}:0] tried;",
        *goal_logic(circuit, [f"tried[{k}]" for k in range(inputs)]),
        *(misses_and_stages if staged else misses)(circuit, place),
        *(_stages(circuit) if staged else _sums(circuit)),
        *_ports(circuit),
        *_registers(circuit),
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def goal_logic(circuit: Circuit, states: Sequence[str]) -> list[str]:
    """A wire for each net that a goal depends on: the gates, from the states of the inputs.

    Args:
        circuit: The circuit.
        states: What each of `circuit.goals.inputs` is, in Verilog.
    """
    goals = circuit.goals
    pairs = zip(goals.inputs, states, strict=True)
    lines = [f"    wire n{net} = {state};" for net, state in pairs if net in goals.cone]
    for gate in circuit.design.netlist.gates:
        lines += forward(gate, net_bit, lambda net: f"n{net}", goals.cone)
    return lines


def net_bit(literal: int) -> str:
    """A literal of a net that `goal_logic` has a wire for, in Verilog."""
    if literal < 2:
        return bit(literal)
    return f"{'~' if literal & 1 else ''}n{literal >> 1}"


def misses(circuit: Circuit, place: Mapping[int, int]) -> list[str]:
    """Wires: whether each goal is missed, `place` being where `held` and `value` have its net."""
    return [
        f"    wire miss{k} = held[{place[net]}] & (value[{place[net]}] ^ n{net});"
        for k, net in enumerate(circuit.goals.nets)
    ]


def misses_and_stages(circuit: Circuit, place: Mapping[int, int]) -> list[str]:
    """And `passing`: a 1 for each stage before the first that misses a goal."""
    goals = circuit.goals
    number = {net: k for k, net in enumerate(goals.nets)}
    lines, so_far = misses(circuit, place), "1'b1"
    for k, nets in enumerate(goals.stages):
        terms = [*([so_far] if k else []), *(f"~miss{number[net]}" for net in nets)]
        lines.append(f"    wire pass{k} = {' & '.join(terms) or so_far};")
        so_far = f"pass{k}"
    every = concatenation([f"pass{k}" for k in range(len(goals.stages))])
    return [*lines, f"    wire [{len(goals.stages) - 1}:0] passing = {every};"]


def _allowance(circuit: Circuit, place: int) -> list[str]:
    """How much the energy may rise."""
    bits = MOST * circuit.walk.k
    return [
        "    wire [2:0] allowed;        // how much the energy may rise",
        f"    {circuit.name}_ones #(.K({circuit.walk.k})) rise "
        f"(.r(r[{place + bits - 1}:{place}]), .count(allowed));",
    ]


def _stages(circuit: Circuit) -> list[str]:
    """The energy is a row of ones for stages that were passed, and zeros for the others."""
    goals = circuit.goals
    stages, inputs = len(goals.stages), len(goals.inputs)
    base, last = MOST + MOST * circuit.walk.k, stages - 1
    new = [f"redraw[{goals.stage_of[i]}] ? r[{base + i}] : x[{i}]" for i in range(inputs)]
    return [
        f"    reg  [{last}:0] passed;     // of the state: 1 for each stage before the first that "
        "misses a goal",
        "    wire [2:0] back;           // from how many stages before that one inputs are new",
        f"    {circuit.name}_ones #(.K(1)) backward (.r(r[{MOST - 1}:0]), .count(back));",
        f"    wire [{last}:0] redraw = fresh ? {stages}'d0 : ~(passed >> back);",
        *_tried(inputs, new),
        *_allowance(circuit, MOST),
        f"    wire [{last}:0] need = passed >> allowed;",
        "    wire accept = fresh | ~|(need & ~passing);",
        f"    assign missed = fresh ? ~passing[{last}] : ~passed[{last}];",
        *_unused(circuit),
    ]


def _sums(circuit: Circuit) -> list[str]:
    """Energy is the sum of the weights of the goals that are missed."""
    goals = circuit.goals
    inputs, weights = len(goals.inputs), goals.weights(circuit.walk.weight)
    bits = max(sum(weights).bit_length(), 1)
    width = max(bits, 3) + 1
    base = 1 + MOST * circuit.walk.k
    terms = [
        f"(miss{k} ? {unsigned(weight, bits)} : {bits}'d0)" for k, weight in enumerate(weights)
    ]
    new = [
        f"x[{i}] ^ (~fresh & (turn[{i}] | (r[0] & (&r[{base + 3 * i + 2}:{base + 3 * i}]))))"
        for i in range(inputs)
    ]
    return [
        f"    reg  [{bits - 1}:0] energy;",
        f"    reg  [{inputs - 1}:0] turn;   // the input that flips",
        f"    wire [{bits - 1}:0] sum = {_added(terms) or f'{bits}{chr(39)}d0'};",
        *_tried(inputs, new),
        *_allowance(circuit, 1),
        f"    wire [{width - 1}:0] most = {_extended('energy', bits, width)} + "
        f"{_extended('allowed', 3, width)};",
        f"    wire accept = fresh | ({_extended('sum', bits, width)} <= most);",
        "    assign missed = |(fresh ? sum : energy);",
        *_unused(circuit),
    ]


def _extended(name: str, bits: int, width: int) -> str:
    return f"{{{width - bits}'d0, {name}}}"


def _added(terms: Sequence[str]) -> str:
    """The sum of some terms, as a tree of additions."""
    if len(terms) < 2:
        return "".join(terms)
    half = len(terms) // 2
    return f"({_added(terms[:half])}\n        + {_added(terms[half:])})"


def _tried(inputs: int, new: Sequence[str]) -> list[str]:
    return [f"    assign tried[{i}] = held[{i}] ? value[{i}] : {new[i]};" for i in range(inputs)]


def _unused(circuit: Circuit) -> list[str]:
    """A reader of the random bits that nobody takes."""
    used = circuit.walk.random_bits(circuit.pbits)
    width = GROUP * circuit.groups
    rest = f", r[{width - 1}:{used}]" if used < width else ""
    return [f"    wire unused = &{{1'b0, tried{rest}}};"]


def _ports(circuit: Circuit) -> list[str]:
    """The bits of the ports, and registers of the goals of the state."""
    goals = circuit.goals
    number = {net: k for k, net in enumerate(goals.nets)}
    index = {net: k for k, net in enumerate(goals.inputs)}

    def text(pin: Pin) -> str:
        net = pin.literal >> 1
        if not net:
            return bit(pin.inverted)
        own = f"now{number[net]}" if net in number else f"m[{index[net]}]"
        return f"~{own}" if pin.inverted else own

    return [
        *(f"    reg  y{k};" for k in number.values()),
        *(f"    wire now{k} = fresh ? n{net} : y{k};" for net, k in number.items()),
        f"    assign word = {concatenation([text(pin) for pin in circuit.pins])};",
    ]


def _registers(circuit: Circuit) -> list[str]:
    inputs = len(circuit.goals.inputs)
    energy = "passed <= passing" if circuit.walk.staged else "energy <= sum"
    turn = f"{inputs}'d1" if inputs == 1 else f"{{turn[{inputs - 2}:0], turn[{inputs - 1}]}}"
    return [
        "    always @(posedge clk)",
        "        if (load) begin",
        "            x     <= first;",
        "            fresh <= 1'b1;",
        *([] if circuit.walk.staged else [f"            turn  <= {unsigned(1, inputs)};"]),
        "        end else if (step) begin",
        "            fresh <= 1'b0;",
        *([] if circuit.walk.staged else [f"            turn  <= {turn};"]),
        "            if (accept) begin",
        "                x <= tried;",
        f"                {energy};",
        *(f"                y{k} <= n{net};" for k, net in enumerate(circuit.goals.nets)),
        "            end",
        "        end",
    ]


def write_check(circuit: Circuit) -> str:
    """The module that passes on what is known of each state."""
    lines = [
        "// A state is right where no goal is missed; every gate is in place in all of them.",
        *check_head(
            circuit,
            [
                "input  wire missed,     // a goal is",
                f"input  wire [{len(circuit.pins) - 1}:0] word,    // the bits of the ports",
            ],
        ),
        *agreement(circuit, "word"),
        "    always @(posedge clk) begin",
        "        right  <= ~missed & agree;",
        "        strict <= ~missed & agree;",
        "        answer <= word;",
        "    end",
        "    wire unused = &{1'b0, hold, value};",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"
