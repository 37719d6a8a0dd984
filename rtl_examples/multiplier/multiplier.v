// Multiplies two numbers of W bits. Run backwards it factors.
module multiplier #(
    parameter W = 4
) (
    input  [W-1:0]   a,
    input  [W-1:0]   b,
    output [2*W-1:0] p
);
    // One operator: the compiler knows better than we do which array costs the fewest spins.
    assign p = a * b;
endmodule
