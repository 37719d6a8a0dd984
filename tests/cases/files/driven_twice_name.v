// right: error names y[0] and both drivers
module c4(input a, b, output [1:0] y); assign y = {a,b}; assign y[0] = a^b; endmodule
