// Adds two bits. The smallest circuit that is worth running backwards: two of its four
// input rows give the same outputs, so an output can have two causes.
module half_adder (
    input  a,
    input  b,
    output sum,
    output carry
);
    assign sum   = a ^ b;
    assign carry = a & b;
endmodule
