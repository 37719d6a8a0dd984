// Rounds of additions, rotations and exclusive ors, as in ciphers and hashes: from y back to x and k.
module arx #(parameter ROUNDS = 2) (input [15:0] x, k, output [15:0] y);
    wire [7:0] low [0:ROUNDS], high [0:ROUNDS];
    assign {high[0], low[0]} = x;
    genvar r;
    generate
        for (r = 0; r < ROUNDS; r = r + 1) begin : round
            wire [7:0] sum = {high[r][2:0], high[r][7:3]} + low[r];
            assign high[r + 1] = sum ^ (r & 1 ? k[15:8] : k[7:0]);
            assign low[r + 1] = {low[r][5:0], low[r][7:6]} ^ high[r + 1];
        end
    endgenerate
    assign y = {high[ROUNDS], low[ROUNDS]};
endmodule
