"""The one place that calls the engine: a question in, what it sampled out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from invc.ask.question import Question
from invc.engine.effort import Effort

if TYPE_CHECKING:
    from invc.design import Clamped
    from invc.engine import Problem, Progress, Result
    from invc.engine.equilibrium import Equilibrium
    from invc.engine.execute import Halt
    from invc.engine.explain import Explanation
    from invc.pbits.lanes import UInt64
    from invc.report.trace import Trace

Watch = Callable[[int, int, Any], object]


class Observer(Protocol):
    """Whoever looks on while a question is answered.

    Attributes:
        watch: Shown the number of a block, the sweeps done and its state, every few sweeps and in
            the threads that run the blocks; None for no such looks, which cost time.
    """

    watch: Watch | None

    def warn(self, text: str) -> None:
        """Told what the user should know, as soon as it is known."""
        ...

    def progress(self, progress: Progress) -> None:
        """Told after each block how far the run is."""
        ...


class Sampled(NamedTuple):
    """A run, how its chains ran where it was one at equilibrium, and what is to be known of it."""

    result: Result
    chains: Equilibrium | None = None
    doubt: str | None = None


class Recording:
    """An observer that keeps what pictures of the run need."""

    def __init__(self, question: Question, clamped: Clamped) -> None:
        from invc.engine.observers import Recorder  # noqa: PLC0415 - for pictures alone

        self.recorder = Recorder(question.design, clamped)
        self.watch: Watch | None = self.recorder.watch

    def warn(self, text: str) -> None:
        """Pictures tell nothing of it."""

    def progress(self, progress: Progress) -> None:
        """Told after each block how far the run is."""
        self.recorder.progress(progress)

    @property
    def trace(self) -> Trace | None:
        """What was seen from sweep to sweep, for charts and waveforms."""
        return self.recorder.trace()


class Looking:
    """Looks at every state for what is told of reads cycle by cycle."""

    def __init__(self, question: Question, first: bool, read: int | None) -> None:
        from invc.engine.first import FirstRight, Tracing  # noqa: PLC0415 - for those who ask
        from invc.pbits.lanes import LANES  # noqa: PLC0415

        held = [(clamp.literal, clamp.value) for clamp in question.clamps]
        self.first = FirstRight(question.design, held) if first else None
        self.tracing = None if read is None else Tracing(read, LANES)
        self.watch: Watch | None = self._look

    def _look(self, block: int, sweeps: int, state: UInt64) -> None:
        if self.first:
            self.first.watch(block, sweeps, state)
        if self.tracing:
            self.tracing.watch(block, sweeps, state)

    def warn(self, text: str) -> None:
        """Warnings stand in the result; nobody is told before."""

    def progress(self, progress: Progress) -> None:
        """Told after each block how far the run is."""
        if self.first:
            self.first.progress(progress)


def sample(
    question: Question,
    clamped: Clamped,
    effort: Effort,
    observers: Sequence[Observer] = (),
    *,
    start: UInt64 | None = None,
    near: bool = False,
    hold: int | None = None,
    halt: Halt | None = None,
) -> Sampled:
    """Run a question.

    Args:
        question: What is asked.
        clamped: What follows from its clamps.
        effort: How it is sampled.
        observers: Who looks on.
        start: First states of the reads, see `invc.engine.run`.
        near: Whether to keep the unverified read of lowest energy.
        hold: Sweeps between two looks, where that matters.
        halt: Ends the run before its time.
    """
    from invc.engine import run  # noqa: PLC0415 - loads what moves p-bits

    problem = _problem(question, clamped)
    progress, watch = _progress(observers), _watch(observers)
    return Sampled(
        run(
            problem,
            effort,
            start=start,
            near=near,
            progress=progress,
            watch=watch,
            hold=hold,
            halt=halt,
        )
    )


def sample_equilibrium(
    question: Question,
    clamped: Clamped,
    effort: Effort,
    observers: Sequence[Observer] = (),
    *,
    enough: int | None = None,
) -> Sampled:
    """Sample a question at equilibrium; some spin must be free.

    Args:
        question: What is asked.
        clamped: What follows from its clamps.
        effort: How it is sampled; its sweeps lie between two samples of a chain.
        observers: Who looks on.
        enough: End at so many answers, where `effort` does not say how many reads.
    """
    from invc.engine.equilibrium import DEFAULT_ENOUGH, equilibrium  # noqa: PLC0415

    problem, progress = _problem(question, clamped), _progress(observers)
    chains = equilibrium(problem, effort, enough=enough or DEFAULT_ENOUGH, progress=progress)
    return Sampled(chains.result, chains, chains.doubt)


def explain(question: Question, clamped: Clamped, result: Result) -> Explanation | None:
    """Why the best unverified read is no answer, where one was kept."""
    from invc.engine.explain import explain_read  # noqa: PLC0415

    if result.near is None:
        return None
    problem, held = _problem(question, clamped), question.clamps
    return explain_read(problem, result.near, held, dynamics=result.dynamics, seed=result.seed)


def _problem(question: Question, clamped: Clamped) -> Problem:
    """What the engine samples; it keeps the last ones."""
    from invc.engine import problem_of  # noqa: PLC0415

    return problem_of(question.design, clamped, question.biases)


def _progress(observers: Sequence[Observer]) -> Callable[[Progress], None]:
    def progress(progress: Progress) -> None:
        for observer in observers:
            observer.progress(progress)

    return progress


def _watch(observers: Sequence[Observer]) -> Watch | None:
    watches = [observer.watch for observer in observers if observer.watch]
    if not watches:
        return None

    def watch(block: int, sweeps: int, state: Any) -> None:  # noqa: ANN401 - the engine's own
        for look in watches:
            look(block, sweeps, state)

    return watch
