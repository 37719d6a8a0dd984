// A checksum of W bits, the highest first: what remains of data * x^8 over GF(2) when it is
// divided by x^8 + x^2 + x + 1 (CRC-8, polynomial 0x07).
module crc #(
    parameter W = 16
) (
    input      [W-1:0] data,
    output reg [7:0]   sum
);
    integer i;

    always @* begin
        sum = 0;
        for (i = W - 1; i >= 0; i = i - 1)
            sum = {sum[6:0], 1'b0} ^ (sum[7] ^ data[i] ? 8'h07 : 8'h00);
    end
endmodule
