"""The sparse architecture: some p-bits at a time, their couplings from a memory."""

from __future__ import annotations

from collections.abc import Sequence

from invc.rtl.checker import latency, places, write_checker
from invc.rtl.circuit import Circuit
from invc.rtl.layout import Layout
from invc.rtl.parallel import port_lines
from invc.rtl.table import TABLE_PORTS, table_ports, write_schedule
from invc.rtl.verilog import concatenation, signed_bits, template, unsigned, unsigned_bits

MODULES = ("pool", "walker", "lane", "steps")


def sparse_files(circuit: Circuit) -> dict[str, str]:
    """The modules and memories of a sparse circuit by the names of their files, leaves first."""
    name, layout = circuit.name, Layout(circuit)
    files = {f"{name}_{module}.v": template(module, name) for module in MODULES}
    for kind in ("couplings", "rows"):
        files[f"{name}_{kind}.v"] = template("memory", name).replace("KIND", kind)
    files[f"{name}_check.v"] = write_checker(circuit)
    files[f"{name}_schedule.v"] = write_schedule(circuit)
    files[f"{name}_chip.v"] = _write_top(layout)
    width = layout.lanes * layout.entry_bits + 1
    files[f"{name}_couplings.mem"] = _memory(layout.coupling_words(), width)
    files[f"{name}_rows.mem"] = _memory(layout.row_words(), layout.lanes * layout.row_bits)
    return files


def _memory(words: Sequence[int], width: int) -> str:
    digits = -(-width // 4)
    return "".join(f"{word:0{digits}x}\n" for word in words)


def _write_top(layout: Layout) -> str:
    circuit = layout.circuit
    name, count = circuit.name, circuit.count
    lines = [
        f"// {name} as invertible logic: {circuit.spins} stochastic-computing p-bits,",
        f"// {layout.lanes} at a time, a step taking {layout.clocks} clocks.",
        "// See README.md for its ports.",
        f"module {name}_chip (",
        "    input  wire clk,",
        "    input  wire reset,",
        "    input  wire start,",
        "    input  wire free_run,      // go on after the first right state",
        "    input  wire seed_write,    // set the seed of a group of 64 p-bits, before the start",
        f"    input  wire [{layout.group_bits - 1}:0] seed_address,",
        "    input  wire [63:0] seed,",
        *(["    input  wire strict_only,"] if circuit.strict else []),
        f"    input  wire [{count - 1}:0] limit,    // cycles, at most",
        *table_ports(circuit),
        *port_lines(circuit),
        "    output wire busy,",
        "    output wire refused,       // a seed was 0 or not set",
        "    output wire checked,       // there is a verdict",
        "    output wire right,",
        *(["    output wire strict,"] if circuit.strict else []),
        "    output wire found,",
        f"    output wire [{count - 1}:0] cycles    // updates before the first right state",
        ");",
        *_control(layout),
        *_clamps(layout),
        *_memories(layout),
        *_lanes(layout),
        *_check(layout),
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _control(layout: Layout) -> list[str]:
    circuit, name = layout.circuit, layout.circuit.name
    pins = unsigned_bits(len(circuit.pins) - 1)
    groups = circuit.groups
    table = "".join(f", .{x}({x})" for x in TABLE_PORTS) if circuit.registers else ""
    return [
        f"    reg  [{groups - 1}:0] missing;   // groups that have no seed",
        f"    initial missing = {{{groups}{{1'b1}}}};",
        "    always @(posedge clk) if (seed_write) missing[seed_address] <= ~|seed;",
        "    wire load, clamping, fresh, first, draw, walk, clear, advance, half, turn, settled;",
        "    wire finish, drawn, hit;",
        f"    wire [{pins - 1}:0] pin;",
        f"    {name}_steps #(.COUNT({circuit.count}), .DELAY({latency(circuit) + 1}), "
        f".PIN({pins}), .LAST_PIN({unsigned(len(circuit.pins) - 1, pins)})) steps (",
        "        .clk(clk), .reset(reset), .start(start), .refuse(|missing), .hit(hit), "
        ".free_run(free_run), .limit(limit),",
        "        .finish(finish), .drawn(drawn), .load(load), .clamping(clamping), .pin(pin), "
        ".fresh(fresh), .first(first),",
        "        .draw(draw), .walk(walk), .clear(clear), .advance(advance), .half(half), "
        ".turn(turn), .settled(settled),",
        "        .checked(checked), .busy(busy), .refused(refused), .found(found), "
        ".cycles(cycles));",
        f"    wire [{circuit.noise_bits - 1}:0] n;",
        f"    wire [{circuit.i0_bits - 1}:0] i0;",
        f"    {name}_schedule schedule (.clk(clk), .load(load), .advance(advance), .n(n), "
        f".i0(i0){table});",
    ]


def _clamps(layout: Layout) -> list[str]:
    """The clamps in a ring, whose lowest bit is taken in, and where it belongs."""
    circuit = layout.circuit
    width = len(circuit.pins)
    pin_bits = unsigned_bits(width - 1)
    labels = list(circuit.labels)
    bundle, lane = layout.bundle_bits, layout.lane_bits
    first = {pins[0] for pins in circuit.pins_of.values()}
    cases = []
    for k, pin in enumerate(circuit.pins):
        if pin.spin < 0:
            continue
        place = divmod(layout.position[pin.spin], layout.lanes)
        always = "1'b1" if pin in first else "hold[0]"
        cases.append(
            f"        {unsigned(k, pin_bits)}: {{taken, clamp_place, clamp_lane, flip}} = "
            f"{{{always}, {unsigned(place[0], bundle)}, {unsigned(place[1], lane)}, "
            f"1'b{pin.inverted}}};"
        )
    turn = f"hold[0], hold[{width - 1}:1]" if width > 1 else "hold"
    return [
        f"    reg  [{width - 1}:0] hold, value;   // the clamps of this run, the first port lowest",
        "    always @(posedge clk)",
        "        if (load) begin",
        f"            hold  <= {concatenation([f'{x}_hold' for x in labels])};",
        f"            value <= {concatenation([f'{x}_value' for x in labels])};",
        "        end else if (clamping) begin",
        f"            hold  <= {{{turn}}};",
        f"            value <= {{{turn.replace('hold', 'value')}}};",
        "        end",
        "    reg  taken, flip;",
        f"    reg  [{bundle - 1}:0] clamp_place;",
        f"    reg  [{lane - 1}:0] clamp_lane;",
        "    always @* case (pin)",
        *cases,
        f"        default: {{taken, clamp_place, clamp_lane, flip}} = {bundle + lane + 2}'d0;",
        "    endcase",
        "    wire [1:0] clamp = {hold[0], value[0] ^ flip};",
    ]


def _memories(layout: Layout) -> list[str]:
    circuit, name = layout.circuit, layout.circuit.name
    bundle, slot = layout.bundle_bits, unsigned_bits(layout.slots - 1)
    words, rows = layout.lanes * layout.entry_bits + 1, layout.lanes * layout.row_bits
    group = layout.group_bits
    return [
        f"    wire [{slot - 1}:0] slot;",
        f"    wire [{bundle - 1}:0] bundle, place;",
        "    wire write, valid;",
        f"    wire [{words - 1}:0] couplings;   // of the slot, a clock later",
        f"    wire [{rows - 1}:0] row;          // of its bundle, two clocks later",
        f"    wire last = couplings[{words - 1}];",
        f"    {name}_walker #(.SLOT({slot}), .LAST_SLOT({unsigned(layout.slots - 1, slot)}), "
        f".BUNDLE({bundle}), .LAST_BUNDLE({unsigned(layout.bundles - 1, bundle)})) walker (",
        "        .clk(clk), .clear(clear), .go(walk), .last(last), .slot(slot), .valid(valid), "
        ".bundle(bundle), .write(write),",
        "        .place(place), .finish(finish));",
        f"    {name}_couplings #(.WIDTH({words}), .DEPTH({layout.slots}), .ADDRESS({slot}))",
        "        coupling_memory (.clk(clk), .address(slot), .data(couplings));",
        f"    {name}_rows #(.WIDTH({rows}), .DEPTH({layout.bundles}), .ADDRESS({bundle}))",
        "        row_memory (.clk(clk), .address(bundle), .data(row));",
        "    wire noise_write;",
        f"    wire [{group - 1}:0] noise_place;",
        "    wire [63:0] noise_bits;",
        f"    {name}_pool #(.GROUPS({circuit.groups}), .GROUP({group}), "
        f".LAST({unsigned(circuit.groups - 1, group)})) pool (",
        "        .clk(clk), .clear(clear), .go(draw), .fresh(fresh), .seed_write(seed_write), "
        ".seed_address(seed_address),",
        "        .seed(seed), .write(noise_write), .place(noise_place), .bits(noise_bits), "
        ".done(drawn));",
    ]


def _lanes(layout: Layout) -> list[str]:
    circuit, name = layout.circuit, layout.circuit.name
    low = layout.lane_bits
    middle, high = low + layout.bundle_bits, layout.entry_bits
    i0, noise = circuit.most_i0, circuit.most_noise
    widest = max(layout.field_bits, circuit.itanh_bits, circuit.noise_bits + 1, circuit.i0_bits + 1)
    total = max(signed_bits(-i0 - noise, i0 + noise), widest) + 2
    spare = layout.bundles * layout.lanes - circuit.spins
    full = layout.lanes - spare
    entry, row, group = layout.entry_bits, layout.row_bits, layout.group_bits
    return [
        f"    wire [{layout.lanes - 1}:0] states_new;",
        "    genvar k;",
        f"    generate for (k = 0; k < {layout.lanes}; k = k + 1) begin : lane",
        f"        wire [{entry - 1}:0] entry = couplings[{entry}*k +: {entry}];",
        f"        wire [{row - 1}:0] base = row[{row}*k +: {row}];",
        f"        {name}_lane #(",
        f"            .LANES({layout.lanes}), .LANE({layout.lane_bits}), "
        f".BUNDLES({layout.bundles}), .BUNDLE({layout.bundle_bits}),",
        f"            .GROUP({group}), .WEIGHT({layout.weight_bits}), "
        f".BASE({layout.base_bits}), .FIELD({layout.field_bits}),",
        f"            .ITANH({circuit.itanh_bits}), .LIMIT({circuit.i0_bits}), "
        f".NOISE({circuit.noise_bits}), .SUM({total}), .SPARE(k >= {full})",
        "        ) pbits (",
        "            .clk(clk), .first(first), .half(half), .turn(turn), .bundle(bundle), "
        ".valid(valid), .last(last),",
        f"            .from_bundle(entry[{middle - 1}:{low}]), .from_lane(entry[{low - 1}:0]), "
        f".weight(entry[{high - 1}:{middle}]),",
        f"            .base(base[{row - 1}:{group + 6}]), .group(base[{group + 5}:6]), "
        ".spin(base[5:0]), .n(n), .i0(i0),",
        "            .clamp_write(clamping & taken & (clamp_lane == k)), "
        ".clamp_place(clamp_place), .clamp(clamp),",
        "            .noise_write(noise_write), .noise_place(noise_place), "
        ".noise_bits(noise_bits),",
        "            .write(write), .place(place), .states_new(states_new), "
        ".state_new(states_new[k]));",
        "    end endgenerate",
    ]


def _check(layout: Layout) -> list[str]:
    """Registers of the bits on ports, the checker, and the answer that is kept."""
    circuit, name = layout.circuit, layout.circuit.name
    place = places(circuit)
    width = len(circuit.pins)
    moved = []
    for spin, k in place.items():
        bundle, lane = divmod(layout.position[spin], layout.lanes)
        at = unsigned(bundle, layout.bundle_bits)
        moved.append(f"        if (write & (place == {at})) m[{k}] <= states_new[{lane}];")
    return [
        f"    reg  [{len(place) - 1}:0] m;   // the p-bits {'' if circuit.strict else 'on ports'}",
        "    always @(posedge clk) begin",
        *moved,
        "    end",
        f"    wire [{width - 1}:0] answer;",
        *([] if circuit.strict else ["    wire strict;"]),
        f"    assign hit = {'strict_only ? strict : ' if circuit.strict else ''}right;",
        f"    {name}_check check (.clk(clk), .m(m), .hold(hold), .value(value), .right(right), "
        ".strict(strict), .answer(answer));",
        f"    reg  [{width - 1}:0] kept;   // the state last checked, or the first right one",
        "    always @(posedge clk) if (checked & ~found) kept <= answer;",
        f"    assign {concatenation(list(circuit.labels))} = kept;",
        "    wire unused = &{1'b0, settled, strict};",
    ]
