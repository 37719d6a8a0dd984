// One step of CRC-32 (IEEE 802.3, reflected) over D bits of data, the lowest first.
module crc32 #(parameter D = 8) (input [31:0] state, input [D-1:0] data, output reg [31:0] next);
    integer i;
    always @* begin
        next = state;
        for (i = 0; i < D; i = i + 1)
            next = (next >> 1) ^ (32'hedb88320 & {32{next[0] ^ data[i]}});
    end
endmodule
