"""The page in a real browser: quiet console, everything drawn, phone width, dark mode, no intruder."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import browser
from designs import AND2, CELLS, multiplier
from invc.design import Design, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine.observers import Recorder
from invc.netlist import Gate, Netlist, Port
from invc.report.page import format_design_page, format_page
from invc.report.run import Found, Run
from sampling import run
from typed import sure

needs_browser = pytest.mark.skipif(browser.find() is None, reason=browser.INSTALL)
EVIL = '</script><img src=x onerror="window.evil=1"><b a=\'"&\u202e\x1b$1$'


def run_of(design: Design, clamps: tuple[str, ...], **options: Any) -> Run:
    clamped = presolve(design, parse_clamps(design.netlist, clamps))
    recorder = Recorder(design, clamped)
    result = run(design, clamped, progress=recorder.progress, watch=recorder.watch, **options)
    answers = tuple(Found(tuple(a.ports.values()), a.reads) for a in result.answers)
    trace = recorder.trace()
    return Run(
        design,
        clamps,
        answers,
        result.reads,
        result.verified_reads,
        "",
        (("seed", "0"),),
        trace,
        ranked=not design.netlist.gates,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text("".join(format_page(run_of(assemble(multiplier(4), CELLS), ("p=143",)))))
    return path


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Tab]:
    with browser.chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def evil_design() -> Design:
    """Every name that a file can hold is an attempt to leave its place."""
    netlist = Netlist(
        EVIL,
        (Port(EVIL, "input", (2, 4), source=EVIL), Port("y" + EVIL, "output", (6,))),
        (Gate(AND2, (2, 4, 6), EVIL),),
        ("", EVIL + "1", EVIL + "2", EVIL + "3"),
    ).check()
    design = assemble(netlist, CELLS)
    return Design(netlist, design.model, design.cells, EVIL)


@needs_browser
def test_page_draws_everything_and_says_nothing_to_the_console(
    page: Path, tab: browser.Tab
) -> None:
    tab.open(page)
    assert tab.complaints() == []
    assert tab.ask("document.title") == "multiplier with p=143 · invc"
    assert tab.ask("document.querySelectorAll('h1').length") == 1
    assert tab.ask("document.querySelectorAll('svg.chart').length") == 4
    assert tab.ask("document.querySelectorAll('#graph [data-gate]').length") == len(
        multiplier(4).gates
    )
    assert tab.ask("document.querySelectorAll('#graph g.input').length") == 8
    assert tab.ask(
        "[...document.querySelectorAll('svg[role=img]')].every(s => s.querySelector('title'))"
    )
    rows = tab.ask("document.querySelector('table').innerText")
    assert "143" in rows and "11" in rows and "13" in rows


@needs_browser
def test_wheel_keys_and_buttons_move_the_graph_and_a_click_asks_it(
    page: Path, tab: browser.Tab
) -> None:
    tab.open(page)
    where = "document.getElementById('view').getAttribute('transform')"
    scale = f"Number(/scale\\((.*)\\)/.exec({where})[1])"
    box = "document.getElementById('graph').getBoundingClientRect()"
    tab.ask("document.getElementById('graph').scrollIntoView({block: 'center'})")
    x, y = tab.ask(f"{box}.x + {box}.width / 2"), tab.ask(f"{box}.y + {box}.height / 2")
    before = tab.ask(scale)
    assert x is not None
    assert y is not None
    tab.send("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-200)
    tab.until(f"{scale} > {before * 1.1}")
    tab.ask("document.getElementById('whole').click()")
    moved = tab.ask(where)
    for kind, to in (("mousePressed", x), ("mouseMoved", x + 80), ("mouseReleased", x + 80)):
        assert to is not None
        tab.send(
            "Input.dispatchMouseEvent", type=kind, x=to, y=y, button="left", buttons=1, clickCount=1
        )
    tab.until(f"{where} != {json.dumps(moved)}")
    tab.ask("document.getElementById('whole').click()")
    gate = "document.querySelector('#graph [data-gate=\"3\"] rect').getBoundingClientRect()"
    x, y = tab.ask(f"{gate}.x + {gate}.width / 2"), tab.ask(f"{gate}.y + 4")
    for kind in ("mousePressed", "mouseReleased"):
        assert x is not None
        assert y is not None
        tab.send(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1
        )
    tab.until("document.getElementById('about').textContent.includes('drives')")
    said = tab.ask("document.getElementById('about').textContent")
    names = multiplier(4).names
    assert f"drives Y = {names[multiplier(4).gates[3].outputs[0] >> 1]}" in said
    assert said is not None
    assert re.search(r"violated (never|in [0-9.]+ % of the reads)", said)
    assert tab.complaints() == []


@needs_browser
def test_slider_repaints_gates_and_wires(page: Path, tab: browser.Tab) -> None:
    tab.open(page)
    classes = "[...document.querySelectorAll('#graph [data-gate], #graph path')].map(e => e.getAttribute('class')).join()"
    end = tab.ask(classes)
    tab.ask(
        "(() => { const s = document.getElementById('sweep'); s.value = 0; s.dispatchEvent(new Event('input')); })()"
    )
    assert tab.ask(classes) != end
    said = "document.getElementById('when').textContent"
    assert sure(tab.ask(said)).startswith("sweep 0 of ")
    sweeps = tab.ask("JSON.parse(document.getElementById('data').textContent).sweeps")
    wanted = sweeps[1] + 0.4 * (sweeps[2] - sweeps[1])
    tab.ask(
        f"(() => {{ const s = document.getElementById('sweep'); s.value = {wanted}; s.dispatchEvent(new Event('input')); }})()"
    )
    knob = "Number(document.getElementById('sweep').value)"
    assert tab.ask(knob) == sweeps[1]  # where something was seen
    assert tab.ask(said) == f"sweep {sweeps[1]} of {sweeps[-1]}"
    tab.ask("document.getElementById('sweep').focus()")
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        tab.send("Input.dispatchKeyEvent", type="keyDown", key=key)
    tab.until(f"{knob} === {sweeps[2]}")
    limits = "(s => [Number(s.min), Number(s.max)])(document.getElementById('sweep'))"
    assert tab.ask(limits) == [sweeps[0], sweeps[-1]]
    assert tab.complaints() == []


@needs_browser
def test_phone_width_scrolls_only_downwards_and_dark_mode_is_dark(
    page: Path, tab: browser.Tab
) -> None:
    tab.open(page, width=390, height=844, touch=True)
    assert tab.ask("document.documentElement.scrollWidth") == 390
    small = "[...document.querySelectorAll('p, td, th, dd, button')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    assert tab.ask(f"Math.min(...{small})") >= 13
    colours = "['body', '.card', 'h1'].map(e => getComputedStyle(document.querySelector(e))).map(s => s.backgroundColor + s.color).join()"
    light = tab.ask(colours)
    tab.open(page, width=390, height=844, touch=True, dark=True)
    assert tab.ask(colours) != light
    assert tab.ask(f"{brightness('body', 'backgroundColor')}") < 60
    assert tab.ask(f"{brightness('h1', 'color')}") > 200
    assert tab.complaints() == []


def brightness(selector: str, which: str) -> str:
    return (
        f"Math.max(...getComputedStyle(document.querySelector('{selector}')).{which}"
        ".match(/[0-9]+/g).slice(0, 3).map(Number))"
    )


@needs_browser
def test_a_wide_table_scrolls_in_its_card_on_a_phone(tab: browser.Tab, tmp_path: Path) -> None:
    ports = [Port(f"a_long_name_{k}", "input", (2 * k,)) for k in range(1, 9)]
    names = ("", *(f"n{k}" for k in range(1, 10)))
    gate = Gate(AND2, (2, 4, 18), "")
    netlist = Netlist("wide", (*ports, Port("y", "output", (18,))), (gate,), names).check()
    path = tmp_path / "wide.html"
    path.write_text("".join(format_page(run_of(assemble(netlist, CELLS), ("y=1",)))))
    tab.open(path, width=412, height=900, touch=True)
    assert tab.ask("document.documentElement.scrollWidth") == 412
    frame = "document.querySelector('.scroll')"
    wide, shown = tab.ask(f"[{frame}.scrollWidth, {frame}.clientWidth]")
    assert wide > shown
    tab.ask(f"{frame}.scrollLeft = 9999")
    assert tab.ask(f"{frame}.scrollLeft") == pytest.approx(wide - shown, abs=2)


@needs_browser
@pytest.mark.parametrize("width", [412, 1280])
def test_a_large_netlist_is_shown_whole_at_first(
    tab: browser.Tab, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "large.html"
    path.write_text("".join(format_design_page(assemble(multiplier(16), CELLS))))
    tab.open(path, width=width)
    outside = (
        "(frame => [...document.querySelectorAll('#graph [data-gate] rect')].filter(e => {"
        " const b = e.getBoundingClientRect(); return b.left < frame.left - 1 || b.top < frame.top - 1"
        " || b.right > frame.right + 1 || b.bottom > frame.bottom + 1; }).length)"
        "(document.getElementById('graph').getBoundingClientRect())"
    )
    assert tab.ask(outside) == 0
    tab.ask("document.getElementById('closer').click()")
    assert tab.ask(outside) > 0
    assert tab.complaints() == []


@needs_browser
def test_names_from_files_are_text_and_nothing_else(tab: browser.Tab, tmp_path: Path) -> None:
    path = tmp_path / "evil.html"
    path.write_text("".join(format_page(run_of(evil_design(), (), reads=64, sweeps=8))))
    tab.open(path)
    assert tab.complaints() == []
    assert tab.ask("window.evil") is None
    assert tab.ask("document.querySelectorAll('img').length") == 0
    assert tab.ask("document.querySelectorAll('#graph [data-gate]').length") == 1
    assert "</script><img" in tab.ask("document.querySelector('h1').textContent")
    tab.ask("document.querySelector('#graph [data-gate]').dispatchEvent(new Event('x'))")
    assert "</script><img" in tab.ask(
        "JSON.parse(document.getElementById('data').textContent).nets[1]"
    )


def test_page_asks_for_nothing_from_elsewhere(page: Path) -> None:
    text = page.read_text()
    policy = sure(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text))[1]
    assert policy.startswith("default-src 'none';")
    assert "'unsafe-inline'" not in policy.partition("script-src")[2]
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", text)
    assert "http://" not in text.replace("http://www.w3.org/", "") and "https://" not in text


def test_a_design_too_large_to_draw_is_summed_up(tmp_path: Path) -> None:
    design = assemble(multiplier(40), CELLS)
    text = "".join(format_design_page(design))
    assert "gates are too many to draw" in text
    assert 'data-gate="' not in text
    assert len(text) < 60_000


@needs_browser
def test_the_largest_graph_is_a_file_of_megabytes_and_a_larger_run_is_summed_up(
    tab: browser.Tab, tmp_path: Path
) -> None:
    path = tmp_path / "large.html"
    design = assemble(multiplier(31), CELLS)
    assert 1800 < len(design.netlist.gates) <= 2000
    path.write_text("".join(format_page(run_of(design, ("p=143",), reads=64, sweeps=16))))
    assert path.stat().st_size < 4 << 20
    tab.open(path, width=390, height=844, touch=True)
    assert tab.complaints() == []
    assert tab.ask("document.documentElement.scrollWidth") == 390
    gates = "document.querySelectorAll('#graph [data-gate]').length"
    assert tab.ask(gates) == len(design.netlist.gates)
    larger = assemble(multiplier(33), CELLS)
    path.write_text("".join(format_page(run_of(larger, ("p=143",), reads=64, sweeps=16))))
    assert path.stat().st_size < 100_000
    tab.open(path)
    assert (tab.ask(gates), tab.complaints()) == (0, [])
    assert "gates are too many to draw" in tab.ask("document.body.innerText")


def test_no_answer_and_nothing_to_sample_have_pages_too() -> None:
    # 64507 = 251 * 257, and 257 needs nine bits.
    design = assemble(multiplier(8), CELLS)
    none = "".join(format_page(run_of(design, ("p=64507",), reads=64, sweeps=4)))
    assert "No answer was found." in none and "of the lowest energy" in none
    forced = "".join(format_page(run_of(design, ("a=5", "b=3"))))
    assert "there is no course to draw" in forced
    for text in (none, forced):
        cards = sure(re.search(r'<div class="cards">(.*?)</div>', text))[1]
        parts = cards.split("</section>")[:-1]
        assert parts and all("<svg" in part for part in parts)  # none of them blank
    assert 'id="sweep"' not in forced


@needs_browser
def test_two_fingers_zoom_and_one_tap_asks(page: Path, tab: browser.Tab) -> None:
    tab.open(page, width=390, height=844, touch=True)
    tab.ask("document.getElementById('graph').scrollIntoView({block: 'center'})")
    x, y, width = tab.ask(
        "(b => [b.x, b.y, b.width])(document.getElementById('graph').getBoundingClientRect())"
    )
    scale = "Number(/scale\\((.*)\\)/.exec(document.getElementById('view').getAttribute('transform'))[1])"
    before = tab.ask(scale)
    for kind, apart in (("touchStart", 30), ("touchMove", 60), ("touchMove", 110), ("touchEnd", 0)):
        middle = x + width / 2
        points = [
            {"x": middle - apart, "y": y + 90, "id": 0},
            {"x": middle + apart, "y": y + 90, "id": 1},
        ]
        tab.send("Input.dispatchTouchEvent", type=kind, touchPoints=points if apart else [])
    tab.until(f"{scale} > {before * 1.5}")
    tab.ask("document.getElementById('whole').click()")
    gate = "document.querySelector('#graph [data-gate=\"0\"] rect').getBoundingClientRect()"
    point = {
        "x": tab.ask(f"{gate}.x + {gate}.width / 2"),
        "y": tab.ask(f"{gate}.y + {gate}.height / 2"),
    }
    tab.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[point])
    tab.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    tab.until("document.getElementById('about').textContent.includes('AND2')")
    assert tab.complaints() == []


def test_a_model_without_gates_shows_energies_and_no_verification() -> None:
    logic = assemble(multiplier(2), CELLS)
    ports = (Port("v", "input", tuple(2 * k for k in range(1, logic.model.spins + 1))),)
    netlist = Netlist("m", ports, (), ("", *(f"s{k}" for k in range(logic.model.spins))))
    design = Design(netlist, logic.model, scale=2.0)
    run_ = run_of(design, ())
    lowest = run_.answers[0]._replace(energy=3)
    text = "".join(format_page(replace(run_, answers=(lowest,))))
    assert ">energy</th>" in text and ">1.5</td>" in text
    assert "Convergence" not in text and "No gates: " in text
