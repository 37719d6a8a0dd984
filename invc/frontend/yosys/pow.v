// Powers with an exponent that is no constant: square and multiply, as far as that stays small.
(* techmap_celltype = "$pow" *)
module square_and_multiply(A, B, Y);
    parameter A_SIGNED = 0;
    parameter B_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter B_WIDTH = 1;
    parameter Y_WIDTH = 1;
    // wreduce leaves operands of no bits: they are one zero here.
    localparam A_BITS = A_WIDTH > 0 ? A_WIDTH : 1;
    localparam B_BITS = B_WIDTH > 0 ? B_WIDTH : 1;
    input [A_BITS-1:0] A;
    input [B_BITS-1:0] B;
    output [Y_WIDTH-1:0] Y;
    // A signed exponent may be negative, and the gates grow with the square of the width.
    wire _TECHMAP_FAIL_ = B_SIGNED || B_WIDTH * Y_WIDTH * Y_WIDTH > 4096;
    wire [Y_WIDTH-1:0] a;
    wire [A_BITS-1:0] base;
    generate
        if (A_WIDTH == 0) assign base = 1'b0; else assign base = A;
    endgenerate
    \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_BITS), .Y_WIDTH(Y_WIDTH)) long (.A(base), .Y(a));
    wire [Y_WIDTH*(B_WIDTH+1)-1:0] squares, totals;
    assign squares[Y_WIDTH-1:0] = a;
    assign totals[Y_WIDTH-1:0] = 1;
    genvar i;
    generate
        for (i = 0; i < B_WIDTH; i = i + 1) begin : digit
            wire [Y_WIDTH-1:0] square, total;
            assign square = squares[i*Y_WIDTH +: Y_WIDTH];
            assign total = totals[i*Y_WIDTH +: Y_WIDTH];
            assign squares[(i+1)*Y_WIDTH +: Y_WIDTH] = square * square;
            assign totals[(i+1)*Y_WIDTH +: Y_WIDTH] = B[i] ? total * square : total;
        end
    endgenerate
    assign Y = totals[B_WIDTH*Y_WIDTH +: Y_WIDTH];
endmodule
