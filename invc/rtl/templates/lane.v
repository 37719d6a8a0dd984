// One p-bit at a time, slot by slot: its couplings come from a memory, one a clock, the states of
// its neighbours from a copy of all of them. What the parallel circuit's p-bit does in one clock is
// spread over some, so that a new slot can begin in each.
//
//     clock 1  the slot has come: ask for the word that the neighbour is in
//     clock 2  the row has come: add the coupling if the neighbour is 1; ask for the noise
//     clock 3  choose the p-bit's own bit of the noise
//     clock 4  itanh <= clip(itanh + field + noise, -i0, i0 - 1)
//     clock 5  write it and the new state, into the half of the memory that is not being read
module DESIGN_lane #(
    parameter LANES   = 4,
    parameter LANE    = 2,             // bits of the number of a lane
    parameter BUNDLES = 4,
    parameter BUNDLE  = 2,             // bits of the number of a bundle
    parameter GROUP   = 1,             // bits of the number of a group of generators
    parameter WEIGHT  = 4,             // bits of a coupling
    parameter BASE    = 6,             // bits of a base
    parameter FIELD   = 6,             // bits of the field
    parameter ITANH   = 5,             // bits of an accumulator
    parameter LIMIT   = 5,             // bits of i0, which is unsigned
    parameter NOISE   = 4,             // bits of n, which is unsigned
    parameter SUM     = 8,             // bits of the sum of all three
    parameter [0:0] SPARE = 0          // the last bundle has no row for this lane
) (
    input  wire                     clk,
    input  wire                     first,        // this pass sets out: the noise is the state
    input  wire                     half,         // the half of the states that is read
    input  wire                     turn,         // the half of the noise that is read
    input  wire        [BUNDLE-1:0] bundle,       // clock 1: of the slot
    input  wire                     valid,
    input  wire                     last,
    input  wire        [BUNDLE-1:0] from_bundle,  // where the neighbour is
    input  wire        [LANE-1:0]   from_lane,
    input  wire signed [WEIGHT-1:0] weight,
    input  wire signed [BASE-1:0]   base,         // clock 2: of the row
    input  wire        [GROUP-1:0]  group,        // where the noise is
    input  wire        [5:0]        spin,
    input  wire        [NOISE-1:0]  n,
    input  wire        [LIMIT-1:0]  i0,
    input  wire                     clamp_write,
    input  wire        [BUNDLE-1:0] clamp_place,
    input  wire        [1:0]        clamp,        // held, value
    input  wire                     noise_write,
    input  wire        [GROUP-1:0]  noise_place,
    input  wire        [63:0]       noise_bits,
    input  wire                     write,        // clock 5: of all lanes
    input  wire        [BUNDLE-1:0] place,
    input  wire        [LANES-1:0]  states_new,
    output reg                      state_new     // of this one
);
    reg  [LANES-1:0] states [0:(2<<BUNDLE)-1];
    reg  [63:0]      noise  [0:(2<<GROUP)-1];
    reg  [ITANH-1:0] itanhs [0:BUNDLES-1];
    reg  [1:0]       clamps [0:BUNDLES-1];
    integer k;
    initial begin
        for (k = 0; k < BUNDLES; k = k + 1) clamps[k] = 2'b00;
        if (SPARE) clamps[BUNDLES-1] = 2'b10;
    end

    // Clock 1 to 2.
    reg  [LANES-1:0]         word;
    reg  [LANE-1:0]          neighbour;
    reg  signed [WEIGHT-1:0] weight2;
    reg                      goes_on;      // the next slot is of the same bundle
    reg  [ITANH-1:0]         itanh2;
    reg  [1:0]               clamp2;
    always @(posedge clk) begin
        word      <= states[{half, from_bundle}];
        neighbour <= from_lane;
        weight2   <= weight;
        goes_on   <= valid & ~last;
        itanh2    <= itanhs[bundle];
        clamp2    <= clamps[bundle];
        if (clamp_write) clamps[clamp_place] <= clamp;
    end

    // Clock 2 to 3: twice the coupling where the neighbour is 1.
    reg  begun;                        // the sum has begun
    reg  signed [FIELD-1:0] field;
    wire signed [FIELD-1:0] twice = $signed({{(FIELD-WEIGHT-1){weight2[WEIGHT-1]}}, weight2, 1'b0});
    wire signed [FIELD-1:0] so_far = begun ? field : {{(FIELD-BASE){base[BASE-1]}}, base};
    reg  [63:0]      noise3;
    reg  [5:0]       spin3;
    reg  [ITANH-1:0] itanh3;
    reg  [1:0]       clamp3;
    always @(posedge clk) begin
        field  <= so_far + (word[neighbour] ? twice : {FIELD{1'b0}});
        begun  <= goes_on;
        noise3 <= noise[{turn, group}];
        spin3  <= spin;
        itanh3 <= itanh2;
        clamp3 <= clamp2;
        if (noise_write) noise[{~turn, noise_place}] <= noise_bits;
    end

    // Clock 3 to 4.
    reg  signed [FIELD-1:0] field4;
    reg  signed [ITANH-1:0] itanh4;
    reg  [1:0]              clamp4;
    reg                     r;
    always @(posedge clk) begin
        field4 <= field;
        itanh4 <= itanh3;
        clamp4 <= clamp3;
        r      <= noise3[spin3];
    end

    // Clock 4 to 5.
    wire signed [SUM-1:0] size = $signed({{(SUM-NOISE){1'b0}}, n});
    wire signed [SUM-1:0] sum  = {{(SUM-ITANH){itanh4[ITANH-1]}}, itanh4}
                               + {{(SUM-FIELD){field4[FIELD-1]}}, field4} + (r ? size : -size);
    wire signed [SUM-1:0] low  = -$signed({{(SUM-LIMIT){1'b0}}, i0});
    wire signed [SUM-1:0] high = ~low;   // i0 - 1
    wire signed [SUM-1:0] clip = sum > high ? high : sum < low ? low : sum;
    wire [ITANH-1:0] next = first ? {ITANH{~r}} : clip[ITANH-1:0];
    reg  [ITANH-1:0] itanh_new;
    always @(posedge clk) begin
        itanh_new <= next;
        state_new <= clamp4[1] ? clamp4[0] : ~next[ITANH-1];
        if (write) begin
            itanhs[place]          <= itanh_new;
            states[{~half, place}] <= states_new;
        end
    end
    wire unused = &{1'b0, clip[SUM-1:ITANH]};
endmodule
