// right: compiled (a small case), or refused with the line and a hint
module t (input [2:0] a, input [1:0] b, output [7:0] y);
  assign y = a ** b;
endmodule
