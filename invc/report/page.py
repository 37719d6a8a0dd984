"""One self-contained HTML page: charts, answers, and the netlist as a graph to look into.

Nothing comes from elsewhere and nothing runs but the one script whose hash stands in the page's
Content-Security-Policy; names from files reach the page as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from invc import __version__
from invc.design import Design
from invc.design.frames import Frames
from invc.diagnostics import printable
from invc.netlist import Netlist
from invc.report.charts import (
    answers_chart,
    convergence_chart,
    energy_chart,
    first_chart,
    marginals_chart,
)
from invc.report.columns import levels
from invc.report.drawing import DEEP, draw
from invc.report.layout import size_of
from invc.report.markup import Element, add, element
from invc.report.names import net_names, short
from invc.report.run import (
    Column,
    Found,
    Run,
    columns_of_answers,
    decimal,
    first_histogram,
    number,
    percent,
)
from invc.report.timeline import timeline
from invc.report.trace import Trace

MOST_GATES = 2000
MOST_PLACES = 20_000  # boxes and passing wires
MOST_ROWS = 1000
MOST_BLAMED = 12
LEGEND = ("never", "up to 1 %", "up to 3 %", "up to 10 %", "up to 30 %", "more")
TEXTS = ("gate", "drives", "source", "cell")  # columns that are aligned to the left
STAGED = (
    "Stage by stage more gates are switched on; reads that fail a stage become copies of reads "
    "that pass it, and at the end those that passed none are again what they were."
)
NEVER_ON = "A gate that was never switched on in a read may be violated in it."
HINT = "Point at or tap a gate or a net to see its name, its source line and what it connects to."


def format_page(run: Run) -> Iterator[str]:
    """The page of a run, in pieces."""
    page, body = _shell(run.title)
    _head(body, run.title, run.summary)
    if run.answers and run.design.frames is not None:
        _in_time(body, run, run.design.frames)
    _cards(body, run)
    if run.answers:
        _answers_table(body, run)
    _netlist(body, run.design, run.trace, staged=run.staged)
    if run.facts:
        _facts(body, run)
    yield from _finish(page, body)


def format_design_page(design: Design) -> Iterator[str]:
    """The page of a design that was not run."""
    model, netlist = design.model, design.netlist
    title = printable(netlist.name) or "design"
    page, body = _shell(title)
    gates = Counter(gate.function.name for gate in netlist.gates)
    text = ", ".join(f"{count} {name}" for name, count in sorted(gates.items())) or "no gates"
    _head(body, title, f"{text}; {model.spins} spins, {len(model.J)} couplings")
    _netlist(body, design, None)
    yield from _finish(page, body)


def _shell(title: str) -> tuple[Element, Element]:
    page = element("html", lang="en")
    head = add(page, "head")
    add(head, "meta", charset="utf-8")
    digest = base64.b64encode(hashlib.sha256(_asset("page.js").encode()).digest()).decode()
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
    policy += f"'sha256-{digest}'"
    add(head, "meta", http_equiv="Content-Security-Policy", content=policy)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "meta", name="generator", content=f"invc {__version__}")
    add(head, "link", rel="icon", href="data:,")
    add(head, "title", f"{title} · invc")
    add(head, "style").text = _asset("page.css") + _asset("netlist.css")
    return page, add(page, "body")


def _asset(name: str) -> str:
    return files("invc.report").joinpath(name).read_text(encoding="utf-8")


def _head(body: Element, title: str, text: str) -> None:
    header = add(body, "header")
    add(header, "h1", title)
    add(header, "p", text, class_="soft")


def _finish(page: Element, body: Element) -> Iterator[str]:
    footer = add(body, "footer", class_="soft")
    add(footer, "p", f"Written by invc {__version__}. This page is complete in itself.")
    add(body, "script").text = _asset("page.js")
    yield "<!DOCTYPE html>\n"
    yield ET.tostring(page, encoding="unicode", method="html")
    yield "\n"


def _cards(body: Element, run: Run) -> None:
    """A card for each chart; of those that would be empty, one line that says why."""
    charts = list(_charts(run))
    missing = dict.fromkeys(text for _, text, chart in charts if chart is None)
    if missing:
        add(body, "p", " ".join(missing), class_="soft missing")
    cards = add(body, "div", class_="cards")
    for title, text, chart in charts:
        if chart is not None:
            card = add(cards, "section", class_="card")
            add(card, "h2", title)
            add(card, "p", text, class_="soft")
            card.append(chart)


def _charts(run: Run) -> Iterator[tuple[str, str, Element | None]]:
    """Title, explanation and picture of each chart; the explanation says why there is none."""
    answers = answers_chart(run)
    text = (
        "Reads that ended in each verified answer."
        if answers is not None
        else "No answer was found."
    )
    yield "Answers", text, answers
    if run.trace is not None:  # samples at equilibrium are not watched from sweep to sweep
        yield from _courses(run, run.trace)
    if run.first is not None:
        seen = first_histogram(run)
        text = f"Cycles of reads to their first right states: {seen.text}." if seen else ""
        yield "First right states", text or "No read had a right state.", first_chart(run)
    bits = marginals_chart(run)
    text = "Share of verified reads in which each port bit is 1, most significant bit first."
    yield "Bits", text if bits is not None else "No answer was found.", bits


def _courses(run: Run, trace: Trace) -> Iterator[tuple[str, str, Element | None]]:
    """The charts that run against sweeps: energy and convergence."""
    seen = f"{trace.reads} reads that ran side by side"
    unseen = "No read was seen to move: there is no course to draw."
    energy = energy_chart(run)
    text = f"Of {seen}: median, middle half, and all but the outer 5 %."
    text += "" if run.ranked else " 0 satisfies every gate."
    yield "Energy", text if energy is not None else unseen, energy
    if not run.ranked and trace.moves and not trace.converges:
        yield "Convergence", f"Of {seen} none was verified after any sweep.", None
    elif not run.ranked:
        convergence = convergence_chart(run)
        text = f"Share of {seen} whose inputs give the clamped values."
        text += f" {STAGED}" if run.staged else ""
        yield "Convergence", text if convergence is not None else unseen, convergence


def _in_time(body: Element, run: Run, frames: Frames) -> None:
    """The answer that was found most often, by the clock."""
    card = add(body, "section", class_="card")
    add(card, "h2", "An answer in time")
    text = f"The first answer over {frames.cycles + 1} cycles, numbers in hexadecimal."
    add(card, "p", text, class_="soft")
    netlist = run.design.netlist
    answer = dict(zip([p.name for p in netlist.ports], run.answers[0].values, strict=True))
    frame = add(card, "div", class_="scroll", tabindex="0", role="region", aria_label="waveforms")
    frame.append(timeline(frames, netlist, answer))


def _answers_table(body: Element, run: Run) -> None:
    card = add(body, "section", class_="card")
    add(card, "h2", "Every answer")
    if len(run.answers) > MOST_ROWS:
        text = f"The first {MOST_ROWS} of {number(len(run.answers))}, {run.order}."
        add(card, "p", text, class_="soft")
    columns = columns_of_answers(run)
    head = [
        *(column.label for column in columns),
        *(["energy"] if run.ranked else []),
        "reads",
        "share",
    ]
    rows = [_answer_row(run, columns, answer) for answer in run.answers[:MOST_ROWS]]
    _table(card, head, rows)


def _answer_row(run: Run, columns: Sequence[Column], answer: Found) -> list[str]:
    energy = [f"{run.energy(answer.energy):.10g}"] if run.ranked else []
    share = percent(answer.reads / max(1, run.verified))
    values = (decimal(column.value(answer)) for column in columns)
    return [*values, *energy, number(answer.reads), share]


def _table(parent: Element, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Element:
    frame = add(parent, "div", class_="scroll", tabindex="0", role="region", aria_label=head[0])
    table = add(frame, "table")
    line = add(add(table, "thead"), "tr")
    for name in head:
        add(line, "th", name, scope="col", **({"class_": "name"} if name in TEXTS else {}))
    body = add(table, "tbody")
    for row in rows:
        line = add(body, "tr")
        for cell in row:
            add(line, "td", cell)
    return body


def _netlist(body: Element, design: Design, trace: Trace | None, *, staged: bool = False) -> None:
    """The graph with its tools, or what can be said of a design too large to draw."""
    card = add(body, "section", class_="card")
    add(card, "h2", "Netlist")
    if not design.netlist.outputs:  # an imported model: all of its variables are inputs
        text = f"No gates: {design.model.spins} spins, {len(design.model.J)} couplings."
        add(card, "p", text, class_="soft")
        return
    small = can_be_drawn(design.netlist)
    if small:
        _graph(card, design, trace)
    else:
        _summary(card, design)
    if trace is not None:
        _blamed(card, design, trace, with_buttons=small, staged=staged)


def can_be_drawn(netlist: Netlist) -> bool:
    """Whether a browser would show the graph without waiting."""
    return len(netlist.gates) <= MOST_GATES and size_of(netlist) <= MOST_PLACES


def _graph(card: Element, design: Design, trace: Trace | None) -> None:
    text = "Inputs on the left, outputs on the right; a small circle inverts. Drag to move, "
    text += "turn the wheel or spread two fingers to zoom."
    add(card, "p", text, class_="soft")
    tools = add(card, "div", class_="tools")
    for name, label, title in (
        ("farther", "−", "zoom out"),
        ("closer", "+", "zoom in"),
        ("whole", "Fit", "show all of it"),
    ):
        add(tools, "button", label, id=name, type="button", title=title, aria_label=title)
    if trace is not None and trace.moves:
        _sweep_tools(tools, trace)
    frame = add(card, "div", id="graph", tabindex="0", role="group", aria_label="netlist graph")
    picture = draw(design.netlist, None if trace is None else trace.violated[-1].tolist())
    frame.set("style", "aspect-ratio: {2} / {3}".format(*picture.attrib["viewBox"].split()))
    frame.append(picture)
    add(card, "p", HINT, id="about", class_="soft", aria_live="polite", data_hint=HINT)
    if trace is not None:
        _legend(card, trace)
    data = add(card, "script", id="data", type="application/json")
    # "<" could end the script; in JSON it can be written so that it does not stand there.
    data.text = json.dumps(_data(design, trace), separators=(",", ":")).replace("<", "\\u003c")


def _sweep_tools(tools: Element, trace: Trace) -> None:
    first, last = int(trace.sweeps[0]), int(trace.sweeps[-1])
    add(tools, "button", "Play", id="play", type="button")
    label = add(tools, "label")
    # Its scale is that of sweeps, since looks need not be evenly apart.
    slider = add(label, "input", id="sweep", type="range", step="any", aria_label="sweep")
    for name, value in (("min", first), ("max", last), ("value", last)):
        slider.set(name, str(value))
    add(label, "output", f"sweep {last} of {last}", id="when", for_="sweep")


def _legend(card: Element, trace: Trace) -> None:
    legend = add(card, "div", class_="legend")
    add(legend, "span", "Gates by the share of reads that violate them:")
    for k, text in enumerate(LEGEND):
        item = add(legend, "span")
        patch = add(item, "svg", class_="netlist", viewBox="0 0 14 14", aria_hidden="true")
        add(add(patch, "g", class_=f"q{k}"), "rect", x=1, y=1, width=12, height=12, rx=3)
        item[-1].tail = text
    which = "that found an answer" if trace.answered else "of the lowest energy"
    text = f"Bold wires are 1 in one read {which}."
    add(legend, "span", text)


def _data(design: Design, trace: Trace | None) -> dict[str, Any]:
    netlist = design.netlist
    data: dict[str, Any] = {
        "nets": net_names(netlist),
        "gates": [
            [
                printable(gate.function.name),
                printable(gate.source),
                list(zip(map(printable, gate.function.pins), gate.pins, strict=True)),
                len(gate.function.inputs),
            ]
            for gate in netlist.gates
        ],
        "deep": DEEP,
    }
    if trace is not None:
        data["sweeps"] = trace.sweeps.tolist()
        data["violated"] = np.ceil(trace.violated * 1000 - 1e-3).astype(int).tolist()
        data["values"] = ["".join(map(str, row)) for row in trace.nets.tolist()]
    return data


def _summary(card: Element, design: Design) -> None:
    netlist = design.netlist
    text = f"{number(len(netlist.gates))} gates are too many to draw; this is what they are."
    add(card, "p", text, class_="soft")
    count = Counter(gate.function.name for gate in netlist.gates)
    depth = Counter(levels(netlist))
    body = _table(card, ["cell", "gates"], [])
    for name, gates in count.most_common():
        line = add(body, "tr")
        add(line, "td", name, class_="name")
        add(line, "td", number(gates))
    most = max(depth.values())
    text = f"{max(depth)} levels from inputs to outputs, at most {number(most)} gates in one."
    add(card, "p", text, class_="soft")


def _blamed(
    card: Element, design: Design, trace: Trace, *, with_buttons: bool, staged: bool
) -> None:
    """The gates that are violated most often at the end of the reads."""
    share = trace.violated[-1]
    worst = [int(k) for k in np.argsort(-share, kind="stable")[:MOST_BLAMED] if share[k] > 0]
    if not worst:
        return
    add(card, "h3", "Most often violated at the end of a read")
    if staged:
        add(card, "p", NEVER_ON, class_="soft")
    body = _table(card, ["gate", "drives", "source", "reads"], [])
    names = net_names(design.netlist)
    for k in worst:
        gate = design.netlist.gates[k]
        line = add(body, "tr")
        cell = add(line, "td", class_="name")
        if with_buttons:
            add(cell, "button", gate.function.name, class_="link", type="button", data_find=k)
        else:
            cell.text = printable(gate.function.name)
        driven = ", ".join(short(names[pin >> 1], 40) for pin in gate.outputs)
        add(line, "td", driven, class_="name")
        place = gate.source.rpartition("/")[2]
        add(line, "td", place, class_="name", title=gate.source)
        add(line, "td", percent(float(share[k])))


def _facts(body: Element, run: Run) -> None:
    card = add(body, "section", class_="card")
    add(card, "h2", "How it was run")
    facts = add(card, "dl")
    for name, value in run.facts:
        add(facts, "dt", name)
        add(facts, "dd", value)
