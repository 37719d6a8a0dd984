"""Write a man page for each command from the commands themselves: `make man`.

`man -M build/man invc-synth` shows one; they are made of what docs/cli.md is made of.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent))
from cli_page import metavar

from invc import __version__
from invc.cli import COMMANDS, invc

STATUS = (
    "0 when it did what was asked, 1 on an error, which is one line and a hint, 2 on wrong usage, "
    "130 when it was interrupted."
)


def pages() -> Iterator[tuple[str, str]]:
    """The file name and the text of each page."""
    root = click.Context(invc, info_name="invc")
    commands = "".join(
        f".TP\n\\fBinvc {escaped(name)}\\fR\n{escaped(text)}\n" for name, text in COMMANDS.items()
    )
    yield "invc.1", page(invc, root, f".SH COMMANDS\n{commands}")
    for name in COMMANDS:
        command = invc.get_command(root, name)
        assert command
        yield from family(command, click.Context(command, info_name=name, parent=root))


def family(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """The page of a command, and of the commands of a group."""
    yield f"{context.command_path.replace(' ', '-')}.1", page(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from family(inner, click.Context(inner, info_name=name, parent=context))


def page(command: click.Command, context: click.Context, more: str = "") -> str:
    """One page: name, synopsis, description, options, exit status."""
    called = context.command_path
    text = inspect.cleandoc(command.help or "")
    first = text.split("\n\n")[0].replace("\n", " ").rstrip(".")
    usage = " ".join(command.collect_usage_pieces(context))
    options = [option(p) for p in command.params if isinstance(p, click.Option)]
    return "".join((
        f'.TH "{called.replace(" ", "-").upper()}" 1 "" "invc {__version__}"\n',
        f".SH NAME\n{escaped(called.replace(' ', '-'))} \\- {escaped(first)}\n",
        f".SH SYNOPSIS\n\\fB{escaped(called)}\\fR {escaped(usage)}\n",
        ".SH DESCRIPTION\n",
        *map(paragraph, text.split("\n\n")),
        *([".SH OPTIONS\n", *options] if options else []),
        more,
        f".SH EXIT STATUS\n{escaped(STATUS)}\n",
        ".SH SEE ALSO\n\\fBinvc\\fR(1)\n" if context.parent else "",
    ))  # fmt: skip


def paragraph(text: str) -> str:
    """Prose filled, and what click keeps as it stands (after a backspace) unfilled."""
    if text.startswith("\b"):
        return f".PP\n.nf\n{escaped(text.removeprefix(chr(8)).strip())}\n.fi\n"
    return f".PP\n{escaped(text)}\n"


def option(param: click.Option) -> str:
    """An option with what it says of itself."""
    names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in [*param.opts, *param.secondary_opts])
    kind = "" if param.is_flag else f" \\fI{escaped(metavar(param))}\\fR"
    notes = [param.help or ""]
    if param.show_default and param.default is not None:
        notes.append(f"Default: {param.default}.")
    return f".TP\n{names}{kind}\n{escaped(' '.join(note for note in notes if note))}\n"


def escaped(text: str) -> str:
    """A text in which nothing is a request or an escape of roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in text.split("\n"))


def main(folder: Path) -> None:
    """Write all pages below a folder, as man looks for them."""
    (folder / "man1").mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        (folder / "man1" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
