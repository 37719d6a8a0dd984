"""Training binary networks by p-bit dynamics: weights are what the p-bits settle to."""
