"""The schedule of a circuit as Verilog: constants, or registers that can be written."""

from __future__ import annotations

from invc.rtl.circuit import Circuit
from invc.rtl.verilog import unsigned, unsigned_bits

TABLE_PORTS = ("table_write", "table_address", "table_data", "table_last", "every")


def table_ports(circuit: Circuit) -> list[str]:
    """The inputs that set the table; none where it is constant."""
    if not circuit.registers:
        return []
    return [
        "    input  wire table_write,   // write an entry of the schedule",
        f"    input  wire [{entry_bits(circuit) - 1}:0] table_address,",
        f"    input  wire [{row_bits(circuit) - 1}:0] table_data,   // cycles - 1, i0, noise",
        f"    input  wire [{entry_bits(circuit) - 1}:0] table_last,    // its last entry",
        f"    input  wire [{circuit.count - 1}:0] every,   // noise in one cycle of so many",
    ]


def entry_bits(circuit: Circuit) -> int:
    """Bits of the number of an entry."""
    return unsigned_bits(len(circuit.schedule.entries) - 1)


def length_bits(circuit: Circuit) -> int:
    """Bits of the cycles of an entry, less 1."""
    if circuit.registers:
        return circuit.count
    return unsigned_bits(max(e.cycles for e in circuit.schedule.entries) - 1)


def row_bits(circuit: Circuit) -> int:
    """Bits of an entry in the table's memory."""
    return length_bits(circuit) + circuit.i0_bits + circuit.noise_bits


def rows(circuit: Circuit) -> list[int]:
    """The entries as words: cycles - 1, then i0, then the noise in the lowest bits."""
    low, high = circuit.noise_bits, circuit.noise_bits + circuit.i0_bits
    return [(e.cycles - 1) << high | e.i0 << low | e.noise for e in circuit.schedule.entries]


def write_schedule(circuit: Circuit) -> str:
    """The module that tells I0 and the weight of the noise in the coming cycle."""
    plain = len(circuit.schedule.entries) == 1 and circuit.schedule.every == 1
    body = _constant(circuit) if plain and not circuit.registers else _walking(circuit)
    return "\n".join([*_head(circuit), *body, "endmodule"]) + "\n"


def _head(circuit: Circuit) -> list[str]:
    ports = [line.split("//")[0].rstrip() for line in table_ports(circuit)]
    return [
        "// Saturation and weight of the noise in the coming cycle: a table that wraps.",
        f"module {circuit.name}_schedule (",
        "    input  wire clk,",
        "    input  wire load,",
        "    input  wire advance,",
        *ports,
        f"    output wire [{circuit.noise_bits - 1}:0] n,",
        f"    output wire [{circuit.i0_bits - 1}:0] i0",
        ");",
    ]


def _constant(circuit: Circuit) -> list[str]:
    (entry,) = circuit.schedule.entries
    return [
        f"    assign n  = {unsigned(entry.noise, circuit.noise_bits)};",
        f"    assign i0 = {unsigned(entry.i0, circuit.i0_bits)};",
        "    wire unused = &{1'b0, clk, load, advance};",
    ]


def _walking(circuit: Circuit) -> list[str]:
    entries, length, noise, i0 = (
        entry_bits(circuit),
        length_bits(circuit),
        circuit.noise_bits,
        circuit.i0_bits,
    )
    last = unsigned(len(circuit.schedule.entries) - 1, entries)
    one_entry = unsigned(1, entries)
    return [
        f"    reg  [{entries - 1}:0] entry;",
        f"    reg  [{length - 1}:0] left;      // cycles of this entry after this one",
        f"    wire enter = load | (left == {length}'d0);",
        f"    wire [{entries - 1}:0] last = {'table_last' if circuit.registers else last};",
        f"    wire [{entries - 1}:0] next = load | (enter & (entry == last)) ? {entries}'d0",
        f"        : enter ? entry + {one_entry} : entry;",
        *_rows(circuit),
        f"    reg  [{noise - 1}:0] weight;",
        *_saturation(circuit),
        "    always @(posedge clk) if (load | advance) begin",
        "        entry  <= next;",
        f"        left   <= enter ? row[{noise + i0 + length - 1}:{noise + i0}] : "
        f"left - {unsigned(1, length)};",
        f"        weight <= row[{noise - 1}:0];",
        *([f"        limit  <= row[{noise + i0 - 1}:{noise}];"] if _moves(circuit) else []),
        "    end",
        *_every(circuit),
    ]


def _moves(circuit: Circuit) -> bool:
    """Whether I0 is not the same in all entries."""
    return circuit.registers or len({e.i0 for e in circuit.schedule.entries}) > 1


def _saturation(circuit: Circuit) -> list[str]:
    bits = circuit.i0_bits
    if _moves(circuit):
        return [f"    reg  [{bits - 1}:0] limit;", "    assign i0 = limit;"]
    low = circuit.noise_bits
    return [
        f"    assign i0 = {unsigned(circuit.schedule.most_i0, bits)};",
        f"    wire unused = &{{1'b0, row[{low + bits - 1}:{low}]}};",
    ]


def _rows(circuit: Circuit) -> list[str]:
    bits, entries = row_bits(circuit), entry_bits(circuit)
    words = rows(circuit)
    if circuit.registers:
        return [
            f"    reg  [{bits - 1}:0] rows [0:{(1 << entries) - 1}];",
            "    initial begin",
            *(f"        rows[{k}] = {unsigned(word, bits)};" for k, word in enumerate(words)),
            "    end",
            "    always @(posedge clk) if (table_write) rows[table_address] <= table_data;",
            f"    wire [{bits - 1}:0] row = rows[next];",
        ]
    return [
        f"    reg  [{bits - 1}:0] row;",
        "    always @* case (next)",
        *(
            f"        {unsigned(k, entries)}: row = {unsigned(word, bits)};"
            for k, word in enumerate(words[:-1])
        ),
        f"        default: row = {unsigned(words[-1], bits)};",
        "    endcase",
    ]


def _every(circuit: Circuit) -> list[str]:
    noise, every = circuit.noise_bits, circuit.schedule.every
    if every == 1 and not circuit.registers:
        return ["    assign n = weight;"]
    bits = circuit.count if circuit.registers else unsigned_bits(every - 1)
    last = "every" if circuit.registers else unsigned(every - 1, bits)
    return [
        f"    reg  [{bits - 1}:0] tick;       // noise comes where it is 0",
        "    always @(posedge clk)",
        f"        if (load) tick <= {bits}'d0;",
        f"        else if (advance) tick <= tick == {last} ? {bits}'d0 : "
        f"tick + {unsigned(1, bits)};",
        f"    assign n = tick == {bits}'d0 ? weight : {noise}'d0;",
    ]
