// The square root of a number of 2 W bits, rounded down, and what remains: x = root^2 + rest.
// It is the school's method, two bits at a time. Backwards it squares.
module isqrt #(
    parameter W = 4
) (
    input  [2*W-1:0]   x,
    output reg [W-1:0] root,
    output [W:0]       rest  // at most 2 * root
);
    reg [W+1:0] left;
    integer i;

    always @* begin
        root = 0;
        left = 0;
        for (i = W - 1; i >= 0; i = i - 1) begin
            left = {left[W-1:0], x[2*i +: 2]};
            // (2 root + 1)^2 = 4 root^2 + (4 root + 1): one more bit of the root costs that much.
            if (left >= {root, 2'b01}) begin
                left = left - {root, 2'b01};
                root = {root[W-2:0], 1'b1};
            end else
                root = {root[W-2:0], 1'b0};
        end
    end

    assign rest = left[W:0];
endmodule
