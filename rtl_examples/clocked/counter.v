// A counter with a reset and an enable.
module counter #(
    parameter W = 4
) (
    input clk,
    input reset,
    input enable,
    output reg [W-1:0] count
);
  initial count = 0;
  always @(posedge clk)
    if (reset) count <= 0;
    else if (enable) count <= count + 1;
endmodule
