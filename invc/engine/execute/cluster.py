"""Blocks on many machines: tasks of Dask distributed, which is imported when it is used.

A block's parent is what its task depends on, so that states go from worker to worker. The problem
travels to the scheduler once and to each worker once. Tasks of a worker that is lost run again
elsewhere, and since a block is a value of the same outcome everywhere, nothing else changes.
"""

from __future__ import annotations

import copy
import logging
import pickle
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from invc import __version__
from invc.diagnostics import InvcError
from invc.engine.block import Block, Outcome
from invc.engine.execute.halt import Halt
from invc.engine.execute.job import Job
from invc.pbits.backend import State, backend_named

LOCAL = "local:"
ADDRESS = re.compile(r"([a-z]+://)?[^\s/]+:[0-9]{1,5}")
MOST_LOCAL = 256  # workers
CONNECTING = 15.0  # seconds
ENDING = 5.0  # seconds that a worker has to end
FRESH = 2.0  # seconds for which the number of threads is taken to stay
GRACE = 60.0  # seconds for which a run waits for the first worker, or for another one
Running = deque[tuple[Block, Any]]  # blocks with their tasks, in order

ATTEMPTS = 20  # of a block whose workers are lost, each of which Dask tries a few times
SHORTEST, LONGEST = 0.0005, 0.05  # seconds between two looks at the clock and the first block


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of a cluster, with a worker at least; one of "local:N" ends with it.

    Args:
        address: Of a scheduler, such as tcp://node7:8786, or "local:N" for N processes here.

    Raises:
        InvcError: Dask is not installed, or nothing answers, or a worker has no such invc.
    """
    dask = _distributed()
    if not address.startswith(LOCAL) and not ADDRESS.fullmatch(address):
        raise InvcError("no such cluster", where=address, hint="tcp://HOST:PORT, or local:4")
    # What a lost worker or an ended run leaves to say goes to nobody who asked.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        try:
            client = stack.enter_context(_client(dask, address))
            _check(client, address)
        except (OSError, TimeoutError, ValueError) as error:
            hint = "start 'dask scheduler' and 'dask worker' there, or use local:4"
            raise InvcError("no cluster answers", where=address, hint=hint) from error
        yield client


def _distributed() -> Any:  # noqa: ANN401 - Dask has no types
    try:
        import distributed  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise InvcError(
            "dask.distributed is not installed",
            hint="pip install '.[cluster]' in a checkout of invc",
        ) from error
    return distributed


@contextmanager
def _client(dask: Any, address: str) -> Iterator[Any]:  # noqa: ANN401
    if not address.startswith(LOCAL):
        with dask.Client(address, timeout=CONNECTING, set_as_default=False) as client:
            yield client
        return
    text = address.removeprefix(LOCAL)
    workers = int(text) if text.isdecimal() and len(text) < 5 else 0
    if not 1 <= workers <= MOST_LOCAL:
        hint = f"local:N has 1 to {MOST_LOCAL} workers"
        raise InvcError("no such cluster", where=address, hint=hint)
    with (
        dask.LocalCluster(
            n_workers=0, processes=True, protocol="tcp://", dashboard_address=":0"
        ) as cluster,
        _workers(cluster.scheduler_address, workers),
        dask.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _workers(address: str, count: int) -> Iterator[None]:
    """Workers of a scheduler, as processes that know nothing of the program that runs here."""
    command = [sys.executable, "-P", "-m", "distributed.cli.dask_worker", address]
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60"]
    running = [
        subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for whoever asked, who ends them
        )
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for worker in running:
            worker.terminate()
        for worker in running:
            try:
                worker.wait(ENDING)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


def _check(client: Any, address: str) -> None:  # noqa: ANN401
    """See that there are workers, and that all have this invc.

    Raises:
        InvcError: They do not.
    """
    client.wait_for_workers(1, timeout=GRACE)
    try:
        versions = set(client.run(_version).values())
    except ImportError as error:
        raise InvcError(
            "a worker has no invc", where=address, hint=f"install invc {__version__} there"
        ) from error
    if versions != {__version__}:
        found = ", ".join(sorted(versions))
        hint = "install the same version everywhere"
        raise InvcError(f"workers have invc {found}, not {__version__}", where=address, hint=hint)


def _version() -> str:
    return __version__


# What runs on workers -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Unpacked:
    """The job of a run on a worker.

    A worker that comes late may have it from another one. What moves p-bits there may hold threads
    and code for that machine: so it travels as it came, and is made anew.

    Attributes:
        packed: The problem and the rules.
        kernel: What code moves p-bits, or "auto".
        job: Made of them, with what moves p-bits on this machine.
    """

    packed: bytes
    kernel: str
    job: Job

    def __reduce__(self) -> tuple[Callable[[bytes, str], Unpacked], tuple[bytes, str]]:
        """What it is made of, anew."""
        return unpacked, (self.packed, self.kernel)


def unpacked(packed: bytes, kernel: str) -> Unpacked:
    """The job of a run, with what moves p-bits on this machine."""
    problem, rules = pickle.loads(packed)
    return Unpacked(packed, kernel, Job(problem, backend_named(kernel), rules))


def work(shipped: Unpacked, block: Block, parent: Outcome | State | None) -> Outcome | None:
    """Run one block; None where it was cancelled, or its parent was."""
    start = parent.end if isinstance(parent, Outcome) else parent
    if block.parent is not None and start is None:
        return None
    # A block may move the state that it is given, and its parent may be asked for that again.
    return shipped.job.do(block, copy.deepcopy(start), _cancelled())


def same(state: State) -> State:
    """A state that was given, as what a task depends on."""
    return state


def _cancelled() -> Callable[[], bool]:
    """Asked whether the task that runs here is still wanted."""
    from distributed import get_worker  # noqa: PLC0415 - an optional package

    worker = get_worker()
    key = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state == "cancelled"

    return cancelled


# What runs here -------------------------------------------------------------------------------


@dataclass(eq=False)
class Cluster:
    """An `Executor` whose threads are those of a cluster.

    Attributes:
        client: Of the cluster.
        kernel: What code moves p-bits, or "auto" for what suits each machine.
        halt: Ends what runs.
        ends: Tasks whose outcome or state others go on from, by the number of the block.
    """

    client: Any
    kernel: str
    halt: Halt
    ends: dict[int, Any] = field(default_factory=dict)
    _run: str = field(default_factory=lambda: uuid4().hex)
    _jobs: dict[tuple[int, int], tuple[Job, Any]] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)
    _tries: int = 0
    _count: int = 0
    _counted: float = -GRACE

    def give(self, number: int, state: State) -> None:
        """A state for blocks to go on from that no block ended in."""
        self.ends[number] = self.client.submit(same, state, key=self._key(), pure=False)

    def run(self, job: Job, blocks: Iterator[Block], *, ahead: bool = True) -> Iterator[Outcome]:
        """Outcomes in the order of the blocks, until one was halted or there are no more."""
        running: Running = deque()
        shipped = self._shipped(job)
        try:
            while True:
                room = 2 * self._threads() if ahead else 1
                for block in islice(blocks, max(0, max(1, room) - len(running))):
                    running.append((block, self._submitted(shipped, block)))
                outcome = self._outcome(job, shipped, running) if running else None
                if outcome is None:
                    return
                yield outcome
        finally:
            if running:
                self.client.cancel([future for _, future in running], force=True)

    def _shipped(self, job: Job) -> Any:  # noqa: ANN401
        """The task that makes a job on a worker: one that is lost is made again."""
        key = id(job.problem), id(job.rules)
        if key not in self._jobs:
            packed = pickle.dumps((job.problem, job.rules))
            made = self.client.submit(unpacked, packed, self.kernel, key=self._key(), pure=False)
            self._jobs[key] = job, made
        return self._jobs[key][1]

    def _submitted(self, shipped: Any, block: Block) -> Any:  # noqa: ANN401
        parent = None if block.parent is None else self.ends[block.parent]
        future = self.client.submit(
            work, shipped, block, parent, key=self._key(), pure=False, priority=-block.number
        )
        if block.kept:
            self.ends[block.number] = future
        return future

    def _outcome(self, job: Job, shipped: Any, running: Running) -> Outcome | None:  # noqa: ANN401
        """The outcome of the first of the blocks that run; None once no more is wanted.

        Raises:
            InvcError: The cluster is gone.
        """
        dask = _distributed()
        for _ in range(ATTEMPTS):
            block, future = running[0]
            if not self._waited(job, running):
                return None
            try:
                found: Outcome | None = future.result()
            except dask.KilledWorker:  # as many workers as Dask tries have gone while they ran it
                running[0] = block, self._submitted(shipped, block)
                continue
            except (OSError, dask.CancelledError) as error:
                raise InvcError("the cluster has gone", hint="--checkpoint keeps blocks") from error
            running.popleft()
            return found
        raise InvcError(f"{ATTEMPTS} times all workers that ran block {block.number} were lost")

    def _waited(self, job: Job, running: Running) -> bool:
        """Wait for the first task; whether it ended before the run did.

        Raises:
            InvcError: There has been no worker for long.
        """
        seen, pause = monotonic(), SHORTEST
        while True:
            done = running[0][1].done()
            self._told(job, running)  # after that was asked: what is done is told of
            if done:
                return True
            if self.halt():
                return False
            sleep(pause)
            pause = min(2 * pause, LONGEST)
            if monotonic() - seen > GRACE:
                if not self._threads():
                    raise InvcError(f"the cluster has had no worker for {GRACE:g} seconds")
                seen = monotonic()

    def _told(self, job: Job, running: Running) -> None:
        """Tell whoever keeps outcomes of those that there are, each once."""
        keep = job.keep
        for block, future in running if keep else ():
            if future.status == "finished" and block.number not in self._known:
                self._known.add(block.number)
                outcome = future.result()
                if outcome is not None and keep:
                    keep(outcome)

    def _threads(self) -> int:
        """How many threads all workers have, or had a moment ago."""
        if monotonic() - self._counted > FRESH:
            self._counted, self._count = monotonic(), sum(self.client.nthreads().values())
        return self._count

    def _key(self) -> str:
        """A name for a task that no other one has."""
        self._tries += 1
        return f"invc-{self._run}-{self._tries}"
