"""Questions about a design and their exact answers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from invc.design import Clamp, Contradiction, Design, decode
from invc.netlist import Netlist, evaluate_ports
from invc.proof.bounded import Asked, induct, search
from invc.proof.formula import Formula, pose
from invc.proof.sat import Clock, Solver, interruptible, solver
from invc.text.words import counted

if TYPE_CHECKING:
    from invc.proof.diagram import Draws, Exact

Status = OneOf["possible", "impossible", "undecided"]
NO_INPUTS = "no inputs give these clamps"
NO_OTHERS = "no inputs but those forbidden give these clamps"
BATCH = 1024  # answers evaluated at once
FEW = 64  # answers up to which SAT is quicker than a diagram
DIAGRAM_SECONDS = 10.0  # to look for a diagram before SAT lists on


@dataclass(frozen=True)
class Proof:
    """Whether there is an answer.

    Attributes:
        status: "undecided" where the time ended first.
        answer: The value of every port in an answer, where there is one.
        reason: Why there is none, for people.
        seconds: Wall time.
        variables: Nets that the solver had to decide about.
        clauses: Clauses between them.
        cycle: Of a clocked design, the first cycle in which what was asked for holds.
        refuted: So many cycles were shown not to reach it.
    """

    status: Status
    answer: Mapping[str, int] | None
    reason: str
    seconds: float
    variables: int
    clauses: int
    cycle: int | None = None
    refuted: int | None = None


@dataclass(frozen=True)
class Count:
    """How many answers there are.

    Attributes:
        number: Distinct answers: exactly so many where `complete`, else at least.
        complete: Whether no other is left.
        answers: Values of every port in ascending order, of some or all of the answers.
        seconds: Wall time.
        interrupted: Whether the user ended it.
        nodes: Of the decision diagram that told the number; 0 where SAT did.
    """

    number: int
    complete: bool
    answers: tuple[Mapping[str, int], ...]
    seconds: float
    interrupted: bool = False
    nodes: int = 0


def solve(
    design: Design,
    clamps: Iterable[Clamp],
    *,
    forbidden: Iterable[Sequence[Clamp]] = (),
    time_limit: float | None = None,
) -> Proof:
    """Whether some inputs give the clamped values, with an example.

    The example is checked by evaluating the gates forward, as the simulator checks its reads.

    Args:
        design: Its gates are asked, not its Hamiltonian.
        clamps: Bits that are held, from `parse_clamps`.
        forbidden: Combinations of bits; an answer that has all bits of one is left out.
        time_limit: Seconds, or None for as long as it takes.
    """
    began = time.perf_counter()
    clamps, forbidden = tuple(clamps), tuple(forbidden)
    try:
        formula = pose(design, clamps, forbidden)
    except Contradiction as contradiction:
        return Proof("impossible", None, str(contradiction), time.perf_counter() - began, 0, 0)
    status: Status = "undecided"
    answer, reason = None, ""
    clock = Clock(time_limit)
    none = NO_OTHERS if forbidden else NO_INPUTS
    with solver(formula.clauses) as sat:
        try:
            model = interruptible(lambda: sat.model(clock), clock)
            status, reason = ("impossible", none) if model is None else ("possible", "")
        except TimeoutError:
            model = None
    if model is not None:
        answer = next(_answers(design.netlist, islice(_rows(formula, [model]), 1)))
        _check(design.netlist, clamps, answer)
    variables = {abs(variable) for clause in formula.clauses for variable in clause}
    seconds = time.perf_counter() - began
    return Proof(status, answer, reason, seconds, len(variables), len(formula.clauses))


def solve_in_time(
    asked: Asked, *, induction: bool = False, time_limit: float | None = None
) -> Proof:
    """The first cycle in which something holds, with a trace, or that it holds in none.

    Args:
        asked: What is asked of a design that was unrolled.
        induction: Whether "none" is to be of all time.
        time_limit: Seconds, or None for as long as it takes.
    """
    began, clock = time.perf_counter(), Clock(time_limit)
    reached = interruptible(lambda: (induct if induction else search)(asked, clock), clock)
    status: Status = "undecided" if reached.open else "impossible"
    answer, reason = None, ""
    if reached.cycle is not None:
        status, netlist = "possible", asked.design.netlist
        nets = [bit >> 1 for port in netlist.inputs for bit in port.bits]
        values = {net: reached.known.get(net, int(net in reached.model)) for net in nets}
        answer = next(_answers(netlist, iter([values])))
        _check(netlist, (*asked.clamps, *asked.target[reached.cycle]), answer)
    elif reached.whole:
        reason = f"in no cycle at all, by induction over {counted(reached.refuted, 'cycle')}"
    elif not reached.open:
        reason = NO_OTHERS if asked.forbidden else NO_INPUTS
    elif not clock.stopped():
        reason = f"in none of {counted(reached.refuted, 'cycle')}; induction takes more of them"
    seconds = time.perf_counter() - began
    size = reached.variables, reached.clauses
    return Proof(status, answer, reason, seconds, *size, reached.cycle, reached.refuted)


def count(
    design: Design,
    clamps: Iterable[Clamp],
    *,
    forbidden: Iterable[Sequence[Clamp]] = (),
    limit: int = 100_000,
    keep: int | None = None,
    time_limit: float | None = None,
    beyond: bool = False,
) -> Count:
    """How many distinct answers there are.

    Two answers differ in an input bit; outputs follow. A few answers are found by SAT: each model
    is ruled out by a clause before the solver is asked again, and stands for as many answers as
    the inputs have values that do not matter. Where there are more than a few, a decision
    diagram counts all of them at once; where none of bounded size exists, SAT goes on.

    Args:
        design: Its gates are asked, not its Hamiltonian.
        clamps: Bits that are held, from `parse_clamps`.
        forbidden: Combinations of bits; an answer that has all bits of one is left out.
        limit: Most answers to list.
        keep: Most answers to return; by default `limit`.
        time_limit: Seconds, or None for as long as it takes.
        beyond: Whether the number may be told where it is larger than the limit.
    """
    began = time.perf_counter()
    clamps, forbidden = tuple(clamps), tuple(forbidden)
    try:
        formula = pose(design, clamps, forbidden)
    except Contradiction:
        return Count(0, True, (), time.perf_counter() - began)
    clock = Clock(time_limit)
    tally = _Tally(1 << len(formula.idle), min(limit, FEW))
    found: Exact | None = None
    interrupted = False
    with solver(formula.clauses) as sat:
        try:
            interruptible(lambda: tally.fill(formula, sat, clock), clock)
            if not (tally.complete or clock.stopped()):
                found = _diagram(design, clamps, forbidden, clock)
            if not found and limit > FEW:
                tally.limit = limit
                interruptible(lambda: tally.fill(formula, sat, clock), clock)
        except KeyboardInterrupt:
            interrupted = True
    if found:
        answers = _listed(design.netlist, found.answers(limit))
    else:
        rows = islice(_rows(formula, tally.models), limit)
        answers = list(_answers(design.netlist, rows))
    answers.sort(key=lambda answer: tuple(answer.values()))
    for answer in answers:
        _check(design.netlist, clamps, answer)
    kept, seconds = tuple(answers[:keep]), time.perf_counter() - began
    if found is None:
        return Count(tally.number, tally.complete, kept, seconds, interrupted)
    told = beyond or found.count <= limit
    return Count(found.count if told else limit, told, kept, seconds, interrupted, found.nodes)


def _diagram(
    design: Design, clamps: Sequence[Clamp], forbidden: Sequence[Sequence[Clamp]], clock: Clock
) -> Exact | None:
    """All answers at once, where a diagram of them is small and soon ready."""
    from invc.proof.diagram import TooLarge, exact  # noqa: PLC0415 - loads numpy and dd

    left = DIAGRAM_SECONDS if clock.limit is None else min(clock.limit / 2, DIAGRAM_SECONDS)
    try:
        return exact(design, clamps, forbidden=forbidden, clock=Clock(left))
    except TooLarge:
        return None


def _listed(netlist: Netlist, draws: Draws) -> list[Mapping[str, int]]:
    """Answers one by one, each as values of ports in the order of the design."""
    columns = [[int(value) for value in draws.ports[port.name]] for port in netlist.ports]
    names = [port.name for port in netlist.ports]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@dataclass(eq=False)
class _Tally:
    """Models so far, each worth `weight` answers."""

    weight: int
    limit: int
    models: list[set[int]] = field(default_factory=list)
    complete: bool = False

    @property
    def number(self) -> int:
        return self.weight * len(self.models)

    def fill(self, formula: Formula, sat: Solver, clock: Clock) -> None:
        """Find models until there is no other, or enough, or no time."""
        inputs = set(formula.inputs)
        while not self.complete:
            try:
                model = sat.model(clock)
            except TimeoutError:
                return
            if model is None:
                self.complete = True
            elif self.number >= self.limit:
                return
            else:
                chosen = {variable for variable in model if abs(variable) in inputs}
                self.models.append(chosen)
                sat.add([-variable for variable in chosen])


def _rows(formula: Formula, models: Iterable[set[int]]) -> Iterator[dict[int, int]]:
    """The values of all input nets in every answer that the models stand for."""
    for model in models:
        decided = formula.known | {net: int(net in model) for net in formula.inputs}
        for free in product((0, 1), repeat=len(formula.idle)):
            yield decided | dict(zip(formula.idle, free, strict=True))


def _answers(netlist: Netlist, rows: Iterator[dict[int, int]]) -> Iterator[Mapping[str, int]]:
    """The values of all ports that follow from inputs, evaluated many at a time."""
    while batch := list(islice(rows, BATCH)):
        inputs = {
            port.name: [_word([row[bit >> 1] for row in batch]) for bit in port.bits]
            for port in netlist.inputs
        }
        words = evaluate_ports(netlist, inputs, len(batch))
        for k in range(len(batch)):
            yield {
                port.name: decode([word >> k & 1 for word in words[port.name]], port.signed)
                for port in netlist.ports
            }


def _word(bits: Sequence[int]) -> int:
    return int("".join(map(str, reversed(bits))), 2)


def _check(netlist: Netlist, clamps: Iterable[Clamp], answer: Mapping[str, int]) -> None:
    """Assert that an answer has the clamped values."""
    bits = {
        literal: answer[port.name] >> k & 1
        for port in netlist.ports
        for k, literal in enumerate(port.bits)
    }
    for clamp in clamps:
        value = bits.get(clamp.literal)
        assert value is None or value == clamp.value, f"{clamp.name} is not {clamp.value}"
