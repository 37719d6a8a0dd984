"""Netlist to netlist: each pass keeps the function of every port bit.

A pass is a module of this package with a function of its name.
"""

from collections.abc import Callable
from importlib import import_module

from invc.mapping.mapper import Mapper
from invc.netlist import Netlist

Pass = Callable[[Netlist, Mapper], Netlist]


def find_pass(name: str) -> Pass:
    """The pass of a name: the function in the module that is called like it."""
    found: Pass = getattr(import_module(f"{__name__}.{name}"), name)
    return found
