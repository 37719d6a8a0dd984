"""Verilog in which DESIGN stands for the name of a design, and @NAME@ for what it puts there."""
