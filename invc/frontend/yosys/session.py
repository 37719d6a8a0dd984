"""Runs of Yosys in one folder, on sources that are linked there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from invc.diagnostics import InvcError, nearest
from invc.frontend.cache import keep_log
from invc.frontend.yosys.errors import explain, explain_silence
from invc.frontend.yosys.find import INSTALL_HINT, Yosys
from invc.frontend.yosys.links import Links
from invc.frontend.yosys.modules import Module, choose_top, parse_modules
from invc.frontend.yosys.overrides import check_slang, check_trees
from invc.frontend.yosys.own_cells import definitions
from invc.frontend.yosys.process import TimeOver, run
from invc.frontend.yosys.slang import MISSING, check_defaults, check_parameters, has_plain_ports
from invc.frontend.yosys.slices import slice_below
from invc.frontend.yosys.sources import Sources, parameter_text
from invc.frontend.yosys.types import shapes_in
from invc.frontend.yosys_cells import words_of_yosys
from invc.netlist.shape import Shape

MOST_SECONDS = 1800.0
# Yosys's own reader asserts on a pin such as .a($signed(x)) or .a({x}) (0.70 and before), and knows
# no arrays of gates, no loops over variables and little of what SystemVerilog added.
OWN_FAULT = (
    r"ERROR: ?(?:Assert `.*' failed in \S*frontends/ast/|.*syntax error|.*not supported"
    r"|.*only allowed in constant functions)"
)
OWN_CELLS = "own_cells.v"
HERE = Path(__file__).parent  # the scripts stand beside this file


@dataclass
class Session:
    """A folder of its own where every file has a name that we chose.

    Attributes:
        sources: What is compiled.
        yosys: What compiles it.
        folder: Where it runs.
        links: Our names of the sources.
        log: Where the user wants Yosys's output, or None.
        seconds: How long a run may take.
        output: What each run wrote.
        modules: Those of the sources, once they are read.
        reader: What read them, where it is worth a word.
    """

    sources: Sources
    yosys: Yosys
    folder: Path
    links: Links
    log: Path | None = None
    seconds: float = MOST_SECONDS
    output: list[str] = field(default_factory=list)
    modules: Mapping[str, Module] = field(default_factory=dict)
    reader: str = ""

    @property
    def numbered(self) -> bool:
        """Whether the sources give nets numbers, as netlists in JSON do."""
        return all(line.startswith("read_json ") for line in self.links.read.splitlines())

    def run(self, script: str, seconds: float | None = None) -> str:
        """What Yosys writes while it carries out a script.

        Raises:
            InvcError: It ends with an error, cannot be run, or takes longer than a run may.
            TimeOver: It took longer than so many seconds.
        """
        try:
            status, output = self.attempt(script, self.seconds if seconds is None else seconds)
        except TimeOver as error:
            if seconds is not None:
                raise
            self.output.append(error.output)
            raise self._slow(error.output) from None
        if status:
            log = self.keep_log()
            raise explain(
                output, links=self.links, sources=self.sources, modules=self.modules, log=log
            ) or explain_silence(output, status, self.yosys, self.links, log)
        return output

    def attempt(self, script: str, seconds: float | None = None) -> tuple[int, str]:
        """As `run`, but an error of Yosys is its exit status."""
        (self.folder / "script.ys").write_text(script, encoding="utf-8")
        try:
            status, output = run([*self.yosys.command, "script.ys"], self.folder, seconds)
        except OSError as error:
            raise InvcError(f"cannot run {self.yosys.kind}: {error}", hint=INSTALL_HINT) from error
        self.output.append(output)
        return status, output

    def _slow(self, output: str) -> InvcError:
        """The error for a run that takes too long: what it was doing, and how to go on."""
        inside = next((m for m in self.modules.values() if m.name in m.instances), None)
        passes = re.findall(r"^[\d.]+ Executing (\S+) (?:pass|frontend)", output, re.M)
        doing = f" (in its pass {passes[-1].lower()})" if passes else ""
        if inside is not None and "PROC" not in passes:
            return InvcError(
                f"module {inside.name!r} still contains itself after {self.seconds:g} s",
                where=inside.instances[inside.name] or None,
                hint="does its recursion end? a generate block needs a case without an instance",
            )
        return InvcError(
            f"{self.yosys} is not done in {self.seconds:g} s{doing}",
            where=str(self.sources.files[0]),
            hint="give a longer --yosys-limit or smaller parameters; loops and functions are "
            f"unrolled, call by call; Yosys's log: {self.keep_log()}",
        )

    def read(self) -> None:
        """Read the sources and learn what modules there are.

        Raises:
            InvcError: Yosys cannot read them, or not within the time of a run.
        """
        try:
            self._read()
        except TimeOver as error:
            self.output.append(error.output)
            raise self._slow(error.output) from None

    def _read(self) -> None:
        slang, own = self.links.slang, f"{self.links.read}\nwrite_rtlil modules.il\n"
        if slang is None:
            self.run(own)
        elif not self.links.system and not self.links.outside:
            self._read_verilog(own, slang)
        elif not self._read_by_slang(slang):
            self.run(own)
        if not self.links.elaborated:
            self._distrust(slang)
        self._learn_modules()
        if not self.links.elaborated and words_of_yosys(self._strangers()):
            # Its cells of words, as `write_verilog -noexpr` instantiates them by name.
            read = self.links.read.replace("read_verilog ", "read_verilog -icells ")
            self.links = replace(self.links, read=read)
            self.run(f"{read}\nwrite_rtlil modules.il\n")
            self._learn_modules()

    def _learn_modules(self) -> None:
        self.check_written("modules.il")
        self.modules = parse_modules(self.folder / "modules.il", self.links.locate)
        if self.links.elaborated and not self.modules:
            check_defaults(self.sources)

    def _strangers(self) -> set[str]:
        """What is instantiated and defined nowhere."""
        used = {name for module in self.modules.values() for name in module.instances}
        return used.difference(self.modules)

    def check_written(self, name: str) -> None:
        """See that Yosys could write a file, as it says nothing of a full disk.

        Raises:
            InvcError: The file is not there, or not whole.
        """
        path = self.folder / name
        room = shutil.disk_usage(self.folder).free
        if not path.is_file() or path.stat().st_size == 0 or room == 0:
            raise InvcError(
                "no room for temporary files",
                where=str(self.folder.parent),
                hint="make some there, or set TMPDIR to a folder with more",
            )

    def script(self, name: str) -> str:
        """A script of ours with the sources, the parameters and the top filled in.

        Raises:
            InvcError: There is no such top, or it has no such parameter.
        """
        top = choose_top(self.modules, self.sources)
        if self.links.elaborated:
            check_parameters(self.sources, top)
        for given in () if self.links.elaborated else self.sources.parameters:
            known = self.modules[top].parameters
            if given not in known:
                raise InvcError(
                    f"module {top!r} has no parameter {given!r}", hint=nearest(given, known)
                )
        chosen = " ".join(
            f"-chparam {name} {parameter_text(name, value)}"
            for name, value in self.sources.parameters.items()
            if not self.links.elaborated
        )
        script = (HERE / name).read_text(encoding="utf-8")
        read = f"{self.links.cells}{self.links.read}{self._own_cells()}"
        for word, text in (("@READ@", read), ("@PARAMETERS@", chosen), ("@TOP@", top)):
            script = script.replace(word, text)
        return script

    def _read_verilog(self, own: str, slang: str) -> None:
        """Read Verilog, and by slang what Yosys's own reader fails on.

        Raises:
            InvcError: Neither can: what the one says that came further in the file.
        """
        try:
            self.run(own)
        except InvcError as fault:
            if not self.output or not re.search(OWN_FAULT, self.output[-1]):
                raise
            status, output = self.attempt(f"{slang}\nwrite_rtlil modules.il\n", self.seconds)
            if status:
                said = self._said(output)
                raise said if said is not None and _is_later(said, fault) else fault from None
            self.links = replace(self.links, read=slang, elaborated=True)
            self.reader = "slang, as Yosys's own reader fails on this valid source"

    def _distrust(self, slang: str | None) -> None:
        """Leave to slang, or refuse, what Yosys's own reader is known to read wrongly.

        Raises:
            InvcError: It is in the sources, and slang does not read them.
        """
        if self.links.outside:
            dump = self.links.read.replace("read_verilog ", "read_verilog -dump_ast1 ")
            check_trees(self.attempt(dump, self.seconds)[1], self.links.locate)
        fault = slice_below(self.folder / "modules.il", self.links.locate)
        if fault is None:
            return
        if slang is None or self.attempt(f"{slang}\nwrite_rtlil modules.il\n", self.seconds)[0]:
            raise fault
        self.links = replace(self.links, read=slang, elaborated=True)
        self.reader = "slang, as Yosys's own reader writes slices below 0 wrongly"

    def _said(self, output: str) -> InvcError | None:
        """The error that slang ended with."""
        return explain(
            output, links=self.links, sources=self.sources, modules={}, log=self.keep_log()
        )

    def _read_by_slang(self, command: str) -> bool:
        """Read SystemVerilog by slang, and by Yosys's own reader where slang cannot.

        Raises:
            InvcError: Neither can: what slang says of it.
        """
        started = len(self.output)
        status, output = self.attempt(f"{command}\nwrite_rtlil modules.il\n", self.seconds)
        if not status:
            check_slang(output, self.links.locate)
            self.links = replace(self.links, read=command, elaborated=True)
            self.reader = "slang"
            return True
        own, _ = self.attempt(f"{self.links.read}\nwrite_rtlil modules.il\n", self.seconds)
        said = self._said(output)
        if own and said is not None and MISSING not in output:
            raise said
        if own:
            del self.output[started:]
            return False
        why = "is not there" if MISSING in output else f"says: {said.message if said else status}"
        self.reader = f"Yosys's own reader, as slang {why}"
        return True

    def _own_cells(self) -> str:
        """The command that reads definitions of Yosys's own gates, where the sources use them."""
        text = definitions(self._strangers())
        if not text:
            return ""
        (self.folder / OWN_CELLS).write_text(text, encoding="utf-8")
        return f"\nread_verilog {OWN_CELLS}"

    def shapes(self, top: str) -> Mapping[str, Shape]:
        """What slang knows of the types of the top module's ports, where they are not plain."""
        if not self.links.elaborated or has_plain_ports(self.sources, top):
            return {}
        command = self.links.read.replace("read_slang ", "read_slang --dump-ast ", 1)
        _, output = self.attempt(f"{command}\n", self.seconds)
        self.output.pop()  # a tree of all sources, which is no log
        return shapes_in(output, top)

    def write_log(self) -> None:
        """Leave Yosys's output where the user wants it, if anywhere."""
        if self.log is not None:
            self.log.write_text("".join(self.output), encoding="utf-8")

    def keep_log(self) -> str:
        """Leave Yosys's output where the user can read it, and say where that is."""
        if self.log is not None:
            self.write_log()
            return str(self.log)
        return keep_log(self.output)


def _is_later(one: InvcError, other: InvcError) -> bool:
    """Whether the place of an error is further down in the same file than that of another."""
    (file, line), (first, before) = (_line_of(error.where or "") for error in (one, other))
    return file == first and line > before


def _line_of(place: str) -> tuple[str, int]:
    """The file and the line of a place, 0 where it has none."""
    match = re.fullmatch(r"(.*?):(\d+)(?::\d+)?", place)
    return (match[1], int(match[2])) if match else (place, 0)
