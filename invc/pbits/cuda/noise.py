"""The kernel that draws noise: the same vectors, in the same order, as `Noise` of the C++ kernels.

A block of threads is a block of replicas. One warp draws the rows of some jobs while the others
make vectors of thresholds from the rows of the jobs before.
"""

from __future__ import annotations

from collections.abc import Sequence

from invc.pbits.cuda.text import Body, Memory, Value, Variable, goes_on
from invc.pbits.heatbath.heat import BITS
from invc.pbits.lanes import WORDS

LANES, ROW = 32, 128  # of a warp, and bytes of a row of all its lanes
MAKERS = 4  # warps that make vectors
THREADS = LANES * (MAKERS + 1)
MOST_ROWS = BITS + 1  # of a job
BUFFER = MAKERS * MOST_ROWS * ROW
GENERATORS = 4 * WORDS * 8  # bytes: their states, while they are used
SHARED_BYTES = 2 * BUFFER + GENERATORS
SIDE_BY_SIDE = 4  # rows that are drawn in a piece of straight code
JOB = 16  # bytes: kind, rows, where it goes, where what goes with it goes
LEVEL = 80  # bytes: a mask for each bit of a threshold, one for 2**16, its place, and room
STREAMS = 3  # of vectors: for even and odd fields, and for trades
# Of each stream: masks of its thresholds, how many, rows that are not drawn, what is added, and
# where what rotates its vectors is.
FIELDS = (
    ("masks", "ptr"),
    ("levels", "i32"),
    ("lowest", "i32"),
    ("offset", "i32"),
    ("shifts", "ptr"),
    ("shifts_apart", "i64"),
    ("turns", "ptr"),
    ("turns_apart", "i64"),
)
COMMON = (
    ("ended", "ptr"),  # for each block, not 0 if it draws nothing
    ("jobs", "ptr"),
    ("count", "i32"),
    ("rng", "ptr"),
    ("rungs", "i32"),
    ("pool", "ptr"),  # rows of vectors
    ("pool_apart", "i64"),  # bytes from a block's to the next one's
)


def fields() -> list[tuple[str, str]]:
    """Arguments of the kernel, in order: names and kinds."""
    return [*COMMON, *((f"{name}{r}", kind) for r in range(STREAMS) for name, kind in FIELDS)]


def noise_kernel(name: str, bits: Sequence[int], *, gpu: bool) -> str:
    """The kernel for vectors of so many bits of each stream."""
    body = Body(gpu=gpu, threads=THREADS)
    count = body.number("count")
    shared = body.shared
    with body.when(goes_on(body)):
        _carry(body, inwards=True)
        body.barrier()
        odd = body.variable(0)
        with body.loop(0, count + MAKERS, MAKERS) as batch:
            flip = odd.get()
            with body.each_thread() as thread:
                warp, lane = thread >> 5, thread & (LANES - 1)
                own = shared.at(flip * BUFFER)
                other = shared.at((flip ^ 1) * BUFFER)
                with body.when(warp.equals(MAKERS) & lane.below(WORDS)):
                    _draw(body, own, batch, count, lane)
                job = batch - MAKERS + warp
                making = warp.below(MAKERS) & job.below(count)
                with body.when(making):
                    _make(body, other.at(warp * (MOST_ROWS * ROW)), job, lane, bits)
            body.barrier()
            odd.set(flip ^ 1)
        _carry(body, inwards=False)
    return body.function(name, fields())


def _carry(body: Body, *, inwards: bool) -> None:
    """The states of the generators, to where they are at hand or back."""
    with body.each_thread() as thread, body.when(thread.below(4 * WORDS)):
        far = body.argument("rng").at((body.block * (4 * WORDS) + thread).wide() * 8)
        near = body.shared.at(2 * BUFFER).at((thread * 8).wide())
        if inwards:
            near.store(far.load("i64"))
        else:
            far.store(near.load("i64"))


def _draw(body: Body, buffer: Memory, batch: Value, count: Value, lane: Value) -> None:
    """The rows of the jobs of a batch, by the generators of `invc.pbits.random`."""
    home = body.shared.at(2 * BUFFER).at((lane * 8).wide())
    places = [home.at(8 * WORDS * k) for k in range(4)]
    state = [body.variable(place.load("i64")) for place in places]
    last = batch + MAKERS
    end = last.below(count).chosen(last, count)
    end = batch.below(end).chosen(end, batch)
    with body.loop(batch, end) as job:
        rows = body.argument("jobs").at(job.wide() * JOB + 4).load(fixed=True)
        home_of_job = buffer.at((job - batch) * (MOST_ROWS * ROW) + lane * 8)
        even = rows & ~(SIDE_BY_SIDE - 1)
        with body.loop(0, even, SIDE_BY_SIDE) as row:
            for k in range(SIDE_BY_SIDE):
                home_of_job.at((row + k) * ROW).store(step(state))
        with body.loop(even, rows) as row:
            home_of_job.at(row * ROW).store(step(state))
    for place, variable in zip(places, state, strict=True):
        place.store(variable.get())


def step(state: Sequence[Variable]) -> Value:
    """The next number of a generator xoshiro256++, see `invc.pbits.random.draw`."""
    s0, s1, s2, s3 = (variable.get() for variable in state)
    out = (s0 + s3).rotated(23) + s0
    t = s1 << 17
    s2, s3 = s2 ^ s0, s3 ^ s1
    s1, s0 = s1 ^ s2, s0 ^ s3
    for variable, value in zip(state, (s0, s1, s2 ^ t, s3.rotated(45)), strict=True):
        variable.set(value)
    return out


def _make(body: Body, rows: Memory, job: Value, lane: Value, bits: Sequence[int]) -> None:
    """What a job is for: kinds are 2 r for a vector of stream r, and 2 r + 1 for a turn."""
    home = body.argument("jobs").at(job.wide() * JOB)
    kind, count, place, other = home.loads(1)
    names = [body.fresh("kind") for _ in range(2 * STREAMS)]
    with body.cases(kind, names) as after:
        for r in range(STREAMS):
            body.label(names[2 * r])
            if bits[r]:
                _vector(body, rows, lane, r, bits[r], place)
                last = rows.at((count - 1) * ROW)
                _pair(body, last, lane, "shifts", r, other)
            body.go(after)
            body.label(names[2 * r + 1])
            _pair(body, rows, lane, "turns", r, place)
            body.go(after)


def _pair(body: Body, row: Memory, lane: Value, table: str, r: int, place: Value) -> None:
    """The lowest 16 bits of the first two words of a row, side by side."""
    with body.when(lane.equals(0)):
        pair = row.load() & 0xFFFF | row.at(8).load() << 16
        apart = body.number(f"{table}_apart{r}", "i64")
        home = body.argument(f"{table}{r}").at(body.block.wide() * apart)
        home.at((place * 4).wide()).store(pair)


def _vector(body: Body, rows: Memory, lane: Value, r: int, bits: int, place: Value) -> None:
    """Planes of numbers of thresholds that are above the numbers in some rows."""
    lowest, levels = body.number(f"lowest{r}"), body.number(f"levels{r}")
    rungs, offset = body.number("rungs"), body.number(f"offset{r}")
    own = rows.at(lane * 4)
    inverted = []
    for k in range(BITS):
        here = lowest.below(k + 1)
        at = here.chosen((body.constant(k) - lowest) * ROW, body.constant(0))
        inverted.append(here.chosen(~own.at(at).load(), body.constant(-1)))
    planes = [body.variable(0) for _ in range(bits)]
    rung = (lane >> 1) & (rungs - 1)
    home = body.argument(f"masks{r}").at((rung * LEVEL).wide())
    with body.loop(0, levels) as level:
        words = home.at((level * rungs).wide() * LEVEL).loads(LEVEL // 16)
        less = body.constant(0)
        for k in range(BITS):
            u, t = inverted[k], words[k]
            less = (less & u) | ((less | u) & t)
        less = less | words[BITS]
        for p, plane in enumerate(planes):
            fits = (~words[BITS + 1].below(p)).mask()
            plane.set(plane.get() ^ (less & fits))
    home = body.argument("pool").at(body.block.wide() * body.number("pool_apart", "i64"))
    home = home.at(place.wide() * ROW).at((lane * 4).wide())
    carry = body.constant(0)
    for p, plane in enumerate(planes):
        bit, now = body.constant(0) - ((offset >> p) & 1), plane.get()
        home.at(ROW * p).store(now ^ bit ^ carry)
        carry = (now & bit) | (carry & (now | bit))
