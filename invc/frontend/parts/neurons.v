// The parts of a binary network. `invc train` finds this file by itself and knows its modules by
// their attributes; for other tools it is one more source file.

// On where the sum of its inputs, each times its weight, is at least THRESHOLD. A weight is -1 or
// +1 (bit 0 or 1). Inputs are 0 and 1, or with BOTH = 1 they are -1 and +1 as well.
(* invc_train = "neuron" *)
module invc_neuron #(
    parameter N = 3,
    parameter BOTH = 0,
    parameter signed [31:0] THRESHOLD = 0
) (
    input  [N-1:0] x,
    input  [N-1:0] w,
    output         y
);
    localparam K = $clog2(N + 1) + 2;
    // Twice the inputs that agree with their weights, less all inputs, is the sum.
    wire [N-1:0] agree = BOTH ? x ~^ w : x & w;
    integer i;
    reg [K-1:0] count;
    reg [K-1:0] all;
    always @* begin
        count = 0;
        all = 0;
        for (i = 0; i < N; i = i + 1) begin
            count = count + agree[i];
            if (BOTH == 0) all = all + x[i];
        end
        if (BOTH != 0) all = N;
    end
    wire signed [K:0] sum = $signed({count, 1'b0}) - $signed({1'b0, all});
    assign y = sum >= THRESHOLD;
endmodule

// 1 where more neurons are on than off.
(* invc_train = "majority" *)
module invc_majority #(
    parameter H = 3
) (
    input  [H-1:0] h,
    output         y
);
    localparam K = $clog2(H + 1);
    integer j;
    reg [K-1:0] count;
    always @* begin
        count = 0;
        for (j = 0; j < H; j = j + 1) count = count + h[j];
    end
    assign y = count > H / 2;
endmodule

// The class whose row of CODE agrees with most neurons, the lowest of equals. Bit c * H + j of CODE
// says whether neuron j is for class c. By default each neuron is for half of the classes (the
// larger half), drawn by a generator that SEED starts.
(* invc_train = "classes" *)
module invc_classes #(
    parameter H = 3,
    parameter C = 2,
    parameter SEED = 0,
    parameter [C*H-1:0] CODE = drawn(SEED)
) (
    input  [H-1:0]             h,
    output reg [$clog2(C)-1:0] y
);
    function [C*H-1:0] drawn(input integer seed);
        integer j, c, left;
        reg [31:0] state;
        begin
            state = seed;
            for (j = 0; j < H; j = j + 1) begin
                left = (C + 1) / 2;
                for (c = 0; c < C; c = c + 1) begin
                    state = state * 32'd1664525 + 32'd1013904223;
                    // Of the C - c classes left, `left` are to be drawn.
                    drawn[c*H+j] = (state >> 8) % (C - c) < left;
                    if ((state >> 8) % (C - c) < left) left = left - 1;
                end
            end
        end
    endfunction

    localparam K = $clog2(H + 1);
    integer i, k;
    reg [H-1:0] agree;
    reg [K-1:0] count, most;
    always @* begin
        most = 0;
        y = 0;
        for (k = 0; k < C; k = k + 1) begin
            agree = h ~^ CODE[k*H +: H];
            count = 0;
            for (i = 0; i < H; i = i + 1) count = count + agree[i];
            if (k == 0 || count > most) begin
                most = count;
                y = k;
            end
        end
    end
endmodule
