"""How kernels read noise: which vector a use has, and how it is rotated.

A note says it in one number: the row of the vector's first plane, by how many words they are
rotated, and by how many bits within them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from invc.pbits.cuda.noise import ROW
from invc.pbits.cuda.text import Body, Value

COMMON = (
    ("pool", "ptr"),  # rows of noise
    ("pool_apart", "i64"),
    ("rungs", "i32"),
    ("log_words", "i32"),  # of a rung
)
# Of vectors of one stream: the first row, what rotates them, the number of the first use, how many
# there are in a sweep, and sizes as powers of two.
FIELDS = (
    ("row", "i32"),
    ("shifts", "ptr"),
    ("shifts_apart", "i64"),
    ("turns", "ptr"),
    ("turns_apart", "i64"),
    ("first", "i32"),
    ("uses", "i32"),
    ("log_size", "i32"),
    ("log_each", "i32"),
    ("rounds", "i32"),  # pools that there is room for, less one
    ("shift_mask", "i32"),
)


def note_of(body: Body, r: int, bits: int, use: Value) -> Value:
    """The note of a use of a stream whose vectors have so many planes."""
    log_size, log_each = body.number(f"log_size{r}"), body.number(f"log_each{r}")
    size = body.constant(1) << log_size
    each, rounds = body.constant(1) << log_each, body.number(f"rounds{r}")
    turn = use >> log_size
    place = (use & (size - 1)) + 1
    pool = (turn >> log_each) & rounds
    turns = body.argument(f"turns{r}").at(body.block.wide() * body.number(f"turns_apart{r}", "i64"))
    pair = turns.at((((pool << log_each) + (turn & (each - 1))) * 4).wide()).load()
    vector = ((pair & 0xFFFF) + ((pair >> 16) | 1) * place) & (size - 1)
    vector = vector + (pool << log_size)
    shifts = body.argument(f"shifts{r}")
    shifts = shifts.at(body.block.wide() * body.number(f"shifts_apart{r}", "i64"))
    pair = shifts.at((vector * 4).wide()).load()
    shift = (pair & 0xFFFF) + ((pair >> 16) | 1) * ((turn & (each - 1)) + 1)
    shift = shift & body.number(f"shift_mask{r}")
    log_words = body.number("log_words")
    words = (shift & ((body.constant(1) << log_words) - 1)) * body.number("rungs")
    row = vector * bits + body.number(f"row{r}")
    return row << 10 | words << 6 | shift >> log_words


@dataclass(frozen=True)
class Noise:
    """What a lane reads of a vector.

    Attributes:
        halves: For each plane the two halves of a word, that of the lane first.
        note: How words are rotated.
    """

    halves: Sequence[Value]
    note: Value

    def turned(self, bits: int) -> list[Value]:
        """A lane's bits of the first planes: words have 64, which are rotated as one."""
        pairs = zip(self.halves[: 2 * bits : 2], self.halves[1 : 2 * bits : 2], strict=True)
        return [self.note.body.funnel(one, other, self.note) for one, other in pairs]


def drawn(body: Body, bits: int, note: Value, lane: Value) -> list[Value]:
    """For each plane the two halves of the word of which a lane needs a half."""
    pool = body.argument("pool").at(body.block.wide() * body.number("pool_apart", "i64"))
    vector = pool.at((note >> 10).wide() * ROW)
    moved, side = note >> 3, lane * 4
    place = (((moved & 0x78) + side) & 0x7F) ^ (moved & 4)
    one, other = vector.at(place.wide()), vector.at((place ^ 4).wide())
    return [at.at(ROW * p).load() for p in range(bits) for at in (one, other)]
