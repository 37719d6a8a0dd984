// xorshift64 (Marsaglia 2003; shifts 13, 7, 17): one generator for 64 p-bits, bit s for p-bit s.
//
// `x` is already the state of the coming cycle, so that noise comes straight from flip-flops.
// With several interleaved chains each has a state of its own; the one at `x` is next.
module DESIGN_generator #(
    parameter CHAINS = 1
) (
    input  wire        clk,
    input  wire        load,   // a chain starts from `seed`, which must not be 0
    input  wire        step,
    input  wire [63:0] seed,
    output wire [63:0] x
);
    generate
        if (CHAINS == 1) begin : one
            reg  [63:0] state;
            wire [63:0] y = load ? seed : state;
            wire [63:0] a = y ^ {y[50:0], 13'd0};
            wire [63:0] b = a ^ {7'd0, a[63:7]};
            always @(posedge clk) if (load | step) state <= b ^ {b[46:0], 17'd0};
            assign x = state;
        end else begin : several
            // One of the registers of the ring is in the midst of the step.
            reg  [64*(CHAINS-1)-1:0] states;
            reg  [63:0] b;
            wire [63:0] y = load ? seed : x;
            wire [63:0] a = y ^ {y[50:0], 13'd0};
            wire [63:0] c = b ^ {b[46:0], 17'd0};
            assign x = states[64*(CHAINS-1)-1 -: 64];
            always @(posedge clk) if (load | step) b <= a ^ {7'd0, a[63:7]};
            if (CHAINS == 2) begin : two
                always @(posedge clk) if (load | step) states <= c;
            end else begin : more
                always @(posedge clk) if (load | step) states <= {states[64*(CHAINS-2)-1:0], c};
            end
        end
    endgenerate
endmodule
