module comparator #(parameter N = 32) (input [N-1:0] a, b, output less, equal, greater);
    assign less = a < b;
    assign equal = a == b;
    assign greater = a > b;
endmodule
