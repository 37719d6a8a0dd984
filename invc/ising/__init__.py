"""IR 2: the Ising model, its exact ground states, and its colouring."""

from invc.ising.colouring import colour_spins
from invc.ising.exact import all_energies, ground_states
from invc.ising.fold import fold_known
from invc.ising.model import IsingModel, from_terms

__all__ = [
    "IsingModel",
    "all_energies",
    "colour_spins",
    "fold_known",
    "from_terms",
    "ground_states",
]
