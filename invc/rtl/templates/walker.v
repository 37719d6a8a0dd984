// Goes through the slots of the coupling memory, one a clock, and says when the p-bits of a bundle
// of rows are to be written, five clocks after its last slot was asked for.
module DESIGN_walker #(
    parameter SLOT   = 4,             // bits of the number of a slot
    parameter [SLOT-1:0] LAST_SLOT = 15,
    parameter BUNDLE = 2,             // bits of the number of a bundle
    parameter [BUNDLE-1:0] LAST_BUNDLE = 3
) (
    input  wire              clk,
    input  wire              clear,
    input  wire              go,      // begin a pass over all bundles
    input  wire              last,    // the slot asked for a clock ago is the last of its bundle
    output reg  [SLOT-1:0]   slot,
    output reg               valid,   // a slot was asked for a clock ago
    output reg  [BUNDLE-1:0] bundle,  // its bundle
    output wire              write,
    output wire [BUNDLE-1:0] place,   // the bundle to be written
    output wire              finish   // it is the last one
);
    reg active;
    reg [3:0] ready;                  // bundles on their way: summed up, drawn, clipped
    reg [4*BUNDLE-1:0] places;
    assign write  = ready[3];
    assign place  = places[4*BUNDLE-1 -: BUNDLE];
    assign finish = write & (place == LAST_BUNDLE);

    always @(posedge clk) begin
        valid  <= active;
        ready  <= {ready[2:0], valid & last};
        places <= {places[3*BUNDLE-1:0], bundle};
        if (valid & last) bundle <= bundle + 1;
        if (active) slot <= slot + 1;
        if (active & (slot == LAST_SLOT)) active <= 1'b0;
        if (go) begin
            active <= 1'b1;
            slot   <= {SLOT{1'b0}};
            bundle <= {BUNDLE{1'b0}};
        end
        if (clear) begin
            active <= 1'b0;
            valid  <= 1'b0;
            ready  <= 4'd0;
        end
    end
endmodule
