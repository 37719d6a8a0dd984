// A network whose neurons see a window each: R x R pixels of a picture of W x W, and a 1. Windows
// are spread over the picture; what is wired in Verilog is all that `invc train` teaches.
module patches #(
    parameter W = 8,
    parameter R = 4,
    parameter H = 32,
    parameter C = 10
) (
    input  [W*W-1:0]         x,  // a sample
    input  [H*(R*R+1)-1:0]   w,  // weights, neuron by neuron, row by row of its window
    output [$clog2(C)-1:0]   y   // its class
);
    localparam P = W - R + 1;  // places of a window along a side
    wire [H-1:0] h;
    genvar j, r;
    generate
        for (j = 0; j < H; j = j + 1) begin : hidden
            localparam AT = j * 97 % (P * P);
            wire [R*R:0] window;
            assign window[R*R] = 1'b1;
            for (r = 0; r < R; r = r + 1) begin : row
                assign window[r*R +: R] = x[(AT / P + r) * W + AT % P +: R];
            end
            invc_neuron #(.N(R*R + 1)) neuron (.x(window), .w(w[j*(R*R+1) +: R*R+1]), .y(h[j]));
        end
    endgenerate
    invc_classes #(.H(H), .C(C)) out (.h(h), .y(y));
endmodule
