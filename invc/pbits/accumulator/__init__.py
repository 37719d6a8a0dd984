"""Stochastic-computing p-bits: what hardware repeats bit for bit."""
