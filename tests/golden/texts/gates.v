`timescale 1ns / 1ps
`define W 4
`define PICK(n, k = 0) n[k]
`define BOTH(a, b) {`PICK(a, 1), \
  b} /* two */
`ifdef NONE
module never(x); endmodule
`elsif W
`ifndef NONE
module leaf #(parameter N = 2) (input [N-1:0] a, input b, output [0:1] y);
`else
module other(x);
`endif
`endif
  wire [0:`W / 2 - 1] t, u; // here
  assign t = ~(a & {N{b}});
  assign u = a ~^ 2'b01;
  assign y[0] = |t & !u || ^a;
  assign y[1:1] = t != u ? &u : ~|{t[0], u};
endmodule

(* top *) module top(a, b, c, y, z, w, q, \odd[0] );
  parameter K = 3, TEXT = "x";
  input signed [`W*2-`W-1:0] a; input [1:0] b; input c;
  output [7:4] y; wire [7:4] y;
  output z, w;
  output [0:(K*2)/2]
  q;
  output \odd[0] ;
  supply1 vdd; supply0 gnd;
  wire [1:0] n, m; tri r; wire s = a[K] ^ c;
  AND2 g0 (.A(a[0]), .B(b[0]), .Y(n[0]));
  HA g1 (a[1], b[1], n[1], y[4]);
  FA g2 (.A(a[2]), .B(b[1]), .CI(vdd), .S(y[5]), .CO());
  xor g3 (y[6], n[0], n[1], a[1]), g4 (y[7], s, c);
  nand (z, a[0], gnd, n[1]);
  bufif1x u9 (.a(a[3]), .y(w));
  not (q[0], q[1], a[0]);
  leaf u0 (.a(n), .b(b[1]), .y(m)), u1 (`BOTH(a, c), vdd, {r, q[2]});
  leaf u2 (a[1 +: 2], m[0], {q[3], \odd[0] });
endmodule
module bufif1x(input a, output y); buf b0 (y, a); endmodule
