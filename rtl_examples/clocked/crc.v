// A cyclic redundancy check, a bit a cycle: shift, and add the polynomial where a one leaves.
module crc #(
    parameter W = 16,
    parameter [W-1:0] POLY = 16'h1021
) (
    input clk,
    input start,
    input bit_in,
    output reg [W-1:0] sum
);
  always @(posedge clk)
    if (start) sum <= {W{1'b1}};
    else sum <= {sum[W-2:0], 1'b0} ^ (sum[W-1] ^ bit_in ? POLY : {W{1'b0}});
endmodule
