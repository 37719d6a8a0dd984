"""The test bench of a sparse circuit: every state that its lanes write is compared."""

from __future__ import annotations

from invc.rtl.bench import Expected, clamped_ports, hex_lines, tied_table
from invc.rtl.layout import Layout
from invc.rtl.verilog import template, unsigned


def sparse_lines(expected: Expected) -> list[str]:
    """For each step right, strict and the state, in hex: states in the order of the memory."""
    (verdict,) = expected.verdicts
    layout = Layout(expected.circuit)
    told = [verdict.right, *([verdict.strict] if expected.circuit.strict else [])]
    return hex_lines(layout.sorted_states(verdict.states), told)


def write_sparse_bench(expected: Expected) -> str:
    """The test bench, for iverilog and Verilator alike."""
    circuit, layout = expected.circuit, Layout(expected.circuit)
    seeds = [f"        seeds[{k}] = 64'h{seed:x};\n" for k, seed in enumerate(expected.seeds(0))]
    cycles, strict = expected.cycles, circuit.strict
    return template(
        "sparse_bench",
        circuit.name,
        STEPS=cycles + 1,
        SPINS=layout.bundles * layout.lanes,
        LANES=layout.lanes,
        COUNT=circuit.count,
        GROUPS=circuit.groups,
        GROUP=layout.group_bits,
        LIMIT=unsigned(cycles, circuit.count),
        TABLE=tied_table(circuit),
        PORTS=clamped_ports(expected),
        SEEDS="".join(seeds),
        STRICT=int(strict),
        TOLD="{strict, right}" if strict else "right",
        TIED=".strict_only(strict_only), .strict(strict), " if strict else "",
        END=_end(expected, expected.first),
        STRICT_END=_end(expected, expected.first_strict),
    )


def _end(expected: Expected, hit: tuple[int, int] | None) -> str:
    time = unsigned(hit[0] if hit else expected.cycles, expected.circuit.count)
    return f"1'b{int(hit is not None)}, {time}"
