// right: error with line: 'leaf' is a black box and has no gates
(* blackbox *) module leaf(input i, output o); endmodule
module bb2(input a, output y); leaf u(.i(a), .o(y)); endmodule
