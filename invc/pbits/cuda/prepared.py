"""What is made of a program once: its kernels, and its tables on the device."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from invc.ising.model import Int64
from invc.pbits.cuda.driver import Buffer, Device
from invc.pbits.cuda.layout import Tables, layout_of, tables_of
from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.generated.signature import Rules, Signature, rules_of
from invc.pbits.heatbath.program import Program

MOST_RULES = 256  # of a program for which there is a kernel
MOST_INPUTS = 512  # rows that an update of one adds
RESERVED = 1024  # bytes of shared memory of a block that are not ours
WARPS_OF_TWO, WARPS_OF_ONE, WARPS_FAR = 8, 16, 8  # where a processor holds two blocks, or one


@dataclass(frozen=True, eq=False)
class Shape:
    """How a program lies on a device.

    Attributes:
        near: Whether the rows of a block have a place in the memory of a processor.
        warps: Of a block.
        shared: Bytes of shared memory.
    """

    near: bool
    warps: int
    shared: int


def shapes_of(program: Program, shared: int) -> list[Shape]:
    """How a program may lie on a device with so much shared memory for a block, the best first."""
    rows = len(np.unique(np.concatenate([program.target, program.ref]))) * ROW
    half = (shared + RESERVED) // 2 - RESERVED
    found = []
    for warps, most in ((WARPS_OF_TWO, half), (WARPS_OF_ONE, shared)):
        if rows + 4 * program.updates <= most:
            found.append(Shape(True, warps, most))
    return [*found, Shape(False, WARPS_FAR, 0)]


@dataclass(eq=False)
class Prepared:
    """A program on a device.

    Attributes:
        shape: How it lies there.
        rules: Its update rules.
        tables: What the kernel reads.
        places: Where that is, by name.
        index: The updates of each parity, in order.
        kernels: By the bits of the noise.
        jobs: On the device, by what they are for.
    """

    shape: Shape
    rules: Rules
    tables: Tables
    places: dict[str, Buffer]
    index: tuple[Int64, Int64]
    kernels: dict[tuple[int, int], Any] = field(default_factory=dict)
    jobs: dict[Any, Any] = field(default_factory=dict)

    def own_rules(self, bits: tuple[int, int]) -> list[Signature]:
        """The rules as kernels know them."""
        return [
            Signature(counts, shift, bits[parity])
            for counts, shift, parity in self.rules.rules
        ]

    @property
    def threads(self) -> int:
        """Of a block."""
        return LANES * self.shape.warps


def prepare(program: Program, device: Device) -> Prepared | None:
    """A program on a device; None where it has more rules than a kernel shall have."""
    rules = rules_of(program)
    widest = max((sum(counts) for counts, _, _ in rules.rules), default=0)
    if len(rules.rules) > MOST_RULES or widest > MOST_INPUTS or not program.updates:
        return None
    for shape in shapes_of(program, device.shared):
        layout = layout_of(program, shape.warps)
        tables = tables_of(
            program, layout, rules.rule, rules=len(rules.rules), near=shape.near
        )
        size = len(tables.rows) * ROW + 4 * tables.ranks.size
        if size <= shape.shared or not shape.near:
            break
    shape = replace(shape, shared=size if shape.near else 0)
    places = {}
    for name in ("records", "more", "rows", "written", "ranks"):
        array = getattr(tables, name)
        places[name] = device.allocate(array.nbytes)
        device.write(places[name], array)
    targets = (tables.written[:, 0].astype(np.int64) * ROW).astype(np.uint32)
    places["targets"] = device.allocate(targets.nbytes)
    device.write(places["targets"], targets)
    index = np.flatnonzero(program.parity == 0), np.flatnonzero(program.parity == 1)
    return Prepared(shape, rules, tables, places, index)
