"""`invc merge`: add up results of several runs of one design."""

from __future__ import annotations

from pathlib import Path

import click

from invc.cli.reporting import count, echo_table, write_json


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="FILE|-", required=True, help="Write the sum; - is stdout.")
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, help="Rows.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def command(files: tuple[Path, ...], output: str, show: int, quiet: bool) -> None:
    """Add up FILES, results that 'invc simulate --json' wrote, counts by answer.

    All must be of one model, by its hash, with the same clamps, forbidden answers and biases, and
    each run must have a seed of its own. A sum can be merged again.

    \b
    invc simulate mult8.hj --clamp p=38243 --seed 1 --json r1.json
    invc simulate mult8.hj --clamp p=38243 --seed 2 --json r2.json
    invc merge r1.json r2.json -o both.json
    """
    from invc.ask.merging import merge
    from invc.ask.outputs import check_outputs
    from invc.ask.records import read_result

    check_outputs([output])
    merged = merge([read_result(file) for file in files])
    write_json(output, merged)
    if quiet or output == "-":
        return
    solutions = merged["solutions"]
    rows = [
        [*(str(value) for value in s["ports"].values()), str(s["reads"])] for s in solutions[:show]
    ]
    if rows:
        echo_table([*solutions[0]["ports"], "reads"], rows)
    if len(solutions) > show:
        click.echo(f"and {len(solutions) - show} more (--show N, or all in {output})")
    found = count(len(solutions), "distinct answer") if solutions else "no answer found"
    reads = f"{merged['verified_reads']} of {count(merged['reads'], 'read')} verified"
    click.echo(f"{found}; {reads}; {count(len(merged['runs']), 'run')} in {output}")
