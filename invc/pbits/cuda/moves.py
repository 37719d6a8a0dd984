"""The kernel that updates p-bits: a block of threads is a block of replicas, a lane 32 of them.

Updates that do not feel each other are done side by side by the warps of a block, in the order of
a `Layout`; between those that do there is a barrier. Rows are in the memory of a processor while
they fit there, else where they were.
"""

from __future__ import annotations

from collections.abc import Sequence

from invc.pbits.cuda import planes
from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.cuda.planes import Noise
from invc.pbits.cuda.text import Body, Memory, Value, goes_on
from invc.pbits.generated.ir import Logic
from invc.pbits.generated.network import network_of
from invc.pbits.generated.signature import Signature

INLINE = 9  # neighbours that stand in a record
RECORD = 12 + 4 * INLINE  # bytes: code, target, where more neighbours are, neighbours
MORE, FIRST = 2, 3  # words of a record
BARRIER = 1 << 31  # where more neighbours are: all warps meet after the update
COMMON = (
    ("ended", "ptr"),  # for each block, not 0 if it is to stay as it is
    ("state", "ptr"),
    ("apart", "i64"),  # bytes from a block's rows to the next one's
    ("records", "ptr"),
    ("slots", "i32"),
    ("more", "ptr"),
    ("rows", "ptr"),
    ("row_count", "i32"),
    ("written", "ptr"),
    ("written_count", "i32"),
    ("ranks", "ptr"),
    ("notes", "ptr"),
    ("notes_apart", "i64"),
    ("sweeps", "i32"),
    *planes.COMMON,
)
AHEAD = 2  # slots whose notes are read before they are needed
NO_UPDATE = 0xFFFFFFFF  # in place of a rank


def fields() -> list[tuple[str, str]]:
    """Arguments of the kernel, in order: names and kinds."""
    return [*COMMON, *((f"{name}{r}", kind) for r in range(2) for name, kind in planes.FIELDS)]


class Moves:
    """The kernel that updates, under construction."""

    def __init__(
        self, rules: Sequence[Signature], bits: Sequence[int], warps: int, *, near: bool, gpu: bool
    ) -> None:
        self.rules, self.bits, self.warps, self.near = rules, bits, warps, near
        self.body = Body(gpu=gpu, threads=LANES * warps)
        body = self.body
        shared = body.shared
        self.own = self.body.argument("state").at(
            body.block.wide() * self.body.number("apart", "i64")
        )
        if near:
            self.rows = shared
            self.notes = shared.at(self.body.number("row_count") * ROW)
        else:
            self.rows = self.own
            self.notes = self.body.argument("notes").at(
                body.block.wide() * self.body.number("notes_apart", "i64")
            )

    def kernel(self, name: str) -> str:
        """The text of the whole kernel."""
        body = self.body
        with body.when(goes_on(body)):
            if self.near:
                self.copy("rows", "row_count", inwards=True)
            with body.loop(0, self.body.number("sweeps")) as sweep:
                self.note(sweep)
                body.barrier()
                self.run()
            if self.near:
                self.copy("written", "written_count", inwards=False)
        return body.function(name, fields())

    def copy(self, rows: str, count: str, *, inwards: bool) -> None:
        """Rows into the memory of a processor, or some of them back; pairs of places are given."""
        body = self.body
        with body.each_thread() as thread:
            warp, lane = thread >> 5, (thread & (LANES - 1)) * 4
            with body.loop(warp, self.body.number(count), self.warps) as k:
                pair = self.body.argument(rows).at((k * 8).wide())
                far = self.own.at(pair.load(fixed=True).wide() * ROW).at(lane)
                near = self.rows.at(pair.at(4).load(fixed=True) * ROW + lane)
                if inwards:
                    near.store(far.load())
                else:
                    far.store(near.load())

    def note(self, sweep: Value) -> None:
        """Which vector each update of a sweep has for noise, and how it is rotated."""
        body = self.body
        places = (self.body.number("slots") + AHEAD) * self.warps
        with body.each_thread() as thread, body.loop(thread, places, LANES * self.warps) as place:
            rank = self.body.argument("ranks").at((place * 4).wide()).load(fixed=True)
            home = self.noted_at(place)
            home.store(0)
            names = [body.fresh("even"), body.fresh("odd")]
            kind = rank.equals(NO_UPDATE).chosen(body.constant(2), rank & 1)
            with body.cases(kind, names) as after:
                for r in (0, 1):
                    body.label(names[r])
                    if self.bits[r]:
                        home.store(self.noted(r, sweep, rank >> 1))
                    body.go(after)

    def noted_at(self, place: Value) -> Memory:
        """Where the note of an update is."""
        return self.notes.at(place * 4 if self.near else (place * 4).wide())

    def noted(self, r: int, sweep: Value, rank: Value) -> Value:
        """The note of an update."""
        body = self.body
        use = body.number(f"first{r}") + sweep * body.number(f"uses{r}") + rank
        return planes.note_of(body, r, self.bits[r], use)

    def run(self) -> None:
        """All updates of a sweep."""
        body = self.body
        if body.gpu:
            with body.each_thread() as thread:
                self.run_ahead(thread >> 5, thread & (LANES - 1))
            return
        with (
            body.loop(0, self.body.number("slots")) as slot,
            body.each_thread() as thread,
        ):
            warp, lane = thread >> 5, thread & (LANES - 1)
            note = self.noted_at(slot * self.warps + warp).load()
            self.update(self.record(slot, warp), Noise(self.drawn(note, lane), note), lane)

    def run_ahead(self, warp: Value, lane: Value) -> None:
        """The same by one thread: what the next update needs is read before warps meet."""
        body = self.body
        records = [body.variable(word) for word in self.record(body.constant(0), warp)]
        note = body.variable(self.noted_at(warp).load())
        later = body.variable(self.noted_at(warp + self.warps).load())
        planes = [body.variable(word) for word in self.drawn(note.get(), lane)]
        with body.loop(0, body.number("slots")) as slot:
            record, now = [word.get() for word in records], note.get()
            self.update(record, Noise([plane.get() for plane in planes], now), lane)
            following = later.get()
            for variable, value in zip(records, self.record(slot + 1, warp), strict=True):
                variable.set(value)
            for variable, value in zip(planes, self.drawn(following, lane), strict=True):
                variable.set(value)
            note.set(following)
            later.set(self.noted_at((slot + AHEAD) * self.warps + warp).load())
            with body.when((record[MORE] >> 31).equals(1)):
                body.barrier()

    def record(self, slot: Value, warp: Value) -> list[Value]:
        """What the update of a warp at a time is."""
        place = (slot * self.warps + warp).wide() * RECORD
        return self.body.argument("records").at(place).loads(RECORD // 16)

    def drawn(self, note: Value, lane: Value) -> list[Value]:
        """What a lane reads of the noise of any update."""
        return planes.drawn(self.body, max(self.bits), note, lane)

    def update(self, record: Sequence[Value], noise: Noise, lane: Value) -> None:
        """One update of one lane."""
        body = self.body
        names = [body.fresh("rule") for _ in range(len(self.rules) + 1)]
        with body.cases(record[0], names, all_=True) as after:
            for name, rule in zip(names, self.rules, strict=False):
                body.label(name)
                result = self.computed(rule, record, noise, lane)
                self.row(record[1], lane).store(result)
                body.go(after)
            body.label(names[-1])
            body.go(after)

    def row(self, place: Value, lane: Value) -> Memory:
        """A lane's 32 bits of a row: one multiplication and addition says where."""
        if self.near:
            return self.rows.at(place * ROW + lane * 4)
        return self.rows.at((lane * 4).wide()).at(place.wide() * ROW)

    def computed(
        self, rule: Signature, record: Sequence[Value], noise: Noise, lane: Value
    ) -> Value:
        """What a spin becomes by its rule."""
        body, network = self.body, network_of(rule)
        if network.result is None:
            return body.constant(-1 if network.always else 0)
        offsets = list(record[FIRST : FIRST + min(INLINE, rule.inputs)])
        beyond = rule.inputs - len(offsets)
        if beyond:
            more = self.body.argument("more").at((record[MORE] & (BARRIER - 1)).wide())
            offsets += more.loads(-(-beyond // 4))[:beyond]
        values = [self.row(offset, lane).load().name for offset in offsets]
        turned = [value.name for value in noise.turned(rule.bits)]
        logic = Logic("i32", "-1", body.fresh("t") + "_", [*values, *turned], body.lines)
        for node in network.nodes:
            logic.node(node)
        return Value(body, "i32", logic.literal(network.result))
