"""Functions to cells: the mapper, cones, covers and mined cells."""
