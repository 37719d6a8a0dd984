// For each of 64 p-bits: is a random number of eight bits below LEVEL? One bit of each of eight
// generators makes a number, that of the first being the highest.
module DESIGN_chance #(
    parameter [8:0] LEVEL = 9'd128
) (
    input  wire [8*64-1:0] x,
    output wire [63:0]     below
);
    genvar s;
    generate
        for (s = 0; s < 64; s = s + 1) begin : pbit
            wire [7:0] number = {x[s], x[64+s], x[128+s], x[192+s],
                                 x[256+s], x[320+s], x[384+s], x[448+s]};
            assign below[s] = {1'b0, number} < LEVEL;
        end
    endgenerate
endmodule
