"""What comes in: the bytes of a file, as text or as JSON, with faults that name the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from invc.diagnostics import InvcError
from invc.text.files import decoded
from invc.text.trees import parse_json

LEAST_BELIEVED = 1 << 16


@dataclass(frozen=True, eq=False)
class Incoming:
    """A file of another program.

    Attributes:
        data: Its bytes.
        name: Its name in messages.
        vartype: "SPIN" or "BINARY" where the user said what its variables are.
        hint: What to do where it is no text at all.
    """

    data: bytes
    name: str
    vartype: str | None = None
    hint: str | None = None

    @cached_property
    def text(self) -> str:
        """The file as text, a byte order mark taken off.

        Raises:
            InvcError: It is not UTF-8.
        """
        return decoded(self.data, self.name, hint=self.hint).removeprefix("\ufeff")

    @cached_property
    def tree(self) -> object:
        """The file as JSON.

        Raises:
            InvcError: It is none.
        """
        return parse_json(self.text, self.name)

    @property
    def believed(self) -> int:
        """Most variables that a file of its size may claim to have.

        A variable that stands in a term takes more than a byte, so no file is refused for the
        variables that it uses; one that claims others may have as many as it has bytes.
        """
        return max(LEAST_BELIEVED, len(self.data))

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        """Raise for the file as a whole."""
        raise InvcError(message, where=self.name, hint=hint)

    def believe(self, count: int) -> int:
        """A number of variables that the file claims.

        Raises:
            InvcError: They are more than a file of its size can mean.
        """
        if count > self.believed:
            self.fail(
                f"{count} variables claimed by a file of {len(self.data)} bytes",
                f"at most {self.believed} are believed; leave out those that no term names",
            )
        return count
