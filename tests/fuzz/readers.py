"""Readers of designs and of other programs' models: they read, or say in one line why not."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from dataclasses import replace
from functools import cache, partial
from typing import Any

from designs import CELLS, multiplier
from fuzz.mutate import spoilt_bytes, spoilt_json, spoilt_text
from invc.design import (
    Design,
    format_design,
    parse_clamps,
    parse_combination,
    parse_design,
    statistics,
)
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats import readable
from invc.formats.adopt import adopt
from invc.formats.files import load
from invc.formats.incoming import Incoming
from invc.formats.outgoing import prepare
from invc.netlist.shape import parse_shape
from typed import sure

DESIGN = assemble(multiplier(2), CELLS, origin="a fuzzer")


def typed(design: Design) -> Design:
    """The design with ports of fields and elements."""
    shapes = iter(["struct{logic x;logic signed[0:0] y;}", "union{logic[1:0] u;logic[0:1] v;}"])
    ports = [
        replace(p, shape=parse_shape(next(shapes))) if p.direction == "input" else p
        for p in design.netlist.ports
    ]
    return replace(design, netlist=replace(design.netlist, ports=tuple(ports)))


def text_of(design: Design) -> str:
    return "".join(format_design(design))


@cache
def written(name: str) -> tuple[bytes, ...]:
    """Valid files of a format, some with clamps, bits and real numbers."""
    names = ("bqpjson", "dimod-json") if name == "json" else (name,)
    files = []
    for form in map(load, names):
        for fold, clamps in ((True, []), (False, ["p[0]=0"])):
            held = parse_clamps(DESIGN.netlist, clamps)
            assert form.write is not None
            chunks: list[Any] = list(form.write(prepare(DESIGN, held, fold=fold)))
            files.append(b"".join(c if isinstance(c, bytes) else c.encode() for c in chunks))
    return tuple(files)


def hj(draw: random.Random) -> None:
    """What is read is a design: it is written and read again as the same text."""
    text = spoilt_text(text_of(typed(DESIGN)), draw)
    with contextlib.suppress(InvcError):
        design = parse_design(text, "m.hj")
        statistics(design)
        again = text_of(design)
        assert text_of(parse_design(again)) == again


def spoilt_member(data: bytes, draw: random.Random) -> bytes:
    """A zip archive, whole as such, with one array in it spoilt."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        spoilt = draw.choice(old.namelist())
        method = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
        for name in old.namelist():
            member = old.read(name)
            if name == spoilt:
                start = draw.choice((0, 0, 128))  # in the header more often than behind it
                member = member[:start] + spoilt_bytes(member[start : start + 128], draw)
            new.writestr(name, member, method)
    return packed.getvalue()


def model(name: str, draw: random.Random) -> None:
    """What is read is a model: it becomes a design, which is written and read again."""
    data = draw.choice(written(name))
    if name == "npz":
        spoilt = draw.choice((spoilt_bytes, spoilt_member))(data, draw)
    elif name.endswith("json") and draw.random() < 0.8:
        spoilt = spoilt_json(data.decode(), draw).encode(errors="surrogatepass")
    elif draw.random() < 0.1:
        spoilt = spoilt_bytes(data, draw)
    else:
        spoilt = spoilt_text(data.decode(), draw).encode(errors="surrogatepass")
    with contextlib.suppress(InvcError):
        adopted = adopt(sure(load(name).read)(Incoming(spoilt, "m", draw.choice((None, "SPIN")))))
        text = text_of(adopted.design)
        assert text_of(parse_design(text)) == text


def clamps(draw: random.Random) -> None:
    text = draw.choice(("p=6", "a=1:b=0", "p[3:0]=4'b10xx", "inputs=0x5", "p[2]=1,b=2", "a=-1"))
    with contextlib.suppress(InvcError):
        parse_clamps(DESIGN.netlist, [spoilt_text(text, draw)])
    with contextlib.suppress(InvcError):
        parse_combination(DESIGN.netlist, spoilt_text(text, draw))


TARGETS = {
    "hj": hj,
    "clamps": clamps,
    **{name: partial(model, name) for name in readable()},
}
