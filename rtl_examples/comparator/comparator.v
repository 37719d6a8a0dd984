// Compares two unsigned numbers of W bits: exactly one of the three outputs is 1.
module comparator #(
    parameter W = 4
) (
    input  [W-1:0] a,
    input  [W-1:0] b,
    output         lt,
    output         eq,
    output         gt
);
    assign lt = a < b;
    assign eq = a == b;
    // Whatever is neither less nor equal is greater: one gate instead of a second comparison.
    assign gt = ~(lt | eq);
endmodule
