"""Write the golden results anew: `python tests/golden/record.py [THREADS]`.

They hold what fixed seeds have always given. To write them again is to say that this changed on
purpose: CHANGELOG tells the user.
"""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from golden import bounds, mangled, pieces, plans, proofs, searches, sweeps, written
from golden.questions import RESULTS, record
from golden.sizes import SIZES, measure


def main(threads: int) -> None:
    """Record everything."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        results = record(Path(folder), threads=threads)
        outcomes = mangled.measure()
        os.chdir("/")
    RESULTS.write_text(text_of(results), encoding="utf-8")
    SIZES.write_text(text_of(measure()), encoding="utf-8")
    bounds.BOUNDS.write_text(_table(bounds.measure()), encoding="utf-8")
    searches.SEARCHES.write_text(_table(searches.measure()), encoding="utf-8")
    proofs.PROOFS.write_text(_table(proofs.measure()), encoding="utf-8")
    written.WRITTEN.write_text(_table(written.measure()), encoding="utf-8")
    sweeps.SWEEPS.write_text(_table(sweeps.measure()), encoding="utf-8")
    pieces.PIECES.write_text(_table(pieces.measure()), encoding="utf-8")
    plans.PLANS.write_text(_table(plans.measure()), encoding="utf-8")
    mangled.MANGLED.write_text(json.dumps(outcomes, indent=0) + "\n", encoding="utf-8")


def text_of(results: Mapping[str, Any]) -> str:
    """JSON with one line a question, so that a difference names it."""
    parts = [
        f"{json.dumps(part)}: {{\n" + ",\n".join(_lines(asked)) + "\n}"
        for part, asked in results.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _table(numbers: Mapping[str, Mapping[str, Any]]) -> str:
    """JSON with one line a module."""
    lines = [f"{json.dumps(name)}: {json.dumps(of)}" for name, of in numbers.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(asked: Mapping[str, Any]) -> list[str]:
    return [f"{json.dumps(name)}: {json.dumps(asked[name], sort_keys=True)}" for name in asked]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
