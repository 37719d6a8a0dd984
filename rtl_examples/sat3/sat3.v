// A dinner invitation as a formula in 3-SAT: six guests, each comes (1) or stays away (0),
// and nine wishes, each of them an OR of three literals.
module sat3 (
    input  ann,
    input  bob,
    input  cat,
    input  dan,
    input  eve,
    input  fay,
    output satisfied
);
    wire [8:0] wish;

    assign wish[0] =  ann |  bob |  cat;  // someone must cook, and these three can
    assign wish[1] = ~ann | ~bob |  dan;  // ann and bob only together with dan
    assign wish[2] = ~ann | ~cat | ~dan;  // ann, cat and dan would sing
    assign wish[3] = ~bob |  eve |  fay;  // bob needs a ride from eve or fay
    assign wish[4] = ~cat | ~eve |  fay;  // cat and eve only together with fay
    assign wish[5] =  dan |  eve | ~fay;  // fay comes only with dan or eve
    assign wish[6] = ~dan | ~eve | ~fay;  // three in that car are too many
    assign wish[7] =  ann |  dan |  fay;  // someone must bring the wine
    assign wish[8] = ~bob | ~dan |  cat;  // bob and dan only together with cat

    // A formula is satisfied when every clause is. Clamping this one bit to 1 is the question.
    assign satisfied = &wish;
endmodule
