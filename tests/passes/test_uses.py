"""What `split_nets` takes a gate to give to a net is what the model has of it."""

from collections import Counter

import pytest

from golden.sizes import tangle
from invc.design.assemble import assemble
from invc.library import hamlib
from invc.passes.split_nets import uses_of


@pytest.mark.parametrize("seed", range(4))
def test_uses_of_a_net_add_up_to_its_spin(seed: int) -> None:
    netlist, cells = tangle(seed), hamlib()
    model = assemble(netlist, cells, level=False).model
    nets = range(1, len(netlist.names))
    couplings: Counter[tuple[int, int]] = Counter()
    for net, uses in uses_of(netlist, cells, nets).items():
        assert sum(use.h for use in uses) == model.h[net - 1]
        drivers = [use.gate for use in uses if use.drives]
        assert drivers == [k for k, g in enumerate(netlist.gates) if 2 * net in g.outputs]
        for use in uses:
            assert use.degree == len({spin for spin, _ in use.couplings})
            for spin, value in use.couplings:
                if spin > net:  # ancillas are below 0, and each pair is met twice
                    couplings[net, spin] += value
    expected = {
        (int(i) + 1, int(j) + 1): int(J)
        for (i, j), J in zip(model.edges, model.J, strict=True)
        if j + 1 < len(netlist.names)
    }
    assert {pair: J for pair, J in couplings.items() if J} == expected
