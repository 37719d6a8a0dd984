// With how many groups of K ones do random bits begin, the lowest first?
module DESIGN_ones #(
    parameter K = 1
) (
    input  wire [7*K-1:0] r,
    output reg  [2:0]     count
);
    wire [6:0] all;
    genvar g;
    generate
        for (g = 0; g < 7; g = g + 1) begin : groups
            assign all[g] = &r[g*K +: K];
        end
    endgenerate
    always @*
        if      (~all[0]) count = 3'd0;
        else if (~all[1]) count = 3'd1;
        else if (~all[2]) count = 3'd2;
        else if (~all[3]) count = 3'd3;
        else if (~all[4]) count = 3'd4;
        else if (~all[5]) count = 3'd5;
        else if (~all[6]) count = 3'd6;
        else              count = 3'd7;
endmodule
