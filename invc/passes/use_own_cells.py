"""Groups of gates become cells of the user's own."""

from __future__ import annotations

from invc.mapping.cover import Cells, cheapest_cells, place_cells
from invc.mapping.mapper import Mapper
from invc.netlist import Netlist


def use_own_cells(netlist: Netlist, mapper: Mapper) -> Netlist:
    """Replace groups of gates by the cells that the user added to hamlib, as `cover_cones` does.

    Looks at some groups in a netlist of any size, as cells that were asked for are worth it.
    """
    cells = own_cells(mapper)
    return place_cells(netlist, mapper, cells) if cells else netlist


def own_cells(mapper: Mapper) -> Cells:
    """The user's own cells, where they are the cheapest of their class."""
    return {
        kind: found for kind, found in cheapest_cells(mapper).items() if found[0].name in mapper.own
    }
