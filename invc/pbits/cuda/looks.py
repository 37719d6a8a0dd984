"""Rows of literals, computed on a device."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from invc.ising.model import Int32
from invc.pbits.cuda import logic as kernel
from invc.pbits.cuda.driver import Buffer, Grid
from invc.pbits.cuda.kernels import Kernels, Wanted
from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.cuda.state import Replicas
from invc.pbits.cuda.sweeps import Space, launch
from invc.pbits.heatbath.logic import Condition, Logic
from invc.pbits.lanes import WORDS, UInt64

MOST = 1 << 12  # literals at a time
MOST_KEPT = 256


class Looker:
    """Evaluates logics; their tables stay on the device."""

    def __init__(self, kernels: Kernels, space: Space) -> None:
        self.kernels, self.space = kernels, space
        self._steps: WeakKeyDictionary[Logic, tuple[kernel.Steps, Buffer]] = WeakKeyDictionary()
        self._wanted: dict[bytes, Buffer] = {}

    def rows_of(self, logic: Logic, literals: Int32, state: Replicas) -> UInt64:
        """The rows of some literals. Shape (literals, words)."""
        found = np.empty((len(literals), state.blocks * WORDS), dtype=np.uint64)
        for first in range(0, len(literals), MOST):
            part = literals[first : first + MOST]
            place = self.look(logic, part, state)
            self.space.device.read(place, found[first : first + len(part)])
        return found

    def mark(self, seen: Condition, state: Replicas, mark: int) -> None:
        """Mark the blocks in which a replica fulfils a condition; nothing moves them any more."""
        self.look(seen.logic, seen.literal, state, mark)

    def look(self, logic: Logic, literals: Int32, state: Replicas, mark: int = 0) -> Buffer:
        """Compute the rows of some literals; where they are."""
        device = self.space.device
        steps, records = self._of(logic)
        near = steps.rows * ROW <= device.shared
        wanted = kernel.wanted_of(logic, literals)
        key = wanted.tobytes()
        if key not in self._wanted:
            if len(self._wanted) >= MOST_KEPT:
                self._wanted.clear()
            self._wanted[key] = device.allocate(wanted.nbytes)
            device.write(self._wanted[key], wanted)
        scratch = 0 if near else steps.rows * ROW
        values: dict[str, int | Buffer] = {
            "ended": state.ended if mark else self.space.zeros(state.blocks),
            "state": state.rows,
            "apart": state.block_bytes,
            "records": records,
            "slots": len(steps.records),
            "scratch": self.space.place("scratch", scratch * state.blocks),
            "scratch_apart": scratch,
            "wanted": self._wanted[key],
            "wanted_count": len(literals),
            "found": self.space.place("found", len(literals) * state.blocks * ROW),
            "blocks": state.blocks,
            "mark": mark,
        }
        shared = steps.rows * ROW if near else 0
        grid = Grid(state.blocks, kernel.WARPS * LANES, shared)
        launch(device, self._kernel(near=near), kernel.FIELDS, values, grid)
        found = values["found"]
        assert isinstance(found, Buffer)
        return found

    def _of(self, logic: Logic) -> tuple[kernel.Steps, Buffer]:
        found = self._steps.get(logic)
        if found is None:
            steps = kernel.steps_of(logic)
            place = self.space.device.allocate(steps.records.nbytes)
            self.space.device.write(place, steps.records)
            found = self._steps[logic] = steps, place
        return found

    def _kernel(self, *, near: bool) -> Any:  # noqa: ANN401
        def text(name: str, *, gpu: bool) -> str:
            return kernel.logic_kernel(name, near=near, gpu=gpu)

        shared = self.space.device.shared if near else 0
        return self.kernels.get(("logic", near), text, Wanted(kernel.WARPS * LANES, shared))
