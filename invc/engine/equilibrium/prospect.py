"""How many samples are going to be answers, where a pilot saw none: known before any are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invc.design import Clamp
from invc.engine.equilibrium.chains import PILOT_BLOCK, Chains
from invc.engine.equilibrium.setting import Setting
from invc.engine.work import Halted
from invc.ising.model import Int8
from invc.netlist import Port
from invc.proof import count

PROSPECT_BLOCK = PILOT_BLOCK + (1 << 20)
STEPS = 12  # of beta from 0 to that of the samples
SETTLED = 64  # sweeps at each before energies are averaged, and over which they are
MOST_COUNTED = 1 << 12
COUNT_SECONDS = 2.0
MARGIN = 6.0  # bits by which a prediction may be too low before it is believed


@dataclass(frozen=True)
class Prospect:
    """What is to be expected of samples at one beta.

    Attributes:
        each: Binary logarithm of the share of samples that one answer has.
        number: How many answers there are, at least where `complete` is not so.
        complete: Whether that is all of them.
        most: Binary logarithm of how many there may be.
        samples: How many the time is good for.
    """

    each: float
    number: int
    complete: bool
    most: float
    samples: float

    @property
    def share(self) -> float:
        """Binary logarithm of the share of samples that are answers, or of the most it can be."""
        known = float(np.log2(max(1, self.number)))
        return min(0.0, self.each + (known if self.complete else self.most))

    @property
    def is_impossible(self) -> bool:
        """Whether there is no answer at all."""
        return self.complete and not self.number

    @property
    def is_hopeless(self) -> bool:
        """Whether no answer is to be expected, also if the prediction is too low by MARGIN."""
        if self.is_impossible:
            return True
        return self.share + MARGIN + float(np.log2(max(1.0, self.samples))) < 0

    @property
    def text(self) -> str:
        """It in a sentence, for people."""
        if self.is_impossible:
            return "there is no answer, says SAT"
        number = f"all {self.number}" if self.complete else f"{self.number} and more"
        return (
            f"{self.expected}; SAT finds {number}: "
            "ask for --prove or invc prove --count, or clamp what is known"
        )

    @property
    def expected(self) -> str:
        """The share of answers, in words."""
        most = "" if self.complete else "at most "
        return f"{most}one sample in 2^{-self.share:.0f} would be an answer"


def foresee(chains: Chains, setting: Setting, samples: float, halted: Halted) -> Prospect | None:
    """Predict the share of answers; None if it was halted.

    Of Z(beta) = sum exp(-beta E) over all states each answer has the share 1 / Z, as its energy
    is 0; and ln Z(beta) = n ln 2 - the integral of the mean energy from 0 to beta, over which
    chains mix. How many answers there are a SAT solver counts, as far as it gets.

    Source: thermodynamic integration, Frenkel and Smit, Understanding Molecular Simulation (2002),
    section 7.1.

    Args:
        chains: Whose samples.
        setting: At what beta.
        samples: How many the time is good for.
        halted: Asked between steps.
    """
    problem, backend = chains.problem, chains.backend
    state = chains.start(PROSPECT_BLOCK)
    betas = setting.beta * np.linspace(0, 1, STEPS + 1) ** 2
    energies = [float(backend.energies(problem.meter, state).mean())]
    for beta in betas[1:].tolist():
        rules, over = chains.rules((beta,)), []
        for _ in range(2):
            if not chains.advance(state, rules, SETTLED, halted):
                return None
            over.append(float(backend.energies(problem.meter, state).mean()))
        energies.append(over[-1])
    each = -problem.free + float(np.trapezoid(energies, betas)) / float(np.log(2))
    judge = problem.judge
    known = [Clamp(literal, value, "") for literal, value in judge.clamped.wanted]
    left_out = [
        [Clamp(literal, value, "") for literal, value in bits] for bits in judge.clamped.forbidden
    ]
    found = count(
        judge.design,
        known,
        forbidden=left_out,
        limit=MOST_COUNTED,
        keep=0,
        time_limit=COUNT_SECONDS,
    )
    free = _free_bits(problem.ports, problem.known)
    return Prospect(each, found.number, found.complete, float(free), samples)


def _free_bits(ports: tuple[Port, ...], known: Int8) -> int:
    """Input bits that are not held: more answers than their values there cannot be."""
    bits = [bit for port in ports if port.direction == "input" for bit in port.bits]
    return sum(int(known[(bit >> 1) - 1] == 0) for bit in bits)
