"""P-bits that are the free inputs of a netlist; all other nets follow from them."""
