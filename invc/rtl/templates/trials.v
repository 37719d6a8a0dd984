// Runs the circuit for each line of trials.mem: whether it starts again, which it does only where
// the run before was never right; seeds; held bits; their values.
`timescale 1ns / 1ns
module DESIGN_bench;
    localparam TRIALS = @TRIALS@;
    localparam SEEDS  = @SEEDS@;   // bits of the seeds
    localparam PINS   = @PINS@;   // bits of the ports
    localparam COUNT  = @COUNT@;   // bits of a number of cycles
    reg  clk = 1'b0, reset = 1'b1, start = 1'b0;
    wire busy, found;
    wire [COUNT-1:0] cycles;
    reg  [SEEDS+2*PINS:0] trials [0:TRIALS-1];
    reg  [SEEDS+2*PINS:0] trial;
    integer k;
@WIRES@
    assign @HOLDS@ = trial[2*PINS-1:PINS];
    assign @VALUES@ = trial[PINS-1:0];
    DESIGN_chip dut (
        .clk(clk), .reset(reset), .start(start), .free_run(1'b0), .strict_only(1'b@STRICT@),
        .seed(trial[SEEDS+2*PINS-1:2*PINS]), .limit(@LIMIT@),
@TABLE@        @TIED@,
        .busy(busy), .refused(), .checked(), .right(), .strict(), .found(found), .cycles(cycles),
        .chain(), .winner());
    always #5 clk = ~clk;
    initial begin
        $readmemh("trials.mem", trials);
        @(negedge clk);
        reset = 1'b0;
        for (k = 0; k < TRIALS; k = k + 1) begin
            trial = trials[k];
            if (~(trial[SEEDS+2*PINS] & found)) begin
                start = 1'b1;
                @(negedge clk);
                start = 1'b0;
                while (busy) @(negedge clk);
                $display("run %0d: found %b cycles %0d answer %h", k, found, cycles,
                         @LABELS@);
            end
        end
        $finish;
    end
endmodule
