// A network of two layers: H neurons over N inputs, then the class whose code they are nearest to.
// Its weights are inputs: `invc train` finds them. The parts are invc's own and need no file.
module mlp #(
    parameter N = 3,
    parameter H = 3,
    parameter C = 2
) (
    input  [N-1:0]         x,  // a sample
    input  [H*N-1:0]       w,  // weights, neuron by neuron
    output [$clog2(C)-1:0] y   // its class
);
    wire [H-1:0] h;
    genvar j;
    generate
        for (j = 0; j < H; j = j + 1) begin : hidden
            invc_neuron #(.N(N)) neuron (.x(x), .w(w[j*N +: N]), .y(h[j]));
        end
    endgenerate
    invc_classes #(.H(H), .C(C)) out (.h(h), .y(y));
endmodule
