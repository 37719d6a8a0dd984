"""Plots: what the formats begin with, and names that matplotlib would take for mathematics."""

import builtins
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from designs import CELLS, multiplier
from invc.design import Design, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.engine.observers import Recorder
from invc.netlist import Netlist
from invc.report.plot import BAR, COURSE, check_plot, format_plot, write_plot
from invc.report.run import Found, Run, bare, marginals, number, percent, ticks
from invc.report.vcd import check_vcd
from sampling import run
from typed import sure


@pytest.fixture(scope="module")
def plain() -> Run:
    design = assemble(multiplier(4), CELLS)
    clamped = presolve(design, parse_clamps(design.netlist, ["p=143"]))
    recorder = Recorder(design, clamped)
    result = run(design, clamped, progress=recorder.progress, watch=recorder.watch)
    answers = tuple(Found(tuple(a.ports.values()), a.reads) for a in result.answers)
    return Run(
        design, ("p=143",), answers, result.reads, result.verified_reads, "ok", (), recorder.trace()
    )


def test_formats(plain: Run, tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(format_plot(plain, "png")))
    assert image.format == "PNG" and min(image.size) > 900
    assert len(cast(list[Any], image.convert("RGB").getcolors(1 << 24))) > 50  # something is drawn
    svg = ET.fromstring(format_plot(plain, "svg"))
    words = " ".join(svg.itertext())
    for word in ("multiplier with p=143", "a = 11, b = 13", "median", "verified", "p[7:0]"):
        assert word in words
    write_plot(plain, tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


def test_equal_runs_are_equal_bytes(plain: Run) -> None:
    assert format_plot(plain, "svg") == format_plot(plain, "svg")


def test_dollars_and_controls_in_names_are_drawn_as_they_are(plain: Run) -> None:
    netlist = plain.design.netlist
    ports = tuple(replace(port, name=f"${port.name}_{{\x1b$x") for port in netlist.ports)
    odd = Netlist("$top^{ \u4e2d", ports, netlist.gates, netlist.names)
    design = Design(odd, plain.design.model, plain.design.cells)
    words = " ".join(ET.fromstring(format_plot(replace(plain, design=design), "svg")).itertext())
    assert "$top^{" in words
    format_plot(replace(plain, design=design), "png")  # warns of no letter that its font lacks
    assert "$a_{\\x1b$x = 11" in words


def test_many_answers_none_and_no_trace_are_drawn(plain: Run) -> None:
    many = tuple(Found((k, 0, k), 40 - k) for k in range(30))
    words = " ".join(ET.fromstring(format_plot(replace(plain, answers=many), "svg")).itertext())
    assert "30 answers, the most often found first" in words and "mean 25.5" in words
    empty = replace(plain, answers=(), trace=None)
    words = " ".join(ET.fromstring(format_plot(empty, "svg")).itertext())
    assert "ok" in words  # the summary, and no panel that is blank
    assert not {"Answers", "Bits", "Energy", "Convergence"} & set(words.replace(":", "").split())
    trace = plain.trace
    first = {
        name: getattr(trace, name)[:1] for name in ("sweeps", "energies", "verified", "satisfied")
    }
    one = replace(plain, trace=replace(sure(trace), **first))
    words = " ".join(ET.fromstring(format_plot(one, "svg")).itertext())
    assert "Answers" in words and "Energy" not in words and "Convergence" not in words
    none = np.zeros_like(sure(trace).verified)
    never = replace(sure(trace), verified=none, satisfied=none)
    words = " ".join(ET.fromstring(format_plot(replace(plain, trace=never), "svg")).itertext())
    assert "Energy: 0 satisfies every gate" in words and "Convergence" not in words


def test_rows_have_their_natural_height(plain: Run) -> None:
    """Some bars more are a picture that is so much taller, and not thinner bars."""

    def height(run: Run) -> int:
        return Image.open(io.BytesIO(format_plot(run, "png"))).size[1]

    def with_answers(count: int) -> Run:
        return replace(plain, answers=tuple(Found((k, 0, k), 5) for k in range(count)))

    assert height(with_answers(1)) == height(with_answers(2))  # three rows of bits beside them
    assert height(with_answers(10)) - height(with_answers(8)) == pytest.approx(300 * BAR, abs=2)
    courses = height(plain) - height(replace(plain, trace=None))
    assert courses == pytest.approx(150 * COURSE, abs=2)


def test_courses_begin_at_sweep_0(plain: Run) -> None:
    trace = sure(plain.trace)
    assert trace.sweeps[0] == 0
    few = {
        name: getattr(trace, name)[:3] for name in ("sweeps", "energies", "verified", "satisfied")
    }
    assert replace(trace, **few).course == slice(0, None)
    many = np.arange(20)
    long = replace(trace, sweeps=many, energies=np.ones((20, 5)))
    assert long.course == slice(1, None)  # of many looks that of pure chance is not drawn
    assert not long.moves


def test_suffix_is_checked_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(InvcError, match=r"plots end in \.png, \.svg, \.pdf, not in '.jpg'"):
        check_plot(tmp_path / "out.jpg")


@pytest.mark.parametrize(
    ("module", "check", "text"),
    [
        (
            "matplotlib",
            check_plot,
            "plots need the package matplotlib\n  hint: pip install '.[plot]' in a checkout of invc",
        ),
        (
            "vcd",
            lambda path: check_vcd(),
            "waveforms need the package pyvcd\n  hint: pip install '.[vcd]' in a checkout of invc",
        ),
    ],
)
def test_a_missing_extra_is_one_line_that_says_how_to_get_it(
    module: str,
    check: Callable[..., Any],
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name == module:
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvcError) as error:
        check(tmp_path / "out.png")
    assert text in str(error.value)


def test_marginals_are_shares_of_verified_reads() -> None:
    design = assemble(multiplier(2), CELLS)
    found = (Found((3, 1, 3), 30), Found((1, 3, 3), 10))
    run_ = Run(design, (), found, 100, 40, "", errors={"a[1]": 0.07})
    table = {port.name: bits for port, bits in marginals(run_)}
    assert [(bit.name, bit.share) for bit in table["a"]] == [("a[1]", 0.75), ("a[0]", 1.0)]
    assert [bit.error for bit in table["a"]] == [0.07, None]
    assert [bit.share for bit in table["p"]] == [0, 0, 1, 1]


def test_numbers_for_people() -> None:
    assert [percent(x) for x in (0, 0.0008, 0.024, 0.0996, 0.37, 0.9999, 1)] == [
        "0", "0.080 %", "2.4 %", "10 %", "37 %", "over 99 %", "100 %",
    ]  # fmt: skip
    assert [bare(x) for x in (0, 0.001, 0.5, 0.999, 1)] == ["0", ".01", ".50", ".99", "1"]
    assert ticks(0, 101) == [0, 25, 50, 75, 100]
    assert ticks(0, 0.9) == pytest.approx([0, 0.25, 0.5, 0.75])
    assert ticks(3, 3) == [3]
    assert [number(x) for x in (0, 12.5, 2048, 1e7)] == ["0", "12.5", "2 048", "1e+07"]
