"""The test bench of a sparse circuit: every state that its lanes write is compared."""

from __future__ import annotations

from invc.rtl.bench import Expected, clamped_ports, hex_lines, tied_table
from invc.rtl.layout import Layout
from invc.rtl.verilog import unsigned


def sparse_lines(expected: Expected) -> list[str]:
    """For each step right and the state, in hex: the states in the order of the memory."""
    (verdict,) = expected.verdicts
    layout = Layout(expected.circuit)
    return hex_lines(layout.sorted_states(verdict.states), [verdict.right])


def write_sparse_bench(expected: Expected) -> str:
    """The test bench, for iverilog and Verilator alike."""
    circuit, layout = expected.circuit, Layout(expected.circuit)
    name, spins = circuit.name, layout.bundles * layout.lanes
    steps = expected.cycles + 1
    seeds = expected.seeds(0)
    hit = expected.first
    end = (
        f"1'b0, {unsigned(expected.cycles, circuit.count)}"
        if hit is None
        else f"1'b1, {unsigned(hit[0], circuit.count)}"
    )
    return f"""\
// Runs the circuit and compares every state, and the verdict about it, with expected.mem.
`timescale 1ns / 1ns
module {name}_bench;
    localparam STEPS = {steps};          // states
    reg clk = 1'b0, reset = 1'b1, start = 1'b0, free_run = 1'b1, seed_write = 1'b0;
    wire busy, refused, checked, right, found;
    wire [{circuit.count - 1}:0] cycles;
    reg  [{layout.group_bits - 1}:0] seed_address;
    reg  [63:0] seed, seeds [0:{circuit.groups - 1}];
    reg  [{spins}:0] expected [0:STEPS-1];   // right, state
    reg  [{spins - 1}:0] state;
    integer t, verdicts, errors, clocks;

    {name}_chip dut (
        .clk(clk), .reset(reset), .start(start), .free_run(free_run),
        .seed_write(seed_write), .seed_address(seed_address), .seed(seed),
        .limit({unsigned(expected.cycles, circuit.count)}),
{tied_table(circuit)}{clamped_ports(expected)}
        .busy(busy), .refused(refused), .checked(checked), .right(right), .found(found),
        .cycles(cycles));

    always #5 clk = ~clk;

    // What the lanes write, bundle by bundle.
    always @(posedge clk)
        if (dut.write) state[dut.place*{layout.lanes} +: {layout.lanes}] <= dut.states_new;

    task compare_state;
        if (state !== expected[t][{spins - 1}:0]) begin
            if (errors < 4) $display("step %0d: state %h, expected %h", t, state,
                                     expected[t][{spins - 1}:0]);
            errors = errors + 1;
        end
    endtask

    task compare_verdict;
        begin
            if (right !== expected[verdicts][{spins}]) begin
                if (errors < 4) $display("step %0d: right %b, expected %b", verdicts, right,
                                         expected[verdicts][{spins}]);
                errors = errors + 1;
            end
            verdicts = verdicts + 1;
        end
    endtask

    // Load the seeds, start, and wait for the end.
    task run;
        input hit;
        input [{circuit.count - 1}:0] at;
        begin
            for (t = 0; t < {circuit.groups}; t = t + 1) begin
                seed_write = 1'b1;
                seed_address = t[{layout.group_bits - 1}:0];
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
{"".join(f"        seeds[{k}] = 64'h{seed:x};" + chr(10) for k, seed in enumerate(seeds))}\
        errors = 0;
        @(negedge clk);
        reset = 1'b0;
        run({end});
        if (t < STEPS || verdicts != STEPS) begin
            $display("%0d states and %0d verdicts, expected %0d", t, verdicts, STEPS);
            errors = errors + 1;
        end
        $display("%0d clocks for %0d steps", clocks, STEPS - 1);
        free_run = 1'b0;
        run({end});
        if (errors == 0) $display("PASS: %0d states are as expected", STEPS);
        else $display("FAIL: %0d differences", errors);
        $finish;
    end
endmodule
"""
