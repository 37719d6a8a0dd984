"""What people call nets: by name, and one without a name by the nearest that it leads to."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invc.netlist.netlist import Gate

NUMBERED = re.compile(r"\$\d+(?:\D.*)?", re.DOTALL)  # what `name_nets` calls those without a name
NAMELESS = "a net without a name"


def nearest_names(names: Sequence[str], gates: Iterable[Gate]) -> list[str]:
    """For each net its name, or that of the nearest net with one that gates lead it to, or "".

    Args:
        names: Name of each net, "" or `$` and a number where it has none.
        gates: In any order.
    """
    known = ["" if NUMBERED.fullmatch(name) else name for name in names]
    drivers = {pin >> 1: gate for gate in gates for pin in gate.outputs}
    waiting = deque(net for net, name in enumerate(known) if name)
    while waiting:
        net = waiting.popleft()
        gate = drivers.get(net)
        for pin in gate.inputs if gate else ():
            if pin > 1 and not known[pin >> 1]:
                known[pin >> 1] = known[net]
                waiting.append(pin >> 1)
    return known


def labels_of(names: Sequence[str], gates: Iterable[Gate]) -> tuple[str, ...]:
    """What messages and pictures call each net, never by a number that no source has.

    Args:
        names: As of `nearest_names`.
        gates: In any order.
    """
    near = nearest_names(names, gates)
    return tuple(
        name if name and not NUMBERED.fullmatch(name) else f"a net of {of}" if of else NAMELESS
        for name, of in zip(names, near, strict=True)
    )
