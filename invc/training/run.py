"""Training from what the user gives to weights: the one way, whoever asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from invc.diagnostics import InvcError
from invc.engine.effort import Effort as GateEffort
from invc.frontend.yosys import Sources
from invc.training.data.coding import Coding, fitted
from invc.training.data.samples import Data, Samples, split
from invc.training.design import Subject, read_subject
from invc.training.energy.fit import READS, SWEEPS, sample_weights
from invc.training.energy.fit import Effort as EnergyEffort
from invc.training.energy.neurons import MOST_SPINS
from invc.training.gates import Task, sample_gates
from invc.training.hardware.folder import described
from invc.training.network import Bits, Network
from invc.training.recognise import Ports, Recognised
from invc.training.score import Score, check_forward, say
from invc.training.settings import Settings
from invc.training.stream.checkpoint import fingerprint, read_checkpoint, write_checkpoint
from invc.training.stream.fit import Point, State, fit
from invc.training.stream.kernel import pack
from invc.training.stream.rule import Rule, Wish, default_rule
from invc.training.trained import Trained

HELD_OUT = 0.1
BATCH = 100
CHECKPOINT_SECONDS = 1.0
MOST_VOTES = 256


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be trained, on what.

    Attributes:
        sources: The design.
        ports: Which of its ports are what.
        data: The samples.
        coding: What becomes of them.
        settings: How to train.
    """

    sources: Sources
    ports: Ports
    data: Data
    coding: Coding
    settings: Settings


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of it.

    Attributes:
        trained: Weights, to be written.
        subject: The design as it was taken.
        scores: By the part ("train", "validation", "test") and by who said it ("single", "vote").
        curve: The learning curve of `stream`.
        notes: What was found on the way, a line each.
        rule: What `stream` did, or None.
    """

    trained: Trained
    subject: Subject
    scores: Mapping[tuple[str, str], Score]
    curve: tuple[Point, ...]
    notes: tuple[str, ...]
    rule: Rule | None

    def __repr__(self) -> str:
        what = self.network.shape if self.network else f"of module {self.trained.module}"
        shown = [f"network {what}", f"method {self.trained.method}"]
        shown += [
            f"{part} {who} {score.accuracy:.2%}" for (part, who), score in self.scores.items()
        ]
        return f"<Outcome {', '.join(shown)}>"

    @property
    def network(self) -> Recognised | None:
        """The network that was recognised, or None."""
        return self.subject.network

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return self.subject.classes


@dataclass(frozen=True, eq=False)
class _Parts:
    """Samples as bits of the port, by what they are for."""

    train: tuple[Bits, Any]
    others: Mapping[str, tuple[Bits, Any]]


@dataclass(frozen=True, eq=False)
class _Found:
    """Weights of a method, flat."""

    single: Bits
    votes: tuple[Bits, ...] = ()
    curve: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    rule: Rule | None = None


Observe = Callable[[Point], object]


def train(job: Job, observe: Observe = lambda point: None) -> Outcome:
    """Find weights.

    Args:
        job: What is to be trained.
        observe: Shown each point of the learning curve of `stream`.

    Raises:
        InvcError: The design, the data or the settings do not go together, or there are no such
            weights.
    """
    job.settings.check()
    started = time.perf_counter()
    subject = read_subject(job.sources, job.ports, job.settings.method)
    widths, port = subject.widths, job.ports.inputs
    coding = fitted(job.coding, job.data.features, widths[port], port, job.data.image)
    parts = _parts(job, coding)
    _check_labels(job.data.name, parts, subject.classes)
    method = _method(job.settings, subject.network, len(parts.train[1]))
    found = _run(method, job, subject, parts, observe)
    seconds = time.perf_counter() - started
    if subject.network:
        network = subject.network.network(found.single)
        check_forward(subject.network, network, parts.train[0])
    trained = Trained(
        subject.name,
        job.sources.parameters,
        port,
        job.ports.labels,
        {name: widths[name] for name in job.ports.weights},
        coding,
        found.single,
        found.votes,
        method,
        {"seed": job.settings.seed, **found.report},
    )
    return Outcome(
        trained,
        subject,
        _scores(subject, found, parts, job.settings.threads),
        found.curve,
        (*subject.notes, *found.notes, f"trained in {seconds:.2f} s"),
        found.rule,
    )


def _method(settings: Settings, network: Recognised | None, samples: int) -> str:
    """The method that suits the network, where the user leaves it open."""
    if settings.method != "auto":
        return settings.method
    if network is None:
        return "gates"
    shape = network.shape
    first = shape.layers[0]
    flat = len(shape.layers) == 1 and (first.neurons == 1 or shape.is_majority)
    flat = flat and first.wires is None
    states = samples * shape.layers[0].neurons if shape.layers[0].neurons > 1 else 0
    return "energy" if flat and shape.weights + states <= MOST_SPINS // 4 else "stream"


def _parts(job: Job, coding: Coding) -> _Parts:
    """Samples to learn from, and the others."""
    settings, data = job.settings, job.data
    total = len(data.train)
    wanted = settings.samples
    if wanted is not None and wanted > total:
        raise InvcError(f"there are {total} samples, not {wanted}", where=data.name)
    share = settings.validation
    if wanted is None:
        share = (0.0 if data.test is not None else HELD_OUT) if share is None else share
        wanted = max(1, total - round(share * total))
    learn, left = split(data.train, wanted, settings.seed)
    if settings.samples is not None and share is not None:
        left = left.take(np.arange(min(len(left), round(share * total))))

    def coded(samples: Samples) -> tuple[Bits, Any]:
        return coding.apply(samples.inputs), samples.labels

    others = {"validation": coded(left)} if len(left) else {}
    if data.test is not None and len(data.test):
        others["test"] = coded(data.test)
    return _Parts(coded(learn), others)


def _check_labels(name: str, parts: _Parts, classes: int) -> None:
    for _, labels in (parts.train, *parts.others.values()):
        if int(labels.max(initial=0)) >= classes:
            raise InvcError(
                f"label {int(labels.max())} is out of range: the design tells {classes} classes",
                where=name,
                hint=f"name {classes} of them, as in {name}:0/1, or a wider design",
            )
    labels = parts.train[1]
    if len(np.unique(labels)) < 2:
        raise InvcError(
            f"all {len(labels)} samples are of class {int(labels[0])}: there is nothing to learn",
            where=name,
            hint="more --samples, another --seed, or other classes",
        )


def _run(method: str, job: Job, subject: Subject, parts: _Parts, observe: Observe) -> _Found:
    if method == "gates":
        return _gates(job, subject, parts)
    assert subject.network is not None
    return (_energy if method == "energy" else _stream)(job, subject.network, parts, observe)


def _stream(job: Job, network: Recognised, parts: _Parts, observe: Observe) -> _Found:
    settings = job.settings
    inputs = network.arrange(parts.train[0])
    if settings.drop and network.shape.layers[0].both:
        raise InvcError(
            "--drop needs inputs of 0 and 1: these neurons count them as -1 and +1",
            hint="invc_neuron with BOTH = 0",
        )
    samples = len(inputs)
    batch = settings.batch or min(BATCH, max(1, samples // 40))
    rule = default_rule(
        network.shape,
        inputs,
        Wish(
            passes=settings.passes,
            batch=batch,
            drop=round(settings.drop * 256),
            seed=settings.seed,
            pull=settings.pull,
            margin=settings.margin,
            noise=settings.noise,
            phases=settings.phases,
        ),
    )
    packed = pack(inputs, parts.train[1])
    look = parts.others.get("validation") or parts.others.get("test")
    mark = fingerprint(network.shape, packed, rule)
    keep = settings.vote if settings.vote is not None else min(5, max(1, rule.passes // 3))
    saver = _Saver(settings.checkpoint, mark, observe)
    state = fit(
        network.shape,
        packed,
        rule,
        validation=pack(network.arrange(look[0]), look[1]) if look else None,
        keep=max(1, keep),
        threads=settings.threads,
        state=saver.read(network) if settings.resume else None,
        observe=saver.see,
    )
    saver.end(state)
    weights = [network.flat(Network(network.shape, w)) for w in state.snapshots]
    report = {**described(network.shape, rule), "samples": samples}
    votes = tuple(weights) if keep > 1 else ()
    return _Found(weights[-1], votes, state.curve, (), report, rule)


class _Saver:
    """Checkpoints while a run goes on, now and then."""

    def __init__(self, path: Path | None, mark: str, observe: Observe) -> None:
        self.path = path
        self.mark = mark
        self.observe = observe
        self.last = float("-inf")  # the first pass is written

    def read(self, network: Recognised) -> State | None:
        """Where the run was, or None where it had not begun."""
        if self.path is None or not self.path.exists():
            return None
        return read_checkpoint(self.path, network.shape, self.mark)

    def see(self, state: State) -> None:
        """Tell of a pass, and write where the last writing is a while ago."""
        self.observe(state.curve[-1])
        if self.path is not None and time.monotonic() - self.last >= CHECKPOINT_SECONDS:
            write_checkpoint(self.path, state, self.mark)
            self.last = time.monotonic()

    def end(self, state: State) -> None:
        """Write the last state, so that a run can go on from it."""
        if self.path is not None:
            write_checkpoint(self.path, state, self.mark)


def _energy(job: Job, network: Recognised, parts: _Parts, observe: Observe) -> _Found:
    settings = job.settings
    effort = EnergyEffort(
        settings.reads or READS, settings.sweeps or SWEEPS, settings.warmth, seed=settings.seed
    )
    inputs, labels = network.arrange(parts.train[0]), parts.train[1]
    found = sample_weights(network.shape, inputs, labels, effort, threads=settings.threads)
    many = min(settings.vote if settings.vote is not None else MOST_VOTES, len(found.vote))
    votes = [network.flat(Network(network.shape, (weights,))) for weights in found.vote[:many]]
    note = (
        f"{found.spins} spins, the vote at beta {found.beta:.3g}; "
        f"{found.satisfied:.1%} of cold reads satisfy every sample"
    )
    report = {
        "spins": found.spins,
        "beta": found.beta,
        "failed": found.failed,
        "samples": len(labels),
        "reads": effort.reads,
        "sweeps": effort.sweeps,
    }
    single = network.flat(found.best)
    return _Found(single, tuple(votes) if many > 1 else (), (), (note,), report)


def _gates(job: Job, subject: Subject, parts: _Parts) -> _Found:
    settings = job.settings
    inputs, labels = parts.train
    assert subject.netlist is not None
    task = Task(subject.netlist, job.ports, inputs, labels)
    effort = GateEffort(
        reads=settings.reads or (READS if settings.label_strength else None),
        sweeps=settings.sweeps,
        seed=settings.seed,
        threads=settings.threads,
        time_limit=settings.time_limit,
    )
    found = sample_gates(task, effort, strength=settings.label_strength)
    order = np.argsort(found.failed, kind="stable")
    many = settings.vote if settings.vote is not None else MOST_VOTES
    votes = tuple(found.weights[k] for k in order[:many])
    note = f"{found.spins} spins for {len(labels)} samples; {len(order)} sets of weights found"
    report = {"spins": found.spins, "failed": int(found.failed.min()), "samples": len(labels)}
    return _Found(found.weights[order[0]], votes if len(votes) > 1 else (), (), (note,), report)


def _scores(
    subject: Subject, found: _Found, parts: _Parts, threads: int
) -> dict[tuple[str, str], Score]:
    scores = {}
    for part, (inputs, labels) in {"train": parts.train, **parts.others}.items():
        said = say(subject, [found.single], inputs, threads=threads)
        scores[part, "single"] = Score(said, labels)
        if found.votes:
            scores[part, "vote"] = Score(say(subject, found.votes, inputs, threads=threads), labels)
    return scores
