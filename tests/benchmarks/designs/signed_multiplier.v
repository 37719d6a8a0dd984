module signed_multiplier #(parameter N = 8) (
    input signed [N-1:0] a, b, output signed [2*N-1:0] p
);
    assign p = a * b;
endmodule
