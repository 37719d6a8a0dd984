// Counts the ones in a word of W bits. Backwards it lists all words of a given weight.
module popcount #(
    parameter W = 8
) (
    input      [W-1:0]           x,
    output reg [$clog2(W+1)-1:0] count  // holds 0 to W, which is W + 1 values
);
    integer i;

    // The loop is unrolled when it is compiled: it describes W additions, not W steps in time.
    always @* begin
        count = 0;
        for (i = 0; i < W; i = i + 1)
            count = count + x[i];
    end
endmodule
