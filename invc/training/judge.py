"""Whether a module is what it seems: evaluated on vectors at its size, proven where it is small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Elaborated, Module, Variant, elaborate_variants
from invc.frontend.yosys import Sources, Yosys
from invc.training.network import Bits, Int, Signs, signs
from invc.training.trials import evaluate_words

TRIALS = 2048
MOST_PROVEN = 12  # input bits over which everything is tried
FEW = (1, 2, 3, 4)  # inputs of the small neuron that is proven
FEW_CLASSES = ((1, 2), (3, 2), (4, 3), (5, 5))  # neurons and classes
SEED = 20


@dataclass(frozen=True)
class Kind:
    """What a neuron does: see `invc.training.network.Layer`."""

    both: bool
    threshold: int

    def __str__(self) -> str:
        inputs = "-1 and +1" if self.both else "0 and 1"
        return f"inputs {inputs}, on from {self.threshold}"


def neuron(design: Elaborated, module: str, x: str, w: str) -> Kind | None:
    """What kind of neuron a module is, by its pins for samples and weights; None if it is none."""
    size = len(design.modules[module].inputs[x])
    try:
        return _kind(design, module, x, w, size)
    except InvcError:
        return None  # it holds what is not evaluated: a register, a memory


def _kind(design: Elaborated, module: str, x: str, w: str, size: int) -> Kind | None:
    # All inputs on, and so many weights: the sum is 2 k - size, whatever the kind.
    steps = (np.arange(size + 1)[:, None] > np.arange(size)).astype(np.uint8)
    on = _evaluate(design, module, {x: np.ones_like(steps), w: steps})
    if on.all() or not on.any():
        return None  # it says the same of every sample: nothing to learn
    least = 2 * int(on.argmax()) - size
    for kind in (Kind(True, least), Kind(False, least), Kind(False, least - 1)):
        samples, weights = _near(kind, size)
        said = _evaluate(design, module, {x: samples, w: weights})
        if (said == (_sums(kind, samples, weights) >= kind.threshold)).all():
            return Kind(True, _canonical(size, least)) if kind.both else kind
    return None


def _canonical(size: int, least: int) -> int:
    """Sums of -1 and +1 are all odd or all even: 0 rather than 1 where both mean the same."""
    return 0 if size % 2 and least == 1 else least


def _sums(kind: Kind, samples: Bits, weights: Bits) -> Int:
    inputs = signs(samples) if kind.both else samples
    found: Int = (inputs.astype(np.int64) * signs(weights)).sum(axis=1)
    return found


def _near(kind: Kind, size: int) -> tuple[Bits, Bits]:
    """Samples and weights at random, and such whose sums are at the threshold or beside it."""
    source = np.random.default_rng(SEED)
    density = source.random((TRIALS, 1))
    samples = (source.random((TRIALS, size)) < density).astype(np.uint8)
    weights = (source.random((TRIALS, size)) < source.random((TRIALS, 1))).astype(np.uint8)
    for row in range(TRIALS // 2):
        part = np.arange(size) if kind.both else np.flatnonzero(samples[row])
        agreeing = (len(part) + kind.threshold) // 2 + int(source.integers(-1, 2))
        chosen = source.permutation(part)
        agree = np.zeros(size, dtype=np.uint8)
        agree[chosen[: max(0, agreeing)]] = 1
        weights[row, part] = (1 - (samples[row] ^ agree) if kind.both else agree)[part]
    return samples, weights


def prove_neuron(
    design: Elaborated, module: str, x: str, w: str, kind: Kind, sources: Sources, yosys: Yosys
) -> str:
    """Try every input of the module, made small by its parameters where it is not; in words.

    Raises:
        InvcError: It is another function there.
    """
    given = design.modules[module]
    size = len(given.inputs[x])
    if 2 * size <= MOST_PROVEN:
        _check_all(design, module, x, w, kind.both)
        return f"proven for its {size} inputs"
    proven = []
    for few, variant in _small(given, size, sources, yosys):
        if len(variant.modules[variant.top].inputs[x]) == few:
            _check_all(variant, variant.top, x, w, kind.both)
            proven.append(few)
    checked = f"checked by {2 * TRIALS} vectors for {size} inputs"
    return f"proven for {proven[0]} to {proven[-1]} inputs, {checked}" if proven else checked


def _small(
    module: Module, size: int, sources: Sources, yosys: Yosys
) -> list[tuple[int, Elaborated]]:
    """The module with few inputs, where a parameter is what sets their number."""
    values = _whole(module)
    name = next((name for name, value in values.items() if value == size), None)
    if name is None:
        return []
    variants = [Variant(module.name, {**values, name: few}) for few in FEW]
    try:
        return list(zip(FEW, elaborate_variants(sources, yosys, variants), strict=True))
    except InvcError:
        return []  # it has no such size


def _whole(module: Module) -> dict[str, int]:
    """The parameters of 32 bits, as they are by default."""
    found = {}
    for name, text in module.parameters.items():
        if len(text) == 32 and set(text) <= {"0", "1"}:
            value = int(text, 2)
            found[name] = value - (1 << 32) if value >> 31 else value
    return found


def _check_all(design: Elaborated, module: str, x: str, w: str, both: bool) -> None:
    size = len(design.modules[module].inputs[x])
    rows = np.arange(1 << 2 * size)
    bits = (rows[:, None] >> np.arange(2 * size) & 1).astype(np.uint8)
    samples, weights = bits[:, :size], bits[:, size:]
    said = _evaluate(design, module, {x: samples, w: weights})
    found = _sums(Kind(both, 0), samples, weights)
    off = found[~said].max(initial=-size - 1)
    on = found[said].min(initial=size + 1)
    if off >= on:
        name = design.modules[module].name
        raise InvcError(
            f"module {name!r} with {size} inputs is not the neuron that it is with more",
            where=design.modules[module].source or None,
            hint="--method gates takes any combinational design",
        )


def is_majority(design: Elaborated, module: Module) -> bool:
    """Whether a module says, of its one port h, whether more bits are on than off."""
    (port,) = module.inputs
    size = len(module.inputs[port])
    if size == 0:
        return False
    given = _words(size)
    local = Elaborated("", {**design.modules, "": module})
    try:
        said = _evaluate(local, "", {port: given})
    except InvcError:
        return False
    return bool((said == (2 * given.sum(axis=1, dtype=np.int64) > size)).all())


def _words(size: int) -> Bits:
    """All words of few bits, else words at random and such with about half of their bits on."""
    if size <= MOST_PROVEN:
        return (np.arange(1 << size)[:, None] >> np.arange(size) & 1).astype(np.uint8)
    source = np.random.default_rng(SEED)
    words = (source.random((TRIALS, size)) < source.random((TRIALS, 1))).astype(np.uint8)
    for row in range(TRIALS // 2):
        count = size // 2 + int(source.integers(-1, 3))
        words[row] = source.permutation(np.arange(size) < count)
    return words


def code_of(module: Module, neurons: int) -> Signs | None:
    """The code in a module's parameter CODE: bit c * neurons + j for class c and neuron j."""
    text = module.parameters.get("CODE", "")
    classes, rest = divmod(len(text), neurons)
    if rest or classes < 2 or not set(text) <= {"0", "1"}:
        return None
    bits = np.frombuffer(text.encode(), dtype=np.uint8)[::-1] - ord("0")
    return np.ascontiguousarray(signs(bits.reshape(classes, neurons)))


def tells_classes(design: Elaborated, module: str, code: Signs) -> bool:
    """Whether a module says which row of the code its port is nearest to, the lowest of equals."""
    given = design.modules[module]
    (pin,), (out,) = given.inputs, given.outputs
    words = _words(code.shape[1])
    source = np.random.default_rng(SEED)
    for row in range(0, len(words), 4):  # words near the codes of two classes, or between them
        one, two = code[source.integers(len(code), size=2)]
        words[row] = np.where(source.random(code.shape[1]) < 0.5, one, two) > 0
    try:
        bits = evaluate_words(design, {pin: list(words.astype(np.bool_).T)}, module=module)[out]
    except InvcError:
        return False
    said = sum(bit.astype(np.int64) << k for k, bit in enumerate(bits))
    found = (signs(words).astype(np.int64) @ code.T.astype(np.int64)).argmax(axis=1)
    return bool((said == found).all())


def prove_classes(
    design: Elaborated, module: str, code: Signs, sources: Sources, yosys: Yosys
) -> str:
    """Try every input of the module with few neurons and classes; in words.

    Raises:
        InvcError: It is another function there.
    """
    classes, neurons = code.shape
    if neurons <= MOST_PROVEN:
        return f"proven for its {neurons} neurons"  # `tells_classes` tried them all
    given = design.modules[module]
    values = _whole(given)
    values = {name: value for name, value in values.items() if name != "CODE"}
    rows = next((name for name, value in values.items() if value == neurons), None)
    columns = next((n for n, value in values.items() if value == classes and n != rows), None)
    checked = f"checked by {TRIALS} vectors"
    if rows is None or columns is None:
        return checked
    variants = [Variant(given.name, {**values, rows: h, columns: c}) for h, c in FEW_CLASSES]
    try:
        small = elaborate_variants(sources, yosys, variants)
    except InvcError:
        return checked
    for (h, _), variant in zip(FEW_CLASSES, small, strict=True):
        its = code_of(variant.modules[variant.top], h)
        if its is None or not tells_classes(variant, variant.top, its):
            raise InvcError(
                f"module {given.name!r} with {h} neurons does not tell the classes of its CODE",
                where=given.source or None,
            )
    return f"proven for up to {FEW_CLASSES[-1][0]} neurons, {checked}"


def _evaluate(design: Elaborated, module: str, given: dict[str, Bits]) -> npt.NDArray[np.bool_]:
    """The one output bit. Shape (trials,)."""
    columns: dict[str, Sequence[npt.NDArray[np.bool_]]] = {
        name: list(rows.astype(np.bool_).T) for name, rows in given.items()
    }
    (out,) = design.modules[module].outputs
    said: npt.NDArray[np.bool_] = evaluate_words(design, columns, module=module)[out][0]
    return said
