// A heat-bath p-bit: 1 with probability (1 + tanh(beta field)) / 2, by a random number u.
//
// The table gives that probability for the size of the field, in parts of 2**BITS; a field below 0
// has the other one, so that the random number is inverted and so is the outcome.
module DESIGN_heat #(
    parameter FIELD = 6,               // bits of the field
    parameter BITS  = 12,              // bits of a random number
    parameter LEVEL = 1                // bits of the number of a temperature
) (
    input  wire signed [FIELD-1:0] field,
    input  wire        [LEVEL-1:0] level,
    input  wire        [BITS-1:0]  u,
    output wire                    up
);
    wire              below = field[FIELD-1];
    wire [FIELD-1:0]  size  = below ? -field : field;
    wire [BITS:0]     likely;
    DESIGN_tanh #(.FIELD(FIELD), .BITS(BITS), .LEVEL(LEVEL)) table_of (
        .size(size), .level(level), .likely(likely));
    assign up = ({1'b0, below ? ~u : u} < likely) ^ below;
endmodule
