"""The parallel architecture: every p-bit moves in every clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from invc.pbits.accumulator.registers import FULL, GROUP
from invc.rtl.checker import latency, write_checker
from invc.rtl.circuit import Circuit
from invc.rtl.fields import Field, Total, fields_of, one_sum, staged_sum
from invc.rtl.table import TABLE_PORTS, table_ports, write_schedule
from invc.rtl.verilog import concatenation, signed_bits, template, unsigned_bits


def parallel_files(circuit: Circuit) -> dict[str, str]:
    """The modules of a parallel circuit by the names of their files, leaves first."""
    name = circuit.name
    files = {f"{name}_generator.v": template("generator", name)}
    if len(circuit.streams) > 1:
        files[f"{name}_chance.v"] = template("chance", name)
    files[f"{name}_node.v"] = template("node", name)
    files[f"{name}_network.v"] = write_network(circuit)
    files[f"{name}_check.v"] = write_checker(circuit)
    files[f"{name}_schedule.v"] = write_schedule(circuit)
    files[f"{name}_control.v"] = template("control", name)
    files[f"{name}_chip.v"] = write_top(circuit)
    return files


def write_network(circuit: Circuit) -> str:
    """The p-bits and their couplings."""
    width = GROUP * circuit.groups
    stages = circuit.chains - 1
    body: list[str] = []
    clocked: list[str] = []
    for spin, field in enumerate(fields_of(circuit.design.model)):
        name = f"sum{spin}"
        if stages:
            declared, moved, total = staged_sum(field, name, stages)
            body += [f"    // from {field.range[0]} to {field.range[1]}", *declared]
            clocked += moved
        else:
            body += one_sum(field, name)
            total = Total(name, *field.reach, field.bits)
        body.append(node(circuit, spin, field, total))
    if clocked:
        body += ["    always @(posedge clk) if (load | step) begin"]
        body += [f"        {line}" for line in clocked] + ["    end"]
    spare = width - circuit.spins
    lines = [
        f"// The p-bits of {circuit.name}: a field is a sum of constants that neighbours choose.",
        f"module {circuit.name}_network (",
        *network_head(circuit, ["first", "r", "present", "stall"]),
        f"    input  wire [{circuit.noise_bits - 1}:0] n,",
        f"    input  wire [{circuit.i0_bits - 1}:0] i0,",
        f"    output wire [{circuit.spins - 1}:0] m",
        ");",
        # Scalars: a simulator would wake every reader of a vector when one bit of it changes.
        *scalars(circuit.spins),
        *body,
        f"    assign m = {concatenation([f'm{k}' for k in range(circuit.spins)])};",
    ]
    if spare:
        rest = f"[{width - 1}:{circuit.spins}]"
        lines.append(
            "    wire unused = &{1'b0, "
            + ", ".join(f"{x}{rest}" for x in ("first", "r", "present", "stall"))
            + "};"
        )
    return "\n".join([*lines, "endmodule"]) + "\n"


RANDOM = {
    "first": "states at time 0",
    "r": "signs of the noise",
    "present": "whether there is noise",
    "stall": "who waits",
}


def network_head(circuit: Circuit, random: Sequence[str]) -> list[str]:
    """The inputs that the p-bits of every architecture have."""
    width = GROUP * circuit.groups
    return [
        "    input  wire clk,",
        "    input  wire load,",
        "    input  wire step,",
        *(f"    input  wire [{width - 1}:0] {x},   // {RANDOM[x]}" for x in random),
        f"    input  wire [{circuit.spins - 1}:0] held,",
        f"    input  wire [{circuit.spins - 1}:0] value,",
    ]


def scalars(spins: int) -> list[str]:
    """Declarations of scalar wires m0, m1, ..., one a p-bit."""
    return [
        "    wire " + ", ".join(f"m{s}" for s in range(k, min(k + 12, spins))) + ";"
        for k in range(0, spins, 12)
    ]


def node(
    circuit: Circuit, spin: int, field: Field, total: Total, own: Mapping[str, str] | None = None
) -> str:
    """A p-bit.

    Args:
        circuit: Whose.
        spin: Which.
        field: Its field.
        total: And the sum that makes it.
        own: What its inputs are, other than those of the network of the same names.
    """
    low, high = field.range
    bits = total.bits + field.shift
    reach = circuit.most_i0 + circuit.most_noise
    widest = max(signed_bits(low - reach, high + reach), bits, circuit.itanh_bits) + 1
    widest = max(widest, circuit.noise_bits + 1, circuit.i0_bits + 1)
    given = {
        **{x: x for x in ("clk", "load", "step", "n", "i0")},
        **{x: f"{x}[{spin}]" for x in ("first", "held", "value", "r", "present", "stall")},
        **(own or {}),
        "field": field.whole(total.text),
        "m": f"m{spin}",
    }
    tied = [f".{name}({text})" for name, text in given.items()]
    rows = [", ".join(tied[k : k + 6]) for k in range(0, len(tied), 6)]
    ports = ",\n        ".join(rows)
    return (
        f"    {circuit.name}_node #(\n"
        f"        .CHAINS({circuit.chains}), .FIELD({bits}), .ITANH({circuit.itanh_bits}), "
        f".LIMIT({circuit.i0_bits}), .NOISE({circuit.noise_bits}), .SUM({widest})\n"
        f"    ) p{spin} (\n"
        f"        {ports}\n"
        "    );"
    )


def port_lines(circuit: Circuit) -> list[str]:
    """The declarations of the design's own ports."""
    lines = []
    for label, port in zip(circuit.labels, circuit.ports, strict=True):
        span = f"[{len(port.bits) - 1}:0]"
        lines += [
            f"    input  wire {span} {label}_hold,   // bits of {label} that are held",
            f"    input  wire {span} {label}_value,  // and at what, both taken at the start",
            f"    output wire {span} {label},",
        ]
    return lines


def clamp_lines(circuit: Circuit) -> list[str]:
    """Registers of the clamps, and what each p-bit, or goal of p-bits, is held at."""
    width = len(circuit.pins)
    spins = circuit.clamped
    number = {pin: k for k, pin in enumerate(circuit.pins)}
    held, value = [], []
    for spin in spins:
        numbers = [number[pin] for pin in circuit.pins_of.get(spin, [])]
        held.append(" | ".join(f"hold[{k}]" for k in numbers) or "1'b0")
        value.append(_held_value(circuit, numbers))
    labels = list(circuit.labels)
    return [
        f"    reg  [{width - 1}:0] hold, value;   // the clamps of this run, the first port lowest",
        "    always @(posedge clk)",
        "        if (start & ~busy) begin",
        f"            hold  <= {concatenation([f'{x}_hold' for x in labels])};",
        f"            value <= {concatenation([f'{x}_value' for x in labels])};",
        "        end",
        f"    wire [{len(spins) - 1}:0] held = {concatenation(held)};",
        f"    wire [{len(spins) - 1}:0] held_value = {concatenation(value)};",
    ]


def _held_value(circuit: Circuit, numbers: list[int]) -> str:
    """At what a spin is held: by the first of its pins that is."""
    if not numbers:
        return "1'b0"
    texts = [f"{'~' if circuit.pins[k].inverted else ''}value[{k}]" for k in numbers]
    text = texts[-1]
    for k, own in zip(reversed(numbers[:-1]), reversed(texts[:-1]), strict=True):
        text = f"(hold[{k}] ? {own} : {text})"
    return text


KINDS = {
    "parallel": "stochastic-computing p-bits, which all move in every clock",
    "gibbs": "heat-bath p-bits, of which those of one colour move in every clock",
    "inputs": "inputs that are p-bits, the gates being plain logic",
    "staged": "stochastic-computing p-bits, which move a stage at a time",
}


def write_top(circuit: Circuit) -> str:
    """The top module of a circuit: its parts, wired up."""
    name, count = circuit.name, circuit.count
    seeds = 64 * circuit.generators
    chain = unsigned_bits(circuit.chains - 1)
    lines = [
        f"// {name} as invertible logic: {circuit.pbits} {KINDS[circuit.architecture]}.",
        "// See README.md for its ports.",
        f"module {name}_chip (",
        "    input  wire clk,",
        "    input  wire reset,",
        "    input  wire start,",
        "    input  wire free_run,      // go on after the first right state",
        "    input  wire strict_only,   // and let only those count in which every gate is right",
        f"    input  wire [{seeds - 1}:0] seed,",
        f"    input  wire [{count - 1}:0] limit,    // cycles, at most",
        *table_ports(circuit),
        *port_lines(circuit),
        "    output wire busy,",
        "    output wire refused,       // a seed was 0",
        "    output wire checked,       // there is a verdict",
        "    output wire right,",
        "    output wire strict,",
        "    output wire found,",
        f"    output wire [{count - 1}:0] cycles,   // updates before the first right state",
        f"    output wire [{chain - 1}:0] chain,    // whose seed is taken",
        f"    output wire [{chain - 1}:0] winner    // whose state was right",
        ");",
        *clamp_lines(circuit),
        *_generators(circuit),
        *_core(circuit),
        *_answers(circuit),
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _generators(circuit: Circuit) -> list[str]:
    name, groups = circuit.name, circuit.groups
    width = GROUP * groups
    lines = ["    wire load, step, advance;", f"    wire [{64 * circuit.generators - 1}:0] x;"]
    zero = []
    for k in range(circuit.generators):
        part = f"[{64 * k + 63}:{64 * k}]"
        zero.append(f"~|seed{part}")
        stream, group = circuit.streams[k // groups], k % groups
        lines.append(
            f"    {name}_generator #(.CHAINS({circuit.chains})) stream{stream}_group{group} (\n"
            f"        .clk(clk), .load(load), .step(step), .seed(seed{part}), .x(x{part}));"
        )
    lines.append(f"    wire refuse = |{concatenation(zero)};")
    if circuit.architecture == "parallel":
        lines.append(f"    wire [{width - 1}:0] present, stall;")
        lines += _chances(circuit, "present", 1, circuit.density)
        lines += _chances(circuit, "stall", 9, circuit.stall)
    return lines


def _chances(circuit: Circuit, signal: str, first: int, level: int) -> list[str]:
    """Bits that are 1 with a probability of level / 256, from eight streams."""
    width, groups = GROUP * circuit.groups, circuit.groups
    if level in {0, FULL}:
        return [f"    assign {signal} = {{{width}{{1'b{int(level == FULL)}}}}};"]
    place = circuit.streams.index(first)
    lines = []
    for group in range(groups):
        words = [f"x[{64 * (k * groups + group)} +: 64]" for k in range(place, place + 8)]
        lines.append(
            f"    {circuit.name}_chance #(.LEVEL(9'd{level})) {signal}{group} "
            f"(.x({concatenation(words)}), .below({signal}[{64 * group} +: 64]));"
        )
    return lines


def _core(circuit: Circuit) -> list[str]:
    """The network, the checker, the schedule and the control."""
    name = circuit.name
    delay = latency(circuit)
    wait = unsigned_bits(delay)
    chain = unsigned_bits(circuit.chains - 1)
    seen = ".missed(missed), .word(word)" if circuit.follows else ".m(m)"
    return [
        f"    wire [{circuit.pbits - 1}:0] m;",
        *(_walking(circuit) if circuit.architecture == "inputs" else _moving(circuit)),
        f"    wire [{len(circuit.pins) - 1}:0] answer;",
        f"    {name}_check check (.clk(clk), {seen}, .hold(hold), .value(value), .right(right), "
        ".strict(strict), .answer(answer));",
        "    wire hit = strict_only ? strict : right;",
        f"    {name}_control #(.COUNT({circuit.count}), .WAIT({wait}), "
        f".LATENCY({wait}'d{delay}), .CHAIN({chain}), .LAST({chain}'d{circuit.chains - 1}))",
        "    control (.clk(clk), .reset(reset), .start(start), .refuse(refuse), .hit(hit), "
        ".free_run(free_run), .limit(limit),",
        "        .load(load), .chain(chain), .step(step), .advance(advance), .busy(busy), "
        ".checked(checked), .refused(refused),",
        "        .found(found), .cycles(cycles), .winner(winner));",
    ]


def _moving(circuit: Circuit) -> list[str]:
    """P-bits of the model's spins, and their schedule."""
    name, width = circuit.name, GROUP * circuit.groups
    table = "".join(f", .{x}({x})" for x in TABLE_PORTS) if circuit.registers else ""
    return [
        f"    wire [{circuit.noise_bits - 1}:0] n;",
        f"    wire [{circuit.i0_bits - 1}:0] i0;",
        *(_followed(circuit) if circuit.follows else []),
        f"    {name}_schedule schedule (.clk(clk), .load(load), .advance(advance), .n(n), "
        f".i0(i0){table});",
        f"    {name}_network network (.clk(clk), .load(load), .step(step), "
        f".first(seed[{width - 1}:0]), .r(x[{width - 1}:0]),",
        f"        .held(held), .value(held_value), {_MOVED_BY[circuit.architecture]}, .m(m));",
        *_others(circuit),
    ]


def _followed(circuit: Circuit) -> list[str]:
    """What is known of a state at once, its nets following from its inputs."""
    return [f"    wire [{len(circuit.pins) - 1}:0] word;", "    wire missed;"]


def _others(circuit: Circuit) -> list[str]:
    if circuit.architecture == "gibbs":
        return ["    wire unused = &{1'b0, n};"]
    if circuit.architecture == "staged":
        return ["    wire unused = &{1'b0, m};"]
    return []


def _walking(circuit: Circuit) -> list[str]:
    """P-bits of the inputs, which have no schedule."""
    return [
        *_followed(circuit),
        f"    {circuit.name}_network network (.clk(clk), .load(load), .step(step), "
        f".first(seed[{circuit.pbits - 1}:0]), .r(x),",
        "        .held(held), .value(held_value), .m(m), .word(word), .missed(missed));",
        "    wire unused = &{1'b0, advance, m};",
    ]


_MOVED_BY = {
    "parallel": ".present(present), .stall(stall), .n(n), .i0(i0)",
    "gibbs": ".level(i0)",
    "staged": ".n(n), .i0(i0), .word(word), .missed(missed)",
}


def _answers(circuit: Circuit) -> list[str]:
    """Registers that follow the checked states and keep the first right one."""
    width = len(circuit.pins)
    outputs = concatenation(list(circuit.labels))
    return [
        f"    reg  [{width - 1}:0] kept;   // the state last checked, or the first right one",
        "    always @(posedge clk) if (checked & ~found) kept <= answer;",
        f"    assign {outputs} = kept;",
    ]
