// right: a = -8 gives y = 8 (the inner net wraps to 4 bits, then is extended)
module nn2(input signed [3:0] a, output signed [7:0] y); wire signed [3:0] n; assign n = -a; assign y = -n; endmodule
