"""Links with plain names to the user's files, so that no name of theirs reaches a script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from invc.diagnostics import InvcError
from invc.frontend import edif
from invc.frontend.aiger import check_aiger
from invc.frontend.blif import check_blif
from invc.frontend.parts import parts_of
from invc.frontend.primitives import check_primitives
from invc.frontend.user_primitives import as_modules
from invc.frontend.yosys.overrides import WORD
from invc.frontend.yosys.slang import slang_command
from invc.frontend.yosys.sources import IDENTIFIER, SYSTEM_VERILOG, Kind, Sources
from invc.frontend.yosys_json import without_black_boxes

# Netlists of other tools that Yosys reads, by the ends of their names.
READERS = {
    ".blif": "read_blif -wideports",
    ".aig": "read_aiger -module_name {name}",
    ".aag": "read_aiger -module_name {name}",
}

_INCLUDE = re.compile(r'^([ \t]*`include[ \t]+")([^"\n]+)(")', re.MULTILINE)
MOST_INCLUDED = 1 << 26  # bytes of a file
MOST_NESTED = 128  # files that include each other
NESTED_HINT = "does one of them include itself, by way of others?"

# Cells without a function, or of a kind that Yosys does not know, are left out: they are a fault
# only where a source uses them.
READ_LIBERTY = (
    "read_liberty -ignore_miss_func -ignore_miss_dir -ignore_miss_data_latch -ignore_buses"
)


@dataclass(frozen=True)
class Links:
    """Names that we chose for the user's files and folders.

    Attributes:
        read: The commands that read the sources.
        cells: The commands that read the cells of Liberty files, after `read`.
        folder: Where the names are.
        slang: Those that read the sources by slang; None where it is not for them.
        system: Whether slang is tried first: one SystemVerilog file makes all so.
        elaborated: Whether what `read` leaves has its top and its parameters already.
        known: Files that slang named, and what the user calls them.
        own: Whether places are in the user's files as they stand.
        outside: Whether a module sets parameters of what another one instantiates.
        shown: Our name of a file or folder: the user's.
    """

    read: str
    shown: Mapping[str, str]
    cells: str = ""
    folder: Path = Path()
    slang: str | None = None
    system: bool = False
    elaborated: bool = False
    known: dict[str, str | None] = field(default_factory=dict, compare=False)
    own: bool = False
    outside: bool = False

    def locate(self, src: str) -> str:
        """The user's "file:line:column" of a src attribute; "" where it is in no file of theirs."""
        for place in src.split("|"):
            match = re.match(r"(.+?):(\d+)(?:\.(\d+))?", place)
            if match is None:
                continue
            head, _, rest = match[1].partition("/")
            theirs = self.shown.get(head)
            if self.own:
                name = str(match[1])
            elif theirs is None:
                followed = self._followed(match[1])
                if followed is None:
                    continue
                name = followed
            else:
                name = str(Path(theirs) / rest) if rest else theirs
            column = f":{match[3]}" if match[3] and match[3] != "0" else ""
            return f"{name}:{match[2]}{column}" if match[2] != "0" else name
        return ""

    def _followed(self, name: str) -> str | None:
        """The user's name of a file that slang names by where our link leads; None for others."""
        if name not in self.known:
            self.known[name] = _named((self.folder / name).resolve(), self.shown)
        return self.known[name]

    def in_their_words(self, message: str) -> str:
        """A message of Yosys with the user's names for ours."""
        for ours, theirs in self.shown.items():
            message = message.replace(ours, theirs)
        return message


def _named(path: Path, shown: Mapping[str, str]) -> str | None:
    """The user's name of a file: one of theirs, or one in a folder of theirs."""
    for theirs in shown.values():
        own = Path(theirs).resolve()
        if path == own:
            return theirs
    for theirs in shown.values():
        own = Path(theirs).resolve()
        if own.is_dir() and path.is_relative_to(own):
            return str(Path(theirs) / path.relative_to(own))
    return None


def link(sources: Sources, folder: Path, *, defined: bool = False) -> Links:
    """Make the links in a folder.

    Args:
        sources: What to link to.
        folder: Where Yosys will run.
        defined: Whether each cell of the library is about to be a module: then black boxes of a
            JSON file go, as we know what they stand for.
    """
    shown: dict[str, str] = {}

    def name(ours: str, theirs: Path) -> None:
        (folder / ours).symlink_to(theirs.absolute())
        shown[ours] = str(theirs)

    cells = []
    for k, path in enumerate(sources.liberty):
        name(f"cells{k}.lib", path)
        cells.append(f"{READ_LIBERTY} cells{k}.lib\n")
    if sources.kind is Kind.JSON:
        (path,) = sources.files
        if defined:
            (folder / "source0.json").write_text(without_black_boxes(path), encoding="utf-8")
        else:
            name("source0.json", path)
        shown["source0.json"] = str(path)
        own, read = sources.located, "read_json source0.json"
        return Links(read, shown, "".join(cells), folder, own=own)
    return _link_texts(sources, folder, shown, "".join(cells))


def _link_texts(sources: Sources, folder: Path, shown: dict[str, str], cells: str) -> Links:
    """The links to sources that are Verilog, or netlists of other tools."""

    def name(ours: str, theirs: Path) -> None:
        (folder / ours).symlink_to(theirs.absolute())
        shown[ours] = str(theirs)

    def copy(path: Path, text: str) -> str:
        """Our name of an included file, written anew."""
        ours = f"included{len(shown)}.v"
        (folder / ours).write_text(text, encoding="utf-8")
        shown[ours] = str(path)
        return ours

    options = []
    for k, include in enumerate(sources.includes):
        name(f"include{k}", include)
        options.append(f"-Iinclude{k}")
    for k, path in enumerate(sources.files):
        # A file's own folder is searched too, under a name of ours.
        name(f"folder{k}", path.parent)
        options.append(f"-Ifolder{k}")
    for macro, value in sources.defines.items():
        options.append(f"-D{macro}={value}" if value else f"-D{macro}")
    lines = []
    names = []
    known: dict[Path, tuple[str, str]] = {}
    for k, path in enumerate(sources.files):
        if path.suffix.lower() in (*edif.SUFFIXES, *READERS):
            lines.append(_link_netlist(path, f"source{k}", folder, shown))
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        check_primitives(path, text)
        suffix = ".sv" if path.suffix.lower() in SYSTEM_VERILOG else ".v"
        modules = _with_modules(path, text, sources.includes, copy, known)
        if modules == text:
            name(f"source{k}{suffix}", path)
        else:
            (folder / f"source{k}{suffix}").write_text(modules, encoding="utf-8")
            shown[f"source{k}{suffix}"] = str(path)
        names.append(f"source{k}{suffix}")
        mode = "-sv " if suffix == ".sv" else ""
        lines.append(f"read_verilog {mode}{' '.join(options)} source{k}{suffix}")
    for k, path in enumerate(parts_of(sources.files)):
        name(f"part{k}.v", path)
        names.append(f"part{k}.v")
        lines.append(f"read_verilog part{k}.v")
    slang = slang_command(sources, names, [o[2:] for o in options if o.startswith("-I")])
    system = any(path.suffix.lower() in SYSTEM_VERILOG for path in sources.files)
    texts = (*sources.defines.values(), *(text for text, _ in known.values()))
    outside = any(map(WORD.search, texts))
    return Links("\n".join(lines), shown, cells, folder, slang, system, outside=outside)


def _link_netlist(path: Path, ours: str, folder: Path, shown: dict[str, str]) -> str:
    """The command that reads a netlist of another tool, by a name of ours that has no suffix yet.

    Raises:
        InvcError: It is none, in a way of which Yosys says nothing, or nothing clear.
    """
    end = path.suffix.lower()
    if end in edif.SUFFIXES:
        found = edif.read_edif(path, f"{ours}.json")
        (folder / f"{ours}.json").write_text(json.dumps(found), encoding="utf-8")
        shown[f"{ours}.json"] = str(path)
        return f"read_json {ours}.json"
    check = check_blif if end == ".blif" else check_aiger
    check(path)
    (folder / f"{ours}{end}").symlink_to(path.absolute())
    shown[f"{ours}{end}"] = str(path)
    called = path.stem if IDENTIFIER.fullmatch(path.stem) else "top"
    return f"{READERS[end].format(name=called)} {ours}{end}"


def _with_modules(
    path: Path,
    text: str,
    folders: Sequence[Path],
    copy: Callable[[Path, str], str],
    known: dict[Path, tuple[str, str]],
    depth: int = 0,
) -> str:
    """A source whose primitives are modules, also those of the files that it includes.

    Args:
        path: The file.
        text: What is in it.
        folders: Where included files are searched after its own folder.
        copy: Takes an included file that changes and its new text, and gives a name for it.
        known: What each file holds that has been read, and our name of what it became; to which
            those are added that are read.
        depth: How many files lie around it.

    Raises:
        InvcError: Files are included too deep in each other.
    """
    if depth > MOST_NESTED:
        raise InvcError(
            f"files are included more than {MOST_NESTED} deep", where=str(path), hint=NESTED_HINT
        )
    known[path] = (text, "")

    def include(match: re.Match[str]) -> str:
        found = (folder / match[2] for folder in (path.parent, *folders))
        file = next((file for file in found if file.is_file()), None)
        if file is None or file.stat().st_size > MOST_INCLUDED:
            return match[0]
        if file not in known:  # nor in the middle of being read
            inner = file.read_text(encoding="utf-8", errors="replace")
            made = _with_modules(file, inner, folders, copy, known, depth + 1)
            known[file] = (inner, "" if made == inner else copy(file, made))
        ours = known[file][1]
        return f"{match[1]}{ours}{match[3]}" if ours else match[0]

    return as_modules(_INCLUDE.sub(include, text))
