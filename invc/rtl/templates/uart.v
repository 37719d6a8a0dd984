// DESIGN behind a serial line, 8N1, @DIVIDER@ clocks a bit.
//
// W and @TAKEN_BYTES@ bytes: all inputs, the highest bits of the last one first. G: start; when the
// run is over, @GIVEN_BYTES@ bytes come back, all outputs likewise. X: end it now. I: which circuit?
module DESIGN_uart (
    input  wire clk,
    input  wire reset,
    input  wire rx,
    output wire tx
);
    localparam TAKEN = @TAKEN@;   // bits of all inputs, in whole bytes
    localparam REPLY = @REPLY@;   // and of the longest reply
    localparam COUNT = @COUNT@;   // bits of a number of bytes
    localparam [COUNT-1:0] INPUTS = @TAKEN_BYTES@, OUTPUTS = @GIVEN_BYTES@, IDENTITY = @IDENTITY@;
    localparam [COUNT-1:0] NONE = {COUNT{1'b0}};
    wire received, idle, busy;
    wire [7:0] byte_in;
    reg  [TAKEN-1:0] taken;
    reg  [REPLY-1:0] reply;
    reg  [COUNT-1:0] coming, going;   // bytes to come and to go
    reg  start, running, stop;
    wire send = (going != NONE) & idle;
@WIRES@
    assign {@NAMES@} = taken[@INPUT_BITS@-1:0];

    DESIGN_serial #(.WIDTH(@WIDTH@), .DIVIDER(@WIDTH@'d@DIVIDER@)) serial (
        .clk(clk), .reset(reset), .rx(rx), .tx(tx), .received(received), .taken(byte_in),
        .send(send), .given(reply[REPLY-1:REPLY-8]), .idle(idle));

    always @(posedge clk) begin
        start <= 1'b0;
        stop  <= 1'b0;
        if (received & (coming != NONE)) begin
            taken  <= {taken[TAKEN-9:0], byte_in};
            coming <= coming - 1;
        end else if (received)
            case (byte_in)
                "W": coming <= INPUTS;
                "G": start <= 1'b1;
                "X": stop <= 1'b1;
                "I": begin
                    reply <= @IDENTIFIED@;
                    going <= IDENTITY;
                end
                default: ;
            endcase
        // A start that was refused is a run that is over.
        running <= start | (running & busy);
        if (running & ~busy & ~start) begin
            reply <= @ANSWERED@;
            going <= OUTPUTS;
        end else if (send) begin
            reply <= {reply[REPLY-9:0], 8'd0};
            going <= going - 1;
        end
        if (reset) begin
            coming  <= NONE;
            going   <= NONE;
            running <= 1'b0;
        end
    end
@UNUSED@    DESIGN_chip chip_of (
        .clk(clk), .reset(reset | stop), .start(start), .busy(busy),
        @CHIP_PORTS@);
endmodule
