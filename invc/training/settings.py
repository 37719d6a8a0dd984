"""How to train: what the command line and `import invc` both take, and within what bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from invc.diagnostics import InvcError, nearest
from invc.training.stream.rule import MOST_BATCH

METHODS = ("auto", "stream", "energy", "gates")
PASSES = 16
# Least and most; an end that is left open is not itself allowed.
WHOLE = {
    "samples": (2, math.inf),
    "seed": (0, (1 << 63) - 1),
    "threads": (1, math.inf),
    "vote": (1, math.inf),
    "passes": (1, math.inf),
    "batch": (1, MOST_BATCH),
    "phases": (1, 2),
    "reads": (1, math.inf),
    "sweeps": (1, math.inf),
}


@dataclass(frozen=True)
class Bounds:
    """Where a real number may be.

    Attributes:
        least: The least, itself left out unless `with_least`.
        most: The most, itself left out unless `with_most`.
    """

    least: float
    most: float
    with_least: bool = False
    with_most: bool = False

    def holds(self, value: object) -> bool:
        """Whether a value is a number within them."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        low = self.least <= value if self.with_least else self.least < value
        return low and (value <= self.most if self.with_most else value < self.most)

    def __str__(self) -> str:
        low = f"{'at least' if self.with_least else 'more than'} {self.least:g}"
        if self.most == math.inf:
            return low
        return f"{low} and {'at most' if self.with_most else 'less than'} {self.most:g}"


SCALE = Bounds(0, 1000, with_most=True)
BOUNDS = {
    "validation": Bounds(0, 1, with_least=True),
    "drop": Bounds(0, 0.99, with_least=True, with_most=True),
    "pull": SCALE,
    "margin": SCALE,
    "noise": Bounds(0, 1000, with_least=True, with_most=True),
    "warmth": SCALE,
    "label_strength": Bounds(0.5, 1),
    "time_limit": Bounds(0, math.inf),
}


@dataclass(frozen=True)
class Settings:
    """How to train; None leaves a number to the method.

    Attributes:
        method: One of METHODS.
        samples: How many to learn from, drawn at random; None for all but those held out.
        validation: Share held out to look at, where the data have no test samples and `samples`
            leaves none over; None for a tenth.
        seed: Of all random numbers.
        threads: Results do not depend on it.
        vote: Networks that vote.
        passes: stream: how often every sample comes.
        batch: stream: samples between two steps.
        drop: stream: probability that an input is dropped.
        pull: stream: scales the pull of labels.
        margin: stream: scales the margin of outputs.
        noise: stream: scales the random sign that is added to the sum of a neuron.
        phases: stream: 2 for the contrast of two phases, 1 for one energy with slack.
        reads: energy, gates: independent networks.
        sweeps: energy, gates: sweeps of each.
        warmth: energy: scales the inverse temperature of the vote.
        label_strength: gates: labels lean to their values with this probability.
        time_limit: gates: seconds.
        checkpoint: stream: the file to go on from.
        resume: Whether to go on from it.
    """

    method: str = "auto"
    samples: int | None = None
    validation: float | None = None
    seed: int = 0
    threads: int = 1
    vote: int | None = None
    passes: int = PASSES
    batch: int | None = None
    drop: float = 0.0
    pull: float = 1.0
    margin: float = 1.0
    noise: float = 0.0
    phases: int = 2
    reads: int | None = None
    sweeps: int | None = None
    warmth: float | None = None
    label_strength: float | None = None
    time_limit: float | None = None
    checkpoint: Path | None = None
    resume: bool = False

    def check(self) -> None:
        """See that every number is one that it can be.

        Raises:
            InvcError: One is not.
        """
        if self.method not in METHODS:
            raise InvcError(f"no method {self.method!r}", hint=nearest(self.method, METHODS))
        for name, (least, most) in WHOLE.items():
            value = getattr(self, name)
            fits = type(value) is int and least <= value <= most
            if value is not None and not fits:
                high = "" if most == math.inf else f" to {most}"
                raise InvcError(f"{name} is {value!r}, no whole number from {least}{high}")
        for name, bounds in BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not bounds.holds(value):
                raise InvcError(f"{name} is {value!r}, which is not {bounds}")
        if self.resume and self.checkpoint is None:
            raise InvcError("nothing to resume", hint="name the checkpoint")
