// One binary neuron: 1 where more inputs agree with their weights than not. N is odd.
// Its weights are inputs: clamp samples and labels, and they are what is left to find.
module perceptron #(
    parameter N = 25
) (
    input  [N-1:0] x,  // a sample
    input  [N-1:0] w,  // weights: 1 for +1, 0 for -1
    output         y   // its class
);
    wire [N-1:0] agree = x ~^ w;
    integer i;
    reg [$clog2(N+1)-1:0] count;
    always @* begin
        count = 0;
        for (i = 0; i < N; i = i + 1) count = count + agree[i];
    end
    assign y = count > N / 2;
endmodule
