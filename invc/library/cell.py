"""A cell: a Boolean relation with the Hamiltonian whose ground states are its valid rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from invc.ising import IsingModel, from_terms
from invc.netlist import Function
from invc.text.tables import html_table


@dataclass(frozen=True)
class Cell:
    """A Hamiltonian over pins and ancillas, in integers.

    E(m) = - sum h_i m_i - sum_{i<j} J_ij m_i m_j is `ground` on every valid row with the right
    ancillas, and at least `ground + gap` on every invalid row whatever the ancillas.

    Attributes:
        name: Name of the cell.
        pins: Pin names; for a function, inputs then outputs.
        rows: Valid rows: bit r is set when row r (bit i is pin i) is valid.
        ancillas: Names of the spins that are no pins.
        h: Bias of each spin, pins first, then ancillas.
        J: Couplings (i, j, value) with i < j over the same spins, ascending, none zero.
        ground: Ground energy.
        gap: Energy from the ground level to the lowest invalid row.
        function: The function, or None where the relation is none.
        text: The function as the user wrote it.
        source: How it was made.
        degenerate: Whether a valid row may have several ancilla words at the ground level.
    """

    name: str
    pins: tuple[str, ...]
    rows: int
    ancillas: tuple[str, ...]
    h: tuple[int, ...]
    J: tuple[tuple[int, int, int], ...]
    ground: int
    gap: int
    function: Function | None = None
    text: str = ""
    source: str = ""
    degenerate: bool = False

    @property
    def spin_names(self) -> tuple[str, ...]:
        """Names in the order of h: pins, then ancillas."""
        return self.pins + self.ancillas

    @cached_property
    def model(self) -> IsingModel:
        """The cell's Hamiltonian as an Ising model, offset 0."""
        i, j, value = zip(*self.J, strict=True) if self.J else ((), (), ())
        return from_terms(len(self.spin_names), np.array(self.h), i, j, value, 0)

    def _repr_html_(self) -> str:
        couplings = {frozenset((i, j)): value for i, j, value in self.J}
        rows = [
            (name, str(self.h[i]), *(str(couplings.get(frozenset((i, j)), "")) for j in range(i)))
            for i, name in enumerate(self.spin_names)
        ]
        padded = [(*row, *[""] * (len(rows) + 1 - len(row))) for row in rows]
        caption = f"{self.name}: gap {self.gap}, ground {self.ground}"
        return html_table(
            ("", "h", *self.spin_names[:-1]), [row[: len(rows) + 1] for row in padded], caption
        )

    def scaled(self, factor: int) -> Cell:
        """The cell with every coefficient, its ground energy and its gap multiplied."""
        return replace(
            self,
            h=tuple(factor * h for h in self.h),
            J=tuple((i, j, factor * J) for i, j, J in self.J),
            ground=factor * self.ground,
            gap=factor * self.gap,
        )

    @property
    def largest(self) -> int:
        """The largest absolute value in h and J."""
        return max(abs(x) for x in (*self.h, *(J for *_, J in self.J), 0))

    @property
    def strongest(self) -> int:
        """The largest absolute value in J."""
        return max((abs(J) for *_, J in self.J), default=0)

    @property
    def bits(self) -> int:
        """Bits of a signed integer that holds every coefficient in either sign."""
        return self.largest.bit_length() + 1


def gap_ratio(cell: Cell) -> Fraction:
    """The gap once scaled to |J| <= 1 and |h| <= 2: what the solver makes largest."""
    bound = max(Fraction(cell.strongest), Fraction(max((abs(h) for h in cell.h), default=0), 2))
    return cell.gap / bound if bound else Fraction(0)
