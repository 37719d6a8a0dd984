"""Models on the wires of an annealer: chains of qubits, and how strongly each is held together.

A chain of spin i that breaks saves at most W_i = |h_i| + sum_j |J_ij|, as the side that weighs
less can be turned over for that; its broken coupler costs twice its strength. With strength
(W_i + gap) / 2 no state with a broken chain is nearer to the ground level than the gap: the
embedded model has the ground states of the design, and its gap. This sharpens the bound of V.
Choi, https://doi.org/10.1007/s11128-008-0082-9, for models whose gap is known.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from invc.annealer.extras import extra
from invc.annealer.model import Asked, as_bqm
from invc.diagnostics import InvcError
from invc.text.files import write_whole

TOPOLOGIES = {"chimera": 16, "pegasus": 16, "zephyr": 15}  # and the sizes of machines
GROUP = "embed"


@dataclass(frozen=True, eq=False)
class Embedding:
    """Where each spin of a model is.

    Attributes:
        topology: "chimera", "pegasus" or "zephyr".
        size: As dwave-networkx counts it: its first argument.
        chains: The qubits of each spin, by its name.
        strengths: What the coupling inside each chain of several qubits has to be.
        bqm: The model over the qubits: biases are shared among a chain, couplings among the
            couplers between two chains.
    """

    topology: str
    size: int
    chains: Mapping[str, tuple[int, ...]]
    strengths: Mapping[str, float]
    bqm: Any

    @property
    def qubits(self) -> int:
        """How many qubits are used."""
        return sum(map(len, self.chains.values()))

    def unembed(self, sampleset: Any) -> Any:  # noqa: ANN401 - dimod has no types
        """Samples of qubits as samples of spins: of each chain, what most of it says.

        The energies are those of the qubits.
        """
        dimod = extra("dimod", "dimod")
        column = {v: k for k, v in enumerate(sampleset.variables)}
        spins = np.where(np.asarray(sampleset.record.sample) > 0, 1, -1)
        rows = np.zeros((len(spins), len(self.chains)), dtype=np.int8)
        for k, chain in enumerate(self.chains.values()):
            said = spins[:, [column[q] for q in chain]].sum(axis=1)
            rows[:, k] = np.where(said >= 0, 1, -1)
        return dimod.SampleSet.from_samples(
            (rows, list(self.chains)),
            vartype=dimod.SPIN,
            energy=sampleset.record.energy,
            num_occurrences=sampleset.record.num_occurrences,
        )


def hardware(topology: str, size: int) -> Any:  # noqa: ANN401 - networkx has no types
    """The graph of an annealer's qubits and couplers."""
    try:
        graphs = extra("dwave.graphs", GROUP)
    except InvcError:  # before Ocean 10
        graphs = extra("dwave_networkx", GROUP)
    return getattr(graphs, f"{topology}_graph")(size)


def embed(
    asked: Asked,
    topology: str,
    size: int | None = None,
    *,
    seed: int = 0,
    seconds: float = 60.0,
) -> Embedding:
    """Find chains by minorminer, and set how strongly they hold.

    Args:
        asked: What is embedded.
        topology: One of `TOPOLOGIES`.
        size: Of the graph; by default that of the machines.
        seed: Of minorminer.
        seconds: How long it may look.

    Raises:
        InvcError: A package is missing, or there is no embedding within the time.
    """
    size = TOPOLOGIES[topology] if size is None else size
    graph = hardware(topology, size)
    outgoing = asked.outgoing
    bqm = as_bqm(outgoing, extra("dimod", "dimod"))
    pairs = [*bqm.quadratic, *((name, name) for name in bqm.variables)]
    found = extra("minorminer", GROUP).find_embedding(
        pairs, graph.edges, random_seed=seed, timeout=seconds, threads=1
    )
    if len(found) < len(bqm.variables):
        raise InvcError(
            f"no embedding of {len(bqm.variables)} spins on {topology} of size {size} was found",
            hint="give clamps, a larger --size, another --seed or --time-limit; 'synth "
            "--objective spins' makes fewer spins",
        )
    chains = {name: tuple(sorted(found[name])) for name in bqm.variables}
    # Whole coefficients, of a model without gates: levels are 2 apart.
    gap = asked.question.design.min_gap or 2
    strengths = _strengths(bqm, chains, gap)
    return Embedding(topology, size, chains, strengths, _embedded(bqm, chains, strengths, graph))


def _strengths(bqm: Any, chains: Mapping[str, tuple[int, ...]], gap: float) -> dict[str, float]:  # noqa: ANN401
    """The strength of each chain of several qubits: see above."""
    weights = {name: abs(float(bias)) for name, bias in bqm.linear.items()}
    for (one, other), bias in bqm.quadratic.items():
        weights[one] += abs(float(bias))
        weights[other] += abs(float(bias))
    return {n: (weights[n] + gap) / 2 for n, chain in chains.items() if len(chain) > 1}


def _embedded(
    bqm: Any,  # noqa: ANN401 - dimod has no types
    chains: Mapping[str, tuple[int, ...]],
    strengths: Mapping[str, float],
    graph: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """The model over the qubits; its ground level is that of the design."""
    linear: dict[int, float] = {}
    quadratic: dict[tuple[int, int], float] = defaultdict(float)
    offset = float(bqm.offset)
    for name, chain in chains.items():
        for qubit in chain:
            linear[qubit] = float(bqm.linear[name]) / len(chain)
        within = [(p, q) for p in chain for q in chain if p < q and graph.has_edge(p, q)]
        for pair in within:
            quadratic[pair] -= strengths[name]
        offset += strengths.get(name, 0.0) * len(within)
    for (one, other), bias in bqm.quadratic.items():
        between = [(p, q) for p in chains[one] for q in chains[other] if graph.has_edge(p, q)]
        for pair in between:
            quadratic[pair] += float(bias) / len(between)
    dimod = extra("dimod", "dimod")
    return dimod.BinaryQuadraticModel(linear, dict(quadratic), offset, dimod.SPIN)


def write_embedding(embedding: Embedding, path: Path) -> None:
    """Write chains, strengths and the model over the qubits as JSON.

    Raises:
        InvcError: The file cannot be written.
    """
    fields = {
        "topology": embedding.topology,
        "size": embedding.size,
        "embedding": {name: list(chain) for name, chain in embedding.chains.items()},
        "chain_strength": dict(embedding.strengths),
        "bqm": embedding.bqm.to_serializable(),
    }
    write_whole(path, [json.dumps(fields) + "\n"])
