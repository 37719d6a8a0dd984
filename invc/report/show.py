"""A design as a picture in the format that a file's suffix asks for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

from invc.design import Design
from invc.diagnostics import InvcError
from invc.report.drawing import draw, standalone
from invc.report.graphviz import find_dot, format_dot, render
from invc.report.page import can_be_drawn, format_design_page
from invc.text.files import STREAM, write_whole


def write_picture(design: Design, path: Path) -> None:
    """Write the netlist as .html, .dot, or by graphviz as .svg, .png or .pdf.

    Raises:
        InvcError: graphviz is needed and missing, the netlist is too large for it, or the file
            cannot be written.
    """
    chunks: Iterable[str] | Iterable[bytes]
    match path.suffix.lower()[1:]:
        case "html":
            chunks = format_design_page(design)
        case "dot":
            chunks = format_dot(design.netlist)
        case "" if str(path) == STREAM:
            chunks = [render(design.netlist, "svg")] if find_dot() else _own_svg(design)
        case "svg" if find_dot() is None:
            chunks = _own_svg(design)
        case form:
            chunks = [render(design.netlist, form)]
    write_whole(path, chunks)


def _own_svg(design: Design) -> Iterable[str]:
    """The drawing of the page, on its own."""
    if not can_be_drawn(design.netlist):
        raise InvcError(
            f"{len(design.netlist.gates)} gates are too many for a picture",
            hint="-o FILE.html writes a page with what they are",
        )
    yield ET.tostring(standalone(draw(design.netlist)), encoding="unicode") + "\n"
