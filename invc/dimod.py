"""A dimod sampler over invc's p-bits, to stand where Ocean's users have annealing today."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from invc import __version__
from invc.ask import Effort, Question, ask
from invc.diagnostics import InvcError
from invc.engine import Answer
from invc.formats.adopt import adopt
from invc.formats.terms import Terms

try:
    import dimod
except ImportError as error:
    raise InvcError(
        "dimod is not installed", hint="pip install '.[dimod]' in a checkout of invc"
    ) from error

if TYPE_CHECKING:
    # dimod's own class changes with its version; what is used of it is this.
    class Base:  # noqa: D101
        def remove_unknown_kwargs(self, **unknown: object) -> None: ...  # noqa: D102
else:
    Base = dimod.Sampler

PARAMETERS = (
    *("num_reads", "num_sweeps", "beta_range", "seed"),
    *("time_limit", "threads", "dynamics"),
)


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
        return dict.fromkeys(PARAMETERS, ())

    @property
    def properties(self) -> Mapping[str, Any]:
        """What the sampler is."""
        return {"description": f"invc {__version__}, annealed p-bits", "reads_at_once": 1024}

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 1,
        num_sweeps: int = 1000,
        beta_range: tuple[float, float] | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        threads: int | None = None,
        dynamics: str = "auto",
        **unknown: Any,  # noqa: ANN401 - dimod's way to take what a sampler does not know
    ) -> dimod.SampleSet:
        """Sample a binary quadratic model.

        Args:
            bqm: Of spins or bits, with any labels.
            num_reads: Independent runs; 1024 take about as long as one.
            num_sweeps: Updates of every variable in each.
            beta_range: Inverse temperatures, first and last, for the energies of `bqm`; by
                default from the sizes of its fields.
            seed: Equal seeds give equal samples; by default a fresh one each time.
            time_limit: Seconds; a run that it ends has fewer reads.
            threads: By default one a core; samples do not depend on it.
            dynamics: How p-bits move; see `invc simulate --help`.
            **unknown: Anything else is warned of and left out.

        Returns:
            Distinct samples with the number of reads that ended in each, the lowest energy
            first; `info` says what was chosen.
        """
        if unknown:
            self.remove_unknown_kwargs(**unknown)
        _check(num_reads, num_sweeps, beta_range, seed)
        labels = list(bqm.variables)
        if not labels:
            return _sample_set(np.zeros((1, 0), dtype=np.int8), labels, bqm, [num_reads], {})
        adopted = adopt(_terms(bqm, labels))
        design = adopted.design
        chosen = secrets.randbits(63) if seed is None else seed
        effort = Effort(
            reads=num_reads,
            sweeps=num_sweeps,
            beta=_scaled(beta_range, design.scale),
            seed=chosen,
            time_limit=time_limit,
            threads=threads,
            dynamics=dynamics,
        )
        result = ask(Question(design), effort).result
        assert result is not None, "without clamps nothing contradicts them"
        samples = _states(result.answers, len(labels))
        if bqm.vartype is dimod.SPIN:
            samples = 2 * samples - 1
        info = {
            "seed": chosen,
            "chosen": result.chosen,
            "scale": design.scale,
            "coefficient_error": adopted.error,
        }
        occurrences = [answer.reads for answer in result.answers]
        return _sample_set(samples, labels, bqm, occurrences, info)


def _check(
    reads: int, sweeps: int, beta_range: tuple[float, float] | None, seed: int | None
) -> None:
    """Refuse misuse as dimod's own samplers do, with ValueError."""
    if reads < 1 or sweeps < 1:
        raise ValueError("num_reads and num_sweeps must be positive")
    if beta_range is not None and not 0 < beta_range[0] <= beta_range[1]:
        raise ValueError("beta_range is (first, last) with 0 < first <= last")
    if seed is not None and not 0 <= seed < 2**63:
        raise ValueError("seed must be in 0 to 2**63 - 1")


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


def _scaled(betas: tuple[float, float] | None, scale: float) -> tuple[float, float] | None:
    """Inverse temperatures of energies that were multiplied by `scale`."""
    return None if betas is None else (betas[0] / scale, betas[1] / scale)


def _states(answers: Sequence[Answer], variables: int) -> npt.NDArray[np.int8]:
    """Bits of each answer's only port. Shape (answers, variables)."""
    size = -(-variables // 8)
    data = b"".join(
        next(iter(answer.ports.values())).to_bytes(size, "little") for answer in answers
    )
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, size)
    return np.unpackbits(rows, axis=1, bitorder="little")[:, :variables].astype(np.int8)


def _sample_set(
    samples: npt.NDArray[np.int8],
    labels: Sequence[Hashable],
    bqm: dimod.BinaryQuadraticModel,
    occurrences: Sequence[int],
    info: Mapping[str, object],
) -> dimod.SampleSet:
    return dimod.SampleSet.from_samples_bqm(
        (samples, list(labels)), bqm, num_occurrences=list(occurrences), info=dict(info)
    )
