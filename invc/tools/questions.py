"""How many questions on one design are answered in a second, one after the other on one core."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from invc.ask import Effort, ask, read_question
from invc.design import Design
from invc.netlist import Port, evaluate_ports

DIRECTIONS = ("forward", "backward")
WARM_UP = 4  # questions that are not counted: the first ones prepare the design


@dataclass(frozen=True)
class Questions:
    """Questions of one kind, one after the other.

    Attributes:
        direction: "forward" where the inputs are held, "backward" where the outputs are.
        asked: How many.
        answered: How many of them were found an answer to.
        seconds: Of processor time, for all of them.
    """

    direction: str
    asked: int
    answered: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Questions answered in a second."""
        return self.answered / self.seconds


def measure_questions(
    design: Design,
    seconds: float,
    seed: int = 0,
    clock: Callable[[], float] = time.process_time,
) -> tuple[Questions, ...]:
    """Ask as `invc.simulate` does, forward and backward, by its defaults and on one thread.

    Values are those of random inputs, and the outputs that they give, so that each question has an
    answer. What depends on the design alone is prepared before, as in a long session.

    Args:
        design: What is asked.
        seconds: About how long to ask, shared by both directions.
        seed: Of the values and of the runs.
        clock: Tells seconds of work.

    Returns:
        Nothing where the design has no gates, or no inputs, or no outputs.
    """
    netlist = design.netlist
    if not (netlist.gates and netlist.inputs and netlist.outputs):
        return ()
    return tuple(_asked(design, d, seconds / len(DIRECTIONS), seed, clock) for d in DIRECTIONS)


def _asked(
    design: Design, direction: str, seconds: float, seed: int, clock: Callable[[], float]
) -> Questions:
    texts = _texts(design, direction, random.Random(seed))
    effort = Effort(threads=1, seed=seed, time_limit=seconds)
    for _ in range(WARM_UP):
        ask(read_question(design, next(texts)), effort)
    began = clock()
    asked = answered = 0
    while not asked or clock() - began < seconds:
        samples = ask(read_question(design, next(texts)), effort)
        if samples.result and samples.result.interrupted:
            raise KeyboardInterrupt
        asked, answered = asked + 1, answered + bool(samples.answers)
    return Questions(direction, asked, answered, max(clock() - began, 1e-9))


def _texts(design: Design, direction: str, source: random.Random) -> Iterator[list[str]]:
    """Clamps of questions: the values of random inputs, or of the outputs that they give."""
    netlist = design.netlist
    while True:
        bits = {p.name: [source.getrandbits(1) for _ in p.bits] for p in netlist.inputs}
        if direction == "forward":
            yield _clamps(netlist.inputs, bits)
        else:
            yield _clamps(netlist.outputs, evaluate_ports(netlist, bits, 1))


def _clamps(ports: tuple[Port, ...], bits: Mapping[str, list[int]]) -> list[str]:
    values = {p: sum((bit & 1) << k for k, bit in enumerate(bits[p.name])) for p in ports}
    return [f"{p.name}={len(p.bits)}'b{value:b}" for p, value in values.items()]
