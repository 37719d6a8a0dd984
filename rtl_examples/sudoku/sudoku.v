// Tells whether a board is a Sudoku's solution. A digit takes four bits, so that in hexadecimal
// the board reads as it looks: its first row first. Boxes are W wide and H high, and a board has
// N = W * H rows and columns.
module sudoku #(
    parameter W = 2,
    parameter H = 2
) (
    input  [4*W*W*H*H-1:0] board,
    output                 ok
);
    localparam N = W * H;

    // N cells that hold each of N digits hold each of them once, and nothing else: it is enough
    // to say that no digit is missing from any row, column or box.
    reg [3*N*N-1:0] there;
    integer unit, digit, cell_, row, column, place;

    always @* begin
        there = 0;
        for (unit = 0; unit < N; unit = unit + 1)
            for (digit = 0; digit < N; digit = digit + 1)
                for (cell_ = 0; cell_ < N; cell_ = cell_ + 1) begin
                    place = 4 * (N * N - 1 - (N * unit + cell_));
                    if (board[place +: 4] == digit + 1)
                        there[N*unit + digit] = 1;
                    place = 4 * (N * N - 1 - (N * cell_ + unit));
                    if (board[place +: 4] == digit + 1)
                        there[N*N + N*unit + digit] = 1;
                    row = unit / H * H + cell_ / W;
                    column = unit % H * W + cell_ % W;
                    place = 4 * (N * N - 1 - (N * row + column));
                    if (board[place +: 4] == digit + 1)
                        there[2*N*N + N*unit + digit] = 1;
                end
    end

    assign ok = &there;
endmodule
