"""Word-level evaluation of elaborated modules is what the compiled gates compute."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from invc.diagnostics import InvcError
from invc.frontend.elaborate import Variant, elaborate, elaborate_variants
from invc.frontend.yosys import Sources, find_yosys
from invc.training.trials import evaluate_words
from rtl_examples.models import EXAMPLES
from train.nets import ROOT

TRIALS = 200


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "bcd"])
def test_the_examples(name: str) -> None:
    """Against their models in Python; bcd divides, which no network does."""
    example = EXAMPLES[name]
    given = {key: str(value) for key, value in example.parameters.items()}
    path = ROOT / "rtl_examples" / example.source
    design = elaborate(Sources((path,), parameters=given), find_yosys(None))
    source = np.random.default_rng(0)
    widths = example.inputs(**example.parameters)
    bits = {p: list(source.random((width, TRIALS)) < 0.5) for p, width in widths.items()}
    found = evaluate_words(design, bits)
    for trial in range(TRIALS):
        inputs = {p: sum(int(b[trial]) << k for k, b in enumerate(v)) for p, v in bits.items()}
        for port, wanted in example.model(**inputs, **example.parameters).items():
            said = sum(int(bit[trial]) << k for k, bit in enumerate(found[port]))
            assert said == wanted % (1 << len(found[port])), (port, inputs)


OPERATIONS = [
    *("a + b", "a - b", "a * b", "-a", "a & b", "a | b", "a ^ b", "a ~^ b", "~a", "&a", "|a"),
    *("^a", "~^a", "!a", "a && b", "a || b", "a < b", "a <= b", "a > b", "a >= b", "a == b"),
    *("a != b", "a << b[1:0]", "a >> b[1:0]", "a[0] ? a : b", "{a, b}", "{2{a}}", "a >>> b[1:0]"),
]


def say(text: str, a: int, b: int) -> int:
    """What an operation means for unsigned numbers of 4 bits in 8 bits."""
    top = {
        "&a": int(a == 15),
        "|a": int(a > 0),
        "^a": a.bit_count() % 2,
        "~^a": 1 - a.bit_count() % 2,
        "!a": int(a == 0),
        "a && b": int(a > 0 and b > 0),
        "a || b": int(a > 0 or b > 0),
        "a ~^ b": ~(a ^ b),
        "a << b[1:0]": a << (b & 3),
        "a >> b[1:0]": a >> (b & 3),
        "a >>> b[1:0]": a >> (b & 3),
        "a[0] ? a : b": a if a & 1 else b,
        "{a, b}": a << 4 | b,
        "{2{a}}": a << 4 | a,
    }
    return (top[text] if text in top else int(eval(text, {"a": a, "b": b}))) & 255


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[npt.NDArray[np.bool_]]]:
    path = tmp_path_factory.mktemp("operations") / "all.v"
    ports = ", ".join(f"output [7:0] y{k}" for k in range(len(OPERATIONS)))
    body = "\n".join(f"assign y{k} = {text};" for k, text in enumerate(OPERATIONS))
    path.write_text(f"module all(input [3:0] a, b, {ports});\n{body}\nendmodule\n")
    design = elaborate(Sources((path,)), find_yosys(None))
    rows = np.arange(256)
    bits = {
        "a": [rows >> k & 1 == 1 for k in range(4)],
        "b": [rows >> k & 1 == 1 for k in range(4, 8)],
    }
    return evaluate_words(design, bits)


@pytest.mark.parametrize("number", range(len(OPERATIONS)), ids=OPERATIONS)
def test_operations(operations: Mapping[str, Sequence[npt.NDArray[np.bool_]]], number: int) -> None:
    bits = operations[f"y{number}"]
    said = np.sum([bit.astype(int) << k for k, bit in enumerate(bits)], axis=0)
    for row in range(256):
        assert said[row] == say(OPERATIONS[number], row & 15, row >> 4), (row & 15, row >> 4)


def test_signed_comparisons_sums_and_cases(tmp_path: Path) -> None:
    path = tmp_path / "signed.v"
    path.write_text("""module top(input signed [3:0] a, b, input [1:0] s, output y, z,
        output reg signed [5:0] c, output signed [7:0] d);
      assign y = a < b; assign z = (a + 3'sd2) >= b; assign d = a >>> 1;
      always @* case (s) 0: c = a + b; 1: c = a - b; 2: c = -a; default: c = a * 3'sd3; endcase
    endmodule""")
    design = elaborate(Sources((path,)), find_yosys(None))
    rows = np.arange(1024)
    given = {
        p: [rows >> k & 1 == 1 for k in at]
        for p, at in {"a": range(4), "b": range(4, 8), "s": range(8, 10)}.items()
    }
    found = evaluate_words(design, given)
    a, b, s = ((rows & 15) ^ 8) - 8, ((rows >> 4 & 15) ^ 8) - 8, rows >> 8
    assert (found["y"][0] == (a < b)).all()
    wrapped = ((a + 2 & 15) ^ 8) - 8  # both are of four bits
    assert (found["z"][0] == (wrapped >= b)).all()
    wanted = np.select([s == 0, s == 1, s == 2], [a + b, a - b, -a], 3 * a) & 63
    assert (
        np.sum([bit.astype(int) << k for k, bit in enumerate(found["c"])], axis=0) == wanted
    ).all()
    assert (
        np.sum([bit.astype(int) << k for k, bit in enumerate(found["d"])], axis=0) == (a >> 1) & 255
    ).all()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("reg q; always @(posedge a[0]) q <= b[0]; assign y = q;", r"cell \$dff is not evaluated"),
        ("wire t; assign t = ~y & a[0]; assign y = t | b[0];", "combinational loop"),
        ("wire t; assign y = t & a[0];", "has no driver"),
    ],
)
def test_what_is_no_function_is_refused(tmp_path: Path, body: str, message: str) -> None:
    path = tmp_path / "bad.v"
    path.write_text(f"module top(input [3:0] a, b, output y);\n{body}\nendmodule\n")
    design = elaborate(Sources((path,)), find_yosys(None))
    bits = [np.zeros(2, np.bool_)] * 4
    with pytest.raises(InvcError, match=message):
        evaluate_words(design, {"a": bits, "b": bits})


def test_a_module_is_elaborated_with_several_parameters() -> None:
    path = ROOT / "rtl_examples/popcount/popcount.v"
    few = elaborate_variants(
        Sources((path,)), find_yosys(None), [Variant("popcount", {"W": w}) for w in (2, 5)]
    )
    assert [len(v.modules[v.top].inputs["x"]) for v in few] == [2, 5]
