// right: compiled ('return' is SystemVerilog and the file is .sv)
module t (input [3:0] a, output [3:0] y);
  function automatic logic [3:0] f (input logic [3:0] v);
    return (v == 4'd1) ? 4'd1 : ~v;
  endfunction
  assign y = f(a);
endmodule
