"""Parts of what runs on a cluster, without one: a client that works in this process stands in."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from designs import CELLS, multiplier
from invc import __version__
from invc.design import parse_clamps, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine import problem_of
from invc.engine.block import Block, Outcome, Rules
from invc.engine.execute import Halt, Job, Threads, cluster
from invc.engine.execute.cluster import (
    ATTEMPTS,
    GRACE,
    Cluster,
    _cancelled,
    connected,
    unpacked,
    work,
)
from invc.pbits.backend import backend_named
from invc.pbits.lanes import LANES


class KilledWorker(Exception):
    pass


class CancelledError(Exception):
    pass


@dataclass
class Task:
    """What Dask calls a future: it works when it is asked for, and `late` looks from now."""

    function: Callable[..., Any]
    given: tuple[Any, ...]
    fault: Exception | None = None
    late: int = 0
    found: list[Any] = field(default_factory=list)

    @property
    def status(self) -> str:
        return "pending" if self.late else "finished"

    def done(self) -> bool:
        self.late = max(0, self.late - 1)
        return not self.late

    def result(self) -> Any:
        if self.fault:
            raise self.fault
        if not self.found:
            given = [of.result() if isinstance(of, Task) else of for of in self.given]
            self.found.append(self.function(*given))
        return self.found[0]


@dataclass
class Client:
    """A client of a cluster of so many threads.

    Attributes:
        threads: Of its one worker.
        late: Looks until the next tasks are done.
        faults: What becomes of the next blocks.
        asked: Blocks, in the order in which they came.
    """

    threads: int = 2
    late: Iterator[int] = field(default_factory=lambda: iter(int, 1))
    faults: list[Exception] = field(default_factory=list)
    asked: list[Block] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    cancelled: list[Any] = field(default_factory=list)

    def submit(
        self, function: Callable[..., Any], *given: Any, key: str, pure: bool, priority: int = 0
    ) -> Task:
        assert not pure, "what it gives is not kept for others"
        self.keys.append(key)
        if function is not work:
            return Task(function, given)
        self.asked.append(given[1])
        assert priority == -given[1].number, "the first blocks first"
        fault = self.faults.pop(0) if self.faults else None
        return Task(function, given, fault, next(self.late))

    def cancel(self, tasks: list[Any], force: bool) -> None:
        self.cancelled += tasks

    def nthreads(self) -> dict[str, int]:
        return {"a": self.threads, "b": 0}


@pytest.fixture(autouse=True)
def dask(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Dask distributed, as far as blocks need it; a worker whose task goes on."""
    made: Any = ModuleType("distributed")
    tasks: dict[str, Any] = {"mine": SimpleNamespace(state="executing")}
    worker = SimpleNamespace(get_current_task=lambda: "mine", state=SimpleNamespace(tasks=tasks))
    made.get_worker, made.tasks = lambda: worker, tasks
    made.KilledWorker, made.CancelledError = KilledWorker, CancelledError
    monkeypatch.setitem(sys.modules, "distributed", made)
    monkeypatch.setattr(cluster, "sleep", lambda _: None)
    return made


def job(keep: Callable[[Outcome], object] | None = None) -> Job:
    design = assemble(multiplier(4), CELLS)
    asked = problem_of(design, presolve(design, parse_clamps(design.netlist, ["p=143"])))
    return Job(asked, backend_named(), Rules(seed=5), keep=keep)


def blocks(number: int, handed_on: bool = False) -> Iterator[Block]:
    for k in range(number):
        parent = k - 1 if handed_on and k else None
        yield Block(k, "gibbs", 8, LANES, parent, draws=False, kept=handed_on)


def told(outcomes: Iterator[Outcome]) -> list[Any]:
    return [(outcome.block.number, outcome.verified, outcome.updates) for outcome in outcomes]


@pytest.mark.parametrize("handed_on", [False, True])
@pytest.mark.parametrize("late", [0, 3])
def test_a_cluster_finds_what_a_thread_finds(handed_on: bool, late: int) -> None:
    client = Client(late=iter([late] * 99))
    kept: list[Outcome] = []
    found = told(Cluster(client, "auto", Halt()).run(job(kept.append), blocks(7, handed_on)))
    assert found == told(Threads(1, Halt()).run(job(), blocks(7, handed_on)))
    assert client.asked == list(blocks(7, handed_on))
    assert len(set(client.keys)) == len(client.keys) == 8, "the job and seven blocks"
    assert told(iter(kept)) == found, "each once, in the order in which they ended"
    assert not client.cancelled


def test_twice_as_many_blocks_as_threads_are_on_their_way() -> None:
    for threads, ahead, most in ((3, True, 6), (3, False, 1), (0, True, 1)):
        client = Client(threads=threads)
        running = Cluster(client, "auto", Halt()).run(job(), blocks(9), ahead=ahead)
        for ended in range(1, 4):
            next(running)
            assert len(client.asked) == most + ended - 1
        running.close()  # type: ignore[attr-defined]
        assert len(client.cancelled) == most - 1


def test_where_workers_go_no_more_is_asked_until_that_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "FRESH", -1.0)
    client = Client(threads=3)
    running = Cluster(client, "auto", Halt()).run(job(), blocks(9))
    next(running)
    client.threads = 1
    asked = []
    for _ in range(6):
        next(running)
        asked.append(len(client.asked))
    assert asked == [6, 6, 6, 6, 7, 8]


def test_a_block_that_was_cancelled_is_the_end_and_nobody_is_told(dask: Any) -> None:
    dask.tasks.clear()
    kept: list[Outcome] = []
    assert list(Cluster(Client(), "auto", Halt()).run(job(kept.append), blocks(3))) == []
    assert kept == []


def test_states_that_are_given_are_gone_on_from() -> None:
    asked, given = job(), Cluster(Client(), "auto", Halt())
    start = asked.backend.start(asked.problem.known, 1, 1)
    here = Threads(1, Halt())
    for executor in (given, here):
        executor.give(
            -1, asked.backend.keep(start) and asked.backend.start(asked.problem.known, 1, 1)
        )
    block = Block(0, "gibbs", 4, LANES, -1, draws=False)
    assert told(given.run(asked, iter([block]))) == told(here.run(asked, iter([block])))


def test_blocks_of_lost_workers_are_asked_for_again_but_not_for_ever() -> None:
    lost = [KilledWorker() for _ in range(ATTEMPTS - 1)]
    client = Client(threads=0, faults=list(lost))
    assert len(list(Cluster(client, "auto", Halt()).run(job(), blocks(2)))) == 2
    assert [block.number for block in client.asked] == [0] * ATTEMPTS + [1]
    client = Client(threads=0, faults=[*lost, KilledWorker()])
    with pytest.raises(InvcError, match=f"{ATTEMPTS} times all workers that ran block 0 were lost"):
        list(Cluster(client, "auto", Halt()).run(job(), blocks(2)))
    for fault in (CancelledError(), OSError()):
        with pytest.raises(InvcError, match="the cluster has gone"):
            list(Cluster(Client(faults=[fault]), "auto", Halt()).run(job(), blocks(2)))


def test_the_end_of_a_run_ends_its_blocks() -> None:
    halt, client = Halt(), Client(late=iter([0, 99, 99, 99, 99, 99]))
    running = Cluster(client, "auto", halt).run(job(), blocks(9))
    next(running)
    halt.now()
    assert list(running) == []
    assert len(client.cancelled) == 4


def test_a_run_waits_for_workers_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks at it, twice as long each time up to a twentieth of a second."""
    slept: list[float] = []
    monkeypatch.setattr(cluster, "monotonic", count(1000.0).__next__)
    monkeypatch.setattr(cluster, "sleep", slept.append)
    client = Client(threads=0, late=iter([10**6] * 9))
    running = Cluster(client, "auto", Halt()).run(job(), blocks(1))
    with pytest.raises(InvcError, match=f"the cluster has had no worker for {GRACE:g} seconds"):
        list(running)
    assert 10**6 - client.cancelled[0].late == GRACE + 1
    assert slept == pytest.approx([min(0.0005 * 2**k, 0.05) for k in range(len(slept))])
    client = Client(threads=1, late=iter([500]))
    assert len(list(Cluster(client, "auto", Halt()).run(job(), blocks(1)))) == 1


def test_threads_are_counted_anew_once_that_was_a_while_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [50.0]
    monkeypatch.setattr(cluster, "monotonic", lambda: now[0])
    client = Client(threads=3)
    executor = Cluster(client, "auto", Halt())
    for time, threads in ((50.0, 3), (52.0, 3), (52.1, 5), (54.0, 5), (54.2, 8)):
        now[0] = time
        assert executor._threads() == threads
        client.threads = {3: 5, 5: 8, 8: 9}[threads] if time != 50.0 else 5


def test_a_block_without_the_state_of_its_parent_is_not_run() -> None:
    asked = job()
    shipped = unpacked(pickle.dumps((asked.problem, asked.rules)), "auto")
    block = Block(1, "gibbs", 8, LANES, 0, draws=False)
    assert work(shipped, block, None) is None
    start = asked.backend.start(asked.problem.known, 3, 0)
    before = asked.backend.fetch(start).copy()
    outcomes = [work(shipped, block, start) for _ in range(2)]
    assert np.array_equal(asked.backend.fetch(start), before), "it is somebody else's"
    assert told(iter(filter(None, outcomes[:1]))) == told(iter(filter(None, outcomes[1:])))
    assert work(shipped, block, outcomes[0]) is None, "a parent that kept nothing"
    alone = Block(1, "gibbs", 8, LANES)
    assert work(shipped, alone, None) is not None


def test_work_is_cancelled_once_its_worker_says_so(dask: Any) -> None:
    cancelled = _cancelled()
    assert not cancelled()
    dask.tasks["mine"].state = "cancelled"
    assert cancelled()
    dask.tasks.clear()
    assert cancelled()


@pytest.fixture
def local(dask: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What happens to clusters of this machine, in order."""
    events: list[Any] = []

    @contextmanager
    def made(name: str, thing: Any, *given: Any, **options: Any) -> Iterator[Any]:
        events.append((name, given, options))
        yield thing
        events.append(f"end of {name}")

    client = SimpleNamespace(
        wait_for_workers=lambda *given, **options: events.append(("wait", given, options)),
        run=lambda function: {"a": function()},
    )
    here = SimpleNamespace(scheduler_address="tcp://127.0.0.1:1")
    dask.LocalCluster = lambda *given, **options: made("cluster", here, *given, **options)
    dask.Client = lambda *given, **options: made("client", client, *given, **options)

    def started(command: list[str], **options: Any) -> Any:
        events.append(("worker", command[3:], options["start_new_session"]))
        return SimpleNamespace(
            terminate=lambda: events.append("terminate"), wait=lambda *_: events.append("gone")
        )

    monkeypatch.setattr("invc.engine.execute.cluster.subprocess.Popen", started)
    return events


def test_a_cluster_of_this_machine_has_so_many_workers_and_ends_with_the_run(
    local: list[Any],
) -> None:
    with connected("local:2"):
        pass
    options = {"n_workers": 0, "processes": True, "protocol": "tcp://", "dashboard_address": ":0"}
    assert local[0] == ("cluster", (), options)
    for name, command, apart in local[1:3]:
        assert (name, command[:2]) == (
            "worker",
            ["distributed.cli.dask_worker", "tcp://127.0.0.1:1"],
        )
        assert command[2:4] == ["--nthreads", "1"]
        assert apart, "Ctrl-C is for whoever asked"
    name, (here,), options = local[3]
    assert (name, here.scheduler_address) == ("client", "tcp://127.0.0.1:1")
    assert options == {"set_as_default": False}
    assert local[4] == ("wait", (1,), {"timeout": GRACE})
    assert local[5:] == [
        *("end of client", "terminate", "terminate", "gone", "gone", "end of cluster")
    ]


def test_a_client_of_another_cluster_is_nobody_elses(local: list[Any]) -> None:
    with connected("tcp://node:8786"):
        pass
    name, given, options = local[0]
    assert (name, given, options["set_as_default"]) == ("client", ("tcp://node:8786",), False)


@pytest.mark.parametrize(
    "address", ["nowhere", "node:", *map("local:{}".format, ("0", "257", "00001", "x", ""))]
)
def test_what_is_no_address_is_said_so(address: str, local: list[Any]) -> None:
    with pytest.raises(InvcError, match="no such cluster"), connected(address):
        pass
    assert local == []


def test_most_workers_are_as_many_as_is_said(local: list[Any]) -> None:
    for number in (1, 256):
        local.clear()
        with connected(f"local:{number}"):
            pass
        assert [event[0] for event in local].count("worker") == number


def test_workers_of_another_version_are_refused(
    local: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_version", lambda: "0.0.1")
    said = f"workers have invc 0.0.1, not {__version__}"
    with pytest.raises(InvcError, match=said), connected("tcp://node:8786"):
        pass
