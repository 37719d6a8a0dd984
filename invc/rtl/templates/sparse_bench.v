// Runs the circuit and compares every state, and the verdict about it, with expected.mem.
`timescale 1ns / 1ns
module DESIGN_bench;
    localparam STEPS  = @STEPS@;   // states
    localparam STRICT = @STRICT@;   // whether there is that verdict too
    localparam SPINS  = @SPINS@;   // with the spare ones of the last bundle
    localparam LANES  = @LANES@;
    localparam COUNT  = @COUNT@;   // bits of a number of cycles
    localparam GROUPS = @GROUPS@;   // of 64 p-bits
    localparam GROUP  = @GROUP@;   // bits of the number of a group
    reg clk = 1'b0, reset = 1'b1, start = 1'b0, free_run = 1'b1, strict_only = 1'b0;
    reg seed_write = 1'b0;
    wire busy, refused, checked, right, strict, found;
    wire [COUNT-1:0] cycles;
    reg  [GROUP-1:0] seed_address;
    reg  [63:0] seed, seeds [0:GROUPS-1];
    reg  [SPINS+STRICT:0] expected [0:STEPS-1];   // strict, right, state
    reg  [SPINS-1:0] state;
    integer t, verdicts, errors, clocks;

    DESIGN_chip dut (
        .clk(clk), .reset(reset), .start(start), .free_run(free_run),
        @TIED@.seed_write(seed_write), .seed_address(seed_address), .seed(seed),
        .limit(@LIMIT@),
@TABLE@@PORTS@
        .busy(busy), .refused(refused), .checked(checked), .right(right), .found(found),
        .cycles(cycles));

    always #5 clk = ~clk;

    // What the lanes write, bundle by bundle.
    always @(posedge clk)
        if (dut.write) state[dut.place*LANES +: LANES] <= dut.states_new;

    task compare_state;
        if (state !== expected[t][SPINS-1:0]) begin
            if (errors < 4) $display("step %0d: state %h, expected %h", t, state,
                                     expected[t][SPINS-1:0]);
            errors = errors + 1;
        end
    endtask

    task compare_verdict;
        begin
            if (@TOLD@ !== expected[verdicts][SPINS+STRICT:SPINS]) begin
                if (errors < 4) $display("step %0d: right %b, expected %b", verdicts, @TOLD@,
                                         expected[verdicts][SPINS+STRICT:SPINS]);
                errors = errors + 1;
            end
            verdicts = verdicts + 1;
        end
    endtask

    // Load the seeds, start, and wait for the end.
    task run;
        input hit;
        input [COUNT-1:0] at;
        begin
            for (t = 0; t < GROUPS; t = t + 1) begin
                seed_write = 1'b1;
                seed_address = t[GROUP-1:0];
                seed = seeds[t];
                @(negedge clk);
            end
            seed_write = 1'b0;
            start = 1'b1;
            t = 0;
            verdicts = 0;
            clocks = 0;
            @(negedge clk);
            start = 1'b0;
            while (busy) begin
                if (checked) compare_verdict;
                if (dut.settled) begin
                    @(negedge clk);
                    clocks = clocks + 1;
                    if (t < STEPS) compare_state;
                    t = t + 1;
                    if (busy & checked) compare_verdict;
                end
                @(negedge clk);
                clocks = clocks + 1;
            end
            if (found !== hit || cycles !== at) begin
                $display("found %b after %0d cycles, expected %b, %0d", found, cycles, hit, at);
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
@SEEDS@        errors = 0;
        @(negedge clk);
        reset = 1'b0;
        run(@END@);
        if (t < STEPS || verdicts != STEPS) begin
            $display("%0d states and %0d verdicts, expected %0d", t, verdicts, STEPS);
            errors = errors + 1;
        end
        $display("%0d clocks for %0d steps", clocks, STEPS - 1);
        free_run = 1'b0;
        run(@END@);
        if (STRICT) begin
            strict_only = 1'b1;
            run(@STRICT_END@);
        end
        if (errors == 0) $display("PASS: %0d states are as expected", STEPS);
        else $display("FAIL: %0d differences", errors);
        $finish;
    end
endmodule
