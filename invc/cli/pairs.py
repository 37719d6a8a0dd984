"""Values that an option takes as one word and a command as a tuple: NAME=VALUE, LO:HI, 28x28."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import click


class Parsed(click.ParamType, ABC):  # type: ignore[type-arg,unused-ignore]
    """A word that has parts, told apart by `parse`; `name` is how helps show it."""

    @abstractmethod
    def parse(self, text: str) -> tuple[Any, ...]:
        """The parts of a word.

        Raises:
            ValueError: The word has none; its text goes to the user.
        """

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[Any, ...]:
        """The parts, or click's error about the word."""
        if isinstance(value, tuple):
            return value
        try:
            return self.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def numbers(text: str, mark: str, kind: type[int] | type[float], wrong: str) -> list[Any]:
    """The numbers between marks.

    Raises:
        ValueError: With `wrong`, where one is none.
    """
    try:
        return [kind(part) for part in text.split(mark)]
    except ValueError:
        raise ValueError(wrong) from None
