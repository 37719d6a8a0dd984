"""The kernel that fills the rows of a state with random bits, as `Host.start` does."""

from __future__ import annotations

from invc.pbits.cuda.noise import LANES, ROW, step
from invc.pbits.cuda.text import Body
from invc.pbits.lanes import WORDS

FIELDS = (
    ("rng", "ptr"),
    ("state", "ptr"),
    ("apart", "i64"),
    ("spins", "i32"),
    ("masks", "ptr"),  # of each spin: what a random word is ANDed with, and then ORed with
)


def first_kernel(name: str, *, gpu: bool) -> str:
    """The kernel: a warp fills the rows of a block."""
    body = Body(gpu=gpu, threads=LANES)
    with body.each_thread() as lane, body.when(lane.below(WORDS)):
        home = body.argument("rng").at((body.block * (4 * WORDS) + lane).wide() * 8)
        places = [home.at(8 * WORDS * k) for k in range(4)]
        state = [body.variable(place.load("i64")) for place in places]
        rows = body.argument("state").at(body.block.wide() * body.number("apart", "i64"))
        with body.loop(0, body.number("spins")) as spin:
            masks = body.argument("masks").at((spin * 16).wide())
            keep, put = masks.load("i64", fixed=True), masks.at(8).load("i64", fixed=True)
            rows.at(spin.wide() * ROW).at((lane * 8).wide()).store((step(state) & keep) | put)
        for place, variable in zip(places, state, strict=True):
            place.store(variable.get())
    return body.function(name, FIELDS)
