// right: "net 'm' is driven twice", naming m and its line
module t (input [1:0] a, input s, output [1:0] y);
  reg [1:0] m;
  always @* m = a;
  always @* if (s) m = ~a;
  assign y = m;
endmodule
