"""Write docs/cli.md from the commands themselves: `python -P docs/site/cli_page.py`."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from invc.cli import COMMANDS, invc

PAGE = Path(__file__).resolve().parents[1] / "cli.md"
HEAD = """\
# Commands

Written by `python -P docs/site/cli_page.py`; a test fails when it is stale.

`invc COMMAND --help` says the same. Every command exits with 0 when it did what was asked, 1 on an
error, which is one line and a hint, 2 on wrong usage, and 130 when it was interrupted; `simulate`
and `prove` have more to say and list their own.
"""


def page() -> str:
    """The whole page."""
    root = click.Context(invc, info_name="invc")
    parts = [HEAD, contents()]
    for name in COMMANDS:
        command = invc.get_command(root, name)
        assert command
        parts += sections(command, click.Context(command, info_name=name, parent=root))
    return "\n".join(parts)


def contents() -> str:
    """A line for each command."""
    lines = [f"| [`invc {name}`](#invc-{name}) | {text} |" for name, text in COMMANDS.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *lines, ""])


def sections(command: click.Command, context: click.Context) -> Iterator[str]:
    """A command, and the commands of a group."""
    yield f"## {context.command_path}\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    yield from paragraphs(inspect.cleandoc(command.help or ""))
    options = [option(param) for param in command.params if isinstance(param, click.Option)]
    if options:
        yield "\n".join(["| option | |", "|---|---|", *options, ""])
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from sections(inner, click.Context(inner, info_name=name, parent=context))


def paragraphs(text: str) -> Iterator[str]:
    """Prose as it is; what click keeps as it stands (after a backspace) as code."""
    for part in text.split("\n\n"):
        if part.startswith("\b"):
            kept = part.removeprefix("\b").strip()
            yield f"```text\n{kept}\n```\n"
        else:
            yield f"{part}\n"


def option(param: click.Option) -> str:
    """A row of the table of options."""
    names = ", ".join(f"`{name}`" for name in [*param.opts, *param.secondary_opts])
    kind = "" if param.is_flag else f" `{metavar(param)}`".replace("|", "\\|")
    notes = [param.help or ""]
    if param.show_default and param.default is not None:
        notes.append(f"Default: {param.default}.")
    text = " ".join(note for note in notes if note).replace("|", "\\|")
    return f"| {names}{kind} | {text} |"


def metavar(param: click.Option) -> str:
    """What stands for the value."""
    if param.metavar:
        return param.metavar
    if isinstance(param.type, click.Choice):
        return "|".join(str(choice) for choice in param.type.choices)
    return {"integer range": "N", "integer": "N", "float range": "X", "float": "X"}.get(
        param.type.name, param.type.name.upper()
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
