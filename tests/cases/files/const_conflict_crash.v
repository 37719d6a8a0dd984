// right: error, y is driven twice
module d2(input [1:0] a, output [3:0] y);
 assign y = 4'b1010;
 assign y[1:0] = a;
endmodule
