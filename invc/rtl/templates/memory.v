// Constants of the model, from DESIGN_KIND.mem; read in one clock.
module DESIGN_KIND #(
    parameter WIDTH   = 8,
    parameter DEPTH   = 2,
    parameter ADDRESS = 1
) (
    input  wire               clk,
    input  wire [ADDRESS-1:0] address,
    output reg  [WIDTH-1:0]   data
);
    reg [WIDTH-1:0] words [0:DEPTH-1];
    initial $readmemh("DESIGN_KIND.mem", words);
    always @(posedge clk) data <= words[address];
endmodule
