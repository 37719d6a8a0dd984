"""`invc run`: what is typed again and again, from a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from invc.diagnostics import InvcError, nearest

DEFAULT = "simulate"
# The one key that is no option's name, and what the file of a design is called in its place.
COMMAND, DESIGN = "command", "design"
FOLDERS = ("FILE", "DIR")  # in what the help of an option calls its value
SCALARS = (str, int, float)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, file: Path, more: tuple[str, ...]) -> None:
    """Carry out a command whose arguments stand in FILE, in TOML.

    `command` names it, by default simulate; `design` is its file, or `files` for several; every
    other key is an option's name: clamp, time-limit, json. A list gives an option several times, a
    table NAME=VALUE several times, true a flag. Names of files count from FILE. What MORE says
    comes after all that, in the words of the command line.

    \b
    invc run factor.toml
    invc run factor.toml --clamp a=11 --seed 3
    """
    from invc.text.files import read_text

    text = read_text(file, hint="give a run file, such as: design = 'mult8.hj'")
    try:
        fields = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InvcError(f"this is no TOML: {error}", where=str(file)) from None
    given = RunFile(file, text, fields)
    root = ctx.find_root()
    inner = given.command(root)
    with inner.make_context(str(inner.name), [*given.words(inner), *more], parent=root) as context:
        inner.invoke(context)


class RunFile:
    """The keys of a run file.

    Attributes:
        file: Its name.
        text: What it says.
        fields: The same as data.
    """

    def __init__(self, file: Path, text: str, fields: Mapping[str, Any]) -> None:
        self.file, self.text, self.fields = file, text, fields

    def fail(self, key: str, message: str, hint: str) -> NoReturn:
        """Refuse a key, by its line.

        Raises:
            InvcError: Always.
        """
        lines = self.text.splitlines()
        pattern = re.compile(rf"\s*(?:\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[\].=]")
        line = next((k for k, text in enumerate(lines, 1) if pattern.match(text)), 0)
        raise InvcError(message, where=f"{self.file}:{line}" if line else str(self.file), hint=hint)

    def command(self, root: click.Context) -> click.Command:
        """The command that it is for.

        Raises:
            InvcError: There is none of that name.
        """
        group = root.command
        assert isinstance(group, click.Group)
        name = self.fields.get(COMMAND, DEFAULT)
        names = [known for known in group.list_commands(root) if known != "run"]
        if name not in names:
            self.fail(COMMAND, f"no command is called {name!r}", nearest(str(name), names))
        found = group.get_command(root, name)
        assert found is not None
        found.name = name
        return found

    def words(self, command: click.Command) -> Iterator[str]:
        """The arguments as the command line has them, its files last.

        Raises:
            InvcError: A key is no option of the command, or has a value of another kind.
        """
        options = {
            word.lstrip("-"): (word, param)
            for param in command.params
            if isinstance(param, click.Option)
            for word in (*param.opts, *param.secondary_opts)
            if word.startswith("--")
        }
        places = {str(p.name): p for p in command.params if isinstance(p, click.Argument)}
        if "file" in places:
            places[DESIGN] = places["file"]
        last: list[str] = []
        for key, value in self.fields.items():
            if key == COMMAND:
                continue
            if key in places:
                last += [self.path(text) for text in self.texts(key, value)]
            elif key.replace("_", "-") in options:
                yield from self.option(key, value, *options[key.replace("_", "-")])
            else:
                message = f"{command.name} has no option {key!r}"
                self.fail(key, message, nearest(key, [*options, *places]))
        yield from last

    def option(self, key: str, value: object, word: str, param: click.Option) -> Iterator[str]:
        """One option, as often as it is given."""
        if param.is_flag:
            if not isinstance(value, bool):
                self.fail(key, f"{key} is true or false, not {value!r}", f"write {key} = true")
            other = param.secondary_opts if word in param.opts else param.opts
            if value or other:
                yield word if value else other[0]
            return
        texts = self.texts(key, value)
        if len(texts) > 1 and not param.multiple:
            self.fail(key, f"{key} takes one value, not {len(texts)}", "leave one")
        kind = param.metavar or ""
        is_path = isinstance(param.type, click.Path) or any(name in kind for name in FOLDERS)
        plain = is_path and ":" not in kind and "=" not in kind
        for text in texts:
            yield f"{word}={self.path(text) if plain else text}"

    def texts(self, key: str, value: object) -> Sequence[str]:
        """The values of a key: one, those of a list, or NAME=VALUE of a table."""
        if isinstance(value, Mapping):
            return [f"{name}={self.text_of(key, inner)}" for name, inner in value.items()]
        if isinstance(value, list):
            return [self.text_of(key, inner) for inner in value]
        return [self.text_of(key, value)]

    def text_of(self, key: str, value: object) -> str:
        """A value as the command line has it."""
        if isinstance(value, bool) or not isinstance(value, SCALARS):
            self.fail(key, f"{key} cannot be {value!r}", "give a text or a number")
        return str(value)

    def path(self, text: str) -> str:
        """A name of a file as it counts from the folder of the run file."""
        return text if text == "-" else str(self.file.parent / text)
