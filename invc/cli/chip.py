"""`invc chip`: ask a board that has the circuit of a design."""

from __future__ import annotations

from pathlib import Path

import click


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
    file: Path,
    circuit: Path | None,
    port: str,
    baud: int,
    clamps: tuple[str, ...],
    reads: int,
    cycles: int,
    seed: int,
    strict: bool,
    time_limit: float,
    show: int,
    radix: str,
    quiet: bool,
) -> None:
    """Ask a board that has the circuit of a .hj file, over a serial line, and print its answers.

    Read k has the random numbers of read k of 'invc simulate', and every answer is verified here.
    Exit status: 0 an answer was found, 1 error, 2 usage, 3 none found.
    """
    from collections import Counter

    from invc.cli.reporting import count, echo_answers
    from invc.design import decode, parse_clamps, read_design
    from invc.diagnostics import InvcError
    from invc.rtl.chip import BAUDS, ask_board, identify, opened, read_board
    from invc.rtl.software import Run

    if baud not in BAUDS:
        raise InvcError(f"no serial line has {baud} baud", hint=f"there are: {_listed(BAUDS)}")
    design = read_design(file)
    board = read_board(circuit or Path(f"{file.stem}_rtl"), design)
    held = parse_clamps(design.netlist, clamps)
    found: Counter[tuple[int, ...]] = Counter()
    ports = [p for p in design.netlist.ports if p.bits]
    spent = 0
    with opened(port, baud) as line:
        identify(board, line)
        for read in range(reads):
            run = Run(seed, read // 1024, read % 1024)
            reply = ask_board(
                board, line, held, run, limit=cycles, strict=strict, seconds=time_limit
            )
            spent += reply.cycles
            if reply.found:
                bits = ([reply.ports[p.name] >> k & 1 for k in range(len(p.bits))] for p in ports)
                found[tuple(decode(b, p.signed) for b, p in zip(bits, ports, strict=True))] += 1
    rows = found.most_common()
    names = [p.name for p in ports]
    echo_answers(
        ports,
        [dict(zip(names, values, strict=True)) for values, _ in rows],
        radix=radix,
        show=show,
        beside=("reads", [str(number) for _, number in rows]),
    )
    if not quiet:
        hits = found.total()
        mean = f"; first right state after {spent / hits:.1f} cycles on average" if hits else ""
        click.echo(
            f"{count(len(found), 'distinct answer')}; {hits} of {count(reads, 'read')} right{mean}"
        )
    ctx.exit(0 if found else 3)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
