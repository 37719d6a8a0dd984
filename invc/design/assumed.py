"""What a clocked source assumes is held in every cycle, whatever else is asked."""

from __future__ import annotations

from collections.abc import Sequence

from invc.design.clamps import Clamp
from invc.design.design import Design
from invc.design.frames import moments
from invc.netlist import TRUE


def assumed(design: Design, held: Sequence[Clamp] = ()) -> tuple[Clamp, ...]:
    """The bits that the assumptions of a design hold at 1.

    A bit that is held already is left to whoever holds it.
    """
    if design.frames is None:
        return ()
    ports = design.netlist.port_by_name
    taken = {clamp.name for clamp in held}
    names = (
        name
        for signal in design.frames.names("assume")
        for (name,) in moments(ports, f"{signal}@*")
    )
    bits = (Clamp(ports[name].bits[0], 1, name) for name in names if name not in taken)
    return tuple(bit for bit in bits if bit.literal != TRUE)
