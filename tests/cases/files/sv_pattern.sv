// right: compiled: an assignment pattern is ordinary SystemVerilog
module t (input a, output [1:0] y);
  typedef struct packed { logic p; logic q; } s_t;
  localparam s_t K = '{p: 1'b1, q: 1'b0};
  assign y = K ^ {2{a}};
endmodule
