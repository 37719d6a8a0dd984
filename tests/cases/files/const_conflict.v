// right: error, y is driven twice (both lines named)
module c3(input a, b, output y);
 assign y = 1'b0;
 assign y = a & b;
endmodule
