// Binary to decimal digits, four bits each, by double dabble (shift and add 3).
module bcd #(
    parameter W = 8
) (
    input      [W-1:0]           bin,
    output reg [4*((W+2)/3)-1:0] bcd  // 8 < 10, so three bits never need more than one digit
);
    integer i;
    integer digit;

    // Doubling a digit of 5 or more carries into the next one. Adding 3 beforehand makes the
    // shift do that: 2 * (d + 3) = 2 * d + 6, and 6 is what 16 has more than 10.
    always @* begin
        bcd = 0;
        for (i = W - 1; i >= 0; i = i - 1) begin
            for (digit = 0; digit < (W + 2) / 3; digit = digit + 1)
                if (bcd[4*digit +: 4] >= 5)
                    bcd[4*digit +: 4] = bcd[4*digit +: 4] + 4'd3;
            bcd = {bcd[4*((W+2)/3)-2:0], bin[i]};
        end
    end
endmodule
