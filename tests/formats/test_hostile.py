"""Small files that claim much: one line says the bound, and nothing is allocated for the claim."""

import io
import json
import re
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from designs import CELLS, multiplier
from invc.design import Design, format_design, parse_clamps, parse_design
from invc.design.assemble import assemble
from invc.diagnostics import InvcError
from invc.formats import readable
from invc.formats.adopt import adopt
from invc.formats.files import load
from invc.formats.incoming import Incoming
from invc.formats.outgoing import prepare
from invc.formats.terms import terms
from typed import sure

GOOD = "".join(format_design(assemble(multiplier(2), CELLS)))
ENOUGH = 64 << 20  # bytes that reading a small file may take at most


def wide_cell(outputs: int) -> str:
    """A design whose only cell has so many outputs, each a copy of its input."""
    cell = {
        "name": "C",
        "inputs": ["A"],
        "outputs": [f"y{k}" for k in range(outputs)],
        "tables": ["2"] * outputs,
        "ancillas": [],
        "h": [0] * (outputs + 1),
        "J": [],
        "ground": 0,
        "gap": 1,
    }
    return re.sub(r"cells \d+\n(\{.*\n)+", f"cells 1\n{json.dumps(cell)}\n", GOOD)


def packed(method: Any = zipfile.ZIP_STORED, **members: Any) -> bytes:
    """An .npz file of the arrays, or of bytes where they are to be broken."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, member in members.items():
            data = io.BytesIO()
            if isinstance(member, bytes):
                data.write(member)
            else:
                np.lib.format.write_array(data, np.asarray(member), allow_pickle=True)
            archive.writestr(f"{name}.npy", data.getvalue())
    return file.getvalue()


def header(text: str, data: bytes = b"") -> bytes:
    body = text.encode().ljust(118)[:118]
    return b"\x93NUMPY\x01\x00" + len(body).to_bytes(2, "little") + body + data


EDGES = np.array([[0, 1]])
NPZ = {"h": [1, 2], "edges": EDGES, "J": [3]}
BQP = {
    "version": "1.0.0",
    "id": 1,
    "metadata": {},
    "variable_ids": [2, 5],
    "variable_domain": "boolean",
    "scale": 2.0,
    "offset": -1.5,
    "linear_terms": [{"id": 2, "coeff": -1.0}],
    "quadratic_terms": [{"id_tail": 5, "id_head": 2, "coeff": -2.0}],
}
BQM = {
    "type": "BinaryQuadraticModel",
    "variable_labels": ["a", "b"],
    "variable_type": "SPIN",
    "offset": 0,
    "linear_biases": [1, -1],
    "quadratic_biases": [1],
    "quadratic_head": [0],
    "quadratic_tail": [1],
}


def bqp(**changes: Any) -> str:
    return json.dumps({**BQP, **changes})


def bqm(**changes: Any) -> str:
    return json.dumps({**BQM, **changes})


@pytest.mark.parametrize(
    ("form", "data", "expected"),
    [
        ("gset", "16777216 0\n", "m: error: 16777216 variables claimed by a file of 11 bytes"),
        ("qubo", "p qubo 0 16777216 0 0\n", "m: error: 16777216 variables claimed by a file of 22"),
        (
            "dimod",
            f'# vartype=SPIN\n# name {"1" * 5000} "a"\n',
            f"m:2: error: '{'1' * 40}' is no number of a variable: it has 5000 digits",
        ),
        ("json", "[" * 100_000, "m: error: not JSON that can be read: nested too deeply"),
        ("json", f'{{"a": {"1" * 5000}}}', "m: error: it has a number of 5000 digits"),
        ("json", bqp(metadata=[]), "m: error: field 'metadata' is a list, not an object"),
        (
            "json",
            bqp(linear_terms=[{"id": 2, "coeff": 1}, {"id": 9, "coeff": 0.1}]),
            "m: error: field 'linear_terms[1].id' is 9, which is not among the variable_ids",
        ),
        ("json", bqp(scale=-1.0), "m: error: field 'scale' is negative"),
        ("json", bqp(scale="2"), "m: error: field 'scale' is a text, not a number"),
        ("json", bqp(version="2.0.0"), "m: error: field 'version' is '2.0.0'; this invc reads"),
        ("json", bqp(variable_domain="trit"), "m: error: field 'variable_domain' is 'trit', nei"),
        ("json", bqp(variable_ids=[2, 2]), "m: error: field 'variable_ids[1]' is a second 2"),
        (
            "json",
            bqp(variable_ids=[2, 5.0]),
            "m: error: field 'variable_ids[1]' is a number, not a w",
        ),
        ("json", bqp(offset=10**400), "m: error: field 'offset' is too large, or no number"),
        (
            "json",
            bqp(quadratic_terms=[{"id_tail": 5, "id_head": 5, "coeff": 1}]),
            "m: error: field 'quadratic_terms[0].id_head' couples a variable to itself",
        ),
        ("bqpjson", "[]", "m: error: no bqpjson: it is no object"),
        ("json", bqm(linear_biases=[1]), "m: error: field 'linear_biases' has 1 numbers for 2 va"),
        (
            "json",
            bqm(quadratic_tail=[7]),
            "m: error: field 'quadratic_tail[0]' is 7; there are 2 v",
        ),
        ("json", bqm(variable_type=["SPIN"]), "m: error: field 'variable_type' is a list, neither"),
        (
            "json",
            bqm(version={"bqm_schema": "9"}),
            "m: error: field 'version' says schema '9'; this",
        ),
        ("json", bqm(use_bytes=True), "m: error: field 'use_bytes' is true: write it with use_by"),
        ("json", bqm(info={"clamps": {"a": 2}}), "m: error: field 'info.clamps.a' is 2, neither 0"),
        ("json", bqm(variable_labels=["\ud800", "b"]), r"error: variable '\ud800': a surrogate by"),
        ("json", bqm(variable_labels=["a", "a"]), "error: two variables are called 'a'"),
        ("json", bqm(variable_labels=["", "a"]), "error: a variable has an empty name"),
        ("npz", b"PK", "m: error: no .npz file with h, edges and J: 'File is not a zip file'"),
        ("npz", packed(h=[1.0]), "m: error: no .npz file with h, edges and J: it lacks edges, J"),
        (
            "npz",
            packed(zipfile.ZIP_DEFLATED, **NPZ | {"h": np.zeros(1 << 24)}),
            "m: error: its arrays claim 134218",
        ),
        (
            "npz",
            packed(zipfile.ZIP_DEFLATED, **NPZ | {"h": np.zeros(1 << 20, dtype=np.int8)}),
            "m: error: 1048576 variables claimed by a file of ",
        ),
        (
            "npz",
            packed(
                **NPZ | {"h": header("{'descr': '<f8', 'fortran_order': False, 'shape': (10**9,)}")}
            ),
            "m: error: 'h' is no array of plain numbers or texts",
        ),
        (
            "npz",
            packed(
                **NPZ
                | {
                    "h": header(
                        "{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }"
                    )
                }
            ),
            "m: error: 'h' claims another size than it has",
        ),
        (
            "npz",
            packed(**NPZ | {"h": np.array([print, 1], dtype=object)}),
            "m: error: 'h' is no array of plain numbers or texts",
        ),
        ("npz", packed(**NPZ | {"h": ["a", "b"]}), "m: error: 'h' holds no numbers"),
        ("npz", packed(**NPZ | {"J": [3, 4]}), "m: error: h, edges and J do not fit each other"),
        (
            "npz",
            packed(**NPZ | {"edges": [[0, 2]]}),
            "m: error: 'edges' names a spin that does not",
        ),
        ("npz", packed(**NPZ | {"edges": [[1, 1]]}), "m: error: an edge joins a spin to itself"),
        ("npz", packed(**NPZ | {"h": [np.inf, 1]}), "error: a coefficient is no finite number"),
    ],
)
def test_claims_are_refused_in_one_line_before_anything_is_made_of_them(
    form: str, data: str | bytes, expected: str
) -> None:
    given = data if isinstance(data, bytes) else data.encode()
    tracemalloc.start()
    try:
        with pytest.raises(InvcError) as error:
            adopt(sure(load(form).read)(Incoming(given, "m")))
        assert tracemalloc.get_traced_memory()[1] < ENOUGH + 4 * len(given)
    finally:
        tracemalloc.stop()
    assert str(error.value).startswith(expected)
    assert "\n" not in error.value.message


@pytest.mark.parametrize("outputs", [34, 70])
def test_a_cell_of_many_pins_is_refused_before_its_rows_are_listed(outputs: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InvcError) as error:
            parse_design(wide_cell(outputs), "c.hj")
        assert tracemalloc.get_traced_memory()[1] < ENOUGH
    finally:
        tracemalloc.stop()
    assert error.value.message == f"this cell has {outputs + 1} pins, more than 14"


def test_a_surrogate_by_itself_is_refused_with_its_line() -> None:
    with pytest.raises(InvcError) as error:
        parse_design(GOOD.replace('input "a"', 'input "\\ud800a"'), "sur.hj")
    assert str(error.value).startswith(
        "sur.hj:22: error: '\"\\\\ud800a\"' has a surrogate by itself"
    )
    with pytest.raises(InvcError, match=r"sur.hj:6: error: .* has a surrogate by itself"):
        parse_design(GOOD.replace('"a[0]"', '"\\udfff"', 1), "sur.hj")
    pair = GOOD.replace('input "a"', 'input "\\ud83e\\udd84"')
    assert parse_design(pair).netlist.ports[0].name == "🦄"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a={'1' * 5000}", "a decimal of 5000 digits, more than 4000"),
        (f"a[{'1' * 5000}]=1", "no port is called 'a[111"),
        (f"a={'z' * 9000}", "is no value"),
        (f"a=0x{'f' * 9000}", "the value needs 36000 bits, the port has 2"),
    ],
)
def test_long_clamps_are_refused_in_a_short_line(text: str, expected: str) -> None:
    with pytest.raises(InvcError) as error:
        parse_clamps(parse_design(GOOD).netlist, [text])
    assert expected in error.value.message
    assert len(error.value.message) < 200


def calls(work: Callable[..., Any]) -> int:
    """How often Python enters or resumes a function in it: its time, without a clock."""
    count = 0

    def saw(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(saw)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def chain(size: int) -> Design:
    """A model of so many variables, each with a name and a port of its own."""
    names = [f"x{k}y" for k in range(size)]
    rows = [(k, k, 0.5) for k in range(size)] + [(k, k + 1, -1.0) for k in range(size - 1)]
    return adopt(terms(names, rows)).design


@pytest.mark.parametrize("form", ["hj", *sorted(set(readable()) - {"json"})])
def test_readers_are_linear_in_the_file(form: str) -> None:
    """Twice the file is twice the work, where ports, names, terms and gates are many."""
    work = []
    for size in (200, 400):
        design = chain(size)
        if form == "hj":
            text = "".join(format_design(design))
            work.append(calls(lambda text=text: parse_design(text)))
        else:
            chunks = sure(load(form).write)(prepare(design, ()))
            data = b"".join(c if isinstance(c, bytes) else c.encode() for c in chunks)
            work.append(calls(lambda data=data: adopt(sure(load(form).read)(Incoming(data, "m")))))
    assert work[1] < 2.2 * work[0]


def test_penalties_leave_the_objective_its_digits() -> None:
    """An assignment with a penalty of 10^6 beside irrational costs: they keep three digits."""
    costs = np.sqrt(np.arange(2.0, 18.0)).reshape(4, 4)
    rows = [(4 * i + j, 4 * i + j, costs[i, j] - 2e6) for i in range(4) for j in range(4)]
    for i in range(4):
        for j in range(4):
            for k in range(j):
                rows.append((4 * i + j, 4 * i + k, 2e6))
                rows.append((4 * j + i, 4 * k + i, 2e6))
    adopted = adopt(terms([f"x{k}" for k in range(16)], rows, boolean=True))
    assert 0 < adopted.error < 0.005
    model = adopted.design.model
    sums = np.bincount(model.edges.ravel(), np.repeat(np.abs(model.J), 2), minlength=16)
    assert 2**30 < sums.max() < 2**31
    assert np.abs(model.h).max() < 2**31
