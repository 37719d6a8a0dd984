// Walls before alumacc, which merges one sum into the next as if the net between did not wrap:
// it asks whether the inner sum fits that net, but for signed operands its answer is wrong
// (-(-8) needs a bit more than -8; three signed operands may need more than it reserves). A signed
// operand that is narrower than its sum goes through buffers, which the next clean-up removes.
(* techmap_celltype = "$add $sub" *)
module wall_binary(A, B, Y);
    parameter A_SIGNED = 0;
    parameter B_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter B_WIDTH = 1;
    parameter Y_WIDTH = 1;
    parameter _TECHMAP_CELLTYPE_ = "";
    // wreduce leaves operands of no bits: they are one zero here.
    localparam A_BITS = A_WIDTH > 0 ? A_WIDTH : 1;
    localparam B_BITS = B_WIDTH > 0 ? B_WIDTH : 1;
    input [A_BITS-1:0] A;
    input [B_BITS-1:0] B;
    output [Y_WIDTH-1:0] Y;
    wire _TECHMAP_FAIL_ = !(A_SIGNED && B_SIGNED) || (A_WIDTH >= Y_WIDTH && B_WIDTH >= Y_WIDTH);
    wire [A_BITS-1:0] a;
    wire [B_BITS-1:0] b;
    genvar i;
    generate
        if (A_WIDTH == 0) assign a = 1'b0;
        if (B_WIDTH == 0) assign b = 1'b0;
        for (i = 0; i < A_WIDTH; i = i + 1) \$_BUF_ wall_a (.A(A[i]), .Y(a[i]));
        for (i = 0; i < B_WIDTH; i = i + 1) \$_BUF_ wall_b (.A(B[i]), .Y(b[i]));
        if (_TECHMAP_CELLTYPE_ == "$add")
            \$add #(.A_SIGNED(1), .B_SIGNED(1), .A_WIDTH(A_BITS), .B_WIDTH(B_BITS),
                .Y_WIDTH(Y_WIDTH)) sum (.A(a), .B(b), .Y(Y));
        else
            \$sub #(.A_SIGNED(1), .B_SIGNED(1), .A_WIDTH(A_BITS), .B_WIDTH(B_BITS),
                .Y_WIDTH(Y_WIDTH)) sum (.A(a), .B(b), .Y(Y));
    endgenerate
endmodule

(* techmap_celltype = "$neg $pos" *)
module wall_unary(A, Y);
    parameter A_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter Y_WIDTH = 1;
    parameter _TECHMAP_CELLTYPE_ = "";
    input [A_WIDTH-1:0] A;
    output [Y_WIDTH-1:0] Y;
    wire _TECHMAP_FAIL_ = !A_SIGNED || A_WIDTH == 0 || A_WIDTH >= Y_WIDTH;
    wire [A_WIDTH-1:0] a;
    genvar i;
    generate
        for (i = 0; i < A_WIDTH; i = i + 1) \$_BUF_ wall_a (.A(A[i]), .Y(a[i]));
        if (_TECHMAP_CELLTYPE_ == "$neg")
            \$neg #(.A_SIGNED(1), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) sum (.A(a), .Y(Y));
        else
            \$pos #(.A_SIGNED(1), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) sum (.A(a), .Y(Y));
    endgenerate
endmodule
