// Powers: square and multiply, as far as that stays small.
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
    parameter [B_BITS-1:0] _TECHMAP_CONSTMSK_B_ = 0;
    parameter [B_BITS-1:0] _TECHMAP_CONSTVAL_B_ = 0;
    input [A_BITS-1:0] A;
    input [B_BITS-1:0] B;
    output [Y_WIDTH-1:0] Y;

    // An exponent's digits end where those of a constant end.
    function integer digits_of(input [B_BITS-1:0] mask, value);
        integer k;
        begin
            digits_of = 0;
            for (k = 0; k < B_WIDTH; k = k + 1)
                if (!(mask[k] && !value[k])) digits_of = k + 1;
        end
    endfunction

    localparam ALL = digits_of(_TECHMAP_CONSTMSK_B_, _TECHMAP_CONSTVAL_B_);
    localparam WHOLE = &_TECHMAP_CONSTMSK_B_;
    // The sign of an exponent is no digit of it.
    localparam SIGN = B_SIGNED != 0 && ALL == B_WIDTH && B_WIDTH > 0;
    localparam DIGITS = SIGN ? B_WIDTH - 1 : ALL;
    // The gates grow with the square of the width; a constant needs half of them, or fewer.
    wire _TECHMAP_FAIL_ = DIGITS * Y_WIDTH * Y_WIDTH > (WHOLE ? 16384 : 4096);
    wire [Y_WIDTH-1:0] a;
    wire [A_BITS-1:0] base;
    generate
        if (A_WIDTH == 0) assign base = 1'b0; else assign base = A;
    endgenerate
    \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_BITS), .Y_WIDTH(Y_WIDTH)) long (.A(base), .Y(a));
    wire [Y_WIDTH*(DIGITS+1)-1:0] squares, totals;
    assign squares[Y_WIDTH-1:0] = a;
    assign totals[Y_WIDTH-1:0] = 1;
    genvar i;
    generate
        for (i = 0; i < DIGITS; i = i + 1) begin : digit
            wire [Y_WIDTH-1:0] square, total;
            assign square = squares[i*Y_WIDTH +: Y_WIDTH];
            assign total = totals[i*Y_WIDTH +: Y_WIDTH];
            if (i + 1 < DIGITS) assign squares[(i+1)*Y_WIDTH +: Y_WIDTH] = square * square;
            else assign squares[(i+1)*Y_WIDTH +: Y_WIDTH] = 0;
            assign totals[(i+1)*Y_WIDTH +: Y_WIDTH] = B[i] ? total * square : total;
        end
    endgenerate
    wire [Y_WIDTH-1:0] whole = totals[DIGITS*Y_WIDTH +: Y_WIDTH];
    generate
        if (SIGN) begin : fraction
            // To a negative power 1 and -1 are themselves or 1; all else is less than 1.
            wire one = base == 1;
            wire minus = A_SIGNED != 0 && &base;
            wire [Y_WIDTH-1:0] part = one ? 1 : minus ? (B[0] ? {Y_WIDTH{1'b1}} : 1) : 0;
            assign Y = B[B_BITS-1] ? part : whole;
        end else assign Y = whole;
    endgenerate
endmodule
