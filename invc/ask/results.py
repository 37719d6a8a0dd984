"""A result as a file holds it: what was asked, how, what was found, and how to do it again."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from invc import __version__
from invc.ask import instead
from invc.ask.answers import Samples
from invc.ask.kinds import kind_of
from invc.ask.question import Question
from invc.design import Clamp, Design, model_hash
from invc.design.fields import field_values
from invc.engine.effort import Effort
from invc.report.frames import values_in_time

if TYPE_CHECKING:
    from invc.engine import Result
    from invc.engine.explain import Explanation

NOTHING = ("reads", "verified_reads", "strict_reads", "sweeps", "flips")


def report(samples: Samples) -> dict[str, Any]:
    """What a result file holds of a question that was answered, as plain data."""
    if samples.result is None:
        return _impossible(samples)
    return {
        **_ran(samples, samples.result),
        **_findings(samples, samples.result),
        **_provenance(samples, samples.result),
    }


def energy_of(design: Design, energy: int) -> float:
    """An energy in the units of the file that the model came from."""
    return energy if design.scale == 1 else energy / design.scale


def _impossible(samples: Samples) -> dict[str, Any]:
    effort = samples.effort
    return {
        "status": samples.status,
        "reason": samples.reason,
        "solutions": [],
        **_words(samples.question),
        **dict.fromkeys(NOTHING, 0),
        "seconds": 0.0,
        "spins": samples.design.model.spins,
        "free_spins": 0,
        "seed": effort.seed,
        **_repeatable(samples.question, {**_options(effort), "reads": 0, "equilibrium": None}),
    }


def _ran(samples: Samples, result: Result) -> dict[str, Any]:
    """What was asked and what the run found."""
    return {
        "status": samples.status,
        **({"reason": samples.reason} if samples.reason else {}),
        "solutions": [*_solutions(samples, result), *_proven(samples)],
        **_words(samples.question),
        "reads": result.reads,
        "verified_reads": result.verified_reads,
        "strict_reads": result.strict_reads,
        **({"unseen": result.unseen} if kind_of(samples.design).has_gates else {}),
        **({"total": result.total} if result.total is not None else {}),
        "sweeps": result.sweeps,
        "spins": samples.design.model.spins,
        "free_spins": samples.free,
        "flips": result.flips,
        "seconds": result.seconds,
        "seed": result.seed,
        "dynamics": result.dynamics,
        "kernel": result.kernel,
        "chosen": result.chosen,
        "interrupted": result.interrupted,
    }


def _words(question: Question) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in question.words._asdict().items()}


def _solutions(samples: Samples, result: Result) -> list[dict[str, Any]]:
    return [
        {
            "ports": dict(answer.ports),
            **fields_in(samples.design, answer.ports),
            **by_cycle(samples.design, answer.ports),
            "reads": answer.reads,
            "energy": energy_of(samples.design, answer.energy),
        }
        for answer in result.answers
    ]


def _proven(samples: Samples) -> list[dict[str, Any]]:
    """The answer that was proven where none was sampled."""
    if samples.proof is None or samples.proof.answer is None:
        return []
    answer = samples.proof.answer
    timed = {**fields_in(samples.design, answer), **by_cycle(samples.design, answer)}
    return [{"ports": dict(answer), **timed, "reads": 0, "energy": 0, "proven": True}]


def fields_in(design: Design, answer: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """An answer's values of fields by name, under the key `fields`, where ports have fields."""
    found = field_values(design.netlist.ports, answer)
    return {"fields": found} if found else {}


def by_cycle(design: Design, answer: Mapping[str, int]) -> dict[str, Any]:
    """An answer's values as lists by cycle, under the key `cycles`, where the design has time."""
    if design.frames is None:
        return {}
    return {"cycles": values_in_time(design.frames, design.netlist, answer)}


def _findings(samples: Samples, result: Result) -> dict[str, Any]:
    """How far the answers can be trusted, as far as that was wanted."""
    wanted = samples.wanted
    fields: dict[str, Any] = {}
    if result.biased:
        pairs = zip(samples.question.biases, result.biased, strict=True)
        fields["biased"] = {bias.name: probability for bias, probability in pairs}
    if samples.chains:
        chains = samples.chains
        fields["mixing"] = {
            "beta": chains.setting.beta,
            "low": chains.setting.low,
            "sweeps_between_samples": chains.setting.thin,
            "correlation": chains.correlation,
            "mixed": chains.mixed,
        }
    if samples.proof:
        proof = samples.proof
        fields["proof"] = {name: getattr(proof, name) for name in ("status", "reason", "seconds")}
    if samples.first:
        fields["first_right"] = {
            name: {
                **{key: getattr(times, key) for key in ("hits", "exposure", "mean", "worst")},
                "cycles": times.times.tolist(),
            }
            for name, times in zip(("seen", "strict"), samples.first, strict=True)
        }
    if wanted.explanation:
        fields.update(_explained(samples.explanation.read if samples.explanation else None))
    if wanted.marginals:
        fields["marginals"] = [vars(marginal) for marginal in samples.marginals()]
    if wanted.uniformity and (test := samples.tested()):
        fields["uniformity"] = {**vars(test), "passed": test.passed}
    return fields


def _explained(explained: Explanation | None) -> dict[str, Any]:
    if explained is None:
        return {"explain": []}
    return {
        "explain": [vars(violation) for violation in explained.violations],
        "explained": {
            "energy": explained.energy,
            "annealed": explained.annealed,
            "ports": dict(explained.ports),
            "missed": list(explained.missed),
            "answer": dict(explained.answer) if explained.answer else None,
        },
    }


def _provenance(samples: Samples, result: Result) -> dict[str, Any]:
    """How the run can be repeated and merged."""
    run = {
        **_options(samples.effort),
        **_open(samples),
        "equilibrium": _equilibrium(samples, result),
        "reads": result.reads,
        "chosen": result.chosen,
        "kernel": result.kernel,
    }
    return _repeatable(samples.question, run)


def _equilibrium(samples: Samples, result: Result) -> dict[str, Any] | None:
    if result.dynamics == instead.NAME:
        return {"drawn": True}
    return asdict(samples.chains.setting) if samples.chains else None


def _open(samples: Samples) -> dict[str, bool]:
    """What of a run that nothing bounded decides how its p-bits moved."""
    effort, watched = samples.effort, bool(samples.wanted.pictures.wanted)
    if effort.reads is not None and not effort.open:
        return {}
    return {"open": True, **({"watched": True} if watched or effort.watched else {})}


def _options(effort: Effort) -> dict[str, Any]:
    """What of an effort decides what is sampled; `Record.asked` reads it back."""
    return {
        "seed": effort.seed,
        "dynamics": effort.dynamics,
        "settings": dict(effort.settings),
        "sweeps": effort.sweeps,
        "beta": list(effort.beta) if effort.beta else None,
        "target": effort.target,
        "strict": effort.strict,
        **({} if effort.fold else {"fold": False}),
        **({"blocks": list(effort.blocks)} if effort.blocks else {}),
    }


def _repeatable(question: Question, run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "model": model_hash(question.given),
        "question": _bits(question),
        "runs": [{**run, "versions": dict(_versions())}],
        "version": __version__,
    }


@cache
def _versions() -> Mapping[str, str]:
    """What ran; to ask numpy's package is slow, and each answer of a batch does."""
    return {
        "invc": __version__,
        "python": platform.python_version(),
        "numpy": version("numpy"),
    }


def _bits(question: Question) -> dict[str, Any]:
    """What was asked, bit by bit, so that two spellings of one question are equal."""
    left_out = [_values(sorted(bits)) for bits in question.forbidden]
    biases = sorted(question.biases, key=lambda bias: bias.name)
    return {
        "held": _values(sorted(question.clamps, key=lambda clamp: clamp.name)),
        "forbidden": sorted(left_out, key=lambda bits: sorted(bits.items())),
        "biased": {bias.name: bias.probability for bias in biases},
    }


def _values(clamps: Iterable[Clamp]) -> dict[str, int]:
    return {clamp.name: clamp.value for clamp in clamps}
