// Constants of the model, from a file; read in one clock.
module DESIGN_rom #(
    parameter WIDTH   = 8,
    parameter DEPTH   = 2,
    parameter ADDRESS = 1,
    parameter FILE    = ""
) (
    input  wire               clk,
    input  wire [ADDRESS-1:0] address,
    output reg  [WIDTH-1:0]   data
);
    reg [WIDTH-1:0] words [0:DEPTH-1];
    initial $readmemh(FILE, words);
    always @(posedge clk) data <= words[address];
endmodule
