"""`invc show`: graphviz's picture, the page, and names that are no commands."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import AND2, CELLS, multiplier, netlists
from invc.design import write_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.netlist import Gate, Netlist, Port
from invc.report.graphviz import format_dot, render
from invc.report.show import write_picture
from typed import sure

needs_dot = pytest.mark.skipif(
    shutil.which("dot") is None, reason="no graphviz: apt-get install graphviz"
)
SVG = "{http://www.w3.org/2000/svg}"


def invc(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "invc", "show", *arguments]
    value: subprocess.CompletedProcess[str] = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900, **options
    )
    return value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_design(assemble(multiplier(3), CELLS), tmp_path / "mult3.hj")
    return tmp_path


@needs_dot
def test_graphviz_draws_every_gate_port_and_net(folder: Path) -> None:
    done = invc(folder, "mult3.hj")
    assert (done.returncode, done.stdout) == (0, "wrote mult3.svg\n")
    svg = ET.parse(folder / "mult3.svg")
    names = [title.text for title in svg.iter(f"{SVG}title")]
    netlist = multiplier(3)
    assert sum(bool(re.fullmatch(r"g\d+", sure(name))) for name in names) == len(netlist.gates)
    edges = sum(len(gate.inputs) for gate in netlist.gates) + 6
    assert sum("->" in sure(name) for name in names) == edges


@needs_dot
def test_other_formats(folder: Path) -> None:
    for suffix, head in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph")):
        assert invc(folder, "mult3.hj", "-o", f"out.{suffix}").returncode == 0
        assert (folder / f"out.{suffix}").read_bytes().startswith(head)


@needs_dot
@settings(max_examples=15)
@given(
    netlists(max_gates=3),
    st.lists(
        st.text(max_size=5)
        | st.sampled_from(
            ['"];x', "\\", "\\N", "&amp;", "</TABLE>", "-o/x", "<b>", 'a\\"b', "\x1b"]
        ),
        min_size=30,
        max_size=30,
    ),
)
def test_no_name_is_a_statement_an_option_or_markup(netlist: Netlist, words: Sequence[str]) -> None:
    names = ("", *words[: netlist.net_count])
    ports = tuple(
        Port(words[20 + k], p.direction, p.bits, p.signed) for k, p in enumerate(netlist.ports)
    )
    odd = Netlist(words[29], ports, netlist.gates, names)
    svg = ET.fromstring(render(odd, "svg"))
    nodes = [g for g in svg.iter(f"{SVG}g") if g.get("class") == "node"]
    constant = any("zero" in line for line in format_dot(odd))
    assert len(nodes) == len(netlist.gates) + sum(len(p.bits) for p in ports) + constant


@needs_dot
def test_a_large_netlist_is_drawn_with_bounded_effort_and_one_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    real = subprocess.run

    def told(command: list[str], **options: Any) -> Any:
        asked.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", told)
    svg = ET.fromstring(render(multiplier(14), "svg"))
    assert "-Gmclimit=0.05" in asked[0]
    assert (
        sum(g.get("class") == "node" for g in svg.iter(f"{SVG}g")) == len(multiplier(14).gates) + 56
    )
    monkeypatch.setattr("invc.report.graphviz.SECONDS", 0.001)
    with pytest.raises(InvcError, match=r"graphviz did not manage in 0\.001 s"):
        render(multiplier(4), "svg")
    with pytest.raises(InvcError, match="4005 gates are too many for a picture"):
        render(multiplier(45), "svg")


def test_without_graphviz_the_page_is_the_default_and_svg_is_our_own(folder: Path) -> None:
    bare = {"PATH": "/nonexistent"}
    done = invc(folder, "mult3.hj", env=bare)
    assert (done.returncode, done.stdout) == (0, "wrote mult3.html\n")
    assert "data-gate" in (folder / "mult3.html").read_text()
    assert invc(folder, "mult3.hj", "-o", "own.svg", env=bare).returncode == 0
    svg = ET.parse(folder / "own.svg")
    assert len(svg.findall(f".//{SVG}g[@data-gate]")) == len(multiplier(3).gates)
    done = invc(folder, "mult3.hj", "-o", "out.png", env=bare)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: png needs graphviz, which is not on PATH\n  hint: install"
    )


def test_errors(folder: Path) -> None:
    done = invc(folder, "mult3.hj", "-o", "out.jpg")
    assert done.returncode == 1
    assert done.stderr == (
        "out.jpg: error: no picture ends in '.jpg'\n"
        "  hint: there are: .html, .svg, .png, .pdf, .dot\n"
    )
    assert "cannot read it" in invc(folder, "no.hj").stderr
    assert invc(folder, ".").stderr.startswith(".: error: cannot read it: is a directory\n")
    done = invc(folder, "mult3.hj", "-o", "out")
    assert done.stderr.startswith("out: error: its name has no suffix to tell its kind\n")
    assert "cannot write it" in invc(folder, "mult3.hj", "-o", "no/out.html").stderr


def test_an_empty_netlist_has_a_picture(tmp_path: Path) -> None:
    netlist = Netlist("e", (Port("y", "output", (0, 1)),), (), ("",)).check()
    write_picture(assemble(netlist, CELLS), tmp_path / "e.html")
    assert "y[1]" in (tmp_path / "e.html").read_text()
    assert "".join(format_dot(netlist)).count("zero") == 3
    one = Netlist("o", (Port("a", "input", (2,)),), (Gate(AND2, (2, 3, 4)),), ("", "a", "n"))
    assert "".join(format_dot(one)).count("->") == 2
