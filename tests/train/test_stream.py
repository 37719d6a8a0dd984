"""The rule of stream: kernels are the reference, accumulator for accumulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invc.diagnostics import InvcError
from invc.training.native import contrast
from invc.training.network import joined, outputs, packed, random_code, unpacked
from invc.training.stream import kernel, reference
from invc.training.stream.checkpoint import fingerprint, read_checkpoint, write_checkpoint
from invc.training.stream.fit import fit
from invc.training.stream.rule import Rule, Wish, default_rule, dropped, random_signs, start
from train.nets import samples, shape, wired

NETS = {
    "one sample": ([70, 65], [False], 10, 1, 0, 0),
    "a hundred": ([70, 130], [True], 3, 100, 0, 1),
    "dropped": ([70, 65], [False], 10, 100, 50, 0),
    "two hidden": ([130, 70, 65], [False, True], 5, 100, 77, 0),
    "two hidden, one sample": ([130, 70, 65], [True, True], 5, 1, 0, 0),
    "perceptron": ([25, 1], [True], 2, 7, 0, 0),
    "three hidden": ([64, 64, 30, 128], [False, False, True], 4, 127, 200, -1),
}


def run_both(
    net: Any, name: str, threads: int, passes: int = 2, count: int = 150
) -> Iterator[tuple[Any, Any, Any, Any]]:
    sizes, both, classes, batch, drop, threshold = net
    network = shape(sizes, both, classes, threshold)
    inputs, labels = samples(count, sizes[0], classes)
    rule = default_rule(network, inputs, Wish(passes=passes, batch=batch, drop=drop, seed=5))
    slow = start(network, rule)
    fast = kernel.Trainer(network, slow, kernel=name)
    given = kernel.pack(inputs, labels)
    for number in range(passes):
        slow = reference.train_pass(network, slow, inputs, labels, rule, number)
        fast.train_pass(given, rule, number, threads=threads)
        yield slow, fast, given, inputs


@pytest.mark.parametrize("name", contrast.kernels())
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_kernels_are_the_reference(net: Sequence[int | Sequence[int]], name: str) -> None:
    for slow, fast, given_, inputs in run_both(net, name, threads=3):
        for mine, theirs in zip(slow, fast.accumulators, strict=True):
            assert (mine == theirs).all()
        said = kernel.outputs(fast.network, given_.inputs, threads=2, kernel=name)
        assert (said == outputs(fast.network, inputs)).all()


@given(
    sizes=st.lists(st.integers(1, 70), min_size=2, max_size=4),
    classes=st.integers(2, 6),
    batch=st.integers(1, 127),
    drop=st.integers(0, 255),
    limit=st.integers(1, 128),
    seed=st.integers(0, 2**40),
    some=st.booleans(),
    noise=st.integers(0, 9),
    phases=st.integers(1, 2),
)
def test_any_network_any_settings(
    sizes: list[int],
    classes: int,
    batch: int,
    drop: int,
    limit: int,
    seed: int,
    some: bool,
    noise: int,
    phases: int,
) -> None:
    both = [k > 0 for k in range(len(sizes) - 1)]
    network = shape(sizes, both, 2 if sizes[-1] == 1 else classes)
    network = wired(network, seed) if some else network
    inputs, labels = samples(40, sizes[0], network.classes, seed % 1000)
    rule = default_rule(network, inputs, Wish(passes=1, batch=batch, drop=drop, seed=seed))
    noises = tuple(noise + k for k in range(len(sizes) - 1)) if noise else ()
    rule = replace(rule, limit=limit, noises=noises, phases=phases)
    begin = start(network, rule)
    slow = reference.train_pass(network, begin, inputs, labels, rule, 0)
    fast = kernel.Trainer(network, begin)
    fast.train_pass(kernel.pack(inputs, labels), rule, 0, threads=2)
    for mine, theirs in zip(slow, fast.accumulators, strict=True):
        assert (mine == theirs).all()
        assert mine.min() >= -limit
        assert mine.max() < limit


@pytest.mark.parametrize("name", contrast.kernels())
@pytest.mark.parametrize("both", [False, True])
def test_neurons_that_read_some_inputs(name: str, both: bool) -> None:
    network = wired(shape([130, 70, 65], [both, True], 5))
    inputs, labels = samples(150, 130, 5)
    rule = default_rule(network, inputs, Wish(passes=2, batch=30, drop=0, seed=5))
    slow = start(network, rule)
    fast = kernel.Trainer(network, slow, kernel=name)
    for number in range(2):
        slow = reference.train_pass(network, slow, inputs, labels, rule, number)
        fast.train_pass(kernel.pack(inputs, labels), rule, number, threads=2)
        for mine, theirs, layer in zip(slow, fast.accumulators, network.layers, strict=True):
            assert (mine == theirs).all()
            assert (mine[layer.wires == 0] == -1).all()
    said = kernel.outputs(fast.network, packed(inputs), kernel=name)
    assert (said == outputs(fast.network, inputs)).all()


def test_the_contrast_descends_a_bounded_ramp() -> None:
    """d_j is 1 exactly where the field is within the pull: the two settled phases."""
    network = shape([9, 4], [False], 2)
    inputs, labels = samples(30, 9, 2)
    rule = Rule(1, (3,), 1000, batch=30)
    begin = start(network, rule)
    counts = reference.batch_counts(network, begin, inputs, labels, rule)[0]
    weights = np.where(begin[0] >= 0, 1, -1)
    wanted = np.zeros_like(counts)
    for x, y in zip(inputs.astype(int), labels, strict=True):
        for j in range(4):
            a = int(weights[j] @ x)
            t = int(network.code[y, j] - network.code[1 - y, j]) // 2
            phases = [1 if a + s * 3 * t >= 0 else -1 for s in (1, -1)]
            wanted[j] += (phases[0] - phases[1]) // 2 * x
    assert (counts == wanted).all()


def test_a_share_of_inputs_is_dropped_and_never_the_same_twice() -> None:
    places = np.arange(1000, dtype=np.uint64)
    one, two = (unpacked(dropped(key, places, 64)[:, None], 64) for key in (1, 2))
    assert abs(one.mean() - 0.25) < 0.01
    assert abs((one & two).mean() - 0.0625) < 0.01
    assert not dropped(1, places, 0).any()


def test_noise_is_a_fair_sign_of_each_neuron_and_sample() -> None:
    places = np.arange(1000, dtype=np.uint64)
    one, two = (unpacked(random_signs(5, k, places)[:, None], 64) for k in (0, 1))
    assert abs(one.mean() - 0.5) < 0.01
    assert abs((one ^ two).mean() - 0.5) < 0.01


def test_one_phase_descends_an_energy_with_slack() -> None:
    """d_j is the settled state where the sum is not beyond the pull on its side."""
    network = shape([9, 4], [False], 2)
    inputs, labels = samples(30, 9, 2)
    rule = Rule(1, (3,), 1000, batch=30, phases=1)
    begin = start(network, rule)
    weights = np.where(begin[0] >= 0, 1, -1)
    wanted = np.zeros((4, 9), dtype=int)
    for x, y in zip(inputs.astype(int), labels, strict=True):
        for j in range(4):
            a = int(weights[j] @ x)
            t = int(network.code[y, j] - network.code[1 - y, j]) // 2
            h = 1 if a + 3 * t >= 0 else -1
            wanted[j] += h * x if (a < 3 if h > 0 else a >= -3) else 0
    assert (reference.batch_counts(network, begin, inputs, labels, rule)[0] == wanted).all()


def test_steps_halve_in_equal_parts() -> None:
    rule = Rule(6, (1,), 1)
    assert [rule.step(k) for k in range(6)] == [4, 4, 2, 2, 1, 1]
    assert [replace(rule, passes=2).step(k) for k in range(2)] == [4, 2]


def test_packing_is_undone() -> None:
    bits, _ = samples(7, 131, 2)
    assert (unpacked(packed(bits), 131) == bits).all()


def test_every_neuron_is_for_half_of_the_classes() -> None:
    code = random_code(7, 50, 3)
    assert set(code.sum(axis=0).tolist()) == {1}
    assert (random_code(7, 50, 3) == code).all()


def test_a_vote_is_one_wider_network() -> None:
    network = shape([20, 9], [False], 4)
    inputs, labels = samples(50, 20, 4)
    rule = default_rule(network, inputs, Wish(passes=3, batch=5, drop=0, seed=1))
    seen = []
    trainer = kernel.Trainer(network, start(network, rule))
    for number in range(3):
        trainer.train_pass(kernel.pack(inputs, labels), rule, number)
        seen.append(trainer.network)
    total = sum(outputs(one, inputs) for one in seen)
    assert (outputs(joined(seen), inputs) == total).all()


def test_a_run_goes_on_from_a_checkpoint_as_if_it_had_not_ended(tmp_path: Path) -> None:
    network = shape([30, 20], [False], 3)
    inputs, labels = samples(60, 30, 3)
    rule = default_rule(network, inputs, Wish(passes=5, batch=10, drop=30, seed=2))
    given_ = kernel.pack(inputs, labels)
    mark = fingerprint(network, given_, rule)
    path = tmp_path / "run.npz"
    whole = fit(network, given_, rule, validation=given_, keep=3)

    class Killed(Exception):
        pass

    def kill(state: Any) -> None:
        if len(state.curve) == 3:
            write_checkpoint(path, state, mark)
            raise Killed

    with pytest.raises(Killed):
        fit(network, given_, rule, validation=given_, keep=3, observe=kill)
    state = read_checkpoint(path, network, mark)
    again = fit(network, given_, rule, validation=given_, keep=3, state=state, threads=2)
    assert all((a == b).all() for a, b in zip(whole.accumulators, again.accumulators, strict=True))
    assert again.curve == whole.curve
    pairs = zip(whole.snapshots, again.snapshots, strict=True)
    assert all((a[0] == b[0]).all() for a, b in pairs)
    other = fingerprint(network, given_, replace(rule, seed=3))
    with pytest.raises(InvcError, match="checkpoint of another run"):
        read_checkpoint(path, network, other)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InvcError, match=r"no \.npz file"):
        read_checkpoint(path, network, mark)


@pytest.mark.parametrize(
    "change",
    [
        {"batch": 128},
        {"limit": 129},
        {"drop": 256},
        {"phases": 3},
        {"threads": 0},
        {"kernel": "none"},
    ],
    ids=str,
)
def test_the_module_refuses_what_would_overflow(change: Mapping[str, Any]) -> None:
    network = shape([10, 4], [False], 2)
    inputs, labels = samples(6, 10, 2)
    trainer = kernel.Trainer(network, start(network, Rule(1, (1,), 1)))
    layer = (trainer.rows[0], trainer.weights[0], 10, False, 0, 1, 0, None)
    given_ = {
        "batch": 5,
        "margin": 1,
        "step": 1,
        "limit": 128,
        "drop": 0,
        "phases": 2,
        "key": 1,
        "threads": 1,
        "kernel": "baseline",
        **change,
    }
    order = np.arange(6, dtype=np.int32)
    with pytest.raises(ValueError, match=r"fit each other|no kernel"):
        contrast.run_pass([layer], trainer.code, packed(inputs), labels, order, *given_.values())
