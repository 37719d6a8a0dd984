"""What `stream` can be told: the sizes of its pulls, steps and batches, and its random numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.training.network import Bits, Shape, UInt64

Int8 = npt.NDArray[np.int8]
MOST_BATCH = 127  # counts of a batch are bytes
MOST_LIMIT = 128  # accumulators too
GOLDEN = 0x9E3779B97F4A7C15
WORD = (1 << 64) - 1


@dataclass(frozen=True)
class Rule:
    """The settings of a run.

    Attributes:
        passes: How often every sample comes.
        pulls: T, for each layer: how hard a label pulls at a neuron.
        margin: K: a sample is done where its class leads by this.
        batch: S: samples between two steps of the accumulators, at most 127.
        limit: I0: accumulators stay in [-limit, limit - 1]; at most 128.
        first_step: The step of the first passes; it is halved in equal parts down to 1.
        drop: An input is off for a sample of a pass with probability drop / 256.
        seed: Decides the start and the order of samples.
        noises: What a random sign of each neuron and sample adds to its sum, for each layer; none
            for no noise.
        phases: 2 for the contrast of two phases, 1 for one energy with slack.
    """

    passes: int
    pulls: tuple[int, ...]
    margin: int
    batch: int = 100
    limit: int = 128
    first_step: int = 4
    drop: int = 0
    seed: int = 0
    noises: tuple[int, ...] = ()
    phases: int = 2

    def step(self, number: int) -> int:
        """The step of a pass: first_step, half of it, ... 1, an equal part of the passes each."""
        parts = self.first_step.bit_length()
        return max(1, self.first_step >> number * parts // self.passes)

    def order(self, number: int, samples: int) -> npt.NDArray[np.int32]:
        """The order of samples in a pass. Shape (samples,), int32."""
        seeds = np.random.SeedSequence([self.seed, 2, number])
        return np.random.Generator(np.random.Philox(seeds)).permutation(samples).astype(np.int32)

    def key(self, number: int) -> int:
        """The key of a pass's random bits (see `dropped`)."""
        return _mixed_one(_mixed_one(self.seed & WORD) + GOLDEN * (number + 1))


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a rule is made of for a network and its samples.

    Attributes:
        passes, batch, drop, seed, phases: As of `Rule`.
        pull: Scales the pulls.
        margin: Scales the margin.
        noise: Scales the noise, in the spread of sums.
    """

    passes: int
    batch: int = 100
    drop: int = 0
    seed: int = 0
    pull: float = 1.0
    margin: float = 1.0
    noise: float = 0.0
    phases: int = 2


def default_rule(shape: Shape, inputs: Bits, wish: Wish) -> Rule:
    """Pulls and margin of about a standard deviation of what they are compared with.

    A sum of n terms of -1 and +1 spreads by the root of n: n is the mean number of inputs that
    are on and read, or all that are read where they count as -1 and +1.
    """
    rate = inputs.mean(axis=0) * (1 - wish.drop / 256)
    wires = shape.layers[0].wires
    on = max(1.0, float(rate.sum() if wires is None else (wires @ rate).mean()))
    spread = [layer.reach if layer.both or k else on for k, layer in enumerate(shape.layers)]
    roots = [float(n) ** 0.5 for n in spread]
    return Rule(
        wish.passes,
        tuple(max(1, round(wish.pull * root)) for root in roots),
        max(1, round(wish.margin * shape.layers[-1].neurons ** 0.5)),
        batch=wish.batch,
        drop=wish.drop,
        seed=wish.seed,
        noises=tuple(round(wish.noise * root) for root in roots) if wish.noise else (),
        phases=wish.phases,
    )


def start(shape: Shape, rule: Rule) -> tuple[Int8, ...]:
    """The accumulators before the first pass: uniform in [-limit/4, limit/4), -1 without a wire.

    For each layer an array of shape (neurons, inputs), int8.
    """
    source = np.random.Generator(np.random.Philox(np.random.SeedSequence([rule.seed, 0])))
    reach = max(1, rule.limit // 4)
    found = []
    for layer in shape.layers:
        rows = source.integers(-reach, reach, (layer.neurons, layer.inputs), dtype=np.int8)
        found.append(rows if layer.wires is None else np.where(layer.wires, rows, np.int8(-1)))
    return tuple(found)


def dropped(key: int, places: UInt64, drop: int) -> UInt64:
    """The inputs to drop, a word for each place; place = 64-bit words before it in all samples.

    Bit b of the word at place p is 1 where a random byte is less than `drop`. Bit q of the byte is
    bit b of `mixed(key + GOLDEN (8 p + q + 1))`, the finaliser of splitmix64, modulo 2^64.
    """
    less = np.zeros_like(places)
    for plane in range(8):
        counter = np.uint64(8) * places + np.uint64(plane + 1)
        word = _mixed(np.uint64(key) + np.uint64(GOLDEN) * counter)
        less = ~word | less if drop >> plane & 1 else ~word & less
    return less


def random_signs(key: int, layer: int, places: UInt64) -> UInt64:
    """The signs of noise, a word for each place: 64-bit words of neurons before it in all samples.

    Bit b is 1, for a sign of +1, as bit b of `mixed(mixed(key + layer + 1) + GOLDEN (place + 1))`.
    """
    own = np.uint64(_mixed_one(key + layer + 1))
    return _mixed(own + np.uint64(GOLDEN) * (places + np.uint64(1)))


def _mixed(z: UInt64) -> UInt64:
    """Source: Steele, Lea, Flood, https://doi.org/10.1145/2660193.2660195 (as in splitmix64)."""
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def _mixed_one(z: int) -> int:
    z &= WORD
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB & WORD
    return z ^ z >> 31
