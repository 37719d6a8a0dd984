// Streams samples through the circuit and compares its accumulators with the software's.
`timescale 1ns/1ns
module bench;
    localparam N = {n}, H = {h}, B = {b}, COUNT = {count};
    reg clk = 0, reset = 1, valid = 0, learn = 1, write = 0;
    wire ready, done;
    reg [N-1:0] x;
    reg [B-1:0] label;
    wire [B-1:0] said;
    reg [3:0] shift;
    reg [15:0] row;
    reg [8*N-1:0] load;
    wire [8*N-1:0] stored;
    reg [8*N-1:0] loaded [0:H-1];
    reg [8*N-1:0] wanted [0:H-1];
    reg [N-1:0] samples [0:COUNT-1];
    reg [7:0] labels [0:COUNT-1];
    reg [7:0] steps [0:COUNT-1];
    integer k, cycles, most, wrong;
    {name} dut (
        .clk(clk), .reset(reset), .valid(valid), .learn(learn), .write(write), .ready(ready),
        .done(done), .x(x), .label(label), .said(said), .shift(shift), .row(row), .load(load),
        .stored(stored)
    );
    always #5 clk = ~clk;
    initial begin
        $readmemh("before.hex", loaded);
        $readmemh("after.hex", wanted);
        $readmemh("samples.hex", samples);
        $readmemh("labels.hex", labels);
        $readmemh("steps.hex", steps);
        @(negedge clk);
        @(negedge clk);
        reset = 0;
        write = 1;
        for (k = 0; k < H; k = k + 1) begin
            row = k[15:0];
            load = loaded[k];
            @(negedge clk);
        end
        write = 0;
        most = 0;
        for (k = 0; k < COUNT; k = k + 1) begin
            x = samples[k];
            label = labels[k][B-1:0];
            shift = steps[k][3:0];
            valid = 1;
            @(negedge clk);
            valid = 0;
            cycles = 1;
            while (!done) begin
                @(negedge clk);
                cycles = cycles + 1;
            end
            if (cycles > most) most = cycles;
        end
        wrong = 0;
        for (k = 0; k < H; k = k + 1) begin
            row = k[15:0];
            #1 if (stored !== wanted[k]) wrong = wrong + 1;
        end
        $display("%0d samples, at most %0d cycles each", COUNT, most);
        if (wrong == 0) $display("PASS: the accumulators of %0d neurons are the software's", H);
        else $display("FAIL: the accumulators of %0d of %0d neurons differ", wrong, H);
        $finish;
    end
endmodule
