"""Files of other programs as a whole: a design written to one, a model read from one."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from invc import __version__
from invc import formats as table
from invc.design import Clamp, Design
from invc.diagnostics import InvcError, nearest
from invc.formats.adopt import Adopted, adopt
from invc.formats.format import Format
from invc.formats.incoming import Incoming
from invc.formats.outgoing import Outgoing, prepare
from invc.text.files import read_bytes, write_whole

BEGINNING = 1 << 16  # characters in which the first line that is no comment is looked for


def load(name: str) -> Format:
    """A format of the table, its module imported now."""
    form: Format = import_module(f"invc.formats.{table.FORMATS[name].module}").FORMAT
    return form


def find_format(name: str, path: Path | None = None) -> Format:
    """A format to write, by name; "dimod" is JSON where the file is called so, else COO text.

    Raises:
        InvcError: There is none.
    """
    if name not in table.writable():
        raise InvcError(f"no format is called {name!r}", hint=nearest(name, table.writable()))
    if name == "dimod" and path is not None and path.suffix.lower() == ".json":
        return load("dimod-json")
    return load(name)


def export(
    design: Design, form: Format, path: Path, clamps: Iterable[Clamp] = (), *, fold: bool = True
) -> Outgoing:
    """Write a design in another program's format, whole or not at all.

    Args:
        design: What to write.
        form: The format, from `find_format`.
        path: Where to.
        clamps: Bits to hold.
        fold: Whether held spins leave the model; see `prepare`.

    Returns:
        What was written.

    Raises:
        InvcError: The clamps are contradictory, the format cannot express the design at all, or
            the file cannot be written.
    """
    assert form.write is not None
    outgoing = prepare(design, clamps, fold=fold and not form.gates)
    write_whole(path, form.write(outgoing))
    return outgoing


def losses(form: Format, outgoing: Outgoing) -> tuple[str, ...]:
    """What of this design the format has no place for, in words."""
    what = {
        "names": "the names of spins" if outgoing.names else "",
        "offset": f"the offset {outgoing.model.offset}" if outgoing.model.offset else "",
        "clamps": "clamps" if outgoing.clamps else "",
    }
    return tuple(what[part] for part in form.lacks if what[part])


def import_file(path: Path, form: str | None = None, *, vartype: str | None = None) -> Adopted:
    """A design from the file of another program.

    Args:
        path: The file.
        form: The name of a format that is read; by default found by `find_reader`.
        vartype: "SPIN" or "BINARY", for a COO file that does not say it.

    Raises:
        InvcError: It cannot be read as that.
    """
    names = table.readable()
    hint = f"give a file in one of these formats: {', '.join(names)}"
    incoming = Incoming(read_bytes(path, hint=hint), str(path), vartype, hint)
    chosen = form or find_reader(path, incoming)
    if chosen not in names:
        raise InvcError(f"no format is called {chosen!r}", hint=nearest(chosen, names))
    read = load(chosen).read
    assert read is not None
    try:
        return adopt(read(incoming), name=path.stem, origin=f"invc {__version__} import, {chosen}")
    except InvcError as error:
        raise InvcError(error.message, where=error.where or str(path), hint=error.hint) from None


def find_reader(path: Path, incoming: Incoming) -> str:
    """The format of a file: by its suffix, else by its first line that is no comment.

    Raises:
        InvcError: It looks like none of them.
    """
    forms = {name: load(name) for name in table.readable()}
    suffix = path.suffix.lower()
    for name, form in forms.items():
        if suffix and form.suffix == suffix:
            return name
    lines = (line.split() for line in incoming.text[:BEGINNING].split("\n"))
    first = next((w for w in lines if w and w[0] != "c" and not w[0].startswith("#")), [])
    found = [name for name, form in forms.items() if form.recognises and form.recognises(first)]
    if not found:
        incoming.fail("its format is not recognised", "give --from FORMAT")
    return found[0]
