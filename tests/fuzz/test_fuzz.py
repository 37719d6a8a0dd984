"""Ten thousand spoilt inputs for every reader: nothing but an InvcError comes out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from invc.ask import read_question
from invc.ask.batch import _texts as question_texts
from invc.ask.batch import answered, read_questions
from invc.ask.records import read_result
from invc.frontend.gate_level import read_gates
from invc.frontend.modules import read_modules
from invc.frontend.yosys_json import read_json
from invc.library import hamlib
from invc.library.expression import parse_specification

INPUTS = 10_000


@pytest.mark.parametrize("module", ["readers", "sources"])
def test_no_spoilt_input_ends_in_a_traceback(module: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            Path(__file__).parent,
            "--module",
            module,
            "--inputs",
            str(INPUTS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(re.findall(r"^(\S+) +(\d+) inputs$", done.stdout, re.MULTILINE))
    assert set(counts.values()) == {str(INPUTS)}


def test_what_is_spoilt_was_right_before() -> None:
    """Else all inputs would be refused for one and the same reason."""
    from fuzz import sources  # writes what it reads into a folder of its own

    assert len(read_gates(sources.written("g.v", sources.STRUCTURE), hamlib()).gates) == 10
    assert len(read_modules([sources.written("h.v", sources.HEADS)])) == 2
    netlist = read_json(sources.written("w.json", sources.WORDS), sources.FUNCTIONS)
    assert netlist is not None
    assert len(netlist.gates) == 24
    for text in sources.results()[:2]:
        read_result(sources.written("r.json", text)).asked(sources.DESIGN)
    for text in sources.QUESTIONS:
        for asked in read_questions(text.splitlines(), "q"):
            read_question(sources.DESIGN, *question_texts(asked.parts, ()))
    assert len(answered(sources.written("a.jsonl", sources.ANSWERS), sources.DESIGN)) == 3
    for form in sources.CELL_FORMS:
        parse_specification("F", form)
