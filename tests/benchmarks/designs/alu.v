// The operations of RISC-V's base integer set.
module alu #(parameter N = 32) (
    input [N-1:0] a, b,
    input [3:0] op,
    output reg [N-1:0] y,
    output zero
);
    wire [$clog2(N)-1:0] shift = b[$clog2(N)-1:0];
    always @* case (op)
        4'd0: y = a + b;
        4'd1: y = a - b;
        4'd2: y = a & b;
        4'd3: y = a | b;
        4'd4: y = a ^ b;
        4'd5: y = {{N-1{1'b0}}, $signed(a) < $signed(b)};
        4'd6: y = {{N-1{1'b0}}, a < b};
        4'd7: y = a << shift;
        4'd8: y = a >> shift;
        4'd9: y = $signed(a) >>> shift;
        default: y = 0;
    endcase
    assign zero = y == 0;
endmodule
