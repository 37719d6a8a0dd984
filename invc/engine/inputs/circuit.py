"""A design's gates as operations on rows: what the dynamics `inputs` prepares once a design."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np

from invc.design import Design
from invc.ising.model import Int64
from invc.library.cell import Cell
from invc.netlist import Function, Gate
from invc.pbits.heatbath.logic import Compiler
from invc.pbits.lanes import WORDS, UInt64
from invc.pbits.native import free_inputs as native

# Inputs, operations (kind, literal, literal), literals of outputs and ancillas, and how many
# operations the outputs need.
Procedure: TypeAlias = tuple[int, list[int], list[int], list[int], int]


@lru_cache(maxsize=16)
def circuit_of(design: Design) -> native.Circuit:
    """The compiled gates of a design; those of the last designs are kept."""
    netlist = design.netlist
    number: dict[Function, int] = {}
    procedures: list[Procedure] = []
    index: list[int] = []
    pins: list[int] = []
    first = [0]
    for function, literals, _ in netlist.gates:
        k = number.get(function)
        if k is None:
            k = number[function] = len(procedures)
            procedures.append(_procedure(function, design.cells[function.name]))
        index.append(k)
        pins += literals
        first.append(len(pins))
    return native.circuit(
        netlist.net_count,
        design.model.spins,
        np.array([bit >> 1 for port in netlist.inputs for bit in port.bits], dtype=np.int32),
        procedures,
        np.array(index, dtype=np.int32),
        np.array(first, dtype=np.int64),
        np.array(pins, dtype=np.int32),
        design.ancilla_starts,
    )


def settled_ancillas(design: Design, rows: UInt64) -> UInt64:
    """Rows of all spins with every ancilla at the least energy that the inputs of its gate allow.

    Args:
        design: Whose gates.
        rows: The state. Shape (spins, words).
    """
    nets_are_known = np.ones(design.model.spins, dtype=np.int8)
    parts = np.split(rows, rows.shape[1] // WORDS, axis=1)
    settled = [np.ascontiguousarray(part) for part in parts]
    for part in settled:
        circuit_of(design).settle(nets_are_known, part)
    return np.concatenate(settled, axis=1)


@lru_cache(maxsize=1 << 10)
def _procedure(function: Function, cell: Cell) -> Procedure:
    """Outputs and ancillas of a cell as operations on its inputs."""
    count = len(function.inputs)
    compiler = Compiler(count)
    literals = [2 * k for k in range(count)]
    outputs = compiler.gate(Gate(function, ()), literals)
    logical = len(compiler.operations)
    ancillas: tuple[int, ...] = ()
    if cell.ancillas:
        names = tuple(f"a{k}" for k in range(len(cell.ancillas)))
        best = Function("ancillas", function.inputs, names, ancilla_tables(function, cell))
        ancillas = compiler.gate(Gate(best, ()), literals)
    operations = [x for kind, _, a, b in compiler.operations for x in (kind, a, b)]
    return count, operations, list(outputs), list(ancillas), logical


def ancilla_tables(function: Function, cell: Cell) -> tuple[int, ...]:
    """For each ancilla its value at the least energy, as a table over the rows of the inputs."""
    count, extra = len(function.inputs), len(cell.ancillas)
    rows: Int64 = np.arange(1 << count)
    bits = [rows >> k & 1 for k in range(count)]
    for table in function.tables:
        bits.append(np.array([table >> row & 1 for row in rows.tolist()], dtype=np.int64))
    pins = 2 * np.stack(bits) - 1
    words: Int64 = np.arange(1 << extra)
    spins = 2 * np.stack([words >> k & 1 for k in range(extra)]) - 1
    state = np.concatenate(
        [
            np.repeat(pins[:, :, None], len(words), axis=2),
            np.repeat(spins[:, None, :], len(rows), axis=1),
        ]
    )
    energy = -np.tensordot(np.array(cell.h, dtype=np.int64), state, axes=1)
    for i, j, value in cell.J:
        energy -= value * state[i] * state[j]
    word = energy.argmin(axis=1)
    return tuple(
        sum(int(w >> k & 1) << row for row, w in enumerate(word.tolist())) for k in range(extra)
    )
