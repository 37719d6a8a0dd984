// A serial line, 8N1: bytes in and out, each bit DIVIDER clocks long.
module DESIGN_serial #(
    parameter WIDTH = 10,                 // bits of DIVIDER
    parameter [WIDTH-1:0] DIVIDER = 104   // clocks of a bit, at least 4
) (
    input  wire       clk,
    input  wire       reset,
    input  wire       rx,
    output wire       tx,
    output reg        received,   // `taken` is new
    output reg  [7:0] taken,
    input  wire       send,       // send `given`, where the line is idle
    input  wire [7:0] given,
    output wire       idle
);
    localparam [WIDTH-1:0] LAST = DIVIDER - 1;
    localparam [WIDTH-1:0] HALF = DIVIDER / 2;

    // In: a bit is looked at in its middle. The line is not of this clock, hence two flip-flops.
    reg  [1:0]       line;
    reg  [3:0]       in_left;             // bits to come, the stop bit too
    reg  [WIDTH-1:0] in_time;
    wire in_middle = in_time == {WIDTH{1'b0}};
    always @(posedge clk) begin
        line     <= {line[0], rx};
        received <= 1'b0;
        if (in_left == 4'd0) begin
            if (~line[1]) begin
                in_left <= 4'd10;
                in_time <= HALF;
            end
        end else if (in_middle) begin
            in_time <= LAST;
            in_left <= in_left - 4'd1;
            if (in_left == 4'd10) begin
                if (line[1]) in_left <= 4'd0;             // no start bit after all
            end else if (in_left == 4'd1)
                received <= line[1];
            else
                taken <= {line[1], taken[7:1]};
        end else
            in_time <= in_time - 1;
        if (reset) begin
            line    <= 2'b11;
            in_left <= 4'd0;
        end
    end

    // Out: a start bit, eight bits from the lowest on, a stop bit.
    reg  [9:0]       out;
    reg  [3:0]       out_left;
    reg  [WIDTH-1:0] out_time;
    assign idle = out_left == 4'd0;
    assign tx   = idle | out[0];
    always @(posedge clk) begin
        if (idle) begin
            if (send) begin
                out      <= {1'b1, given, 1'b0};
                out_left <= 4'd10;
                out_time <= LAST;
            end
        end else if (out_time == {WIDTH{1'b0}}) begin
            out      <= {1'b1, out[9:1]};
            out_left <= out_left - 4'd1;
            out_time <= LAST;
        end else
            out_time <= out_time - 1;
        if (reset) out_left <= 4'd0;
    end
endmodule
