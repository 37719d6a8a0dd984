// right: any s has exactly one x, so simulate --clamp y=... finds one at once (W answers)
module barrel #(parameter W = 64, S = 6) (input [W-1:0] x, input [S-1:0] s, output [W-1:0] y);
  wire [2*W-1:0] d = {x, x} << s;
  assign y = d[2*W-1:W];
endmodule
