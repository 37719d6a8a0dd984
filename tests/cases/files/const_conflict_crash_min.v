// right: error, y is driven twice
module e1(input a, output y); assign y = 1'b1; assign y = a; endmodule
