"""When a run without a number of reads ends by itself."""

from __future__ import annotations

import pytest

from invc.engine.tally import MANY_ANSWERS, Found, Tally
from invc.netlist import Port

PORTS = (Port("a", "input", (2, 4, 6, 8, 10, 12, 14, 16)),)


def tally(reads: list[int], effort: float = 1.0, **known: int | bool) -> Tally:
    """So many reads of each answer, in so many times the effort of the first."""
    found: Found = {(k,): (count, 0) for k, count in enumerate(reads)}
    made = Tally(PORTS, found=found, first_effort=100, flips=int(100 * effort))
    for name, value in known.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("so_far", "ends"),
    [
        (tally([]), False),
        (tally([], impossible=True), True),
        (tally([7]), False),
        (tally([8]), True),  # another one as likely would have been seen
        (tally([8, 8]), True),
        (tally([9, 7]), False),
        (tally([2, 2, 2], 2.9), False),
        (tally([2, 2, 2], 3), True),
        (tally([2, 2], 3), False),
        (tally([2, 2, 1], 3), False),
        (tally([1], 31.9), False),
        (tally([1], 32), False),  # it came once: as far as anybody knows, most are unseen
        (tally([1, 99], 31.9), False),
        (tally([1, 99], 32), True),  # one in a hundred reads would be a new one
        (tally([1] * MANY_ANSWERS), False),
        (tally([1] * (MANY_ANSWERS + 1)), True),
        (tally([8, 8], total=3), False),  # all three are found
        (tally([1, 1, 1], total=3), True),
        (tally([8, 8], total=1024), False),
        (tally([8, 8], total=1025), True),
        (tally([1, 1], 40, target=3), False),
        (tally([1, 1, 1], target=3), True),
        (tally([8, 8], 40, wanted_reads=100), False),
        (tally([8, 8, 8], 40, wanted_reads=100, target=3), True),
    ],
    ids=str,
)
def test_a_run_ends_when_hardly_an_answer_is_left(so_far: Tally, ends: bool) -> None:
    assert so_far.enough() == ends
