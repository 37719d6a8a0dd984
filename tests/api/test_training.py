"""Training from Python: the same as the command line, and as clear about faults."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import invc
from invc.diagnostics import InvcError
from invc.training.data.coding import Coding
from invc.training.stream.rule import start
from invc.training.trained import read_trained
from train.nets import MLP, PERCEPTRON, separable
from train.simulators import in_icarus, in_verilator

QUICK: dict[str, Any] = {"N": 9, "reads": 64, "sweeps": 32}


def pair() -> tuple[np.ndarray, np.ndarray]:
    return separable(60, 9)


def three() -> tuple[np.ndarray, ...]:
    """Three classes of 16 grey pixels, to learn from and to test with."""
    source = np.random.default_rng(4)
    means = source.integers(0, 256, (3, 16))
    labels = source.integers(0, 3, 240)
    noisy = means[labels] + source.normal(0, 60, (240, 16))
    inputs = np.clip(noisy, 0, 255).astype(np.uint8)
    return inputs[:180], labels[:180], inputs[180:], labels[180:]


def test_a_perceptron_learns_and_is_evaluated(tmp_path: Path) -> None:
    found = invc.train(PERCEPTRON, data=pair(), samples=20, output=tmp_path / "w.json", **QUICK)
    assert found.trained.method == "energy"
    assert found.scores["train", "single"].right == 20
    assert "network 9-1, method energy" in repr(found)
    by_value = invc.evaluate(PERCEPTRON, weights=found, data=pair())
    by_file = invc.evaluate(PERCEPTRON, weights=str(tmp_path / "w.json"), data=pair())
    by_gates = invc.evaluate(PERCEPTRON, weights=found.trained, data=pair(), gates=True)
    said = [scores["samples", "single"].said.tolist() for scores in (by_value, by_file, by_gates)]
    assert said[0] == said[1] == said[2]
    assert repr(by_value["samples", "single"]).startswith("<Score ")
    assert (read_trained(tmp_path / "w.json").weights == found.trained.weights).all()


@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs Icarus Verilog")
@pytest.mark.skipif(not shutil.which("verilator"), reason="needs Verilator")
def test_what_is_emitted_says_what_was_predicted(tmp_path: Path) -> None:
    """The single network and the vote, of every test sample, in two simulators."""
    files: dict[str, Any] = {"emit": tmp_path / "single.v", "emit_vote": tmp_path / "vote.v"}
    data = three()
    found = invc.train(MLP, data=data, N=17, H=40, C=3, passes=15, drop=0.1, **files)
    inputs = Coding((127,), ones=1).apply(np.asarray(data[2]))
    for who, path in (("single", files["emit"]), ("vote", files["emit_vote"])):
        folder = tmp_path / who
        folder.mkdir()
        (folder / "net.v").write_text(path.read_text().replace("mlp_trained", "net"))
        score = found.scores["test", who]
        assert score.accuracy > 0.8
        assert in_icarus(folder, inputs, 3) == score.said.tolist()
        assert in_verilator(folder, inputs) == score.said.tolist()


DEEP = """
module deep(input [16:0] x, input [339:0] w, input [299:0] v, output [1:0] y);
  wire [19:0] h; wire [14:0] g; genvar j;
  generate for (j = 0; j < 20; j = j + 1) begin : a
    invc_neuron #(.N(17)) n(.x(x), .w(w[17*j +: 17]), .y(h[j]));
  end for (j = 0; j < 15; j = j + 1) begin : b
    invc_neuron #(.N(20), .BOTH(1)) n(.x(h), .w(v[20*j +: 20]), .y(g[j]));
  end endgenerate
  invc_classes #(.H(15), .C(3), .SEED(2)) out(.h(g), .y(y));
endmodule
"""


def test_two_hidden_layers_learn(tmp_path: Path) -> None:
    """Both layers do: the lower one by what the upper one hands down."""
    (tmp_path / "deep.v").write_text(DEEP)
    given: dict[str, Any] = {"weights": ("w", "v"), "data": three(), "passes": 30}
    found = invc.train(tmp_path / "deep.v", **given)
    assert str(found.network and found.network.shape) == "17-20-15-3"
    assert found.scores["test", "single"].accuracy > 0.8
    gates = invc.evaluate(tmp_path / "deep.v", weights=found, data=three(), gates=True)
    said = found.scores["test", "single"].said
    assert (gates["test", "single"].said == said).all()
    before = start(found.network.shape, found.rule) if found.network and found.rule else ()
    after = found.network.network(found.trained.weights).weights if found.network else ()
    assert all(((a >= 0) != b).any() for a, b in zip(before, after, strict=True))


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    given: dict[str, Any] = {"data": three(), "N": 17, "H": 20, "C": 3, "passes": 6}
    whole = invc.train(MLP, checkpoint=tmp_path / "run.npz", **given)
    again = invc.train(MLP, checkpoint=tmp_path / "run.npz", resume=True, **given)
    assert (whole.trained.weights == again.trained.weights).all()


def test_data_by_name(tmp_path: Path) -> None:
    inputs, labels = pair()
    np.savez(tmp_path / "pair.npz", x=inputs, y=labels)
    by_name = invc.train(PERCEPTRON, data=tmp_path / "pair.npz", samples=20, **QUICK)
    by_arrays = invc.train(PERCEPTRON, data=(inputs.tolist(), labels.tolist()), samples=20, **QUICK)
    assert (by_name.trained.weights == by_arrays.trained.weights).all()


X, Y = pair()
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a method": ({"method": "steam"}, "no method 'steam'"),
    "passes": ({"passes": 0}, "passes is 0, no whole number from 1"),
    "batch": ({"batch": 128}, "batch is 128, no whole number from 1 to 127"),
    "a share": ({"drop": 1.5}, "drop is 1.5, which is not at least 0 and at most 0.99"),
    "nan": ({"pull": float("nan")}, "pull is nan, which is not more than 0 and at most 1000"),
    "seed": ({"seed": -1}, "seed is -1"),
    "a word": ({"samples": "20"}, "samples is '20'"),
    "strength": ({"label_strength": 1}, "label_strength is 1"),
    "resume": ({"resume": True}, "nothing to resume"),
    "planes": ({"planes": (9, 1)}, "planes (9, 1) are no thresholds"),
    "no data": ({"data": 5}, "data are a name"),
    "lengths": ({"data": (X, Y[:-1])}, "labels of shape (59,) do not go with 60 samples"),
    "ragged": ({"data": ([[1, 2], [1]], [0, 1])}, "no arrays"),
    "nan inputs": ({"data": (X * np.nan, Y)}, "input 0 of sample 0 is nan, no number"),
    "words": ({"data": (X.astype(str), Y)}, "not numbers"),
    "classes": ({"data": (X, Y * 2)}, "label 2 is out of range"),
    "half a class": ({"data": (X, Y * 0.5)}, "is no class"),
    "nothing": ({"data": (X[:0], Y[:0])}, "there is no sample in it"),
    "one class": ({"data": (X, Y * 0)}, "all 54 samples are of class 0"),
    "a parameter": ({"M": 3}, "M"),
    "a port": ({"weights": ("v",)}, "no input 'v'"),
    "a vote": ({"vote": 1, "emit_vote": "v.v", "samples": 20}, "there is no vote to write"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    keywords, message = FAULTS[case]
    given = {"data": pair(), **QUICK, **keywords}
    with pytest.raises(InvcError) as caught:
        invc.train(PERCEPTRON, **given)
    assert message in caught.value.message
    assert not list(tmp_path.iterdir())
