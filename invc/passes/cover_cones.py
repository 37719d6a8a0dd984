"""Groups of gates become one cell where the library has a cheaper one for all of them."""

from __future__ import annotations

from invc.mapping.cover import cheapest_cells, place_cells
from invc.mapping.mapper import Mapper
from invc.netlist import Netlist


def cover_cones(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Replace groups of gates by one gate of a cell that adds fewer spins than all of them.

    The inner nets of a group are read by no one else, so they go with it. ABC sees functions of
    one output and few inputs, and other passes see pairs; this one finds any cell of the
    library, a 4:3 counter among adders as well as a user's own relation of three outputs. The
    largest saving is taken first, and again until nothing is saved. The larger the netlist, the
    fewer groups are looked at: beyond some thousand gates none. Leaves inner nets undriven and
    unread: sweep afterwards.
    """
    return place_cells(netlist, mapper, cheapest_cells(mapper), fewest=0)
