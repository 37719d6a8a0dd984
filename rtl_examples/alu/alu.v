// Eight operations on two numbers of W bits. Run backwards it can answer "which operation?".
module alu #(
    parameter W = 4
) (
    input      [2:0]   op,
    input      [W-1:0] a,
    input      [W-1:0] b,
    output reg [W-1:0] y,
    output             zero
);
    // One adder serves ADD, SUB and LT: a - b is a + ~b + 1, and it carries out iff a >= b.
    // Adders are what costs spins here, so they are worth sharing.
    wire         subtract = op != 3'd0;
    wire [W-1:0] addend   = b ^ {W{subtract}};
    wire [W:0]   sum      = a + addend + subtract;

    always @* begin
        case (op)
            3'd0:    y = sum[W-1:0];             // ADD
            3'd1:    y = sum[W-1:0];             // SUB
            3'd2:    y = a & b;                  // AND
            3'd3:    y = a | b;                  // OR
            3'd4:    y = a ^ b;                  // XOR
            3'd5:    y = ~a;                     // NOT
            3'd6:    y = a << 1;                 // SHL
            default: y = sum[W] ? 0 : 1;         // LT: 1 iff a < b
        endcase
    end

    assign zero = y == 0;
endmodule
