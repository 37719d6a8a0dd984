// right: 'simulate --clamp y=...' of a y that a forward run gave finds one of its many (a, b) at once
module fp_mantissa #(parameter W = 23) (input [W-1:0] a, b, output [W-1:0] y);
  wire [2*W+1:0] p = {1'b1, a} * {1'b1, b};
  assign y = p[2*W+1] ? p[2*W:W+1] : p[2*W-1:W];
endmodule
