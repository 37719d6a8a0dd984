module adder #(parameter N = 32) (input [N-1:0] a, b, output [N:0] s);
    assign s = a + b;
endmodule
