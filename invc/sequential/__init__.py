"""Clocked designs: a machine of one clock, and its copies in time as one netlist."""

from invc.netlist.machine import Machine, Property, Register
from invc.sequential.unroll import Init, unroll

__all__ = ["Init", "Machine", "Property", "Register", "unroll"]
