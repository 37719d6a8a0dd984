// A linear feedback shift register of 64 bits: x^64 + x^63 + x^61 + x^60 + 1. Any seed may be in it.
module lfsr (
    input clk,
    output out
);
  reg [63:0] state;
  always @(posedge clk) state <= {state[62:0], state[63] ^ state[62] ^ state[60] ^ state[59]};
  assign out = state[63];
endmodule
