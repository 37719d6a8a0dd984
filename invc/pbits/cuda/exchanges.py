"""Sweeps of ladders on a device, whose rungs trade states there."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from invc.pbits.cuda import trades
from invc.pbits.cuda.draws import stream_of
from invc.pbits.cuda.driver import Buffer, Grid
from invc.pbits.cuda.kernels import Kernels, Wanted
from invc.pbits.cuda.looks import Looker
from invc.pbits.cuda.noise import LANES
from invc.pbits.cuda.prepared import Prepared
from invc.pbits.cuda.state import Replicas
from invc.pbits.cuda.sweeps import Call, Space, launch, part_of, streams_of
from invc.pbits.heatbath.energy import Meter
from invc.pbits.heatbath.ladder import Exchanged, Ladder, Pace
from invc.pbits.heatbath.logic import Condition
from invc.pbits.heatbath.program import Program

MOST_BITS = 24  # of energies
MOST_CHANCES = 12  # bits of their number


class Exchanges:
    """Runs ladders; the terms of their energies stay on the device."""

    def __init__(self, kernels: Kernels, space: Space, looker: Looker) -> None:
        self.kernels, self.space, self.looker = kernels, space, looker
        self._terms: WeakKeyDictionary[Meter, tuple[int, dict[str, Buffer]]] = WeakKeyDictionary()

    def run(
        self,
        program: Program,
        prepared: Prepared,
        state: Replicas,
        ladder: Ladder,
        pace: Pace,
        seen: Condition | None,
    ) -> Exchanged | None:
        """Sweeps and trades; None where there is no kernel for them."""
        call = self._call(program, prepared, state, ladder, pace)
        if call is None:
            return None
        device, blocks = self.space.device, state.blocks
        turn = self.space.place("turn", 4 * blocks)
        traded = self.space.place("traded", 4 * blocks * LANES)
        device.write(turn, state.turns.astype(np.int32))
        device.write(traded, np.zeros((blocks, LANES), dtype=np.int32))
        exchanges = pace.sweeps // pace.between
        for k in range(exchanges):
            done = (k + 1) * pace.between
            call.run(done - pace.between, done, (k, k + 1))
            self._trade(call, ladder, prepared, k)
            if seen:
                self.looker.mark(seen, state, done)
                call.used(at_once=True)
        call.run(exchanges * pace.between, pace.sweeps, (exchanges, exchanges))
        counts = np.empty((blocks, LANES), dtype=np.int32)
        device.read(traded, counts)
        sweeps = np.full(blocks, pace.sweeps, dtype=np.int64)
        if seen:
            ended = np.empty(blocks, dtype=np.int32)
            device.read(state.ended, ended)
            sweeps = np.where(ended, ended, sweeps)
            device.write(state.ended, np.zeros(blocks, dtype=np.int32))
        state.turns += sweeps // pace.between
        own = counts.reshape(-1, ladder.rungs, 2).sum(axis=(0, 2)).astype(np.int64)
        return Exchanged(int(sweeps.max()), own)

    def _call(
        self, program: Program, prepared: Prepared, state: Replicas, ladder: Ladder, pace: Pace
    ) -> Call | None:
        streams = streams_of(program, prepared, ladder.heat, pace.sweeps)
        levels = ladder.chances.shape[1]
        fits = ladder.meter.bits <= MOST_BITS and 0 < levels < 1 << MOST_CHANCES
        if streams is None or not fits:
            return None
        exchanges = pace.sweeps // pace.between
        chance = stream_of(ladder.chances, levels.bit_length(), 0, 1, exchanges, 1)
        return Call(
            self.kernels,
            self.space,
            prepared,
            state,
            [*streams, chance],
            ladder.rungs,
            part_of(streams, pace.between),
        )

    def _trade(self, call: Call, ladder: Ladder, prepared: Prepared, exchange: int) -> None:
        weights, places = self._of(ladder.meter)
        bits, noise = ladder.meter.bits, call.streams[trades.CHANCE].bits
        shared = trades.shared_bytes(bits)

        def text(name: str, *, gpu: bool) -> str:
            return trades.Trades(bits, weights, noise, gpu=gpu).kernel(name)

        wanted = Wanted(trades.WARPS * LANES, shared)
        kernel = self.kernels.get(("trades", bits, weights, noise), text, wanted)
        state = call.state
        values: dict[str, int | Buffer] = {
            "ended": state.ended,
            "state": state.rows,
            "apart": state.block_bytes,
            "turn": self.space.place("turn", 4 * state.blocks),
            "exchange": exchange,
            "traded": self.space.place("traded", 4 * state.blocks * LANES),
            "targets": prepared.targets,
            "target_count": len(prepared.placed[1].tables.written),
            **places,
            **call.common,
            **call.used_noise(trades.CHANCE, exchange),
        }
        grid = Grid(state.blocks, trades.WARPS * LANES, shared)
        launch(self.space.device, kernel, trades.fields(), values, grid)

    def _of(self, meter: Meter) -> tuple[int, dict[str, Buffer]]:
        found = self._terms.get(meter)
        if found is None:
            terms, device = trades.terms_of(meter), self.space.device
            places = {}
            for name in ("terms", "ends"):
                array: Any = getattr(terms, name)
                places[name] = device.allocate(array.nbytes)
                device.write(places[name], array)
            found = self._terms[meter] = len(terms.ends) - 1, places
        return found
