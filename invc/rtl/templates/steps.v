// Starts a run, goes from step to step, and ends at the first right state or at `limit`.
//
// Before the first step the clamps are taken in, one bit a clock, while the generators hand out
// their seeds; then a pass over all bundles makes those bits the first state.
module DESIGN_steps #(
    parameter COUNT   = 24,            // bits of the counters of cycles
    parameter DELAY   = 3,             // clocks from the end of a step to the verdict about it
    parameter PIN     = 4,             // bits of the number of a bit of the ports
    parameter [PIN-1:0] LAST_PIN = 15
) (
    input  wire             clk,
    input  wire             reset,     // synchronous
    input  wire             start,
    input  wire             refuse,    // a seed is 0: there is no start
    input  wire             hit,       // the verdict that has come
    input  wire             free_run,  // go on after a hit
    input  wire [COUNT-1:0] limit,
    input  wire             finish,    // the last bundle of a pass is being written
    input  wire             drawn,     // the generators have handed out all bits
    output wire             load,      // take the clamps
    output reg              clamping,  // one after another
    output reg  [PIN-1:0]   pin,
    output reg              fresh,     // the generators take their seeds
    output reg              first,     // the pass makes them the first state
    output wire             draw,      // the generators begin a pass
    output wire             walk,      // so do the p-bits
    output wire             clear,
    output wire             advance,   // a step is over: the schedule goes on
    output reg              half,
    output reg              turn,
    output wire             settled,   // a state is whole
    output wire             checked,   // a verdict has come
    output reg              busy,
    output reg              refused,
    output reg              found,
    output reg  [COUNT-1:0] cycles     // time of the first right state, or of the last one checked
);
    reg begun;                         // the clocks after the start are over
    reg finished;
    reg [DELAY-1:0] asked;
    reg [COUNT-1:0] time_asked;

    wire accept = start & ~busy & ~refuse;
    wire pass_over = busy & begun & (finish | finished) & drawn;
    wire set_out   = busy & ~begun & ~clamping & drawn;
    assign load    = accept;
    assign clear   = ~busy;
    assign draw    = (busy & ~begun & clamping & (pin == {PIN{1'b0}})) | set_out | pass_over;
    assign walk    = set_out | pass_over;
    assign advance = pass_over & ~first;
    assign settled = pass_over;
    assign checked = busy & asked[DELAY-1];
    wire over = checked & ((hit & ~free_run) | (time_asked == limit));

    always @(posedge clk) begin
        if (start & ~busy) refused <= refuse;
        finished <= (finished | finish) & ~walk;
        asked    <= {asked[DELAY-2:0], settled};
        if (clamping) begin
            pin      <= pin + 1;
            clamping <= pin != LAST_PIN;
        end
        if (set_out) begin
            begun <= 1'b1;
            first <= 1'b1;
            fresh <= 1'b0;
            turn  <= ~turn;
        end
        if (pass_over) begin
            first <= 1'b0;
            half  <= ~half;
            turn  <= ~turn;
        end
        if (checked) begin
            time_asked <= time_asked + 1;
            if (~found) begin
                found  <= hit;
                cycles <= time_asked;
            end
        end
        if (over) busy <= 1'b0;
        if (accept) begin
            busy       <= 1'b1;
            begun      <= 1'b0;
            first      <= 1'b0;
            fresh      <= 1'b1;
            clamping   <= 1'b1;
            pin        <= {PIN{1'b0}};
            half       <= 1'b0;
            turn       <= 1'b0;
            finished   <= 1'b0;
            asked      <= {DELAY{1'b0}};
            found      <= 1'b0;
            cycles     <= {COUNT{1'b0}};
            time_asked <= {COUNT{1'b0}};
        end
        if (reset) begin
            busy     <= 1'b0;
            found    <= 1'b0;
            refused  <= 1'b0;
            clamping <= 1'b0;
        end
    end
endmodule
