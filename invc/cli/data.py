"""`invc data`: samples as bits, pooled, split, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from invc.cli.training import coding_options


@click.command()
@click.argument("text", metavar="NAME[:PART][:A/B]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write an .npz file.")
@coding_options
@click.option(
    "--test",
    "share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of the samples to become the test part.",
)
@click.option("--samples", type=click.IntRange(1), help="Keep so many, drawn at random.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True)
@click.option("--raw", is_flag=True, help="Keep grey levels.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def command(
    text: str,
    output: Path | None,
    planes: tuple[int, ...] | None,
    pool: tuple[int, int] | None,
    image: tuple[int, int] | None,
    share: float | None,
    samples: int | None,
    seed: int,
    raw: bool,
    quiet: bool,
) -> None:
    """Say what samples there are; code, draw and split them; write them for 'invc train'.

    Equal options and seeds give equal files.

    \b
    invc data digits
    invc data digits:3/8 --pool 5x5 --test 0.3 -o pair.npz
    """
    from invc.text.files import write_whole
    from invc.train.data import read_data
    from invc.train.data.coding import coding_for
    from invc.train.data.npz import format_npz
    from invc.train.data.prepare import prepared

    if raw and (planes or pool):
        raise click.UsageError("--raw does not go with --planes and --pool")
    data = read_data(text)
    coding = None if raw else coding_for(data, planes=planes, pool=pool, image=image)
    if output or planes or pool or samples or share:
        data = prepared(data, coding, samples=samples, share=share, seed=seed)
    if output:
        write_whole(output, [format_npz(data)])
    if quiet:
        return
    kind = "bits" if data.is_bits else "grey levels"
    size = f" ({data.image[0]}x{data.image[1]})" if data.image else ""
    click.echo(f"samples of {data.features} {kind}{size}, {data.classes} classes")
    for name, part in (("train", data.train), ("test", data.test)):
        if part is not None:
            counts = ", ".join(
                f"{k} of class {c}"
                for c, k in enumerate(int((part.labels == c).sum()) for c in range(data.classes))
            )
            click.echo(f"{name}: {len(part)} samples: {counts}")
    if output:
        click.echo(f"wrote {output}")
