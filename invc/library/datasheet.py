"""The datasheet of a cell, as text: everything that its numbers say."""

from __future__ import annotations

from collections import Counter

from invc.ising import all_energies
from invc.library.cell import Cell

MAX_ROWS = 32  # of a truth table that is shown
BAR = 40  # characters of the longest bar


def datasheet(cell: Cell) -> str:
    """Function, truth table, h and J as a matrix, energy levels, gap, bits, provenance."""
    lines = [
        f"{cell.name}: {cell.text}",
        f"spins     {len(cell.pins)} pins + {len(cell.ancillas)} ancillas",
        f"gap       {cell.gap} ({cell.gap / max(cell.strongest, 1):.3g} times the largest |J|), "
        f"ground {cell.ground}",
        f"integers  up to {cell.largest}: {cell.bits} bits with sign",
        f"source    {cell.source}",
        "",
        *_matrix(cell),
        "",
        *_rows(cell),
        "",
        *_levels(cell),
        "",
    ]
    return "\n".join(lines)


def _matrix(cell: Cell) -> list[str]:
    names = cell.spin_names
    values = {(i, j): J for i, j, J in cell.J}
    width = max(4, *(len(name) + 1 for name in names))
    head = "J".ljust(width) + "".join(name.rjust(width) for name in (*names, "h"))
    rows = [head]
    for i, name in enumerate(names):
        row = [values.get((min(i, j), max(i, j)), 0) for j in range(len(names))]
        cells = ["." if i == j else str(row[j]) for j in range(len(names))]
        rows.append(
            name.ljust(width) + "".join(text.rjust(width) for text in (*cells, str(cell.h[i])))
        )
    return rows


def _rows(cell: Cell) -> list[str]:
    valid = [row for row in range(1 << len(cell.pins)) if cell.rows >> row & 1]
    pins, energies = len(cell.pins), all_energies(cell.model)
    lines = ["valid rows: " + " ".join(cell.spin_names)]
    for row in valid[:MAX_ROWS]:
        words = [
            word
            for word in range(1 << len(cell.ancillas))
            if energies[row | word << pins] == cell.ground
        ]
        bits = [row >> i & 1 for i in range(pins)]
        bits += [words[0] >> k & 1 if words else 0 for k in range(len(cell.ancillas))]
        lines.append(
            "            "
            + " ".join(
                str(bit).rjust(len(name)) for bit, name in zip(bits, cell.spin_names, strict=True)
            )
        )
    if len(valid) > MAX_ROWS:
        lines.append(f"            and {len(valid) - MAX_ROWS} more")
    return lines


def _levels(cell: Cell) -> list[str]:
    counts = sorted(Counter(all_energies(cell.model).tolist()).items())
    most = max(count for _, count in counts)
    return ["states at each energy:"] + [
        f"{energy:6}  {'#' * max(1, round(BAR * count / most))} {count}" for energy, count in counts
    ]
