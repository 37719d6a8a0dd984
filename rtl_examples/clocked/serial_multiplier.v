// Shift and add: a product of two W-bit numbers in W cycles after `start`.
module serial_multiplier #(
    parameter W = 6
) (
    input clk,
    input start,
    input [W-1:0] a,
    input [W-1:0] b,
    output reg [2*W-1:0] p
);
  reg [W-1:0] left;
  wire [W:0] sum = p[2*W-1:W] + (p[0] ? left : {W{1'b0}});
  always @(posedge clk)
    if (start) begin
      left <= a;
      p <= {{W{1'b0}}, b};
    end else p <= {sum, p[W-1:1]};
endmodule
