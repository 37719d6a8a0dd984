"""What a result file can hold: types, ranges, and figures that agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from reprlib import Repr
from typing import Any

MOST = 2**63
STATUSES = ("found", "none", "impossible")
FASTEST = 1e10  # reads of a second: beyond any machine
SHORT = Repr()
SHORT.maxother = SHORT.maxstring = SHORT.maxlong = 40

Check = Callable[[object], bool]


def check_result(fields: Mapping[str, Any]) -> None:
    """Refuse what `invc.ask.results.report` and `merge` never write.

    Raises:
        KeyError: What repeating and merging needs is not there.
        ValueError: A value is none that a run can have, or two do not agree.
    """
    for name, check in RESULT.items():
        _need(name, fields[name], check)
    for k, solution in enumerate(fields["solutions"]):
        _check(f"solutions[{k}]", solution, SOLUTION)
    for k, run in enumerate(fields["runs"]):
        _check(f"runs[{k}]", run, RUN)
        if run["equilibrium"] is not None:
            checks = DRAWN if "drawn" in run["equilibrium"] else CHAINS
            _check(f"runs[{k}].equilibrium", run["equilibrium"], checks)
    _check_sums(fields)


def _check(where: str, value: object, checks: Mapping[str, Check]) -> None:
    """Refuse an object with a field that it cannot have."""
    _need(where, value, _is_object)
    assert isinstance(value, Mapping)
    for name, check in checks.items():
        if name not in value and not check(None):
            raise ValueError(f"{where} has no {name!r}")
        _need(f"{where}.{name}", value.get(name), check)


def _need(name: str, value: object, check: Check) -> None:
    if not check(value):
        raise ValueError(f"{name} is {SHORT.repr(value)}")


def _check_sums(fields: Mapping[str, Any]) -> None:
    """Refuse figures that contradict each other."""
    reads, verified, strict = (fields[n] for n in ("reads", "verified_reads", "strict_reads"))
    if max(strict, verified) > reads:
        raise ValueError(f"{strict} strict reads, {verified} verified ones, {reads} in all")
    counts = [solution["reads"] for solution in fields["solutions"]]
    if sum(counts) > verified:
        raise ValueError(f"{sum(counts)} reads of its answers, and {verified} verified ones")
    if sum(run["reads"] for run in fields["runs"]) != reads:
        raise ValueError("the reads of its runs are not those in all")
    if bool(counts) != (fields["status"] == "found"):
        raise ValueError(f"the status {fields['status']!r} with {len(counts)} answers")
    answers = {tuple(solution["ports"].items()) for solution in fields["solutions"]}
    if len(answers) < len(counts):
        raise ValueError("one answer stands there twice")
    if reads > FASTEST * (1 + fields["seconds"]):
        raise ValueError(f"{reads} reads in {fields['seconds']:.3g} s")


def _is_whole(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < MOST


def _is_positive(value: object) -> bool:
    return _is_whole(value, 1)


def _is_number(value: object) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and abs(value) < 1e300 and isfinite(value)  # type: ignore[arg-type]


def _is_seconds(value: object) -> bool:
    return _is_number(value) and value >= 0  # type: ignore[operator]


def _is_beta(value: object) -> bool:
    return _is_number(value) and value > 0  # type: ignore[operator]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_settings(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _are_ports(value: object) -> bool:
    whole = isinstance(value, dict) and all(isinstance(x, int) for x in value.values())
    return whole and not any(map(_is_truth, value.values()))  # type: ignore[attr-defined]


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_beta, value))


def _is_range(value: object) -> bool:
    whole = isinstance(value, list) and len(value) == 2 and all(map(_is_whole, value))
    return whole and value[0] < value[1]  # type: ignore[index]


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _are_some(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _is_status(value: object) -> bool:
    return value in STATUSES


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


COUNTS = ("reads", "verified_reads", "strict_reads", "sweeps", "flips")
RESULT: Mapping[str, Check] = {
    "status": _is_status,
    "solutions": _is_list,
    **dict.fromkeys(COUNTS, _is_whole),
    "seconds": _is_seconds,
    **dict.fromkeys(("clamps", "forbid", "bias"), _are_texts),
    "model": _is_text,
    "question": _is_object,
    "runs": _are_some,
    "version": _is_text,
}
SOLUTION: Mapping[str, Check] = {"ports": _are_ports, "reads": _is_whole, "energy": _is_number}
RUN: Mapping[str, Check] = {
    "seed": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "dynamics": _is_text,
    "settings": _are_settings,
    "sweeps": _or_none(_is_positive),
    "beta": _or_none(_is_pair),
    "target": _or_none(_is_positive),
    "strict": _is_truth,
    "equilibrium": _or_none(_is_object),
    "reads": _is_whole,
    "open": _or_none(_is_truth),
    "watched": _or_none(_is_truth),
    "blocks": _or_none(_is_range),
}
CHAINS: Mapping[str, Check] = {
    "beta": _is_beta,
    "thin": _is_positive,
    "low": _or_none(_is_beta),
}
DRAWN: Mapping[str, Check] = {"drawn": lambda value: value is True}
