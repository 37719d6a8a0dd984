"""Components and questions for the tests of p-bits on free inputs, and their answers by brute force."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from invc.design import Clamp, Contradiction, Design, presolve
from invc.engine.inputs.marginal import Marginal, marginal_of
from invc.engine.inputs.sampler import LEVELS
from invc.netlist import counting_words, evaluate_ports
from invc.pbits.inputs.reference import Reference
from invc.pbits.native import inputs as native
from invc.pbits.native.inputs import Component, Walkers
from invc.pbits.random import block_generator, generators

KERNELS = native.kernels()
EVERY = 1 << 60  # rows


def random_part(
    source: np.random.Generator, inputs: int, operations: int, goals: int, biases: int = 0
) -> Component:
    """A component of random operations; nothing says that its goals can be met."""
    made = []
    for k in range(operations):
        a, b = source.choice(inputs + k, size=2, replace=False)
        flips = source.integers(2, size=2)
        made.append((int(source.integers(2)), 2 * a + flips[0], 2 * b + flips[1]))
    rows = inputs + operations
    literals = 2 * source.choice(rows, size=goals + biases, replace=False)
    literals = literals + source.integers(2, size=goals + biases)
    return native.component(
        inputs,
        np.array(made, dtype=np.int32).reshape(-1),
        literals[:goals].astype(np.int32),
        literals[goals:].astype(np.int32),
    )


def table(part: Component) -> npt.NDArray[np.int64]:
    """Every row of a component for all assignments of its inputs. Shape (rows, 2 ** inputs)."""
    words = np.arange(1 << part.inputs)
    rows = [words >> i & 1 for i in range(part.inputs)]
    for kind, a, b in part.operations.tolist():
        x, y = rows[a >> 1] ^ (a & 1), rows[b >> 1] ^ (b & 1)
        rows.append(x ^ y if kind else x & y)
    return np.array(rows)


def literal(rows: npt.NDArray[np.int64], lit: int) -> npt.NDArray[np.int64]:
    value: npt.NDArray[np.int64] = rows[lit >> 1] ^ (lit & 1)
    return value


def missed(part: Component, weights: Sequence[int] | None = None) -> npt.NDArray[np.int64]:
    """Weight of the goals that each assignment misses. Shape (2 ** inputs,)."""
    rows = table(part)
    weights = [1] * len(part.goals) if weights is None else weights
    total = np.zeros(1 << part.inputs, dtype=int)
    for goal, weight in zip(part.goals.tolist(), weights, strict=True):
        total += weight * (1 - literal(rows, goal))
    return total


def walkers(
    make: type[Reference] | Callable[..., Any],
    part: Component,
    seed: int,
    odds: Sequence[int] = (),
    favoured: Sequence[int] = (),
) -> Reference | Walkers:
    source = block_generator(seed, 0)
    return make(
        part,
        generators(source),
        int(source.random_raw()),
        np.array(odds, dtype=np.int32),
        np.array(favoured, dtype=np.uint8),
    )


def numbers(rows: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Rows of inputs as a number for each lane."""
    bits = np.unpackbits(rows.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    value: npt.NDArray[np.int64] = (bits.astype(np.int64) << np.arange(len(rows))[:, None]).sum(
        axis=0
    )
    return value


def answers_of(
    design: Design, clamps: Sequence[Clamp], forbidden: Sequence[tuple[Clamp, ...]] = ()
) -> set[int]:
    """All assignments of the input bits that give the clamped values, by trying every one."""
    netlist = design.netlist
    bits = [(port.name, k) for port in netlist.inputs for k in range(len(port.bits))]
    words = dict(zip(bits, counting_words(len(bits)), strict=True))
    mask = (1 << (1 << len(bits))) - 1
    ports = {p.name: [words[p.name, k] for k in range(len(p.bits))] for p in netlist.inputs}
    values = evaluate_ports(netlist, ports, 1 << len(bits))
    place = {bit: (port.name, k) for port in netlist.ports for k, bit in enumerate(port.bits)}

    def holds(clamp: Clamp) -> int:
        name, k = place[clamp.literal]
        word = values[name][k] if name in values else ports[name][k]
        return word if clamp.value else word ^ mask

    good = mask
    for clamp in clamps:
        good &= holds(clamp)
    for combination in forbidden:
        every = mask
        for clamp in combination:
            every &= holds(clamp)
        good &= every ^ mask
    data = good.to_bytes((1 << len(bits)) // 8 + 1, "little")
    return set(
        np.flatnonzero(
            np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
        ).tolist()
    )


def question(
    design: Design, source: np.random.Generator, bits: int, forbid: int = 0
) -> tuple[list[Clamp], list[tuple[Clamp, ...]]]:
    """Some bits of ports held at random values, and some pairs forbidden."""
    ends = [bit for port in design.netlist.ports for bit in port.bits if bit > 1]
    chosen = source.choice(len(ends), size=min(bits, len(ends)), replace=False)
    clamps = [Clamp(ends[k], int(source.integers(2)), str(k)) for k in chosen]
    pairs = []
    for _ in range(forbid):
        two = source.choice(len(ends), size=min(2, len(ends)), replace=False)
        pairs.append(tuple(Clamp(ends[k], int(source.integers(2)), str(k)) for k in two))
    return clamps, pairs


def prepared(
    design: Design,
    clamps: Sequence[Clamp],
    forbidden: Sequence[tuple[Clamp, ...]] = (),
    **options: Any,
) -> Marginal | None:
    """The marginal of a question, or None where presolving refutes it."""
    try:
        clamped = presolve(design, clamps, forbidden)
    except Contradiction:
        return None
    return marginal_of(design, clamped, **options)


__all__ = ["EVERY", "KERNELS", "LEVELS"]
