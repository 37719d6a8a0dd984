"""Compiled kernels; `invc.simulate.reference` is what each must equal state for state."""
