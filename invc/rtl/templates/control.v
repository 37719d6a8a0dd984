// Starts a run, counts the states that were checked, and ends at the first right one or at `limit`.
//
// The verdict about a state comes LATENCY clocks after it. The p-bits do not wait for it: what they
// did meanwhile is of no use, and `cycles` is the time of the state itself.
module DESIGN_control #(
    parameter COUNT   = 24,    // bits of the counters of cycles
    parameter WAIT    = 2,     // bits of LATENCY
    parameter [WAIT-1:0] LATENCY = 3,
    parameter CHAIN   = 1,     // bits of the number of a chain
    parameter [CHAIN-1:0] LAST = 0   // the last chain
) (
    input  wire             clk,
    input  wire             reset,      // synchronous
    input  wire             start,
    input  wire             refuse,     // a seed is 0: there is no start
    input  wire             hit,        // the verdict that has come
    input  wire             free_run,   // go on after a hit
    input  wire [COUNT-1:0] limit,
    output wire             load,       // the p-bits start, one chain a clock
    output wire [CHAIN-1:0] chain,      // the chain that starts or moves
    output wire             step,
    output wire             advance,    // all chains have moved: the schedule goes on
    output reg              busy,
    output wire             checked,    // a verdict has come
    output reg              refused,
    output reg              found,
    output reg  [COUNT-1:0] cycles,     // time of the first right state, or of the last one checked
    output reg  [CHAIN-1:0] winner      // the chain that was right
);
    reg              loading;
    reg  [CHAIN-1:0] moving, asked;
    reg  [WAIT-1:0]  waiting;
    reg  [COUNT-1:0] time_asked;

    wire accept = start & ~busy & ~refuse;
    wire last   = chain == LAST;
    assign chain   = moving;
    assign load    = accept | loading;
    assign step    = busy & ~loading;
    assign advance = step & last;
    assign checked = busy & (waiting == {WAIT{1'b0}});
    wire over = checked & ((hit & ~free_run) | ((time_asked == limit) & (asked == LAST)));

    always @(posedge clk) begin
        if (load | step) moving <= last ? {CHAIN{1'b0}} : moving + 1;
        loading <= load & ~last;
        if (start & ~busy) refused <= refuse;
        if (accept) begin
            busy       <= 1'b1;
            found      <= 1'b0;
            waiting    <= LATENCY;
            asked      <= {CHAIN{1'b0}};
            time_asked <= {COUNT{1'b0}};
            cycles     <= {COUNT{1'b0}};
            winner     <= {CHAIN{1'b0}};
        end else if (checked) begin
            if (~found) begin
                found  <= hit;
                cycles <= time_asked;
                winner <= asked;
            end
            asked <= asked == LAST ? {CHAIN{1'b0}} : asked + 1;
            if (asked == LAST) time_asked <= time_asked + 1;
            if (over) begin
                busy   <= 1'b0;
                moving <= {CHAIN{1'b0}};
            end
        end else if (busy)
            waiting <= waiting - 1;
        if (reset) begin
            busy    <= 1'b0;
            loading <= 1'b0;
            moving  <= {CHAIN{1'b0}};
            found   <= 1'b0;
            refused <= 1'b0;
        end
    end
endmodule
