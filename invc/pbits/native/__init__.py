"""Compiled kernels; `invc.pbits.heatbath.reference` is what each must equal state for state."""
