"""A Python module that builds the model as an IsingEBM of thrml, which has invc's own sign."""

from __future__ import annotations

import json
from collections.abc import Iterator

from invc.diagnostics import InvcError
from invc.formats.format import Format
from invc.formats.outgoing import SUBTRACTED, Outgoing, facts

# Data first, as JSON text in one quoted literal, so that no name in it can become code.
PROGRAM = '''\
"""An Ising model for thrml, exported by invc.

{convention}
thrml: P(m) = exp(-E) / Z with E = -beta (sum biases m + sum weights m m), True for m = +1;
the offset is OFFSET below.

    import importlib
    module = importlib.import_module("NAME OF THIS FILE WITHOUT .py")
    states = module.sample(beta=1.0, reads=100)   # {{name of spin: array of bool}}
"""

import json

import jax
import jax.numpy as jnp
import thrml
from thrml.models import IsingEBM, IsingSamplingProgram

DATA = json.loads({data!r})
FACTS = DATA["facts"]      # name, ports, spins that were folded, clamps
OFFSET = DATA["offset"]
NAMES = DATA["names"]
CLAMPS = FACTS["clamps"]
NODES = [thrml.SpinNode() for _ in NAMES]
EDGES = [(NODES[i], NODES[j]) for i, j in DATA["edges"]]


def model(beta=1.0):
    """The IsingEBM over NODES and EDGES."""
    biases = jnp.array(DATA["h"], dtype=jnp.float32)
    weights = jnp.array(DATA["J"], dtype=jnp.float32)
    return IsingEBM(NODES, EDGES, biases, weights, jnp.array(float(beta)))


def blocks():
    """Blocks of free nodes that share no edge, by greedy colouring."""
    around = [set() for _ in NODES]
    for i, j in DATA["edges"]:
        around[i].add(j)
        around[j].add(i)
    colour = {{}}
    for k in sorted(range(len(NODES)), key=lambda k: -len(around[k])):
        if NAMES[k] not in CLAMPS:
            taken = {{colour[j] for j in around[k] if j in colour}}
            colour[k] = next(c for c in range(len(NODES)) if c not in taken)
    count = 1 + max(colour.values(), default=-1)
    return [thrml.Block([NODES[k] for k in colour if colour[k] == c]) for c in range(count)]


def sample(beta=1.0, reads=100, warmup=1000, steps=10, seed=0):
    """States of one chain, `steps` sweeps apart; clamped spins are held."""
    free = blocks()
    held = [k for k, name in enumerate(NAMES) if name in CLAMPS]
    clamped = [thrml.Block([NODES[k] for k in held])] if held else []
    values = [jnp.array([bool(CLAMPS[NAMES[k]]) for k in held])] if held else []
    program = IsingSamplingProgram(model(beta), free, clamped)
    key = jax.random.key(seed)
    keys = jax.random.split(key, len(free) + 1)
    start = [jax.random.bernoulli(k, 0.5, (len(b),)) for k, b in zip(keys, free)]
    schedule = thrml.SamplingSchedule(warmup, reads, steps)
    every = [thrml.Block([node]) for node in NODES]
    states = thrml.sample_states(keys[-1], program, schedule, start, values, every)
    return {{name: state[:, 0] for name, state in zip(NAMES, states)}}
'''


def write(outgoing: Outgoing) -> Iterator[str]:
    """The module in pieces.

    Raises:
        InvcError: There is no coupling, which thrml 0.1.4 needs.
    """
    model = outgoing.model
    if not len(model.J):
        raise InvcError(
            "thrml takes no model without couplings", hint="choose another format, or --keep"
        )
    data = {
        "facts": facts(outgoing),
        "offset": model.offset,
        "names": list(outgoing.names),
        "h": model.h.tolist(),
        "edges": model.edges.tolist(),
        "J": model.J.tolist(),
    }
    yield PROGRAM.format(convention=SUBTRACTED, data=json.dumps(data))


FORMAT = Format("_thrml.py", write)
