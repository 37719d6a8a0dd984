// right: read by synth and by synth --netlist (a gate cell of Yosys write_verilog -noexpr)
module t (input a, input b, output y);
  \$_NAND_ u (.A(a), .B(b), .Y(y));
endmodule
