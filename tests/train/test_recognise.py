"""Networks in Verilog: which are recognised, as what, and which are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from invc.diagnostics import InvcError
from invc.frontend.elaborate import elaborate
from invc.frontend.parts import NEURONS, parts_of
from invc.frontend.yosys import Sources, find_yosys
from invc.training.network import Network, classes_of, outputs
from invc.training.pictures import looked_at
from invc.training.recognise import Ports, Recognised
from invc.training.score import check_forward, say_by_design
from train.nets import MLP, PERCEPTRON, ROOT, found, samples

NEURON = """
module unit #(parameter N = 3, T = 1) (input [N-1:0] s, input [N-1:0] k, output on);
  integer i; reg [7:0] c;
  always @* begin c = 0; for (i = 0; i < N; i = i + 1) c = c + (s[i] == k[i]); end
  assign on = c >= T;
endmodule
"""
COMMITTEE = (
    NEURON
    + """
module top(input [4:0] x, input [14:0] w, output y);
  wire [2:0] h;
  unit #(5, 3) a(x, w[4:0], h[0]);
  unit #(5, 3) b(x, w[9:5], h[1]);
  unit #(5, 3) c(x, w[14:10], h[2]);
  assign y = (h[0] & h[1]) | (h[0] & h[2]) | (h[1] & h[2]);
endmodule
"""
)
DEEP = """
module top(input [5:0] x, input [23:0] w, input [11:0] v, output [1:0] y);
  wire [3:0] h; wire [2:0] g; genvar j;
  generate for (j = 0; j < 4; j = j + 1) begin : a
    invc_neuron #(.N(6)) n(.x({x[0], x[5:1]}), .w(w[6*j +: 6]), .y(h[j]));
  end for (j = 0; j < 3; j = j + 1) begin : b
    invc_neuron #(.N(4), .BOTH(1), .THRESHOLD(2)) n(.x(h), .w(v[4*j +: 4]), .y(g[j]));
  end endgenerate
  invc_classes #(.H(3), .C(4), .SEED(7)) out(.h({g[1], g[0], g[2]}), .y(y));
endmodule
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "net.v"
    path.write_text(text)
    return path


def agrees(recognised: Recognised, seed: int = 0, trials: int = 64) -> None:
    """The network says what the user's whole design says, whatever the weights."""
    source = np.random.default_rng(seed)
    width = recognised.widths[recognised.ports.inputs]
    for _ in range(3):
        flat = source.integers(0, 2, sum(recognised.widths[n] for n in recognised.ports.weights))
        inputs, _ = samples(trials, width, 2, seed)
        network = recognised.network(flat.astype(np.uint8))
        by_design = say_by_design(
            recognised.design, recognised.ports, flat.astype(np.uint8), inputs
        )
        assert (classes_of(outputs(network, recognised.arrange(inputs))) == by_design).all()
        check_forward(recognised, network, inputs)
        assert (recognised.flat(network) == flat).all()


def test_a_perceptron_is_known_by_what_it_computes() -> None:
    recognised = found(PERCEPTRON)
    assert str(recognised.shape) == "25-1"
    assert recognised.shape.layers[0].both
    assert "proven for 1 to 4 inputs" in recognised.notes[0]
    agrees(recognised)


@pytest.mark.parametrize(("n", "h", "c"), [(5, 3, 2), (7, 8, 3), (16, 12, 10), (3, 70, 5)])
def test_the_parts_of_our_own(n: int, h: int, c: int) -> None:
    recognised = found(MLP, N=n, H=h, C=c)
    assert str(recognised.shape) == f"{n}-{h}-{c}"
    assert set(recognised.shape.code.sum(axis=0).tolist()) == {c % 2}
    agrees(recognised)


def test_a_committee_of_ones_own_modules(tmp_path: Path) -> None:
    recognised = found(write(tmp_path, COMMITTEE))
    assert str(recognised.shape) == "5-3-1"
    assert recognised.shape.is_majority
    agrees(recognised)


def test_two_hidden_layers_constants_and_any_order(tmp_path: Path) -> None:
    recognised = found(write(tmp_path, DEEP), Ports("x", ("v", "w"), "y"))
    assert str(recognised.shape) == "6-4-3-4"
    assert [layer.both for layer in recognised.shape.layers] == [False, True]
    assert recognised.shape.layers[1].threshold == 2
    agrees(recognised)


def test_constant_inputs(tmp_path: Path) -> None:
    text = """module top(input [3:0] x, input [5:0] w, output y);
      invc_neuron #(.N(6)) n(.x({1'b1, x, 1'b0}), .w(w), .y(y));
    endmodule"""
    recognised = found(write(tmp_path, text))
    assert recognised.columns.tolist() == [4, 0, 1, 2, 3, 5]
    agrees(recognised)


@pytest.mark.parametrize("both", [0, 1])
@pytest.mark.parametrize("threshold", [-3, 0, 1, 2])
def test_thresholds(tmp_path: Path, both: int, threshold: int) -> None:
    text = f"""module top(input [4:0] x, input [4:0] w, output y);
      invc_neuron #(.N(5), .BOTH({both}), .THRESHOLD({threshold})) n(.x(x), .w(w), .y(y));
    endmodule"""
    recognised = found(write(tmp_path, text))
    layer = recognised.shape.layers[0]
    assert layer.both == bool(both)
    agrees(recognised)


@pytest.mark.parametrize("both", [0, 1])
def test_neurons_that_see_windows(tmp_path: Path, both: int) -> None:
    text = f"""module top(input [5:0] x, input [11:0] w, input [3:0] v, output [1:0] y);
      wire [2:0] h; wire [1:0] g;
      invc_neuron #(.N(3), .BOTH({both})) a(x[2:0], w[2:0], h[0]);
      invc_neuron #(.N(5), .BOTH({both})) b({{1'b1, x[1], 1'b1, x[4:3]}}, w[7:3], h[1]);
      invc_neuron #(.N(4), .BOTH({both})) c({{x[5], x[5], x[5:4]}}, w[11:8], h[2]);
      invc_neuron #(.N(2), .BOTH(1)) d(h[1:0], v[1:0], g[0]), e(h[2:1], v[3:2], g[1]);
      invc_classes #(.H(2), .C(3)) out(g, y);
    endmodule"""
    recognised = found(write(tmp_path, text), Ports("x", ("v", "w"), "y"))
    assert str(recognised.shape) == "10-3(4)-2(2)-3"
    assert recognised.shape.weights == 16
    agrees(recognised)


def test_a_window_for_each_neuron() -> None:
    recognised = found(ROOT / "rtl_examples/patches/patches.v", W=6, R=3, H=20, C=3)
    assert str(recognised.shape) == "37-20(10)-3"
    agrees(recognised)


def test_neurons_are_drawn_by_the_bits_that_they_look_at() -> None:
    recognised = found(ROOT / "rtl_examples/patches/patches.v", W=6, R=3, H=20, C=3)
    drawn = looked_at(recognised, np.ones(200, dtype=np.uint8))
    assert drawn.shape == (20, 36)
    first = np.flatnonzero(drawn[0] == 1).tolist()
    assert first == [6 * row + column for row in range(3) for column in range(3)]
    assert set(drawn.ravel().tolist()) == {0.5, 1.0}


NOT_NETWORKS = {
    "an adder": ("assign y = ^(x + w);", "is no neuron"),
    "constant": ("assign y = 1;", "is no neuron"),
    "any product": ("assign y = |(x & w);", "is no neuron"),
    "shared weights": (
        "wire [2:0] h; invc_neuron #(3) a(x, w, h[0]), b(x, {w[0], w[2:1]}, h[1]),\n"
        "c(x, {w[1:0], w[2]}, h[2]); invc_majority m(h, y);",
        "belongs to several",
    ),
    "a flip-flop": ("reg q; always @(posedge x[0]) q <= w[0]; assign y = q;", "is no neuron"),
}


@pytest.mark.parametrize("case", NOT_NETWORKS)
def test_what_is_no_network_is_refused(tmp_path: Path, case: str) -> None:
    body, message = NOT_NETWORKS[case]
    path = write(tmp_path, f"module top(input [2:0] x, w, output y);\n{body}\nendmodule\n")
    with pytest.raises(InvcError, match=message) as caught:
        found(path)
    assert "--method gates" in str(caught.value)


def test_an_attribute_that_lies_is_not_believed(tmp_path: Path) -> None:
    text = NEURONS.read_text().replace("count > most", "count >= most").replace("invc_", "my_")
    text = text.replace("my_train", "invc_train")
    path = write(tmp_path, text + MLP.read_text().replace("invc_", "my_"))
    with pytest.raises(InvcError, match="does not tell the classes of its CODE apart"):
        found(path, top="mlp", N=5, H=4, C=3)


def test_a_neuron_that_is_another_when_small_is_refused(tmp_path: Path) -> None:
    text = """module top #(parameter N = 9) (input [N-1:0] x, w, output y);
      integer i; reg [7:0] c;
      always @* begin c = 0; for (i = 0; i < N; i = i + 1) c = c + (x[i] ~^ w[i] ? 1 : 0); end
      assign y = N < 4 ? x[0] & c[0] : c > N / 2;
    endmodule"""
    path = write(tmp_path, text.replace("x[i] ~^ w[i] ? 1 : 0", "{7'b0, x[i] ~^ w[i]}"))
    with pytest.raises(InvcError, match="is not the neuron that it is with more"):
        found(path)


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        (Ports("z", ("w",), "y"), "no input 'z'"),
        (Ports("x", ("v",), "y"), "no input 'v'"),
        (Ports("x", ("w",), "z"), "no output 'z'"),
        (Ports("x", ("x",), "y"), "named twice"),
    ],
)
def test_ports_that_are_not_there(ports: Ports, message: str) -> None:
    with pytest.raises(InvcError, match=message):
        found(PERCEPTRON, ports)


def test_every_input_is_a_sample_or_a_weight(tmp_path: Path) -> None:
    text = "module top(input [2:0] x, w, input en, output y); assign y = en; endmodule"
    with pytest.raises(InvcError, match="input 'en' is neither"):
        found(write(tmp_path, text))


def test_a_large_network_is_read_once_a_module(tmp_path: Path) -> None:
    """100,000 weights; how many modules there are does not depend on it."""
    recognised = found(MLP, N=500, H=200, C=10)
    assert str(recognised.shape) == "500-200-10"
    assert len(recognised.design.modules) == 3
    flat = np.random.default_rng(0).integers(0, 2, 100_000).astype(np.uint8)
    network = recognised.network(flat)
    inputs, _ = samples(8, 500, 2)
    check_forward(recognised, network, inputs)
    wrong = Network(network.shape, (1 - network.weights[0],))
    assert (outputs(wrong, inputs) != outputs(network, inputs)).any()


def test_parts_are_added_only_where_they_are_named() -> None:
    assert parts_of([PERCEPTRON]) == ()
    assert parts_of([MLP]) == (NEURONS,)
    assert parts_of([MLP, NEURONS]) == ()
    whole = elaborate(Sources((MLP,)), find_yosys(None))
    assert whole.modules[whole.top].name == "mlp"
