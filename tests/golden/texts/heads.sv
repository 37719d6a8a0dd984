package p; typedef logic [3:0] nib_t; endpackage
interface axi_if; endinterface

(* keep *) module alu import p::*; #(
    parameter int unsigned W = 8, localparam int L = $clog2(W), parameter type T = logic [7:0],
    parameter logic [1:0] Q [2] = '{0, 1}
) (
    input logic clk, input logic signed [W-1:0] a, b, input nib_t c, p::nib_t d,
    output logic [3:0][7:0] y, output int z, output byte unsigned q, axi_if.master m,
    input logic u [4], v, output reg [L-1:0] w = '0
);
  always_comb begin y = '0; end
  sub #(.A(1)) s (); // (input no)
  half h0 (.*), h1 (clk, y);
  function automatic logic f(input logic x); return x; endfunction
endmodule : alu
module half (output logic x); endmodule
module old(a, b, \c );
  parameter W = 3, X = 4'b1_0; localparam Z = 1;
  input signed [W - 1:0] a; output reg b; inout \c ;
  task t; input q; b = q; endtask
  generate genvar i; for (i = 0; i < 2; i = i + 1) begin old #(W) o (); end endgenerate
  always_comb unique case (a) inside default: b = '1; endcase
endmodule
