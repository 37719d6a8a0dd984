"""The one door to the compiled code of free inputs: who prepares, walks and tries them.

`Circuit` holds the gates of a design as operations on rows, `Marginal` what is left of them under
clamps, as `Component`s of inputs that share no goal. `Walkers` move 1,024 assignments of
a component, `All` tries every one; both equal numpy twins, bit for bit.
"""

from invc.pbits.native import inputs

All = inputs.All
Circuit = inputs.Circuit
Component = inputs.Component
Marginal = inputs.Marginal
Walkers = inputs.Walkers
circuit = inputs.circuit
component = inputs.component
kernels = inputs.kernels
marginal = inputs.marginal

__all__ = [
    "All",
    "Circuit",
    "Component",
    "Marginal",
    "Walkers",
    "circuit",
    "component",
    "kernels",
    "marginal",
]
