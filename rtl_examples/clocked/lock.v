// A combination lock: four digits one after the other open it, a wrong one starts again.
module lock #(
    parameter [15:0] CODE = 16'h2741
) (
    input clk,
    input reset,
    input press,
    input [3:0] digit,
    output open
);
  reg [2:0] right = 0;
  wire [3:0] wanted = CODE >> (12 - 4 * right[1:0]);
  assign open = right == 4;
  always @(posedge clk)
    if (reset) right <= 0;
    else if (press && !open) right <= digit == wanted ? right + 1 : 0;

`ifdef FORMAL
  unlock: cover property (open);
  always @(posedge clk) begin
    stays: assert (right <= 4);
    if (reset) calm: assume (!press);
  end
`endif
endmodule
