"""The gibbs architecture: heat-bath p-bits, those of one colour in each clock."""

from __future__ import annotations

from invc.pbits.accumulator.registers import GROUP
from invc.rtl.checker import write_checker
from invc.rtl.circuit import Circuit
from invc.rtl.fields import Field, fields_of, one_sum
from invc.rtl.heatbath import ONE, PRECISION, Colouring, likelihoods
from invc.rtl.parallel import network_head, scalars, write_top
from invc.rtl.table import write_schedule
from invc.rtl.verilog import concatenation, signed_bits, template, unsigned, unsigned_bits


def gibbs_files(circuit: Circuit) -> dict[str, str]:
    """The modules of a gibbs circuit by the names of their files, leaves first."""
    name = circuit.name
    return {
        f"{name}_generator.v": template("generator", name),
        f"{name}_tanh.v": _write_table(circuit),
        f"{name}_heat.v": template("heat", name),
        f"{name}_network.v": _write_network(circuit),
        f"{name}_check.v": write_checker(circuit),
        f"{name}_schedule.v": write_schedule(circuit),
        f"{name}_control.v": template("control", name),
        f"{name}_chip.v": write_top(circuit),
    }


def _field_bits(fields: tuple[Field, ...]) -> int:
    """Bits that hold every field and its negative."""
    largest = max(max(map(abs, field.range)) for field in fields)
    return signed_bits(-largest, largest)


def _write_table(circuit: Circuit) -> str:
    """The module that tells how likely a p-bit is at 1, by the size of its field."""
    fields = fields_of(circuit.design.model)
    sizes = sorted({abs(value) for field in fields for value in _values(field)})
    bits, level = _field_bits(fields), circuit.i0_bits
    lines = []
    for k, beta in enumerate(circuit.betas):
        likely = likelihoods(beta, max(sizes))
        for size in sizes:
            if likely[size] != ONE:
                at = f"{{{unsigned(k, level)}, {unsigned(size, bits)}}}"
                lines.append(f"        {at}: likely = {unsigned(likely[size], PRECISION + 1)};")
    return (
        "\n".join(
            [
                "// (1 + tanh(beta size)) / 2 in parts of 2**BITS, for sizes of fields at",
                f"// beta {', '.join(f'{beta:.4g}' for beta in circuit.betas)}.",
                f"module {circuit.name}_tanh #(",
                f"    parameter FIELD = {bits},",
                f"    parameter BITS  = {PRECISION},",
                f"    parameter LEVEL = {level}",
                ") (",
                "    input  wire [FIELD-1:0] size,",
                "    input  wire [LEVEL-1:0] level,",
                "    output reg  [BITS:0]    likely",
                ");",
                "    always @* case ({level, size})",
                *lines,
                f"        default: likely = {unsigned(ONE, PRECISION + 1)};",
                "    endcase",
                "endmodule",
            ]
        )
        + "\n"
    )


def _values(field: Field) -> set[int]:
    """The values that a field can have."""
    sums = {field.base}
    for term in field.terms:
        sums |= {total + term.weight for total in sums}
    return {(total << field.shift) + field.rest for total in sums}


def _write_network(circuit: Circuit) -> str:
    """The p-bits: a register each, and what moves those of a colour."""
    colouring = Colouring(circuit.design.model)
    fields = fields_of(circuit.design.model)
    width, bits = GROUP * circuit.groups, _field_bits(fields)
    colour = unsigned_bits(colouring.colours - 1)
    body: list[str] = []
    for spin, field in enumerate(fields):
        body += one_sum(field, f"sum{spin}")
        own = field.bits + field.shift
        whole = field.whole(f"sum{spin}")
        body.append(
            f"    wire signed [{bits - 1}:0] field{spin} = "
            f"{_extended(whole, f'sum{spin}[{field.bits - 1}]', own, bits)};"
        )
    for lane in range(colouring.lanes):
        body += _lane(circuit, colouring, lane, bits)
    used = colouring.lanes * PRECISION
    lines = [
        f"// The p-bits of {circuit.name}, {colouring.colours} colours: in each clock those of one "
        "move, in lanes that all colours share.",
        f"module {circuit.name}_network (",
        *network_head(circuit, ["first", "r"]),
        f"    input  wire [{circuit.i0_bits - 1}:0] level,   // of temperature",
        "    output wire [" + f"{circuit.spins - 1}:0] m",
        ");",
        *scalars(circuit.spins),
        f"    reg  [{colour - 1}:0] colour;",
        "    always @(posedge clk)",
        f"        if (load) colour <= {colour}'d0;",
        f"        else if (step) colour <= colour == {unsigned(colouring.colours - 1, colour)} ? "
        f"{colour}'d0 : colour + {colour}'d1;",
        *body,
        *_registers(circuit, colouring, width),
        f"    assign m = {concatenation([f'm{k}' for k in range(circuit.spins)])};",
        f"    wire unused = &{{1'b0, first, r{f'[{width - 1}:{used}]' if used < width else ''}}};",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"


def _extended(text: str, sign: str, own: int, bits: int) -> str:
    if own == bits:
        return text
    return f"{{{{{bits - own}{{{sign}}}}}, {text}}}"


def _lane(circuit: Circuit, colouring: Colouring, lane: int, bits: int) -> list[str]:
    """What moves one p-bit of each colour."""
    colour = unsigned_bits(colouring.colours - 1)
    spins = [(c, row[lane]) for c, row in enumerate(colouring.spins) if lane < len(row)]
    cases = [f"        {unsigned(c, colour)}: lane{lane} = field{s};" for c, s in spins[:-1]]
    return [
        f"    reg  signed [{bits - 1}:0] lane{lane};",
        "    always @* case (colour)",
        *cases,
        f"        default: lane{lane} = field{spins[-1][1]};",
        "    endcase",
        f"    wire up{lane};",
        f"    {circuit.name}_heat #(.FIELD({bits}), .BITS({PRECISION}), "
        f".LEVEL({circuit.i0_bits})) heat{lane} (",
        f"        .field(lane{lane}), .level(level), "
        f".u(r[{PRECISION * lane + PRECISION - 1}:{PRECISION * lane}]), .up(up{lane}));",
    ]


def _registers(circuit: Circuit, colouring: Colouring, width: int) -> list[str]:
    lines, moved = [], []
    colour = unsigned_bits(colouring.colours - 1)
    for c, row in enumerate(colouring.spins):
        moved.append(f"        if (step & (colour == {unsigned(c, colour)})) begin")
        moved += [f"            q{spin} <= up{lane};" for lane, spin in enumerate(row)]
        moved.append("        end")
    for spin in range(circuit.spins):
        lines.append(f"    reg  q{spin};")
        lines.append(f"    assign m{spin} = held[{spin}] ? value[{spin}] : q{spin};")
    start = [f"            q{spin} <= first[{spin % width}];" for spin in range(circuit.spins)]
    return [
        *lines,
        "    always @(posedge clk) begin",
        *moved,
        "        if (load) begin",
        *start,
        "        end",
        "    end",
    ]
