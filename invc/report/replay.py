"""An answer in time as a test bench: it replays the trace in a simulator and checks every value.

Registers that nothing sets at first get what the answer says; then inputs follow the answer, and
every output and every register that has a name is compared in every cycle. A property is a
function of those, and is computed from what the simulator saw; neither it nor a register that is
for properties alone has to be in the source that is simulated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from invc import __version__
from invc.design import Design
from invc.design.frames import AT_START, INITIAL, Frames, Signal, at
from invc.netlist import Netlist, Port
from invc.report.claims import Claims, claims_of
from invc.text.files import write_whole

SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*", re.ASCII)
INDEXED = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(?:\[\d+\])+", re.ASCII)
HEAD = """\
`timescale 1ns/1ns
// A value is wrong where a bit differs, and unknown where the simulator has an x.
`define INVC_SEE(NAME, FOUND, WANTED) begin \\
    invc_seen = invc_seen + 1; \\
    if (|((FOUND ) ^ (WANTED)) === 1'b1) begin \\
      invc_wrong = invc_wrong + 1; \\
      $display("wrong: %0s is %b, not %b", NAME, FOUND , WANTED); \\
    end else if (^(FOUND ) === 1'bx) begin \\
      invc_unknown = invc_unknown + 1; \\
      $display("unknown: %0s is %b, not %b", NAME, FOUND , WANTED); \\
    end \\
  end
module invc_replay;
  integer invc_seen = 0, invc_wrong = 0, invc_unknown = 0;
"""
TAIL = """\
    if (invc_wrong != 0) $display("%0d of %0d values are wrong", invc_wrong, invc_seen);
    else if (invc_unknown != 0)
      $display("%0d values are as claimed, %0d are unknown", invc_seen - invc_unknown,
               invc_unknown);
    else $display("all %0d values are as claimed", invc_seen);
    $finish;
  end
endmodule
"""


def write_replay(design: Design, answer: Mapping[str, int], path: Path) -> None:
    """Write the test bench of an answer.

    Args:
        design: One that was unrolled.
        answer: The value of every port.
        path: A file of Verilog.

    Raises:
        InvcError: The file cannot be written.
    """
    write_whole(path, format_replay(design, answer, path.name))


def format_replay(design: Design, answer: Mapping[str, int], file: str) -> Iterator[str]:
    """The text of the test bench, in pieces; `file` is what its first lines call it."""
    frames, netlist = design.frames, design.netlist
    assert frames is not None, "the design has no time"
    macros = "".join(f" -D{name}{f'={value}' if value else ''}" for name, value in frames.defines)
    yield (
        f"// A trace of {_name(netlist.name)} over {frames.cycles + 1} cycles, by invc "
        f"{__version__}. To replay it:\n"
        f"//   iverilog -g2012{macros} -s invc_replay -o replay.vvp {file} SOURCES"
        " && vvp -n replay.vvp\n"
    )
    bench = _Bench(frames, netlist, answer, claims_of(netlist, frames, answer))
    yield HEAD
    yield from bench.declared()
    yield "  initial begin\n"
    yield from bench.cycles()
    yield from bench.properties()
    yield TAIL


@dataclass(frozen=True)
class _Bench:
    """What a test bench is made of."""

    frames: Frames
    netlist: Netlist
    answer: Mapping[str, int]
    claims: Claims

    def names(self, *kinds: str) -> list[str]:
        """Signals of some kinds, in order."""
        return list(dict.fromkeys(s.name for s in self.frames.signals if s.kind in kinds))

    def declared(self) -> Iterator[str]:
        """The clock, the inputs, what is remembered, and the design."""
        ports, inputs = self.netlist.port_by_name, self.names("input")
        yield f"  reg {_name(self.frames.clock)} = 1;\n"
        for name in inputs:
            yield f"  reg {_range(ports[at(name, 0)])}{_name(name)};\n"
        for name, port in self.claims.kept.items():
            yield f"  reg {_range(port)}\\{name} ;\n"
        yield from (f"  {wire}\n" for wire in self.claims.wires)
        values = ", ".join(f".{_name(n)}({v})" for n, v in self.frames.parameters)
        pins = ", ".join(f".{_name(n)}({_name(n)})" for n in (self.frames.clock, *inputs))
        given = f"#({values}) " if values else ""
        yield f"  {_name(self.netlist.name)} {given}invc_dut ({pins});\n"

    def cycles(self) -> Iterator[str]:
        """What is done in each cycle: a rising edge, inputs, a falling edge, comparisons."""
        clock, ports = _name(self.frames.clock), self.netlist.port_by_name
        for cycle in range(self.frames.cycles + 1):
            yield f"    // cycle {cycle}\n    {clock} = 1;\n    #1\n"
            yield from self._begun() if cycle == 0 else ()
            inputs = [name for name in self.names("input") if at(name, cycle) in ports]
            for name in inputs:
                yield f"    {_name(name)} = {self._value(ports[at(name, cycle)])};\n"
            yield f"    #4 {clock} = 0;\n    #4\n"
            for name in inputs:
                yield from self._kept(at(name, cycle), _name(name))
            for name in self.names("output", "register"):
                if at(name, cycle) in ports:
                    yield from self._compared(at(name, cycle), self._path(name))
            yield "    #1\n"

    def properties(self) -> Iterator[str]:
        """Comparisons of all properties, once every signal has been seen."""
        for label, text in self.claims.texts.items():
            yield f'    `INVC_SEE("{_quoted(label)}", {text}, {self._value_of(label)})\n'

    def _begun(self) -> Iterator[str]:
        """Registers that nothing sets, set as the answer has them."""
        formal = self.frames.names("formal")
        for signal in self.frames.signals:
            made = signal.name.startswith("$") and not signal.variable  # by Yosys
            if signal.kind in AT_START and not made and signal.name not in formal:
                yield from self._set(signal)

    def _set(self, signal: Signal) -> Iterator[str]:
        """A register at first, as a whole or bit by bit where the source sets others."""
        target = self._path(signal.variable or signal.name, inside=True)
        seen = self.netlist.port_by_name.get(at(signal.name, 0))
        bits = dict(self._zeros(signal, seen) if signal.kind == "zero" else self._free(signal))
        width = len(signal.start) if seen is None or signal.start else len(seen.bits)
        if width <= len(bits) or (width == 1 and bits):
            value = sum(bit << k for k, bit in enumerate(bits.values()))
            yield f"    {target} = {len(bits)}'h{value:x};\n"
            return
        yield from (f"    {target}{index} = 1'b{bit};\n" for index, bit in bits.items())

    def _free(self, signal: Signal) -> Iterator[tuple[str, int]]:
        """The free bits of a register, least significant first: index and value."""
        port = self.netlist.port_by_name[signal.name + INITIAL]
        for k, bit in enumerate(port.bits):
            index = self.netlist.names[bit >> 1].removeprefix(port.name)
            yield index, self.answer[port.name] >> k & 1

    def _zeros(self, signal: Signal, seen: Port | None) -> Iterator[tuple[str, int]]:
        """The bits of a register that are 0 as the source says nothing of them."""
        for k, bit in enumerate(reversed(signal.start)):
            if bit == "0":
                yield f"[{k if seen is None else seen.index(k)}]", 0

    def _compared(self, label: str, found: str) -> Iterator[str]:
        yield f'    `INVC_SEE("{_quoted(label)}", {found}, {self._value_of(label)})\n'
        yield from self._kept(label, found)

    def _kept(self, label: str, found: str) -> Iterator[str]:
        if label in self.claims.kept:
            yield f"    \\{label} = {found};\n"

    def _path(self, name: str, *, inside: bool = False) -> str:
        """A signal of the design; the dots of an inner one part instances."""
        inside = inside or name in self.frames.names("register")
        parts = name.split(".") if inside and not name.startswith(".") else [name]
        if "" in parts:
            parts = [name]
        steps = [p if inside and INDEXED.fullmatch(p) else _name(p) for p in parts]
        return f"invc_dut.{'.'.join(steps)}"

    def _value_of(self, label: str) -> str:
        return self._value(self.netlist.port_by_name[label])

    def _value(self, port: Port) -> str:
        width = len(port.bits)
        return f"{width}'h{self.answer[port.name] & (1 << width) - 1:x}"


def _name(name: str) -> str:
    r"""A name as Verilog writes it; a blank ends an escaped one."""
    return name if SIMPLE.fullmatch(name) else f"\\{name} "


def _range(port: Port) -> str:
    return f"{port.range_text} " if port.range_text else ""


def _quoted(text: str) -> str:
    """A text between double quotes in Verilog."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
