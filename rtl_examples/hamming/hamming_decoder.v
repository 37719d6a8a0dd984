// Hamming (7,4): corrects one flipped bit of a code word, and says which one it was.
module hamming_decoder (
    input  [6:0] code,
    output [3:0] data,
    output [2:0] syndrome  // position of the flipped bit, counted from 1; 0 if there is none
);
    // A parity over each group of positions: the failing ones spell the broken position.
    assign syndrome[0] = code[0] ^ code[2] ^ code[4] ^ code[6];  // positions 1, 3, 5, 7
    assign syndrome[1] = code[1] ^ code[2] ^ code[5] ^ code[6];  // positions 2, 3, 6, 7
    assign syndrome[2] = code[3] ^ code[4] ^ code[5] ^ code[6];  // positions 4, 5, 6, 7

    // Only data bits are put right; a flipped parity bit is dropped with the others.
    assign data[0] = code[2] ^ (syndrome == 3);
    assign data[1] = code[4] ^ (syndrome == 5);
    assign data[2] = code[5] ^ (syndrome == 6);
    assign data[3] = code[6] ^ (syndrome == 7);
endmodule
