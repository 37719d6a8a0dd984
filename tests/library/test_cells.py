"""hamlib: every cell is what it says, at the proven optimum, and no small mistake goes unseen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from invc.diagnostics import InvcError
from invc.library import (
    Cell,
    builtin_folder,
    faults,
    gap_ratio,
    hamlib,
    liberty,
    read_library,
    variants,
    without_variants,
    write_cell,
)
from invc.library.expression import parse_specification
from invc.library.proof import levels
from invc.mapping.mapper import Mapper
from typed import sure

OPTIMUM = json.loads(Path(__file__).with_name("optimum.json").read_text())["cells"]
CELLS = dict(hamlib().cells)
BOUND = 1e-6  # the published optima are decimals


def coefficients(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """Every cell that differs from this one by one in one coefficient, with what was changed."""
    spins = range(len(cell.spin_names))
    for i in spins:
        for step in (-1, 1):
            h = tuple(x + step * (k == i) for k, x in enumerate(cell.h))
            yield f"h{i}{'np'[step > 0]}", replace(cell, h=h)
    table = {(i, j): J for i, j, J in cell.J}
    for i in spins:
        for j in range(i + 1, len(spins)):
            for step in (-1, 1):
                changed = {**table, (i, j): table.get((i, j), 0) + step}
                J = tuple((a, b, J) for (a, b), J in sorted(changed.items()) if J)
                yield f"J{i}_{j}{'np'[step > 0]}", replace(cell, J=J)


def statements(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """Every cell that states one number wrongly."""
    for step in (-1, 1):
        yield f"ground{'np'[step > 0]}", replace(cell, ground=cell.ground + step)
        yield f"gap{'np'[step > 0]}", replace(cell, gap=cell.gap + step)
    if cell.function is None:
        yield "rows", replace(cell, rows=cell.rows ^ 2)
        return
    for k in range(len(cell.function.tables)):
        for row in range(1 << len(cell.function.inputs)):
            tables = tuple(t ^ (1 << row) * (n == k) for n, t in enumerate(cell.function.tables))
            function = replace(cell.function, tables=tables)
            wrong = replace(cell, function=function, rows=function.relation)
            yield f"table{k}_{row}", wrong


def test_the_library_holds_the_cells_that_the_mapping_emits() -> None:
    assert {"AND2", "XOR2", "MUX2", "HA", "FA", "MAJ3", "MULHA", "MULFA"} <= set(CELLS)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_cell_is_proven(cell: Cell) -> None:
    assert faults(cell) == []
    found = levels(cell)
    assert (found.ground, found.gap) == (cell.ground, cell.gap)
    assert "proven optimal" in cell.source
    stated = parse_specification(cell.name, cell.text)
    assert (stated.pins, stated.rows) == (cell.pins, cell.rows)
    assert stated.function == cell.function


@pytest.mark.parametrize("name", sorted(OPTIMUM.keys() & CELLS.keys()))
def test_cell_is_at_the_optimum(name: str) -> None:
    cell, best = CELLS[name], OPTIMUM[name]
    assert len(cell.ancillas) <= best["ancillas"]
    bound = max(cell.strongest, max(map(abs, cell.h)) / 2)
    assert cell.gap / bound >= best["gap"] - BOUND


def test_the_table_is_complete() -> None:
    assert OPTIMUM.keys() <= CELLS.keys()


@pytest.mark.parametrize(
    "name", sorted(n for n, best in OPTIMUM.items() if "gap_with_one_more_ancilla" in best)
)
def test_a_variant_buys_the_gap_of_one_ancilla_more(name: str) -> None:
    cell, best = CELLS[name], OPTIMUM[name]
    (variant,) = variants(CELLS)[name]
    assert len(variant.ancillas) == best["ancillas"] + 1
    assert gap_ratio(variant) >= best["gap_with_one_more_ancilla"] - BOUND
    assert gap_ratio(variant) > gap_ratio(cell)


def test_variants_are_found_by_their_tables() -> None:
    assert {n: [v.name for v in found] for n, found in variants(CELLS).items()} == {
        name.removesuffix("_A1"): [name] for name in CELLS if name.endswith("_A1")
    }
    for name, found in variants(CELLS).items():
        for variant in found:
            assert variant.function is not None
            assert variant.function.tables == sure(CELLS[name].function).tables
    # Whatever they are called, and only where they are better for what they cost.
    two = replace(CELLS["FA_A1"], name="TWO", ancillas=("x0", "x1"), h=(0,) * 7)
    mine = {"SUM": CELLS["FA_A1"], "TWO": two, "ADD": CELLS["FA"]}
    mine["SAME"] = replace(CELLS["FA"].scaled(2), name="SAME")
    assert variants(mine) == {"FA": (CELLS["FA_A1"],)}
    assert variants({"TWO": two}) == variants({}) == {}


def test_the_mapper_and_abc_leave_variants_out() -> None:
    variant = {cell.name for found in variants(CELLS).values() for cell in found}
    assert len(variant) >= 11
    narrow = {name for name in CELLS if name.endswith("_B2")}  # the same in two bits
    assert set(without_variants(CELLS)) == set(CELLS) - variant - narrow
    assert not any(f"cell({name})" in liberty(CELLS) for name in variant | narrow)
    assert not (variant | narrow) & {cell.name for cell in Mapper(hamlib()).cells}


@pytest.mark.parametrize("name", [name for name in CELLS if name.endswith("_B2")])
def test_a_cell_of_two_bits_has_no_kin_that_fits_them(name: str) -> None:
    cell = CELLS[name]
    assert cell.bits == 2
    kin = [other for other in CELLS.values() if other.rows == cell.rows and other is not cell]
    assert kin
    assert all(other.bits > 2 for other in kin)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_any_number_off_by_one_is_caught(cell: Cell) -> None:
    for what, wrong in (*coefficients(cell), *statements(cell)):
        assert faults(wrong), what


def test_faults_are_named() -> None:
    cell = CELLS["AND2"]
    assert faults(replace(cell, h=(1, 1, -4))) == [
        "valid row A=1 B=1 Y=1 is above the ground level",
        "ground is -5, stated -3",
    ]
    assert "an invalid row lies on the ground level" in faults(replace(cell, h=(0,) * 3, J=()))
    assert faults(replace(cell, ground=-4)) == ["ground is -3, stated -4"]
    assert faults(replace(cell, gap=6)) == ["gap is 4, stated 6"]
    assert faults(replace(cell, rows=cell.rows ^ 3))[-1] == (
        "its rows are not those of its function"
    )
    idle = replace(cell, ancillas=("x0",), h=(*cell.h, 0))
    assert faults(idle) == ["valid row A=0 B=0 Y=0 has 2 ancilla words at the ground level"]
    assert faults(replace(idle, degenerate=True)) == []


def test_scaling_scales_every_energy() -> None:
    for cell in CELLS.values():
        assert faults(cell.scaled(3)) == []
        assert cell.scaled(3).gap == 3 * cell.gap


def test_bits_hold_every_coefficient() -> None:
    for cell in CELLS.values():
        assert cell.largest < 1 << cell.bits - 1 <= 2 * cell.largest


def test_a_users_cell_wins_and_is_proven_at_load(tmp_path: Path) -> None:
    mine = replace(CELLS["AND2"].scaled(2), source="mine")
    write_cell(mine, tmp_path / "AND2.toml")
    assert read_library(tmp_path)["AND2"] == mine
    assert set(read_library(tmp_path)) == set(CELLS)
    write_cell(replace(CELLS["AND2"], name="MY", gap=6), tmp_path / "MY.toml")
    with pytest.raises(InvcError) as error:
        read_library(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'MY.toml'}: error: cell MY: gap is 4, stated 6\n"
        "  hint: make it again with 'invc lib-gen'; 'invc lib-check' proves it"
    )


def test_a_users_cell_with_a_wrong_function_is_refused(tmp_path: Path) -> None:
    text = (builtin_folder() / "AND2.toml").read_text()
    (tmp_path / "OR2.toml").write_text(text.replace("AND2", "OR2").replace('"8"', '"e"'))
    with pytest.raises(InvcError, match="cell OR2: valid row A=1 B=0 Y=1 is above the ground"):
        read_library(tmp_path)
    # Tables, rows and Hamiltonian agree, and all of them contradict what it says it is.
    wrong = text.replace("AND2", "OR2").replace("A & B", "A | B")
    (tmp_path / "OR2.toml").write_text(wrong)
    with pytest.raises(InvcError) as error:
        read_library(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'OR2.toml'}: error: cell OR2: its rows are not those of 'Y = A | B'\n"
        "  hint: make it again with 'invc lib-gen'; 'invc lib-check' proves it"
    )


def test_a_folder_or_cell_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvcError) as error:
        read_library(tmp_path / "no")
    assert str(error.value) == (
        f"{tmp_path / 'no'}: error: no such folder of cells\n  hint: 'invc lib-gen -o' makes one"
    )
    with pytest.raises(InvcError) as error:
        hamlib().find("XR2")
    assert str(error.value) == "error: no cell is called 'XR2'\n  hint: did you mean 'XOR2'?"


def test_a_file_has_the_name_of_its_cell(tmp_path: Path) -> None:
    write_cell(CELLS["AND2"], tmp_path / "NAND2.toml")
    with pytest.raises(InvcError) as error:
        read_library(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'NAND2.toml'}: error: this file holds cell 'AND2'\n  hint: call it AND2.toml"
    )
