module popcount #(parameter N = 64) (input [N-1:0] x, output reg [$clog2(N):0] count);
    integer i;
    always @* begin
        count = 0;
        for (i = 0; i < N; i = i + 1)
            count = count + x[i];
    end
endmodule
