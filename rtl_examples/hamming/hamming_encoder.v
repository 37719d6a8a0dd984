// Hamming (7,4): four data bits to a code word of seven, of which any one may be flipped on
// the way. Bit i of `code` is position i + 1 of the textbook, which counts from 1.
module hamming_encoder (
    input  [3:0] data,
    output [6:0] code
);
    // The parity bits sit at positions 1, 2 and 4. Each covers the positions whose number
    // contains its own power of two, so that the failing checks spell the broken position.
    assign code[2] = data[0];                      // position 3
    assign code[4] = data[1];                      // position 5
    assign code[5] = data[2];                      // position 6
    assign code[6] = data[3];                      // position 7
    assign code[0] = data[0] ^ data[1] ^ data[3];  // position 1 covers 3, 5, 7
    assign code[1] = data[0] ^ data[2] ^ data[3];  // position 2 covers 3, 6, 7
    assign code[3] = data[1] ^ data[2] ^ data[3];  // position 4 covers 5, 6, 7
endmodule
