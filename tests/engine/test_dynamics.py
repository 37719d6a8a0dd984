"""sc and ssa as dynamics of a run: what they choose, what users set, and that they find answers."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designs import CELLS, multiplier
from invc.design import Design, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine import Result
from invc.engine.dynamics import DYNAMICS
from invc.engine.dynamics.sc import SETTINGS as SC
from invc.engine.dynamics.ssa import SETTINGS as SSA
from invc.pbits.accumulator.plan import Plan
from invc.pbits.accumulator.registers import Habits
from sampling import run

ALL = {"noise": "7:3", "every": "3", "density": "0.25", "stall": "0.5", "average": "4"}


@cache
def design(n: int) -> Design:
    return assemble(multiplier(n), CELLS)


def sample(n: int, clamps: Sequence[str], **options: Any) -> Result:
    return run(design(n), presolve(design(n), parse_clamps(design(n).netlist, clamps)), **options)


@pytest.mark.parametrize("dynamics", ["sc", "ssa"])
@pytest.mark.parametrize("product", [143, 225])
def test_products_factor(dynamics: str, product: int) -> None:
    result = sample(4, [f"p={product}"], dynamics=dynamics)
    found = {(answer.ports["a"], answer.ports["b"]) for answer in result.answers}
    assert found == {
        (a, product // a) for a in range(1, 16) if product % a == 0 < product // a < 16
    }
    assert result.dynamics == dynamics


@pytest.mark.parametrize("dynamics", ["sc", "ssa"])
@pytest.mark.parametrize("settings", [{}, ALL], ids=["default", "all settings"])
def test_same_seed_same_result_whatever_the_kernel_or_threads(
    dynamics: str, settings: Mapping[str, str]
) -> None:
    def key(seed: int = 3, **options: Any) -> tuple[Any, ...]:
        result = sample(
            3,
            ["p=15"],
            dynamics=dynamics,
            settings=settings,
            reads=1500,
            sweeps=20,
            seed=seed,
            **options,
        )
        return result.answers, result.verified_reads, result.strict_reads

    assert key(threads=1) == key(threads=2) == key(kernel="reference") == key(kernel="baseline")
    assert key() != key(seed=4)


def test_watchers_see_the_last_state_and_what_ends_a_read() -> None:
    seen = []
    options: dict[str, Any] = {"dynamics": "ssa", "reads": 1024, "sweeps": 20, "threads": 1}
    sample(
        3, ["p=15"], **options, watch=lambda _, sweeps, state: seen.append((sweeps, state.copy()))
    )
    assert [sweeps for sweeps, _ in seen] == [0, 16, 20]
    once = []
    sample(
        3, ["p=15"], **{**options, "sweeps": 16}, watch=lambda *given: once.append(given[2].copy())
    )
    assert once[-1].shape == seen[1][1].shape
    assert not np.array_equal(seen[1][1], seen[2][1])


def test_what_was_chosen_is_said() -> None:
    assert (
        "ssa, I0 1 to "
        in sample(3, ["p=15"], dynamics="ssa", kernel="reference", reads=1, sweeps=1).chosen
    )
    said = sample(
        3, ["p=15"], dynamics="ssa", settings={**ALL, "i0": "2:9", "ramps": "5"}, reads=1, sweeps=1
    ).chosen
    assert (
        "I0 2 to 9 in 5 ramps, noise 7 then 3, in one cycle of 3, with probability 0.25, "
        "stalled with probability 0.5, fields averaged over 4 cycles, "
    ) in said


def test_every_dynamics_and_setting_is_documented(repository: Path) -> None:
    page = (repository / "docs" / "dynamics.md").read_text()
    for name in DYNAMICS:
        assert f"\n## {name}\n" in page
    for name in {**SC, **SSA}:
        assert f"`{name}=" in page


@given(
    low=st.integers(1, 50),
    more=st.integers(0, 50),
    ramps=st.integers(1, 7),
    count=st.integers(1, 99),
)
def test_ramps_begin_low_end_high_and_rise(low: int, more: int, ramps: int, count: int) -> None:
    plan = Plan(low, low + more, (5,), 1, ramps, Habits())
    limit, noise = plan.cycles(count)
    assert len(limit) == len(noise) == count
    assert limit.min() >= low
    assert limit.max() <= low + more
    assert limit[0] == low
    if count > ramps:
        assert limit[-1] == low + more
    assert np.count_nonzero(np.diff(limit) < 0) <= ramps - 1


def test_noise_comes_in_parts_and_at_intervals() -> None:
    _, noise = Plan(4, 4, (11, 5), 3, 1, Habits()).cycles(12)
    assert noise.tolist() == [11, 0, 0, 11, 0, 0, 5, 0, 0, 5, 0, 0]


@pytest.mark.parametrize(
    ("dynamics", "settings", "text"),
    [
        ("gibbs", {"noise": "3"}, "error: gibbs has no setting 'noise'"),
        ("ssa", {"nois": "3"}, "error: ssa has no setting 'nois'\n  hint: did you mean 'noise'?"),
        ("sc", {"i0": "2:9"}, "error: setting i0=2:9: need one number"),
        ("sc", {"i0": "0"}, "error: setting i0=0: need whole numbers from 1 to 1048576"),
        ("sc", {"noise": "-1"}, "error: setting noise=-1: need whole numbers from 0 to 1048576"),
        ("ssa", {"noise": ""}, "error: setting noise=: need whole numbers from 0 to 1048576"),
        ("ssa", {"noise": "9" * 5000}, "need whole numbers from 0 to 1048576"),
        ("ssa", {"density": "nan"}, "error: setting density=nan: need a number from 0 to 1"),
        ("ssa", {"density": "1e999"}, "error: setting density=1e999: need a number from 0 to 1"),
        ("ssa", {"stall": "1"}, "error: setting stall=1: need a number from 0 to 0.996"),
        ("ssa", {"average": "3"}, "error: setting average=3: need 1, 2 or 4"),
    ],
)
def test_settings_that_are_none_are_refused(
    dynamics: str, settings: Mapping[str, str], text: str
) -> None:
    with pytest.raises(InvcError) as reason:
        sample(3, ["p=15"], dynamics=dynamics, settings=settings, reads=1)
    assert text in str(reason.value)
