"""`invc data`: samples as bits, pooled, split, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invc.cli.options import with_options
from invc.cli.reporting import wrote
from invc.cli.training import CODING, METAVAR

if TYPE_CHECKING:
    from invc.training.data import Data

OPTIONS = (
    click.argument("text", metavar=METAVAR),
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Write an .npz file."),
    *CODING,
    click.option(
        "--test",
        "share",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        help="Share of the samples to become the test part.",
    ),
    click.option("--samples", type=click.IntRange(1), help="Keep so many, drawn at random."),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True),
    click.option("--raw", is_flag=True, help="Keep grey levels."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing."),
)
CHANGES = ("output", "planes", "pool", "share", "samples")  # any of them codes the samples


@click.command()
@with_options(*OPTIONS)
def command(options: Mapping[str, Any]) -> None:
    """Say what samples there are; code, draw and split them; write them for 'invc train'.

    Equal options and seeds give equal files.

    \b
    invc data digits
    invc data digits:3/8 --pool 5x5 --test 0.3 -o pair.npz
    """
    from invc.ask.outputs import check_outputs
    from invc.text.files import write_whole
    from invc.training.data import read_data
    from invc.training.data.npz import format_npz

    output = options["output"]
    if output:
        check_outputs([str(output)])
    if options["raw"] and (options["planes"] or options["pool"]):
        raise click.UsageError("--raw does not go with --planes and --pool")
    data = read_data(options["text"])
    if any(options[name] for name in CHANGES):
        data = _prepared(data, options)
    if output:
        write_whole(output, [format_npz(data)])
    if not options["quiet"] and str(output) != "-":
        _print(data)
        if output:
            click.echo(wrote(output))


def _prepared(data: Data, options: Mapping[str, Any]) -> Data:
    from invc.training.data.coding import coding_for
    from invc.training.data.prepare import prepared

    how = {name: options[name] for name in ("planes", "pool", "image")}
    coding = None if options["raw"] else coding_for(data, **how)
    return prepared(
        data, coding, samples=options["samples"], share=options["share"], seed=options["seed"]
    )


def _print(data: Data) -> None:
    kind = "bits" if data.is_bits else "grey levels"
    size = f" ({data.image[0]}x{data.image[1]})" if data.image else ""
    click.echo(f"samples of {data.features} {kind}{size}, {data.classes} classes")
    for name, part in (("train", data.train), ("test", data.test)):
        if part is not None:
            numbers = [int((part.labels == c).sum()) for c in range(data.classes)]
            counts = ", ".join(f"{k} of class {c}" for c, k in enumerate(numbers))
            click.echo(f"{name}: {len(part)} samples: {counts}")
