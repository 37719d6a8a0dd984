"""What is made of a program once: its kernels, and its tables on the device."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from invc.ising.model import Int64
from invc.pbits.cuda.driver import Buffer, Device
from invc.pbits.cuda.layout import Tables, UInt32, layout_of, tables_of
from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.generated.signature import Rules, Signature, rules_of
from invc.pbits.heatbath.program import Program

MOST_RULES = 256  # of a program for which there is a kernel
MOST_INPUTS = 512  # rows that an update of one adds
RESERVED = 1024  # bytes of shared memory of a block that are not ours
# Where a processor holds two blocks, or one; and where their rows are far.
WARPS_OF_TWO, WARPS_OF_ONE, WARPS_FAR = 12, 20, 16
REGISTERS_FAR = 64  # of a thread: a processor then has room for two blocks, whatever the rules
TOGETHER = 2  # sweeps that overlap, of programs whose rows are near


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
        if rows + 4 * TOGETHER * program.updates <= most:
            found.append(Shape(True, warps, most))
    return [*found, Shape(False, WARPS_FAR, 0)]


@dataclass(eq=False)
class Placed:
    """Some sweeps of a program on a device.

    Attributes:
        tables: What the kernel reads.
        places: Where that is, by name.
    """

    tables: Tables
    places: dict[str, Buffer]


@dataclass(eq=False)
class Prepared:
    """A program on a device.

    Attributes:
        shape: How it lies there.
        rules: Its update rules.
        placed: By how many sweeps overlap.
        targets: Bytes up to the rows that it updates.
        index: The updates of each parity, in order.
        kernels: By the bits of the noise.
        jobs: On the device, by what they are for.
    """

    shape: Shape
    rules: Rules
    placed: dict[int, Placed]
    targets: Buffer
    index: tuple[Int64, Int64]
    kernels: dict[tuple[int, int], Any] = field(default_factory=dict)
    jobs: dict[Any, Any] = field(default_factory=dict)

    def own_rules(self, bits: tuple[int, int]) -> list[Signature]:
        """The rules as kernels know them."""
        return [
            Signature(counts, shift, bits[parity]) for counts, shift, parity in self.rules.rules
        ]

    @property
    def threads(self) -> int:
        """Threads of a block: 32 for each warp."""
        return LANES * self.shape.warps

    @property
    def registers(self) -> int:
        """Of a thread, at most; 0 for as many as it takes."""
        return 0 if self.shape.near else REGISTERS_FAR


def prepare(program: Program, device: Device) -> Prepared | None:
    """A program on a device; None where it has more rules than a kernel shall have."""
    rules = rules_of(program)
    widest = max((sum(counts) for counts, _, _ in rules.rules), default=0)
    if len(rules.rules) > MOST_RULES or widest > MOST_INPUTS or not program.updates:
        return None
    for shape in shapes_of(program, device.shared):
        parts = {1: _tables(program, rules, shape)}
        if shape.near:
            parts[TOGETHER] = _tables(repeated(program, TOGETHER), rules, shape)
        size = max(len(part.rows) * ROW + 4 * part.ranks.size for part in parts.values())
        if size <= shape.shared or not shape.near:
            break
    placed = {}
    for sweeps, tables in parts.items():
        places = {name: _put(device, getattr(tables, name)) for name in NAMES}
        placed[sweeps] = Placed(tables, places)
    targets = _put(device, (parts[1].written[:, 0].astype(np.int64) * ROW).astype(np.uint32))
    index = np.flatnonzero(program.parity == 0), np.flatnonzero(program.parity == 1)
    shape = replace(shape, shared=size if shape.near else 0)
    return Prepared(shape, rules, placed, targets, index)


NAMES = ("records", "more", "rows", "written", "ranks")


def _tables(program: Program, rules: Rules, shape: Shape) -> Tables:
    codes = np.tile(rules.rule, program.updates // len(rules.rule))
    layout = layout_of(program, shape.warps)
    return tables_of(program, layout, codes, rules=len(rules.rules), near=shape.near)


def _put(device: Device, array: UInt32) -> Buffer:
    place = device.allocate(array.nbytes)
    device.write(place, array)
    return place


def repeated(program: Program, times: int) -> Program:
    """Some sweeps as one, whose updates may overlap."""
    refs, counts = len(program.ref), len(program.count)
    first_ref = program.first_ref[: program.updates]
    first_count = program.first_count[: program.updates]
    return replace(
        program,
        target=np.tile(program.target, times),
        parity=np.tile(program.parity, times),
        shift=np.tile(program.shift, times),
        most=np.tile(program.most, times),
        first_count=np.append(
            np.concatenate([first_count + k * counts for k in range(times)]), times * counts
        ),
        count=np.tile(program.count, times),
        first_ref=np.append(
            np.concatenate([first_ref + k * refs for k in range(times)]), times * refs
        ),
        ref=np.tile(program.ref, times),
    )
