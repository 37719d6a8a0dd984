module squarer #(parameter N = 16) (input [N-1:0] a, output [2*N-1:0] p);
    assign p = a * a;
endmodule
