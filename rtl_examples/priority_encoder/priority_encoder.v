// Index of the highest of W requests; W is a power of two.
module priority_encoder #(
    parameter W = 8
) (
    input      [W-1:0]         request,
    output reg [$clog2(W)-1:0] index,
    output                     valid  // tells "request 0" from "no request", both index 0
);
    integer i;

    // Every later assignment overrides the earlier ones, so the highest request wins.
    // The default at the top keeps this combinational: index is assigned on every path.
    always @* begin
        index = 0;
        for (i = 1; i < W; i = i + 1)
            if (request[i])
                index = i;
    end

    assign valid = |request;
endmodule
