"""A proper colouring of the coupling graph: spins of one colour may be updated at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invc.ising.model import Int32, Int64, IsingModel

# An odd constant of 64 bits: multiplying by it is a bijection that scatters neighbours.
SCATTER = 0x9E3779B97F4A7C15


def colour_spins(model: IsingModel) -> Int32:
    """Colour the spins such that coupled ones differ; at most the largest degree + 1 colours.

    Jones and Plassmann (SIAM J. Sci. Comput. 14, 1993, doi:10.1137/0914041) with the largest
    degree first: a spin waits until all neighbours of higher priority have a colour, then takes the
    least that none of them has. Spins that wait for nothing are coloured at once, so the
    number of steps is that of the longest chain of falling priorities, which scattered ties keep
    short. Equal models give equal colours.

    Returns:
        Colour of each spin, from 0. Shape (n,).
    """
    start, neighbour, _ = model.neighbours
    rank = _priorities(model.degrees)
    row = np.repeat(np.arange(model.spins), np.diff(start))
    before = rank[neighbour] < rank[row]
    waiting = np.bincount(row[before], minlength=model.spins)
    colours = np.full(model.spins, -1, dtype=np.int32)
    ready = np.flatnonzero(waiting == 0)
    while len(ready):
        place, entry = _rows(start, ready)
        others = neighbour[entry]
        colours[ready] = _least_free(place, colours[others], len(ready))
        after = others[~before[entry]]
        np.subtract.at(waiting, after, 1)
        ready = np.unique(after[waiting[after] == 0])
    return colours


def _priorities(degrees: Int64) -> Int64:
    """Place of each spin in the order of falling degrees, ties scattered. Shape (n,)."""
    spins = len(degrees)
    tie = np.arange(1, spins + 1, dtype=np.uint64) * np.uint64(SCATTER)
    rank = np.empty(spins, dtype=np.int64)
    rank[np.lexsort((tie, -degrees))] = np.arange(spins)
    return rank


def _rows(start: Int64, chosen: Int64) -> tuple[Int64, Int64]:
    """The entries of some compressed rows, and for each the place of its row in `chosen`."""
    length = start[chosen + 1] - start[chosen]
    place = np.repeat(np.arange(len(chosen)), length)
    first = np.repeat(start[chosen] - (np.cumsum(length) - length), length)
    return place, first + np.arange(len(place))


def _least_free(place: Int64, colours: npt.NDArray[np.int32], count: int) -> Int64:
    """For each of `count` places the least colour that is not among its own; -1 is none.

    Of the distinct colours of a place in ascending order, those below the least free one are
    exactly the ones that equal their index.
    """
    taken = colours >= 0
    span = int(colours.max(initial=0)) + 1
    key = np.unique(place[taken] * span + colours[taken])
    place, colour = key // span, key % span
    index = np.arange(len(key)) - np.searchsorted(place, np.arange(count))[place]
    return np.bincount(place[colour == index], minlength=count)
