"""Quadratic neurons: an energy of two-body terms over the weights alone, sampled warm."""
