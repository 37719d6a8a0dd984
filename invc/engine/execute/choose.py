"""Who runs the blocks of a run: threads or a cluster, and whether what they bring is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from invc.engine.effort import Effort
from invc.engine.execute.halt import Halt
from invc.engine.execute.threads import Threads

if TYPE_CHECKING:
    from invc.engine.execute import Executor


@contextmanager
def executor_for(effort: Effort, halt: Halt, threads: int | None = None) -> Iterator[Executor]:
    """Who runs the blocks of an effort, for as long as that takes.

    Args:
        effort: Says who it is to be.
        halt: Ends what runs.
        threads: At most so many of this machine.

    Raises:
        InvcError: No cluster is there.
    """
    if effort.cluster is None:
        workers = min(effort.workers, threads or effort.workers)
        yield _kept(effort, Threads(workers, halt))
        return
    from invc.engine.execute.cluster import Cluster, connected  # noqa: PLC0415 - an extra

    with connected(effort.cluster) as client:
        yield _kept(effort, Cluster(client, effort.kernel, halt))


def _kept(effort: Effort, executor: Executor) -> Executor:
    """An executor whose outcomes are kept where that is wanted."""
    if effort.checkpoint is None:
        return executor
    from invc.engine.execute.journal import Journal  # noqa: PLC0415 - seldom needed

    return Journal(executor, Path(effort.checkpoint), effort.resume)
