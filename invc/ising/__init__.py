"""IR 2: the Ising model, its exact ground states, and its colouring."""

from invc.ising.colouring import colour_spins
from invc.ising.exact import all_energies, ground_states
from invc.ising.model import IsingModel, from_terms

__all__ = ["IsingModel", "all_energies", "colour_spins", "from_terms", "ground_states"]
