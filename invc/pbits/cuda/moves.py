"""The kernel that updates p-bits: a block of threads is a block of replicas, a lane 32 of them.

Updates that do not feel each other are done side by side by the warps of a block, in the order of
a `Layout`; between those that do there is a barrier. Rows are in the memory of a processor while
they fit there, else where they were.
"""

from __future__ import annotations

from collections.abc import Sequence

from invc.pbits.cuda.noise import LANES, ROW
from invc.pbits.cuda.text import GLOBAL, SHARED, Body, Memory, Value
from invc.pbits.generated.ir import Logic
from invc.pbits.generated.network import network_of
from invc.pbits.generated.signature import Signature

INLINE = 12  # neighbours that stand in a record
RECORD = 16 + 4 * INLINE  # bytes: code, target, update, more neighbours, neighbours
BARRIER = 1 << 31  # in a code: all warps meet after it
COMMON = (
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
    ("updates", "i32"),
    ("notes", "ptr"),
    ("notes_apart", "i64"),
    ("sweeps", "i32"),
    ("rungs", "i32"),
    ("log_words", "i32"),
)
# Of the noise of each parity: where vectors are, how much there is of a block, what rotates them,
# the number of the first, how many are used in a sweep, and sizes as powers of two.
FIELDS = (
    ("pool", "ptr"),
    ("pool_apart", "i64"),
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


def arguments(body: Body) -> list[tuple[str, str]]:
    """Of the kernel, in order: types and names."""
    listed = [*COMMON, *((f"{name}{r}", kind) for r in range(2) for name, kind in FIELDS)]
    found = [(body.pointer(GLOBAL) if kind == "ptr" else kind, name) for name, kind in listed]
    return found if body.gpu else [*found, ("ptr", "shared")]

Rule = tuple[Signature, int]  # and the parity of the fields, which says whose noise it is


class Moves:
    """The kernel under construction."""

    def __init__(
        self, rules: Sequence[Rule], bits: Sequence[int], warps: int, *, near: bool, gpu: bool
    ) -> None:
        self.rules, self.bits, self.warps, self.near = rules, bits, warps, near
        self.body = Body(gpu=gpu, threads=LANES * warps)
        body = self.body
        shared = Memory(body, SHARED, "@shared" if gpu else "%shared")
        self.own = self.memory("state").at(body.block.wide() * self.number("apart", "i64"))
        if near:
            self.rows = shared
            self.notes = shared.at(self.number("row_count") * ROW)
        else:
            self.rows = self.own
            self.notes = self.memory("notes").at(body.block.wide() * self.number("notes_apart", "i64"))

    def memory(self, name: str) -> Memory:
        """An argument that is an address."""
        return Memory(self.body, GLOBAL, f"%{name}")

    def number(self, name: str, kind: str = "i32") -> Value:
        """An argument that is a number."""
        return Value(self.body, kind, f"%{name}")

    def kernel(self, name: str) -> str:
        """The text of it."""
        body = self.body
        if self.near:
            self.copy("rows", "row_count", inwards=True)
        with body.loop(0, self.number("sweeps")) as sweep:
            self.note(sweep)
            body.barrier()
            self.run()
        if self.near:
            self.copy("written", "written_count", inwards=False)
        return body.function(name, arguments(body))

    def copy(self, rows: str, count: str, *, inwards: bool) -> None:
        """Rows into the memory of a processor, or some of them back; pairs of places are given."""
        body = self.body
        with body.each_thread() as thread:
            warp, lane = thread >> 5, (thread & (LANES - 1)) * 4
            with body.loop(warp, self.number(count), self.warps) as k:
                pair = self.memory(rows).at((k * 8).wide())
                far = self.own.at(pair.load(fixed=True).wide() * ROW).at(lane)
                near = self.rows.at(pair.at(4).load(fixed=True) * ROW + lane)
                if inwards:
                    near.store(far.load())
                else:
                    far.store(near.load())

    def note(self, sweep: Value) -> None:
        """Which vector each update of a sweep has for noise, and how it is rotated."""
        body = self.body
        with body.each_thread() as thread:
            with body.loop(thread, self.number("updates"), LANES * self.warps) as update:
                rank = self.memory("ranks").at((update * 4).wide()).load(fixed=True)
                home = self.notes.at(update * 4 if self.near else (update * 4).wide())
                names = [body.fresh("even"), body.fresh("odd")]
                with body.cases(rank & 1, names) as after:
                    for r in (0, 1):
                        body.label(names[r])
                        if self.bits[r]:
                            home.store(self.noted(r, sweep, rank >> 1))
                        body.go(after)

    def noted(self, r: int, sweep: Value, rank: Value) -> Value:
        """The vector of a use, and how it is rotated."""
        body = self.body
        log_size, log_each = self.number(f"log_size{r}"), self.number(f"log_each{r}")
        size = body.constant(1) << log_size
        each, rounds = body.constant(1) << log_each, self.number(f"rounds{r}")
        use = self.number(f"first{r}") + sweep * self.number(f"uses{r}") + rank
        turn = use >> log_size
        place = (use & (size - 1)) + 1
        round_ = (turn >> log_each) & rounds
        turns = self.memory(f"turns{r}").at(body.block.wide() * self.number(f"turns_apart{r}", "i64"))
        pair = turns.at((((round_ << log_each) + (turn & (each - 1))) * 4).wide()).load()
        vector = ((pair & 0xFFFF) + ((pair >> 16) | 1) * place) & (size - 1)
        vector = vector + (round_ << log_size)
        shifts = self.memory(f"shifts{r}")
        shifts = shifts.at(body.block.wide() * self.number(f"shifts_apart{r}", "i64"))
        pair = shifts.at((vector * 4).wide()).load()
        shift = (pair & 0xFFFF) + ((pair >> 16) | 1) * ((turn & (each - 1)) + 1)
        shift = shift & self.number(f"shift_mask{r}")
        log_words = self.number("log_words")
        words = (shift & ((body.constant(1) << log_words) - 1)) * self.number("rungs")
        return vector << 10 | words << 6 | shift >> log_words

    def run(self) -> None:
        """All updates of a sweep."""
        body = self.body
        apart = self.warps * RECORD
        with body.loop(0, self.number("slots")) as slot:
            first = self.memory("records").at(slot.wide() * apart)
            flag = None
            with body.each_thread() as thread:
                warp, lane = thread >> 5, thread & (LANES - 1)
                record = first.at((warp * RECORD).wide()).loads(RECORD // 16)
                self.update(record, lane)
                flag = record[0]
            if body.gpu:
                with body.when(flag.below(BARRIER) ^ True):
                    body.barrier()

    def update(self, record: Sequence[Value], lane: Value) -> None:
        """One update of one lane."""
        body = self.body
        names = [body.fresh("rule") for _ in self.rules]
        with body.cases(record[0] & (BARRIER - 1), names) as after:
            for name, rule in zip(names, self.rules, strict=True):
                body.label(name)
                result = self.computed(rule, record, lane)
                self.row(record[1], lane).store(result)
                body.go(after)

    def row(self, offset: Value, lane: Value) -> Memory:
        """A lane's 32 bits of a row."""
        if self.near:
            return self.rows.at(offset + lane * 4)
        return self.rows.at((offset + lane * 4).wide())

    def computed(self, rule: Rule, record: Sequence[Value], lane: Value) -> Value:
        """What a spin becomes."""
        body, signature = self.body, rule[0]
        network = network_of(signature)
        if network.result is None:
            return body.constant(-1 if network.always else 0)
        offsets = list(record[4 : 4 + min(INLINE, signature.inputs)])
        beyond = signature.inputs - len(offsets)
        if beyond:
            more = self.memory("more").at((record[3]).wide())
            offsets += more.loads(-(-beyond // 4))[:beyond]
        values = [self.row(offset, lane).load().name for offset in offsets]
        values += self.noise(rule, record, lane)
        logic = Logic("i32", "-1", body.fresh("t"), values, body.lines)
        for node in network.nodes:
            logic.node(node)
        return Value(body, "i32", logic.literal(network.result))

    def noise(self, rule: Rule, record: Sequence[Value], lane: Value) -> list[str]:
        """The planes of an update's noise: words have 64 bits, which are rotated as one."""
        body, (signature, r) = self.body, rule
        bits = signature.bits
        if not bits:
            return []
        note = self.notes.at(record[2] * 4 if self.near else (record[2] * 4).wide()).load()
        pool = self.memory(f"pool{r}").at(body.block.wide() * self.number(f"pool_apart{r}", "i64"))
        vector = pool.at(((note >> 10) * (bits * ROW)).wide())
        moved, side = note >> 3, lane * 4
        place = (((moved & 0x78) + side) & 0x7F) ^ (moved & 4)
        one, other = vector.at(place.wide()), vector.at((place ^ 4).wide())
        return [
            body.funnel(one.at(ROW * p).load(), other.at(ROW * p).load(), note).name
            for p in range(bits)
        ]
