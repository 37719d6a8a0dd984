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
from invc.rtl.software import Bits, Run, Verdicts, Walked, first, trace
from invc.rtl.staging import stage_trace
from invc.rtl.table import entry_bits, row_bits
from invc.rtl.verilog import template, unsigned, unsigned_bits
from invc.rtl.walk import walk


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
    verdicts: tuple[Verdicts | Walked, ...]

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
    verdicts: tuple[Verdicts | Walked, ...]
    if circuit.architecture == "staged":
        verdicts = tuple(stage_trace(circuit, known, cycles, each) for each in runs)
    elif circuit.architecture == "inputs":
        verdicts = tuple(walk(circuit, known, cycles, each) for each in runs)
    else:
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
    """The test bench of a circuit of one or more chains, for iverilog and Verilator alike."""
    circuit = expected.circuit
    chains, width = circuit.chains, 64 * circuit.generators
    seeds = [_seed_vector(expected.seeds(k)) for k in range(chains)]
    chain = unsigned_bits(chains - 1)
    return template(
        "bench",
        circuit.name,
        CLOCKS=chains * (expected.cycles + 1),
        DELAY=latency(circuit),
        SPINS=circuit.pbits,
        COUNT=circuit.count,
        CHAIN=chain,
        SEED=width,
        LIMIT=unsigned(expected.cycles, circuit.count),
        TABLE=tied_table(circuit),
        PORTS=clamped_ports(expected),
        SEEDS=_seed_cases(seeds, chain, width),
        FIRST=_hit(expected, expected.first),
        STRICT=_hit(expected, expected.first_strict),
    )


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
