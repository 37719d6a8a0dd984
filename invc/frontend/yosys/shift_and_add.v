// Products and sums as their definitions read: shift and add, ripple the carry.
(* techmap_celltype = "$mul" *)
module shift_and_add(A, B, Y);
    parameter A_SIGNED = 0;
    parameter B_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter B_WIDTH = 1;
    parameter Y_WIDTH = 1;
    input [A_WIDTH-1:0] A;
    input [B_WIDTH-1:0] B;
    output [Y_WIDTH-1:0] Y;
    wire [Y_WIDTH-1:0] a, b;
    \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) long_a (.A(A), .Y(a));
    \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) long_b (.A(B), .Y(b));
    wire [Y_WIDTH*(Y_WIDTH+1)-1:0] sums;
    assign sums[Y_WIDTH-1:0] = 0;
    genvar i;
    generate
        for (i = 0; i < Y_WIDTH; i = i + 1) begin : row
            assign sums[(i+1)*Y_WIDTH +: Y_WIDTH] =
                sums[i*Y_WIDTH +: Y_WIDTH] + ((a << i) & {Y_WIDTH{b[i]}});
        end
    endgenerate
    assign Y = sums[Y_WIDTH*Y_WIDTH +: Y_WIDTH];
endmodule

(* techmap_celltype = "$add" *)
module ripple(A, B, Y);
    parameter A_SIGNED = 0;
    parameter B_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter B_WIDTH = 1;
    parameter Y_WIDTH = 1;
    input [A_WIDTH-1:0] A;
    input [B_WIDTH-1:0] B;
    output [Y_WIDTH-1:0] Y;
    // An operand is signed only where both are.
    wire [Y_WIDTH-1:0] a, b;
    \$pos #(.A_SIGNED(A_SIGNED && B_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) long_a (.A(A), .Y(a));
    \$pos #(.A_SIGNED(A_SIGNED && B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) long_b (.A(B), .Y(b));
    wire [Y_WIDTH:0] carry;
    assign carry[0] = 0;
    assign Y = a ^ b ^ carry[Y_WIDTH-1:0];
    assign carry[Y_WIDTH:1] = (a & b) | (a & carry[Y_WIDTH-1:0]) | (b & carry[Y_WIDTH-1:0]);
endmodule
