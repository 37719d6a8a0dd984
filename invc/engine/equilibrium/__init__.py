"""Samples at equilibrium: a pilot that chooses how chains run, chains, and what they show."""

from invc.engine.equilibrium.sample import DEFAULT_ENOUGH, Equilibrium, equilibrium
from invc.engine.equilibrium.setting import Asked, Setting

__all__ = ["DEFAULT_ENOUGH", "Asked", "Equilibrium", "Setting", "equilibrium"]
