"""Netlist to netlist: each pass keeps the function of every port bit."""

from invc.mapping.mapper import Mapper
from invc.passes.cover_cones import cover_cones, use_own_cells
from invc.passes.fuse_products import fuse_products, fusions
from invc.passes.name_nets import name_nets
from invc.passes.pair_adders import pair_adders
from invc.passes.simplify import simplify
from invc.passes.split_nets import COPY, split_nets
from invc.passes.sweep_dead import sweep_dead
from invc.passes.widen_gaps import widen_gaps

__all__ = [
    "COPY",
    "Mapper",
    "cover_cones",
    "fuse_products",
    "fusions",
    "name_nets",
    "pair_adders",
    "simplify",
    "split_nets",
    "sweep_dead",
    "use_own_cells",
    "widen_gaps",
]
