// The weight of what is packed: bit i of `pick` takes item i along. There are N items, eight at
// most; what each weighs stands below.
module subset_sum #(
    parameter N = 8
) (
    input      [N-1:0] pick,
    output reg [8:0]   sum  // all eight together weigh 451
);
    localparam [63:0] WEIGHT = {8'd99, 8'd84, 8'd73, 8'd62, 8'd53, 8'd41, 8'd27, 8'd12};

    integer i;

    always @* begin
        sum = 0;
        for (i = 0; i < N; i = i + 1)
            sum = sum + (pick[i] ? WEIGHT[8*i +: 8] : 8'd0);
    end
endmodule
