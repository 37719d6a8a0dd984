"""Which reader a file is for, by its name or by what it begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from invc import __version__
from invc.diagnostics import InvcError, nearest
from invc.foreign import coo, gset, npz, qubo, trees
from invc.foreign.adopt import Adopted, adopt
from invc.foreign.terms import Terms
from invc.text.files import read_text

# Text, its name in messages, and "SPIN" or "BINARY" where the user said it.
READERS: Mapping[str, Callable[[str, str, str | None], Terms]] = MappingProxyType(
    {"dimod": coo.read, "qubo": qubo.read, "gset": gset.read, "json": trees.read}
)
SUFFIXES = {".coo": "dimod", ".qubo": "qubo", ".gset": "gset", ".json": "json", ".npz": "npz"}
HINT = "give a file in one of these formats: dimod, qubo, gset, json, npz"


def import_file(path: Path, form: str | None = None, *, vartype: str | None = None) -> Adopted:
    """A design from the file of another program.

    Args:
        path: The file.
        form: A name of READERS or "npz"; by default found by `find_reader`.
        vartype: "SPIN" or "BINARY", for a COO file that does not say it.

    Raises:
        InvcError: It cannot be read as that.
    """
    if form == "npz" or (form is None and path.suffix.lower() == ".npz"):
        read, chosen = npz.read(path), "npz"
    else:
        text = read_text(path, hint=HINT).removeprefix("\ufeff")
        chosen = form or find_reader(path, text)
        if chosen not in READERS:
            raise InvcError(
                f"no format is called {chosen!r}", hint=nearest(chosen, [*READERS, "npz"])
            )
        read = READERS[chosen](text, str(path), vartype)
    try:
        return adopt(read, name=path.stem, origin=f"invc {__version__} import, {chosen}")
    except InvcError as error:
        raise InvcError(error.message, where=str(path), hint=error.hint) from None


def find_reader(path: Path, text: str) -> str:
    """The format of a file: by its suffix, else by its first lines.

    Raises:
        InvcError: It looks like none of them.
    """
    if path.suffix.lower() in SUFFIXES:
        return SUFFIXES[path.suffix.lower()]
    if text.lstrip().startswith("{"):
        return "json"
    lines = (line.split() for line in text.splitlines())
    words = next((w for w in lines if w and w[0] != "c" and not w[0].startswith("#")), [])
    if words[:2] == ["p", "qubo"]:
        return "qubo"
    if len(words) == 3:
        return "dimod"
    if len(words) == 2 and all(word.isdigit() for word in words):
        return "gset"
    raise InvcError("its format is not recognised", where=str(path), hint="give --from FORMAT")
