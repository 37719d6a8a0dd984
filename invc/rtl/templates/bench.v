// Runs the circuit and compares every state, and the verdict about it, with expected.mem.
`timescale 1ns / 1ns
module DESIGN_bench;
    localparam CLOCKS = @CLOCKS@;   // states of all chains
    localparam DELAY  = @DELAY@;   // clocks from a state to the verdict
    localparam SPINS  = @SPINS@;
    localparam COUNT  = @COUNT@;   // bits of a number of cycles
    localparam CHAIN  = @CHAIN@;   // bits of the number of a chain
    localparam SEED   = @SEED@;   // bits of the seeds of a chain
    reg clk = 1'b0, reset = 1'b1, start = 1'b0, free_run = 1'b1, strict_only = 1'b0;
    wire busy, refused, checked, right, strict, found;
    wire [CHAIN-1:0] chain, winner;
    wire [COUNT-1:0] cycles;
    reg  [SEED-1:0] seed;
    reg  [SPINS+1:0] expected [0:CLOCKS-1];  // strict, right, state
    integer t, errors;

    DESIGN_chip dut (
        .clk(clk), .reset(reset), .start(start), .free_run(free_run), .strict_only(strict_only),
        .seed(seed), .limit(@LIMIT@),
@TABLE@@PORTS@
        .busy(busy), .refused(refused), .checked(checked), .right(right), .strict(strict),
        .found(found), .cycles(cycles), .chain(chain), .winner(winner));

    always #5 clk = ~clk;

    // Each chain has seeds of its own.
    always @* case (chain)
@SEEDS@    endcase

    task compare_state;
        if (dut.m !== expected[t][SPINS-1:0]) begin
            if (errors < 4) $display("clock %0d: state %h, expected %h", t, dut.m,
                                     expected[t][SPINS-1:0]);
            errors = errors + 1;
        end
    endtask

    task compare_verdict;
        if ({strict, right} !== expected[t - DELAY][SPINS+1:SPINS]) begin
            if (errors < 4) $display("clock %0d: strict %b right %b, expected %b", t - DELAY,
                                     strict, right, expected[t - DELAY][SPINS+1:SPINS]);
            errors = errors + 1;
        end
    endtask

    task begin_run;
        begin
            start = 1'b1;
            @(negedge clk);
            start = 1'b0;
        end
    endtask

    task end_run;
        input hit;
        input [COUNT-1:0] at;
        input [CHAIN-1:0] who;
        begin
            while (busy) @(negedge clk);
            if (found !== hit || cycles !== at || winner !== who) begin
                $display("found %b after %0d cycles in chain %0d, expected %b, %0d, %0d",
                         found, cycles, winner, hit, at, who);
                errors = errors + 1;
            end
        end
    endtask

    initial begin
        $readmemh("expected.mem", expected);
        if ($test$plusargs("vcd")) begin
            $dumpfile("run.vcd");
            $dumpvars(0, dut);
        end
        errors = 0;
        @(negedge clk);
        reset = 1'b0;
        begin_run;
        for (t = 0; t < CLOCKS; t = t + 1) begin
            compare_state;
            if (t >= DELAY) compare_verdict;
            @(negedge clk);
        end
        for (t = CLOCKS; t < CLOCKS + DELAY; t = t + 1) begin
            if (t >= DELAY) compare_verdict;
            @(negedge clk);
        end
        end_run(@FIRST@);
        free_run = 1'b0;
        begin_run;
        end_run(@FIRST@);
        strict_only = 1'b1;
        begin_run;
        end_run(@STRICT@);
        if (errors == 0) $display("PASS: %0d states are as expected", CLOCKS);
        else $display("FAIL: %0d differences", errors);
        $finish;
    end
endmodule
