"""A run of `stream`, pass by pass, that can be ended and taken up again between two passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from invc.training.network import Bits, Network, Shape
from invc.training.stream.kernel import Packed, Tally, Trainer, outputs
from invc.training.stream.rule import Int8, Rule, start


@dataclass(frozen=True)
class Point:
    """A point of the learning curve.

    Attributes:
        number: Passes done.
        taught: Share of samples whose class did not lead by the margin.
        flips: Weights that changed in the pass.
        accuracy: Share of validation samples that were right after it; None without any.
    """

    number: int
    taught: float
    flips: int
    accuracy: float | None


@dataclass(frozen=True, eq=False)
class State:
    """Everything that a run needs to go on.

    Attributes:
        accumulators: For each layer an array of shape (neurons, inputs), int8.
        snapshots: Weights after each of the last passes, the last of them last.
        curve: A point for each pass done.
    """

    accumulators: tuple[Int8, ...]
    snapshots: tuple[tuple[Bits, ...], ...] = ()
    curve: tuple[Point, ...] = ()


def fit(
    shape: Shape,
    samples: Packed,
    rule: Rule,
    *,
    validation: Packed | None = None,
    keep: int = 1,
    threads: int = 1,
    state: State | None = None,
    observe: Callable[[State], object] = lambda state: None,
) -> State:
    """Train a network.

    Args:
        shape: The network.
        samples: What to learn from.
        rule: The settings.
        validation: What only to look at.
        keep: Snapshots kept, of the last passes.
        threads: Results do not depend on it.
        state: Where an earlier run of the same rule ended.
        observe: Shown the state after every pass. What it raises ends the run.
    """
    now = state or State(start(shape, rule))
    trainer = Trainer(shape, now.accumulators)
    for number in range(len(now.curve), rule.passes):
        tally = trainer.train_pass(samples, rule, number, threads=threads)
        network = trainer.network
        point = _point(number, tally, len(samples.labels), network, validation, threads)
        kept = (*now.snapshots, network.weights)[-keep:]
        now = State(trainer.accumulators, kept, (*now.curve, point))
        observe(now)
    return now


def _point(
    number: int,
    tally: Tally,
    samples: int,
    network: Network,
    validation: Packed | None,
    threads: int,
) -> Point:
    accuracy = None
    if validation is not None and len(validation.labels):
        said = outputs(network, validation.inputs, threads=threads).argmax(axis=1)
        accuracy = float((said == validation.labels).mean())
    return Point(number + 1, tally.taught / max(1, samples), tally.flips, accuracy)
