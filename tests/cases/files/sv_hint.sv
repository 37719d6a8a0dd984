// right: compiled (`inside` is SystemVerilog and the file is .sv): p is 1 for 3 to 9 and 200
module inside1(input [7:0] v, output p); assign p = v inside {[8'd3:8'd9], 8'd200}; endmodule
