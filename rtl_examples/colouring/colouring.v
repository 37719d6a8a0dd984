// Tells whether a map of Australia is coloured right: each region has one of C colours, counted
// from 0, and regions with a common border have different ones.
module colouring #(
    parameter C = 3
) (
    input  [1:0] wa,   // Western Australia
    input  [1:0] nt,   // Northern Territory
    input  [1:0] sa,   // South Australia
    input  [1:0] q,    // Queensland
    input  [1:0] nsw,  // New South Wales
    input  [1:0] vic,  // Victoria
    input  [1:0] tas,  // Tasmania, an island
    output       ok
);
    wire [8:0] border;
    wire [6:0] colour;

    assign border[0] = wa != nt;
    assign border[1] = wa != sa;
    assign border[2] = nt != sa;
    assign border[3] = nt != q;
    assign border[4] = sa != q;
    assign border[5] = sa != nsw;
    assign border[6] = sa != vic;
    assign border[7] = q != nsw;
    assign border[8] = nsw != vic;

    assign colour = {wa < C, nt < C, sa < C, q < C, nsw < C, vic < C, tas < C};

    assign ok = &border & &colour;
endmodule
