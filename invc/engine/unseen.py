"""How many answers nobody has seen yet, told from how often the others came."""

from __future__ import annotations

from collections.abc import Sequence


def unseen_of(counts: Sequence[int]) -> float:
    """How likely one more answer would be a new one: the share of those that came once.

    Good and Turing (doi:10.1093/biomet/40.3-4.237), eq. 9. Where answers are equally likely it is
    the share of the answers that nobody has seen.

    Args:
        counts: How often each answer was found.
    """
    return sum(reads == 1 for reads in counts) / max(1, sum(counts))


def estimated(counts: Sequence[int]) -> float:
    """How many answers there are at least, by Chao's estimate (Scand. J. Stat. 11, 1984, 265).

    Args:
        counts: How often each answer was found.
    """
    once, twice = (sum(reads == k for reads in counts) for k in (1, 2))
    return len(counts) + once * (once - 1) / (2 * (twice + 1))
