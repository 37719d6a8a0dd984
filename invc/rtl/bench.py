"""The test bench of a circuit: it compares every state with what the software expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invc.design import Clamp, bit_names
from invc.pbits.lanes import LANES
from invc.rtl.checker import latency
from invc.rtl.circuit import Circuit, held_values
from invc.rtl.heatbath import heat_trace
from invc.rtl.software import Bits, Run, Verdicts, first, trace
from invc.rtl.table import entry_bits, row_bits
from invc.rtl.verilog import unsigned, unsigned_bits


@dataclass(frozen=True, eq=False)
class Expected:
    """What the software did.

    Attributes:
        circuit: The circuit in whose place.
        clamps: The bits that are held.
        runs: The random numbers of each chain.
        cycles: Updates.
        verdicts: The states of each chain, and which are right.
    """

    circuit: Circuit
    clamps: tuple[Clamp, ...]
    runs: tuple[Run, ...]
    cycles: int
    verdicts: tuple[Verdicts, ...]

    def seeds(self, chain: int) -> list[int]:
        """The states of the generators at the start, as the circuit has them."""
        return self.runs[chain].generator_seeds(self.circuit.streams, self.circuit.groups)

    @property
    def first(self) -> tuple[int, int] | None:
        """Time and chain of the first right state, or None."""
        return self._first([first(v.right) for v in self.verdicts])

    @property
    def first_strict(self) -> tuple[int, int] | None:
        """Time and chain of the first strictly right state, or None."""
        return self._first([first(v.strict) for v in self.verdicts])

    @staticmethod
    def _first(times: Sequence[int | None]) -> tuple[int, int] | None:
        hits = [(time, chain) for chain, time in enumerate(times) if time is not None]
        return min(hits, default=None)


def expect(circuit: Circuit, clamps: Sequence[Clamp], run: Run, cycles: int) -> Expected:
    """Run the software as the circuit will run.

    Args:
        circuit: The circuit.
        clamps: What is held.
        run: The random numbers of the first chain; each other is the next replica.
        cycles: Updates.
    """
    held = tuple((clamp.literal, clamp.value) for clamp in clamps)
    numbers = (divmod(run.replica + k, LANES) for k in range(circuit.chains))
    runs = tuple(Run(run.seed, run.block + block, replica) for block, replica in numbers)
    known = held_values(circuit, clamps)
    verdicts = tuple(
        Verdicts(circuit.design, _states(circuit, known, each, cycles), held) for each in runs
    )
    return Expected(circuit, tuple(clamps), runs, cycles, verdicts)


def _states(circuit: Circuit, known: Sequence[int], run: Run, cycles: int) -> Bits:
    """The states of one chain. Shape (cycles + 1, spins)."""
    limits = circuit.schedule.cycles(cycles)
    if circuit.architecture == "gibbs":
        return heat_trace(circuit.design.model, known, circuit.betas, limits.limit, run)
    return trace(circuit.design, known, limits, circuit.habits, run)


def expected_lines(expected: Expected) -> list[str]:
    """For each clock strict, right and the state, in hex: chains in turn, spin 0 lowest."""
    rows = [hex_lines(v.states, [v.right, v.strict]) for v in expected.verdicts]
    return [line for lines in zip(*rows, strict=True) for line in lines]


def hex_lines(states: Bits, verdicts: Sequence[Bits]) -> list[str]:
    """A line for each time: the verdicts, the last one highest, and the state below them."""
    whole = np.concatenate([states, *(v[:, np.newaxis] for v in verdicts)], axis=1)
    digits = -(-whole.shape[1] // 4)
    packed: Bits = np.packbits(whole, axis=1, bitorder="little")
    return [f"{int.from_bytes(row.tobytes(), 'little'):0{digits}x}\n" for row in packed]


def write_bench(expected: Expected) -> str:
    """The test bench of a parallel circuit, for iverilog and Verilator alike."""
    circuit = expected.circuit
    name, spins, chains = circuit.name, circuit.spins, circuit.chains
    clocks = chains * (expected.cycles + 1)
    seeds = [_seed_vector(expected.seeds(k)) for k in range(chains)]
    chain = unsigned_bits(chains - 1)
    width = 64 * circuit.generators
    return f"""\
// Runs the circuit and compares every state, and the verdict about it, with expected.mem.
`timescale 1ns / 1ns
module {name}_bench;
    localparam CLOCKS = {clocks};          // states of all chains
    localparam DELAY = {latency(circuit)};             // clocks from a state to the verdict
    reg clk = 1'b0, reset = 1'b1, start = 1'b0, free_run = 1'b1, strict_only = 1'b0;
    wire busy, refused, checked, right, strict, found;
    wire [{chain - 1}:0] chain, winner;
    wire [{circuit.count - 1}:0] cycles;
    reg  [{width - 1}:0] seed;
    reg  [{spins + 1}:0] expected [0:CLOCKS-1];  // strict, right, state
    integer t, errors;

    {name}_chip dut (
        .clk(clk), .reset(reset), .start(start), .free_run(free_run), .strict_only(strict_only),
        .seed(seed), .limit({unsigned(expected.cycles, circuit.count)}),
{tied_table(circuit)}{clamped_ports(expected)}
        .busy(busy), .refused(refused), .checked(checked), .right(right), .strict(strict),
        .found(found), .cycles(cycles), .chain(chain), .winner(winner));

    always #5 clk = ~clk;

    // Each chain has seeds of its own.
    always @* case (chain)
{_seed_cases(seeds, chain, width)}    endcase

    task compare_state;
        if (dut.m !== expected[t][{spins - 1}:0]) begin
            if (errors < 4) $display("clock %0d: state %h, expected %h", t, dut.m,
                                     expected[t][{spins - 1}:0]);
            errors = errors + 1;
        end
    endtask

    task compare_verdict;
        if ({{strict, right}} !== expected[t - DELAY][{spins + 1}:{spins}]) begin
            if (errors < 4) $display("clock %0d: strict %b right %b, expected %b", t - DELAY,
                                     strict, right, expected[t - DELAY][{spins + 1}:{spins}]);
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
        input [{circuit.count - 1}:0] at;
        input [{chain - 1}:0] who;
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
        end_run({_hit(expected, expected.first)});
        free_run = 1'b0;
        begin_run;
        end_run({_hit(expected, expected.first)});
        strict_only = 1'b1;
        begin_run;
        end_run({_hit(expected, expected.first_strict)});
        if (errors == 0) $display("PASS: %0d states are as expected", CLOCKS);
        else $display("FAIL: %0d differences", errors);
        $finish;
    end
endmodule
"""


def _seed_vector(seeds: Sequence[int]) -> int:
    return sum(seed << 64 * k for k, seed in enumerate(seeds))


def _seed_cases(seeds: Sequence[int], chain: int, width: int) -> str:
    lines = [
        f"        {unsigned(k, chain)}: seed = {width}'h{seed:x};\n"
        for k, seed in enumerate(seeds[:-1])
    ]
    return "".join([*lines, f"        default: seed = {width}'h{seeds[-1]:x};\n"])


def tied_table(circuit: Circuit) -> str:
    """The table's inputs, at what it has from the beginning."""
    if not circuit.registers:
        return ""
    last, every = len(circuit.schedule.entries) - 1, circuit.schedule.every - 1
    address, data = entry_bits(circuit), row_bits(circuit)
    return (
        f"        .table_write(1'b0), .table_address({address}'d0), .table_data({data}'d0),\n"
        f"        .table_last({address}'d{last}), .every({circuit.count}'d{every}),\n"
    )


def clamped_ports(expected: Expected) -> str:
    """The clamps of each port, and its outputs, which nobody reads."""
    held = {clamp.name: clamp.value for clamp in expected.clamps}
    lines = []
    for label, hold, value, width in port_clamps(expected.circuit, held):
        lines.append(
            f"        .{label}_hold({width}'h{hold:x}), .{label}_value({width}'h{value:x}), "
            f".{label}(),"
        )
    return "\n".join(lines)


def port_clamps(circuit: Circuit, held: dict[str, int]) -> list[tuple[str, int, int, int]]:
    """Of each port its label, the bits that are held and at what, and its width."""
    found = []
    for label, port in zip(circuit.labels, circuit.ports, strict=True):
        names = bit_names(port)
        hold = sum((name in held) << k for k, name in enumerate(names))
        value = sum(held.get(name, 0) << k for k, name in enumerate(names))
        found.append((label, hold, value, len(names)))
    return found


def _hit(expected: Expected, hit: tuple[int, int] | None) -> str:
    chain = unsigned_bits(expected.circuit.chains - 1)
    count = expected.circuit.count
    if hit is None:
        last = expected.circuit.chains - 1
        return f"1'b0, {unsigned(expected.cycles, count)}, {unsigned(last, chain)}"
    return f"1'b1, {unsigned(hit[0], count)}, {unsigned(hit[1], chain)}"
