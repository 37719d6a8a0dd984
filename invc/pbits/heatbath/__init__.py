"""Heat-bath p-bits: programs, tables of heat, energies, and the reference in numpy."""
