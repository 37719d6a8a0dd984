"""A dimod sampler over invc's p-bits, to stand where Ocean's users have annealing today."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.ask import Effort, Question, ask
from invc.diagnostics import InvcError
from invc.engine import Answer, Progress
from invc.formats.adopt import Adopted, adopt
from invc.formats.terms import Terms

try:
    import dimod
except ImportError as error:
    raise InvcError(
        "dimod is not installed", hint="pip install '.[dimod]' in a checkout of invc"
    ) from error

if TYPE_CHECKING:
    # dimod's own classes change with its version; what is used of them is this.
    class Base:  # noqa: D101
        def remove_unknown_kwargs(self, **unknown: object) -> None: ...  # noqa: D102
        def parse_initial_states(self, bqm: Any, **options: object) -> Any: ...  # noqa: ANN401, D102
else:

    class Base(dimod.Sampler, dimod.Initialized):
        """A sampler that can go on from states."""


DEFAULT_SWEEPS = 1000
LARGEST = 1e300  # of a coefficient
TYPES = ("linear", "geometric", "custom")
GENERATORS = ("none", "tile", "random")
Bits = npt.NDArray[np.int8]


class InvcSampler(Base):
    """Samples binary quadratic models by annealed p-bits, 1024 reads at once.

    Coefficients become integers as `invc import` makes them; energies in the sample set are
    dimod's own, of the model as it was given.

        >>> from invc.dimod import InvcSampler
        >>> samples = InvcSampler().sample_ising({"a": 1}, {("a", "b"): -1}, num_reads=100, seed=1)
        >>> samples.first.sample == {"a": -1, "b": -1}, bool(samples.first.energy == -2)
        (True, True)
    """

    @property
    def parameters(self) -> Mapping[str, Sequence[str]]:
        """What `sample` takes besides the model."""
        return {
            **dict.fromkeys(Annealing.__annotations__, ()),
            "beta_schedule_type": ("beta_schedule_types",),
            "initial_states_generator": ("initial_states_generators",),
            **dict.fromkeys(("time_limit", "threads", "dynamics"), ()),
        }

    @property
    def properties(self) -> Mapping[str, Any]:
        """What the sampler is, and how large coefficients may be."""
        return {
            "description": f"invc {__version__}, annealed p-bits",
            "reads_at_once": 1024,
            "h_range": [-LARGEST, LARGEST],
            "j_range": [-LARGEST, LARGEST],
            "beta_schedule_types": TYPES,
            "initial_states_generators": GENERATORS,
        }

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        time_limit: float | None = None,
        threads: int | None = None,
        dynamics: str = "auto",
        **options: Any,  # noqa: ANN401 - see `Annealing`, and dimod's way to take what is unknown
    ) -> dimod.SampleSet:
        """Sample a binary quadratic model.

        Args:
            bqm: Of spins or bits, with any labels.
            time_limit: Seconds; a run that it ends has fewer reads, but at least one.
            threads: By default one a core; samples do not depend on it.
            dynamics: How p-bits move; see `invc simulate --help`.
            **options: Those of `Annealing`; anything else is warned of and left out.

        Returns:
            Distinct samples with the number of reads that ended in each, the lowest energy
            first; `info` says what was chosen.

        Raises:
            ValueError: An option is out of its range.
        """
        known = {name: options.pop(name) for name in Annealing.__annotations__ if name in options}
        if options:
            self.remove_unknown_kwargs(**options)
        annealing = Annealing(**known)
        seed = secrets.randbits(63) if annealing.seed is None else annealing.seed
        labels = list(bqm.variables)
        starts = _initial_states(self, bqm, annealing, seed)
        reads = annealing.reads(len(starts))
        if not labels:
            return _sample_set(np.zeros((1, 0), dtype=np.int8), bqm, [reads], {"seed": seed})
        if annealing.sweeps == 0:
            return _sample_set(starts[:reads], bqm, [1] * reads, {"seed": seed})
        adopted = adopt(_terms(bqm, labels))
        scale = adopted.design.scale
        betas, schedule = annealing.betas(scale), annealing.schedule(scale)
        effort = Effort(
            dynamics=dynamics,
            reads=reads,
            sweeps=annealing.sweeps,
            beta=betas,
            schedule=schedule,
            seed=seed,
            threads=threads,
            time_limit=time_limit,
        )
        observer = _Interrupting(annealing.interrupt_function)
        start = _rows(starts) if annealing.initial_states is not None else None
        result = ask(Question(adopted.design), effort, observers=[observer], start=start).result
        assert result is not None, "without clamps nothing contradicts them"
        info = {"seed": seed, "chosen": result.chosen, **_precision(adopted)}
        occurrences = [answer.reads for answer in result.answers]
        return _sample_set(_states(result.answers, len(labels)), bqm, occurrences, info)


@dataclass(frozen=True, kw_only=True)
class Annealing:
    """How to anneal, in the words of dimod's samplers.

    Attributes:
        num_reads: Independent runs; 1024 take about as long as one. By default as many as there are
            initial states, or one.
        num_sweeps: Updates of every variable in each, 1000 by default; 0 gives the initial states.
        beta_range: Inverse temperatures, first and last, for the energies of the model; by default
            from the sizes of its fields.
        beta_schedule_type: "linear" or "geometric", how the betas lie between those of the range;
            by default what suits; "custom" where `beta_schedule` has them.
        beta_schedule: The inverse temperatures themselves, rising or falling.
        num_sweeps_per_beta: Sweeps at each of those.
        initial_states: Where reads begin, as `dimod.as_samples` takes them; with a schedule that
            falls and rises again that is reverse annealing.
        initial_states_generator: What the states beyond those given are: "none" is refused, "tile"
            repeats them, "random" is random.
        interrupt_function: Asked between blocks of reads; true ends the run with what it has.
        seed: Equal seeds give equal samples; by default a fresh one each time.

    Raises:
        ValueError: A value is out of its range.
    """

    num_reads: int | None = None
    num_sweeps: int | None = None
    beta_range: tuple[float, float] | None = None
    beta_schedule_type: str | None = None
    beta_schedule: Sequence[float] | None = None
    num_sweeps_per_beta: int = 1
    initial_states: Any = None
    initial_states_generator: str = "random"
    interrupt_function: Callable[[], bool] | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("num_reads", 1), ("num_sweeps", 0), ("num_sweeps_per_beta", 1)):
            _check_count(name, getattr(self, name), least)
        if self.seed is not None and not 0 <= _whole("seed", self.seed) < 2**63:
            raise ValueError("seed must be in 0 to 2**63 - 1")
        if self.beta_range is not None:
            _check_range(self.beta_range)
        _check_one_of("initial_states_generator", self.initial_states_generator, GENERATORS)
        if self.beta_schedule_type is not None:
            _check_one_of("beta_schedule_type", self.beta_schedule_type, TYPES)
        self._check_schedule()

    def _check_schedule(self) -> None:
        if (self.beta_schedule_type == "custom") and self.beta_schedule is None:
            raise ValueError("beta_schedule_type 'custom' needs a beta_schedule")
        if self.beta_schedule is None:
            return
        if self.beta_range is not None or self.beta_schedule_type not in (None, "custom"):
            raise ValueError("beta_schedule goes with no beta_range and no other type")
        betas = np.asarray(self.beta_schedule, dtype=np.float64)
        if betas.ndim != 1 or not len(betas) or not (np.isfinite(betas) & (betas >= 0)).all():
            raise ValueError("beta_schedule is a sequence of inverse temperatures, none negative")
        if self.num_sweeps not in (None, 0, len(betas) * self.num_sweeps_per_beta):
            raise ValueError("num_sweeps is len(beta_schedule) * num_sweeps_per_beta, or left out")

    def reads(self, given: int) -> int:
        """How many there are, where so many states are given."""
        return int(self.num_reads) if self.num_reads is not None else max(1, given)

    @property
    def sweeps(self) -> int:
        """Updates of every spin in a read, however the caller said it."""
        if self.num_sweeps is None and self.beta_schedule is not None:
            return len(self.beta_schedule) * int(self.num_sweeps_per_beta)
        return DEFAULT_SWEEPS if self.num_sweeps is None else int(self.num_sweeps)

    def betas(self, scale: float) -> tuple[float, float] | None:
        """First and last, for energies that were multiplied by `scale`."""
        if self.beta_range is None:
            return None
        return float(self.beta_range[0]) / scale, float(self.beta_range[1]) / scale

    def schedule(self, scale: float) -> tuple[float, ...] | None:
        """The inverse temperature of each sweep, where it is not left to what suits."""
        if self.beta_schedule is not None:
            betas = np.asarray(self.beta_schedule, dtype=np.float64)
        elif self.beta_schedule_type is not None and self.beta_range is not None:
            count = -(-self.sweeps // int(self.num_sweeps_per_beta))
            space = np.linspace if self.beta_schedule_type == "linear" else np.geomspace
            betas = np.clip(space(*self.beta_range, count), *self.beta_range)
        else:
            return None
        return tuple((np.repeat(betas, self.num_sweeps_per_beta)[: self.sweeps] / scale).tolist())


def _whole(name: str, value: object) -> int:
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None


def _check_count(name: str, value: object, least: int) -> None:
    if value is not None and not least <= _whole(name, value) < 2**63:
        raise ValueError(f"{name} must be {'positive' if least else 'at least 0'}, not {value!r}")


def _check_range(betas: object) -> None:
    wrong = f"beta_range is (first, last) with 0 < first <= last, both finite, not {betas!r}"
    try:
        first, last = (float(beta) for beta in betas)  # type: ignore[attr-defined]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(wrong) from None
    if not (0 < first <= last and isfinite(last)):
        raise ValueError(wrong)


def _check_one_of(name: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}")


class _Interrupting:
    """An observer that ends the run as Ctrl-C does, when a function says so."""

    watch: Callable[[int, int, Any], object] | None = None

    def __init__(self, asked: Callable[[], bool] | None) -> None:
        self.asked = asked

    def warn(self, text: str) -> None:
        """Nothing that is asked here is warned of."""

    def progress(self, progress: Progress) -> None:
        """Ask the caller after each block whether to stop."""
        if self.asked is not None and self.asked():
            raise KeyboardInterrupt


def _initial_states(
    sampler: InvcSampler, bqm: dimod.BinaryQuadraticModel, annealing: Annealing, seed: int
) -> Bits:
    """Bits that reads begin with, in the order of the model's variables; none where none matter."""
    if annealing.initial_states is None and annealing.sweeps:
        return np.zeros((0, len(bqm.variables)), dtype=np.int8)
    parsed = sampler.parse_initial_states(
        bqm,
        initial_states=annealing.initial_states,
        initial_states_generator=annealing.initial_states_generator,
        num_reads=annealing.num_reads,
        seed=seed % 2**32,
    )
    states = parsed.initial_states
    order = [states.variables.index(label) for label in bqm.variables]
    return np.asarray(states.record.sample[:, order] > 0, dtype=np.int8)


def _rows(bits: Bits) -> npt.NDArray[np.uint64]:
    """States as the engine takes them. Shape (variables, words), bit l of word w read 64 w + l."""
    padded = np.zeros((-(-len(bits) // 64) * 64, bits.shape[1]), dtype=np.uint8)
    padded[: len(bits)] = bits
    packed = np.packbits(padded.T, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64)


def _terms(bqm: dimod.BinaryQuadraticModel, labels: Sequence[Hashable]) -> Terms:
    vectors = bqm.to_numpy_vectors(variable_order=labels)
    pairs = np.stack([vectors.quadratic.row_indices, vectors.quadratic.col_indices], axis=1)
    return Terms(
        tuple(f"s[{k}]" for k in range(len(labels))),
        np.array(vectors.linear_biases, dtype=np.float64),
        pairs.astype(np.int64).reshape(-1, 2),
        np.array(vectors.quadratic.biases, dtype=np.float64),
        boolean=bqm.vartype is dimod.BINARY,  # the offset is left to dimod
    )


def _precision(adopted: Adopted) -> dict[str, float]:
    """What real coefficients became, and how far that is off."""
    return {"scale": adopted.design.scale, "coefficient_error": adopted.error}


def _states(answers: Sequence[Answer], variables: int) -> Bits:
    """Bits of each answer's only port. Shape (answers, variables)."""
    size = -(-variables // 8)
    data = b"".join(
        next(iter(answer.ports.values())).to_bytes(size, "little") for answer in answers
    )
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, size)
    return np.unpackbits(rows, axis=1, bitorder="little")[:, :variables].astype(np.int8)


def _sample_set(
    bits: Bits,
    bqm: dimod.BinaryQuadraticModel,
    occurrences: Sequence[int],
    info: Mapping[str, object],
) -> dimod.SampleSet:
    samples = 2 * bits - 1 if bqm.vartype is dimod.SPIN else bits
    return dimod.SampleSet.from_samples_bqm(
        (samples, list(bqm.variables)), bqm, num_occurrences=list(occurrences), info=dict(info)
    )
