// right: "module NAND2X4_HVT has no body: give its function"
// in a netlist, too, and its own pin is not what is blamed
module NAND2X4_HVT (a1, a2, y); input a1; input a2; output y; endmodule
module top (a, b, q); input a, b; output q;
  NAND2X4_HVT u1 (.a1(a), .a2(b), .y(q));
endmodule
