"""What is wanted of a question besides its answers, and what does not go together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from invc.ask.kinds import kind_of
from invc.ask.pictures import NO_PICTURES, Pictures
from invc.ask.question import Question
from invc.diagnostics import InvcError
from invc.engine.effort import Effort

AT_EQUILIBRIUM = ("auto", "gibbs", "pt")  # dynamics
IN_CYCLES = ("sc", "ssa")  # dynamics that move all p-bits at once
# Why what steers a run does not go with samples at equilibrium, for people.
NOT_AT_EQUILIBRIUM: Mapping[str, str] = {
    "dynamics": "states of gibbs and pt alone have the Boltzmann distribution",
    "target": "a run that ends with an answer would favour those that are found first",
    "settings": "what moves its chains has no settings",
    "schedule": "its chains stay at one temperature",
    "explain": "at one temperature a gate is violated by chance, not because a read is stuck",
    "vcd": "its samples are of many chains, far apart, and no read has a course",
}
OPTION = re.compile("<([a-z]+)>")
ON_COMMAND_LINE = {"settings": "set"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted of a question besides its answers.

    Attributes:
        equilibrium: Samples at one inverse temperature or, by replica exchange, the last of
            several: every answer is as likely as any other, or as its biases make it.
        drawn: Whether these are draws from all answers at once, as in a run that is repeated.
        proof: Whether a SAT solver is asked when no read is an answer.
        explanation: What the best unverified read violates.
        marginals: P(bit = 1) of every port bit.
        uniformity: Whether all answers are found equally often. They are counted before the run,
            and one at equilibrium is as long as the test needs it.
        first: Cycles of each read to its first right state, as a circuit counts them.
        trace: A read whose states are written, cycle by cycle, and the file they go to.
        pictures: Files to draw.
    """

    equilibrium: bool = False
    drawn: bool = False
    proof: bool = False
    explanation: bool = False
    marginals: bool = False
    uniformity: bool = False
    first: bool = False
    trace: tuple[int, str] | None = None
    pictures: Pictures = NO_PICTURES


class Conflict(InvcError):
    """Wishes that do not go together.

    Its message names options as keywords of `invc.simulate`; `usage` as the command line has them.
    """

    def __init__(self, message: str) -> None:
        super().__init__(OPTION.sub(r"\1", message))
        self.usage = OPTION.sub(
            lambda found: f"--{ON_COMMAND_LINE.get(found[1], found[1])}", message
        )


def check(question: Question, effort: Effort, wanted: Wanted) -> None:
    """Refuse what does not go together, before anything is sampled.

    Raises:
        Conflict: Some of it does not.
    """
    asked = {
        "bias": question.biases,
        "prove": wanted.proof,
        "explain": wanted.explanation,
        "uniformity": wanted.uniformity,
        "equilibrium": wanted.equilibrium,
        "first": wanted.first,
    }
    if question.biases and wanted.uniformity:
        raise Conflict("with <bias> answers are not meant to be uniform")
    if not kind_of(question.design).has_gates:
        for name, given in asked.items():
            if given:
                raise Conflict(f"<{name}> needs gates: this model was imported")
    for name, cyclic in {"first": wanted.first, "trace": wanted.trace is not None}.items():
        if cyclic and effort.dynamics not in IN_CYCLES:
            raise Conflict(f"<{name}> needs <dynamics> sc or ssa: others have no cycles")
    if wanted.pictures.replay and question.design.frames is None:
        raise Conflict("<replay> needs a clocked design, which <cycles> of synth unrolled")
    if wanted.equilibrium:
        _check_equilibrium(effort, wanted)


def _check_equilibrium(effort: Effort, wanted: Wanted) -> None:
    if effort.dynamics not in AT_EQUILIBRIUM:
        why = NOT_AT_EQUILIBRIUM["dynamics"]
        raise Conflict(f"<equilibrium> does not go with <dynamics> {effort.dynamics}: {why}")
    if effort.beta and effort.beta[0] != effort.beta[1] and effort.dynamics != "pt":
        raise Conflict(
            "<equilibrium> samples at one inverse temperature: <beta> B, "
            "or <dynamics> pt for a ladder of them"
        )
    others = {
        "target": effort.target,
        "settings": effort.settings,
        "schedule": effort.schedule,
        "blocks": effort.blocks,
        "explain": wanted.explanation,
        "vcd": wanted.pictures.vcd,
    }
    for name, given in others.items():
        if given:
            why = NOT_AT_EQUILIBRIUM[name]
            raise Conflict(f"<equilibrium> does not go with <{name}>: {why}")
