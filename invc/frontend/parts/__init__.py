"""Modules that any source may instantiate: read along where they are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PREFIX = "invc_"  # how the names of our modules begin
NEURONS = Path(__file__).parent / "neurons.v"
NAMED = re.compile(rb"\binvc_(neuron|majority|classes)\b")
DEFINED = re.compile(rb"\bmodule\s+invc_(neuron|majority|classes)\b")


def parts_of(files: Sequence[Path]) -> tuple[Path, ...]:
    """Our files that these sources need: none, where they define the modules themselves."""
    texts = [_content(path) for path in files]
    if not any(map(NAMED.search, texts)) or any(map(DEFINED.search, texts)):
        return ()
    return (NEURONS,)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # said by whoever reads it in earnest
