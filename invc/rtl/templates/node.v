// A p-bit: a saturating accumulator adds up its field and noise, and its sign is the state.
//
//     itanh <= clip(itanh + field + noise, -i0, i0 - 1)      noise = n, -n or 0
//     m      = itanh is not negative, or what the p-bit is held at
//
// With several interleaved chains, `itanh` is a line of accumulators: the youngest gives m, and the
// oldest meets its field, which has come through the pipeline meanwhile.
module DESIGN_node #(
    parameter CHAINS = 1,
    parameter FIELD  = 6,           // bits of the field
    parameter ITANH  = 5,           // bits of the accumulator
    parameter LIMIT  = 5,           // bits of i0, which is unsigned
    parameter NOISE  = 4,           // bits of n, which is unsigned
    parameter SUM    = 8            // bits of the sum of all three
) (
    input  wire                    clk,
    input  wire                    load,     // start: the accumulator is 0 or -1, by `first`
    input  wire                    first,
    input  wire                    step,
    input  wire                    held,     // the p-bit is clamped at `value`
    input  wire                    value,
    input  wire                    r,        // 1: noise n, 0: noise -n
    input  wire                    present,  // 0: no noise in this cycle
    input  wire                    stall,    // 1: the accumulator waits
    input  wire        [NOISE-1:0] n,
    input  wire        [LIMIT-1:0] i0,
    input  wire signed [FIELD-1:0] field,
    output wire                    m
);
    reg  [ITANH*CHAINS-1:0] line;
    wire signed [ITANH-1:0] itanh = line[ITANH*CHAINS-1 -: ITANH];
    assign m = held ? value : ~line[ITANH-1];

    wire signed [SUM-1:0] size  = $signed({{(SUM-NOISE){1'b0}}, n});
    wire signed [SUM-1:0] noise = ~present ? {SUM{1'b0}} : r ? size : -size;
    wire signed [SUM-1:0] sum   = {{(SUM-ITANH){itanh[ITANH-1]}}, itanh}
                                + {{(SUM-FIELD){field[FIELD-1]}}, field} + noise;
    wire signed [SUM-1:0] low   = -$signed({{(SUM-LIMIT){1'b0}}, i0});
    wire signed [SUM-1:0] high  = ~low;      // i0 - 1
    wire signed [SUM-1:0] clip  = sum > high ? high : sum < low ? low : sum;
    wire        [ITANH-1:0] next = load ? {ITANH{~first}} : stall ? itanh : clip[ITANH-1:0];

    generate
        if (CHAINS == 1) begin : one
            always @(posedge clk) if (load | step) line <= next;
        end else begin : several
            always @(posedge clk) if (load | step) line <= {line[ITANH*(CHAINS-1)-1:0], next};
        end
    endgenerate
    wire unused = &{1'b0, clip[SUM-1:ITANH]};
endmodule
