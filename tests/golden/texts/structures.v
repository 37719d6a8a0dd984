module cell_a #(parameter N = 3) (input [N-1:0] p, input [0:1] q, output [1:0] r, output s);
  wire [4:3] k; tri [0:0] one;
  assign {k[4], k[3]} = {p[2] ^ q[0], ~p[N-2]};
  assign one = &p;
  nand #(3, 4) n0 [1:0] (r, k, {q[1], one});
  buf #2 b0 (s, one);
  specify (p => r) = (1, 2); endspecify
endmodule
primitive u_sel (o, a, b, s); output o; input a, b, s;
  table 0 ? 0 : 0; 1 ? 0 : 1; ? 0 1 : 0; ? 1 1 : 1; endtable
endprimitive
module cell_b(x, y, z);
  input signed [2:1] x; input y; output [1:2] z; wire [1:2] z;
  supply0 [1:0] lo; supply1 hi;
  not g0 (z[1], w0, y), g1 (w1, w0);
  u_sel g2 (.o(z[2]), .a(x[2]), .b(w1), .s(x[1]));
  or (unused, lo[0], hi, w1);
endmodule
module structures(a, b, c, \y.z , t, u, v);
  parameter W = 4; parameter H = W / 2 + 8'd0;
  input [W-1:0] a; input [0:3] b; input signed [7:6] c;
  output [5:0] \y.z ; output [1:0] t; output [3:0] u; output v;
  wire [2:0] m = {c[7], a[3 -: H]}; wire [H:0] dead = 3'bx1z;
  cell_a \i.0 (.p(a[2:0]), .q(b[0 +: 2]), .r(\y.z [1:0]), .s(\y.z [2]));
  cell_a arr [1:0] (.p({m, b[1:3]}), .q(c[7:6]), .r({t, \y.z [5:4]}));
  cell_b pair [0:1] (a, b[2], u);
  NAND3 f0 (.A(a[0]), .B(~b[0]), .C(1'b1), .Y(n0));
  XOR5 f1 (n0, a[1], a[2], dead[1], b[3], n1);
  AND2 f2 [1:0] (.A(a[1:0]), .B(n1), .Y({n2, n3}));
  FA f3 (n2, n3, 1'b0, v, n7); HA f4 (.A(n1), .B(n2), .S(\y.z [3]));
  \$lut #(.WIDTH(2), .LUT(4'b0110)) l0 [1:0] (.A({a[3:2], b[0:1]}), .Y({n4, n5}));
  MUX2 f5 (n4 ? n5 : &{a, 2'h2}, a == 4'd9, ! c[6] && | m, n6);
endmodule
