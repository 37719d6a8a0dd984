// A stack machine: an instruction a cycle, on numbers of 8 bits, four of them at most.
module stack (
    input clk,
    input [1:0] op,
    input [3:0] value,
    output [7:0] top,
    output reg [2:0] depth
);
  localparam PUSH = 0, ADD = 1, DUP = 2, SUB = 3;
  reg [7:0] a = 0, b = 0, c = 0, d = 0;  // the top first
  initial depth = 0;
  assign top = a;
  always @(posedge clk)
    case (op)
      PUSH: {d, c, b, a, depth} <= {c, b, a, 4'b0, value, depth + 3'd1};
      DUP: {d, c, b, a, depth} <= {c, b, a, a, depth + 3'd1};
      ADD: {c, b, a, depth} <= {d, c, b + a, depth - 3'd1};
      SUB: {c, b, a, depth} <= {d, c, b - a, depth - 3'd1};
    endcase

`ifdef FORMAL
  always @(posedge clk) begin
    if (depth < 2) two: assume (op != ADD && op != SUB);
    if (depth < 1) one: assume (op != DUP);
    if (depth == 4) room: assume (op != PUSH && op != DUP);
    bounded: assert (depth <= 4);
    answer: cover (depth == 1 && top == 42);
  end
`endif
endmodule
