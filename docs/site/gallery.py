"""Pictures of the gallery that no command draws: boards, maps and chains, of real runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from colorsys import hls_to_rgb
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import invc
from invc.annealer import asked, embed, hardware

EXAMPLES = Path(__file__).resolve().parents[2] / "rtl_examples"
INK, SOFT, RULE, ACCENT = "#1d2530", "#5a6472", "#d9dce1", "#b4430a"
COLOURS = ("#b4430a", "#2f6d8f", "#e3b23c")
SIDE = 4
GRID = 5
APART = (-0.28, -0.14, 0.14, 0.28)
PLACES = {  # of the regions of a map of Australia, about
    "wa": (0.0, 1.0),
    "nt": (1.05, 1.75),
    "sa": (1.1, 0.8),
    "q": (2.1, 1.5),
    "nsw": (2.2, 0.65),
    "vic": (1.8, 0.05),
    "tas": (2.1, -0.7),
}
BORDERS = "wa-nt wa-sa nt-sa nt-q sa-q sa-nsw sa-vic q-nsw nsw-vic"


def draw_sudoku(figure: Figure) -> None:
    """Two questions to one board: digits as large as the share of reads that have them."""
    figure.set_size_inches(7.2, 3.9)
    design = invc.synth(EXAMPLES / "sudoku/sudoku.v")
    puzzles = ("1xxxxx3xx4xxxxx2", "1234xxxxxxxxxxxx")
    for axes, puzzle in zip(figure.subplots(1, 2), puzzles, strict=True):
        answers = invc.simulate(design, ["ok=1", f"board=0x{puzzle}"])
        reads = answers.columns["reads"]
        boards = [f"{answer['board']:016x}" for answer in answers]
        count = len(boards)
        axes.set_title(f"{count} answer{'s' * (count != 1)}, which are all", fontsize=11)
        _grid(axes)
        for place in range(SIDE * SIDE):
            shares: Counter[str] = Counter()
            for board, times in zip(boards, reads, strict=True):
                shares[board[place]] += times
            _digits(axes, place, shares, given=puzzle[place] != "x")


def _grid(axes: Axes) -> None:
    axes.set(xlim=(-0.03, SIDE + 0.03), ylim=(SIDE + 0.03, -0.03), aspect="equal")
    axes.set_axis_off()
    for k in range(SIDE + 1):
        width = 2.2 if k % 2 == 0 else 0.8
        axes.plot([k, k], [0, SIDE], color=INK, linewidth=width)
        axes.plot([0, SIDE], [k, k], color=INK, linewidth=width)


def _digits(axes: Axes, place: int, shares: Mapping[str, int], *, given: bool) -> None:
    row, column = divmod(place, SIDE)
    if given:
        axes.add_patch(Rectangle((column, row), 1, 1, color=RULE, linewidth=0))
    total = sum(shares.values())
    alone = len(shares) == 1
    for digit, times in sorted(shares.items()):
        k = int(digit) - 1
        x, y = (0.5, 0.5) if alone else (0.28 + 0.44 * (k % 2), 0.28 + 0.44 * (k // 2))
        size = 24 if alone else 7 + 16 * times / total
        colour = INK if given else ACCENT
        spot = {"ha": "center", "va": "center_baseline", "fontsize": size, "color": colour}
        axes.text(column + x, row + y, digit, **spot)


def draw_maps(figure: Figure) -> None:
    """Every colouring of a map, small."""
    figure.set_size_inches(7.2, 3.9)
    design = invc.synth(EXAMPLES / "colouring/colouring.v")
    answers = invc.simulate(design, ok=1)
    rows = sorted(tuple(answer[region] for region in PLACES) for answer in answers)
    places = figure.subplots(3, 6).flat
    for axes, row in zip(places, rows, strict=True):
        _map(axes, row)
    figure.suptitle(f"{len(rows)} answers, which are all", fontsize=11)


def _map(axes: Axes, colours: Sequence[int]) -> None:
    axes.set(xlim=(-0.5, 2.8), ylim=(-1.1, 2.2), aspect="equal")
    axes.set_axis_off()
    for border in BORDERS.split():
        ends = [PLACES[region] for region in border.split("-")]
        axes.plot(*zip(*ends, strict=True), color=SOFT, linewidth=1, zorder=1)
    chosen = [COLOURS[colour] for colour in colours]
    axes.scatter(*zip(*PLACES.values(), strict=True), c=chosen, s=70, zorder=2)


def draw_chains(figure: Figure) -> None:
    """A multiplier on an annealer: each spin is a chain of qubits of one colour."""
    figure.set_size_inches(6.4, 6.4)
    design = invc.synth(EXAMPLES / "multiplier/multiplier.v", W=3)
    found = embed(asked(design), "chimera", GRID, seed=1)
    graph = hardware("chimera", GRID)
    place = {qubit: _place(qubit) for qubit in graph.nodes}
    used = {qubit: k for k, chain in enumerate(found.chains.values()) for qubit in chain}
    coupled = {frozenset(pair) for pair in found.bqm.quadratic}
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    for pair in graph.edges:
        kept = frozenset(pair) in coupled
        inside = kept and used[pair[0]] == used[pair[1]]
        colour = _hue(used[pair[0]]) if inside else SOFT if kept else RULE
        line = {"color": colour, "linewidth": 3.2 if inside else 0.9 if kept else 0.4}
        axes.plot(*zip(*(place[q] for q in pair), strict=True), zorder=2 if inside else 1, **line)
    for qubits, size in ((sorted(used), 34), (sorted(set(graph.nodes) - set(used)), 5)):
        colours = [_hue(used[q]) if q in used else RULE for q in qubits]
        axes.scatter(*zip(*(place[q] for q in qubits), strict=True), c=colours, s=size, zorder=3)


def _place(qubit: int) -> tuple[float, float]:
    """A cell is a cross: four qubits side by side, which couple to cells above and below."""
    cell, kind, number = qubit // 8, qubit // 4 % 2, qubit % 4
    row, column, apart = cell // GRID, cell % GRID, APART[number]
    return (column, -row + apart) if kind else (column + apart, -row)


def _hue(number: int) -> tuple[float, float, float]:
    """Colours of chains, apart from each other by the golden ratio."""
    return hls_to_rgb(number * 0.618034 % 1, 0.45, 0.65)
