// right: --prove proves it
module t (input g0, g1, output y);
  assign y = g0 & g1;
endmodule
