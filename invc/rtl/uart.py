"""A circuit behind a serial line, so that a board answers questions: see `invc.rtl.chip`.

Bytes are commands. `W` is followed by all inputs, as many bytes as they take, the highest bits of
the last input first; `G` starts a run, at whose end all outputs come back in the same order; `X`
ends a run; `I` asks for eight bytes that say which circuit it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from invc.rtl.pins import Signal, signals
from invc.rtl.verilog import unsigned_bits

WRITE, START, END, WHO = b"WGXI"
IDENTITY = 8  # bytes
OWN = ("clk", "reset", "start", "busy")
LEAST_DIVIDER = 4


@dataclass(frozen=True)
class Wire:
    """The bits that go through a serial line.

    Attributes:
        inputs: What a host writes, the first lowest.
        outputs: What it gets back.
    """

    inputs: tuple[Signal, ...]
    outputs: tuple[Signal, ...]

    @property
    def taken(self) -> int:
        """Bytes that the host sends for all inputs."""
        return -(-sum(s.width for s in self.inputs) // 8)

    @property
    def given(self) -> int:
        """Bytes that the host is sent for all outputs."""
        return -(-sum(s.width for s in self.outputs) // 8)


def wire_of(chip: str) -> Wire:
    """The bits of a circuit, from the text of its top module."""
    every = [signal for signal in signals(chip) if signal.name not in OWN]
    return Wire(
        tuple(s for s in every if s.direction == "input"),
        tuple(s for s in every if s.direction == "output"),
    )


def write_uart(name: str, chip: str, identity: int, divider: int) -> str:
    """The module that has a serial line and nothing else.

    Args:
        name: Name of the design.
        chip: The text of its top module.
        identity: What `I` is answered with, 64 bits.
        divider: Clocks of a bit.
    """
    wire = wire_of(chip)
    taken, given = 8 * wire.taken, 8 * wire.given
    inputs, outputs = (sum(s.width for s in some) for some in (wire.inputs, wire.outputs))
    count = unsigned_bits(max(wire.taken, wire.given, IDENTITY))
    width = unsigned_bits(divider)
    reply = max(given, 8 * IDENTITY)
    spare = taken - inputs
    ports = ", ".join(f".{s.name}({s.name})" for s in (*wire.inputs, *wire.outputs))
    padding = [f"{given - outputs}'d0"] if given > outputs else []
    listed = ", ".join(s.name for s in reversed(wire.outputs))
    identified = _aligned([f"64'h{identity:016x}"], reply - 8 * IDENTITY)
    answered = _aligned([*padding, listed], reply - given)
    wires = "\n".join(
        f"    wire [{s.width - 1}:0] {s.name};" for s in (*wire.inputs, *wire.outputs)
    )
    unused = f"    wire unused = &{{1'b0, taken[{taken - 1}:{inputs}]}};\n" if spare else ""
    return f"""\
// {name} behind a serial line, 8N1, {divider} clocks a bit.
//
// W and {wire.taken} bytes: all inputs, the highest bits of the last one first. G: start; when the
// run is over, {wire.given} bytes come back, all outputs likewise. X: end it now. I: which circuit?
module {name}_uart (
    input  wire clk,
    input  wire reset,
    input  wire rx,
    output wire tx
);
    wire received, idle, busy;
    wire [7:0] byte_in;
    reg  [{taken - 1}:0] taken;
    reg  [{reply - 1}:0] reply;
    reg  [{count - 1}:0] coming, going;   // bytes to come and to go
    reg  start, running, stop;
    wire send = (going != {count}'d0) & idle;
{wires}
    assign {{{", ".join(s.name for s in reversed(wire.inputs))}}} = taken[{inputs - 1}:0];

    {name}_serial #(.WIDTH({width}), .DIVIDER({width}'d{divider})) serial (
        .clk(clk), .reset(reset), .rx(rx), .tx(tx), .received(received), .taken(byte_in),
        .send(send), .given(reply[{reply - 1}:{reply - 8}]), .idle(idle));

    always @(posedge clk) begin
        start <= 1'b0;
        stop  <= 1'b0;
        if (received & (coming != {count}'d0)) begin
            taken  <= {{taken[{taken - 9}:0], byte_in}};
            coming <= coming - 1;
        end else if (received)
            case (byte_in)
                8'd{WRITE}: coming <= {count}'d{wire.taken};
                8'd{START}: start <= 1'b1;
                8'd{END}: stop <= 1'b1;
                8'd{WHO}: begin
                    reply <= {identified};
                    going <= {count}'d{IDENTITY};
                end
                default: ;
            endcase
        // A start that was refused is a run that is over.
        running <= start | (running & busy);
        if (running & ~busy & ~start) begin
            reply <= {answered};
            going <= {count}'d{wire.given};
        end else if (send) begin
            reply <= {{reply[{reply - 9}:0], 8'd0}};
            going <= going - 1;
        end
        if (reset) begin
            coming  <= {count}'d0;
            going   <= {count}'d0;
            running <= 1'b0;
        end
    end
{unused}\
    {name}_chip chip_of (
        .clk(clk), .reset(reset | stop), .start(start), .busy(busy),
        {ports});
endmodule
"""


def _aligned(parts: list[str], rest: int) -> str:
    """Bits at the upper end of a vector that has some more."""
    spare = [f"{rest}'d0"] if rest else []
    return f"{{{', '.join([*parts, *spare])}}}"
