"""What a question asks of the free inputs alone, and how its answers follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from invc.design import Bias, Clamped, Design
from invc.engine.inputs.circuit import circuit_of
from invc.ising.model import Int32, Int64
from invc.pbits.lanes import WORDS, UInt64, empty_rows, held_in_place
from invc.pbits.native import free_inputs as native
from invc.text.words import counted


@dataclass(frozen=True, eq=False)
class Marginal:
    """Goals over free inputs, in components that share none.

    Given the inputs, each gate has exactly one ground state: with the other spins summed out at
    zero temperature the Hamiltonian of the question is a many-body one over its free inputs,

        E(inputs) = sum of the weights of the goals that the forward values miss.

    A goal is a net whose value is known and that a gate drives; what reads it reads the constant.

    Attributes:
        design: Whose gates.
        clamped: What is held.
        compiled: The components, and how the other inputs follow from those that are left.
        biases: Bits that lean.
    """

    design: Design
    clamped: Clamped
    compiled: native.Marginal
    biases: tuple[Bias, ...] = ()

    @property
    def impossible(self) -> bool:
        """Whether the goals contradict each other, so that there is no answer."""
        return self.compiled.impossible

    @property
    def is_too_large(self) -> bool:
        """Whether what depends on what is more than memory should hold."""
        return self.compiled.too_large

    def __reduce__(self) -> tuple[object, ...]:
        # What was compiled of it cannot be pickled, and is compiled again.
        return marginal_of, (self.design, self.clamped, self.biases)

    @cached_property
    def components(self) -> tuple[native.Component, ...]:
        """Parts that share no input."""
        return tuple(self.compiled.components)

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where the inputs of each component are among those that are kept."""
        ends = np.cumsum([0, *(part.inputs for part in self.components)])
        return tuple(slice(a, b) for a, b in pairwise(ends.tolist()))

    @property
    def kept(self) -> int:
        """Free inputs that are left, those of no component last."""
        return len(self.compiled.kept)

    @property
    def tossed(self) -> int:
        """Inputs that no goal reads: each of their values fits every answer."""
        return self.kept - (self.places[-1].stop if self.places else 0)

    def state(self, kept: UInt64) -> UInt64:
        """The state of all spins: gates forward, ancillas at the minimum of their gates.

        Args:
            kept: Rows of the inputs that are left. Shape (kept, 16).
        """
        compiled = self.compiled
        values = empty_rows(len(compiled.free))
        compiled.recover(kept, values)
        state = empty_rows(self.design.model.spins)
        known = self.clamped.values
        held_in_place(state, known)
        state[compiled.free - 1] = values
        circuit_of(self.design).settle(known, state)
        return state

    def kept_of(self, state: UInt64) -> UInt64:
        """The rows of the inputs that are left in a state. Shape (kept, 16)."""
        compiled = self.compiled
        rows: UInt64 = np.ascontiguousarray(state[compiled.free[compiled.kept] - 1])
        return rows.reshape(-1, WORDS)

    def describe(self) -> str:
        """How large it is, in words."""
        compiled = self.compiled
        if self.is_too_large:
            return "more gates and inputs than it knows to handle"
        if self.impossible:
            return "goals contradict each other"
        largest = max(self.components, key=lambda part: part.inputs, default=None)
        text = f"{counted(compiled.goals, 'goal')} over {counted(len(compiled.free), 'free input')}"
        if compiled.reoriented:
            text += f", {compiled.reoriented} given by the others"
        if largest is None:
            return text
        parts = counted(len(self.components), "component")
        most = "" if len(self.components) == 1 else ", the largest"
        sizes = f"{counted(largest.inputs, 'input')} and {counted(largest.count, 'operation')}"
        return f"{text}, {parts}{most} of {sizes}"


def marginal_of(
    design: Design, clamped: Clamped, biases: Sequence[Bias] = (), *, reorient: bool = True
) -> Marginal:
    """Prepare a question.

    Args:
        design: Whose gates.
        clamped: What is held, what follows from it, and what is forbidden.
        biases: Bits that lean.
        reorient: Whether goals that are sums over GF(2) are solved for an input.
    """
    first: list[int] = [0]
    bits: list[int] = []
    for combination in clamped.forbidden:
        bits += [literal ^ (1 - value) for literal, value in combination]
        first.append(len(bits))
    leaning: Int32 = np.array([bias.literal for bias in biases], dtype=np.int32)
    firsts: Int64 = np.array(first, dtype=np.int64)
    compiled = native.marginal(
        circuit_of(design),
        clamped.values,
        firsts,
        np.array(bits, dtype=np.int32),
        leaning,
        reorient,
    )
    return Marginal(design, clamped, compiled, tuple(biases))
