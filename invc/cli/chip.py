"""`invc chip`: ask a board that has the circuit of a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from invc.design import Clamp, Design
    from invc.rtl.chip import Board, Reply


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--circuit",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="What 'invc rtl --uart' wrote.  [default: DESIGN_rtl]",
)
@click.option("--port", required=True, metavar="DEVICE", help="The board's port: /dev/ttyUSB0.")
@click.option("--baud", type=int, default=115200, show_default=True, help="Bits a second.")
@click.option(
    "-c",
    "--clamp",
    "clamps",
    multiple=True,
    metavar="NAME=VALUE",
    help="Hold bits, as in 'invc simulate'. May be repeated.",
)
@click.option("--reads", type=click.IntRange(1), default=16, show_default=True, help="Runs.")
@click.option(
    "--cycles",
    type=click.IntRange(1, (1 << 24) - 1),
    default=1_000_000,
    show_default=True,
    help="Updates of a run, at most.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True)
@click.option("--strict", is_flag=True, help="Wait until every gate is in place.")
@click.option("--time-limit", type=float, default=60.0, show_default=True, help="Seconds a run.")
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Rows.")
@click.option("--radix", type=click.Choice(["dec", "hex", "bin"]), default="dec")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the answers.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    file: Path,
    **options: Any,  # noqa: ANN401 - click's own
) -> None:
    """Ask a board that has the circuit of a .hj file, over a serial line, and print its answers.

    Read k has the random numbers of read k of 'invc simulate', and every answer is verified here.
    Exit status: 0 an answer was found, 1 error, 2 usage, 3 none found.
    """
    from invc.design import parse_clamps, read_design
    from invc.diagnostics import InvcError
    from invc.rtl.chip import BAUDS, read_board

    if options["baud"] not in BAUDS:
        baud = options["baud"]
        raise InvcError(f"no serial line has {baud} baud", hint=f"there are: {_listed(BAUDS)}")
    design = read_design(file)
    board = read_board(options["circuit"] or Path(f"{file.stem}_rtl"), design)
    replies = _asked(board, parse_clamps(design.netlist, options["clamps"]), options)
    _tell(design, replies, options)
    ctx.exit(0 if any(reply.found for reply in replies) else 3)


def _asked(board: Board, held: Sequence[Clamp], options: Mapping[str, Any]) -> list[Reply]:
    """A reply for each read."""
    from invc.rtl.chip import Wait, ask_board, identify, opened
    from invc.rtl.software import Run

    wait = Wait(options["cycles"], options["strict"], options["time_limit"])
    with opened(options["port"], options["baud"]) as line:
        identify(board, line)
        return [
            ask_board(board, line, held, Run(options["seed"], read // 1024, read % 1024), wait)
            for read in range(options["reads"])
        ]


def _tell(design: Design, replies: Sequence[Reply], options: Mapping[str, Any]) -> None:
    from collections import Counter

    from invc.cli.reporting import count, echo_answers
    from invc.design import decode

    ports = [p for p in design.netlist.ports if p.bits]
    found = Counter(
        tuple(
            decode([reply.ports[p.name] >> k & 1 for k in range(len(p.bits))], p.signed)
            for p in ports
        )
        for reply in replies
        if reply.found
    )
    rows, names = found.most_common(), [p.name for p in ports]
    echo_answers(
        ports,
        [dict(zip(names, values, strict=True)) for values, _ in rows],
        radix=options["radix"],
        show=options["show"],
        beside=("reads", [str(number) for _, number in rows]),
    )
    if options["quiet"]:
        return
    hits, spent = found.total(), sum(reply.cycles for reply in replies)
    mean = f"; first right state after {spent / hits:.1f} cycles on average" if hits else ""
    reads = count(len(replies), "read")
    click.echo(f"{count(len(found), 'distinct answer')}; {hits} of {reads} right{mean}")


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
