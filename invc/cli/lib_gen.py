"""`invc lib-gen`: solve a cell, prove it, write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import with_options
from invc.cli.reporting import wrote

if TYPE_CHECKING:
    from invc.library.expression import Specification
    from invc.library.solve import Bounds, Solution
    from invc.netlist import Function


OPTIONS = (
    click.argument("name"),
    click.argument("function"),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        help="Folder for NAME.toml; made if missing.  [default: here]",
    ),
    click.option("--ancillas", type=click.IntRange(0, 8), help="Exactly this many.  [the fewest]"),
    click.option(
        "--ancilla",
        "given",
        multiple=True,
        metavar="STATEMENT",
        help='What an ancilla is: "x0 = A & B". All of them, or none to find them. '
        "May be repeated.",
    ),
    click.option("--max-coefficient", type=click.IntRange(1, 1024), default=32, show_default=True),
    click.option(
        "--bits", type=click.IntRange(2, 11), help="Coefficients fit signed integers of BITS."
    ),
    click.option(
        "--graph",
        type=click.Path(path_type=Path, dir_okay=False),
        help='Spin pairs that may couple: JSON such as [["A", "Y"], ["B", "x0"]].',
    ),
    click.option("--allow-degenerate", is_flag=True, help="A row may have several ancilla words."),
    click.option("--time-limit", type=click.FloatRange(0, min_open=True), help="Seconds."),
    click.option("-q", "--quiet", is_flag=True),
)


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """Find the Hamiltonian of FUNCTION with the fewest ancillas, then the largest gap.

    FUNCTION is one or more statements, parted by ';': "Y = ~(A | B | C)",
    "S = A ^ B; C = A & B", a relation over bits such as "A*B + C + D = S + 2*CO" or
    "A + B + C <= 1", a truth table "Y(A, B, C) = 8'hE8" (bit r is row r, A its bit 0), the
    valid rows of a relation "(A, B, C) = 8'h17", or the name of a file with a small
    combinational Verilog module.
    What is written was proven by exhaustion.
    """
    from invc.diagnostics import InvcError
    from invc.library.solve import solve_cell
    from invc.library.toml import NAME, write_cell

    name = options["name"]
    if not NAME.fullmatch(name):
        raise InvcError(f"{name!r} is no name for a cell", hint="letters, digits and '_'")
    specification, text = _specification(name, options["function"])
    bounds = _bounds(name, options)
    if not options["quiet"]:
        _name_kin(name, specification)
    path = options["output"] / f"{name}.toml"
    _check_writable(path)
    solution = solve_cell(name, specification, bounds, text=text)
    write_cell(solution.cell, path)
    if not options["quiet"]:
        _print(solution, bool(options["given"]))
        click.echo(wrote(path))


def _bounds(name: str, options: Mapping[str, Any]) -> Bounds:
    """What the cell may use."""
    from invc.library.solve import Bounds

    return Bounds(
        ancillas=options["ancillas"],
        max_coefficient=options["max_coefficient"],
        bits=options["bits"],
        edges=_edges(options["graph"]) if options["graph"] else None,
        time_limit=options["time_limit"],
        degenerate=options["allow_degenerate"],
        given=_given(name, options["given"]) if options["given"] else None,
    )


def _print(solution: Solution, given: bool) -> None:
    """What was shown impossible, what was found, and how far that is proven."""
    cell = solution.cell
    count = len(cell.ancillas)
    found = f"with {count} ancilla{'s' * (count != 1)}: gap {cell.gap}"
    proven = "proven optimal" if solution.optimal else "stopped by the time limit"
    proven += " for these ancillas" if given else ""
    click.echo(
        f"{'; '.join([*solution.tried, found])}, ground {cell.ground}, "
        f"largest coefficient {cell.largest}; {proven}"
    )


def _check_writable(path: Path) -> None:
    """Make the folder and see that a file can be written there, before the work.

    Raises:
        InvcError: It cannot.
    """
    from tempfile import TemporaryFile

    from invc.diagnostics import InvcError

    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(f"cannot make it: {reason}", where=str(folder)) from error
    try:
        if path.is_dir():
            raise InvcError("a folder, not a file", where=str(path), hint="name another cell")
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvcError(
            f"cannot write there: {reason}", where=str(folder), hint="choose another folder with -o"
        ) from error


def _specification(name: str, function: str) -> tuple[Specification, str]:
    from invc.library.expression import Specification, parse_specification

    path = Path(function)
    if path.suffix in {".v", ".sv"}:
        from invc.pipeline import module_function

        made = module_function(path, name)
        return Specification(made.pins, made.relation, made), f"module of {path.name}"
    return parse_specification(name, function), function


def _given(name: str, statements: tuple[str, ...]) -> Function:
    """The functions of the ancillas, as the statements define them."""
    from invc.diagnostics import InvcError
    from invc.library.expression import parse_specification

    text = "; ".join(statements)
    function = parse_specification(name, text).function
    if function is None:
        hint = "write each as 'x0 = A & B'"
        raise InvcError(f"{text!r} does not say what the ancillas are", where=name, hint=hint)
    return function


def _name_kin(name: str, specification: Specification) -> None:
    """Say which cell of the library is this one with pins inverted or permuted."""
    from invc.library import hamlib, without_variants
    from invc.library.npn import find_kin

    others = (cell for cell in without_variants(hamlib()).values() if cell.name != name)
    kin = find_kin(specification.pins, specification.rows, others)
    if kin is not None:
        cell, connections = kin
        click.echo(f"the library has it already: {name} is {cell.name}, as {connections}")


def _edges(path: Path) -> frozenset[frozenset[str]]:
    from invc.diagnostics import InvcError
    from invc.text.files import read_text

    hint = 'write spin pairs as JSON: [["A", "Y"], ["B", "x0"]]'
    try:
        pairs = json.loads(read_text(path, hint=hint))
    except (ValueError, RecursionError):
        pairs = None
    if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
        raise InvcError("not a list of spin pairs", where=str(path), hint=hint)
    return frozenset(frozenset(pair) for pair in pairs)


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(end, str) for end in pair)
