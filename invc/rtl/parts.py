"""FPGAs that a circuit may be placed on, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass

from invc.diagnostics import InvcError
from invc.rtl.circuit import Circuit
from invc.rtl.fields import fields_of


@dataclass(frozen=True)
class Part:
    """An FPGA.

    Attributes:
        name: As it is asked for.
        family: What Yosys calls it.
        tables: Its lookup tables of four inputs, or what it has instead.
        place: Options of nextpnr; none where it cannot place it.
        goal: The clock that is asked for, in MHz.
    """

    name: str
    family: str
    tables: int
    place: tuple[str, ...] = ()
    goal: int = 50


PARTS = {
    part.name: part
    for part in (
        Part("ice40-hx1k", "ice40", 1280, ("--hx1k", "--package", "tq144")),
        Part("ice40-up5k", "ice40", 5280, ("--up5k", "--package", "sg48"), 20),
        Part("ice40-hx8k", "ice40", 7680, ("--hx8k", "--package", "ct256")),
        Part("ecp5-25k", "ecp5", 24288, ("--25k", "--package", "CABGA381"), 100),
        Part("ecp5-85k", "ecp5", 83640, ("--85k", "--package", "CABGA756"), 100),
        Part("xc7a35t", "xilinx", 20800),
    )
}
DEFAULT_PARTS = ("ice40-hx8k", "ecp5-85k", "xc7a35t")


def estimate(circuit: Circuit) -> int:
    """Lookup tables of four inputs that a parallel circuit takes, within about a quarter.

    148 for a generator; for each p-bit its accumulator and one for each bit of each addition of
    its field; what the checker and the control take is less.
    """
    tables = 148 * circuit.generators + 200
    for field in fields_of(circuit.design.model):
        tables += 2 * circuit.itanh_bits + 6 + field.bits * max(len(field.terms) - 1, 0) * 6 // 10
    return tables


def check_fits(circuit: Circuit, part: Part) -> None:
    """Make sure that a circuit may fit.

    Raises:
        InvcError: It is far too large.
    """
    if circuit.architecture != "parallel":
        return
    tables = estimate(circuit)
    if tables > 1.3 * part.tables:
        raise InvcError(
            f"a parallel circuit of {circuit.spins} p-bits takes about {tables} lookup tables, "
            f"{part.name} has {part.tables}",
            hint="use --arch sparse, or a larger --part",
        )
