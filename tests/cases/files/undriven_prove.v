// right: refused with and without --prove ("net 'enn' is read but nothing drives it")
module t (input en, input a, output y);
  assign y = enn & a;
endmodule
