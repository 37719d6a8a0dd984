"""Modules that are the same for every design: Verilog in which DESIGN stands for its name."""
