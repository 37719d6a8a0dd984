// Adds two numbers of W bits; the carry is the top bit of the sum, so nothing overflows.
module adder #(
    parameter W = 4
) (
    input  [W-1:0] a,
    input  [W-1:0] b,
    output [W:0]   sum
);
    // The left side has W + 1 bits, so Verilog adds in W + 1 bits and keeps the carry.
    assign sum = a + b;
endmodule
