"""`invc train`, `eval` and `data` from outside: what they say, what they refuse, how they end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from invc.cli import invc as group
from invc.diagnostics import InvcError
from invc.training.trained import read_trained
from train.nets import MLP, PERCEPTRON, ROOT, separable

INVC = [sys.executable, "-P", "-m", "invc"]


@dataclass
class Done:
    stdout: str
    stderr: str


def invc(folder: Path, *words: object, status: int = 0) -> Done:
    """The command in this process: most of what it costs is to start it."""
    with contextlib.chdir(folder):
        result = CliRunner().invoke(group, [str(word) for word in words])
    error = result.stderr
    code = result.exit_code
    if isinstance(result.exception, InvcError):
        error, code = f"{error}{result.exception}\n", result.exception.status
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert code == status, error
    return Done(result.stdout, error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("train")
    inputs, labels = separable(60, 9, 4)
    np.savez(path / "nine.npz", x=inputs, y=labels)
    source = np.random.default_rng(1)
    centres = source.integers(0, 256, (3, 16))
    y = source.integers(0, 3, 400)
    x = np.clip(centres[y] + source.normal(0, 60, (400, 16)), 0, 255).astype(np.uint8)
    np.savez(path / "three.npz", x_train=x[:300], y_train=y[:300], x_test=x[300:], y_test=y[300:])
    np.savez(path / "one.npz", x=inputs, y=np.zeros(60, int))
    np.savez(path / "ten.npz", x=inputs, y=np.arange(60) % 10)
    return path


NINE = [PERCEPTRON, "-G", "N=9", "--data", "nine.npz"]
THREE = [MLP, "-G", "N=17", "-G", "H=20", "-G", "C=3", "--data", "three.npz", "--passes", "12"]


def accuracies(folder: Path, *words: object) -> tuple[dict[str, Any], dict[str, float]]:
    invc(folder, "train", *words, "-q", "--json", "r.json")
    found = json.loads((folder / "r.json").read_text())
    return found, {k: v["single"]["accuracy"] for k, v in found["scores"].items()}


@pytest.mark.parametrize("method", ["energy", "gates", "stream"])
def test_every_method_satisfies_a_few_samples(folder: Path, method: str) -> None:
    found, right = accuracies(
        folder, *NINE, "--method", method, "--samples", 12, "--passes", 60, "--batch", 2
    )
    assert found["method"] == method
    assert right["train"] == 1.0 or method == "stream"
    assert right["train"] > 0.8
    assert right["validation"] > 0.6


def test_streams_learn_classes_and_eval_says_the_same(folder: Path) -> None:
    done = invc(
        folder,
        "train",
        *THREE,
        "-o",
        "w.json",
        "--emit",
        "t.v",
        "--emit-vote",
        "v.v",
        "-v",
    )
    assert "network 17-20-3, 340 weights, method stream" in done.stdout
    found, right = accuracies(folder, *THREE)
    assert right["test"] > 0.9
    by_kernel, by_design = (
        invc(folder, "eval", MLP, "--weights-file", "w.json", "--data", "three.npz", *more).stdout
        for more in ((), ("--gates",))
    )
    test = found["scores"]["test"]["single"]
    row = next(line.split() for line in by_kernel.splitlines() if line.strip().startswith("test"))
    assert int(row[2]) == test["right"]
    assert [line.split()[:4] for line in by_design.splitlines()[:3]] == [
        line.split()[:4] for line in by_kernel.splitlines()[:3]
    ]
    assert (folder / "v.v").read_text().count(" weights(input integer j)") == 4  # networks


def weights(folder: Path, name: str) -> list[list[int | list[int]]]:
    trained = read_trained(folder / name)
    return [trained.weights.tolist(), [bits.tolist() for bits in trained.votes]]


def test_seeds_decide_and_threads_do_not(folder: Path) -> None:
    invc(folder, "train", *THREE, "-o", "a.json", "-q")
    invc(folder, "train", *THREE, "-o", "b.json", "-q", "--threads", 3)
    invc(folder, "train", *THREE, "-o", "c.json", "-q", "--seed", 1)
    assert weights(folder, "a.json") == weights(folder, "b.json")
    assert weights(folder, "a.json") != weights(folder, "c.json")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_run_that_was_killed_goes_on_to_the_same_weights(folder: Path) -> None:
    words = [MLP, "-G", "N=17", "-G", "H=100", "-G", "C=3", "--data", "three.npz"]
    words += ["--passes", 150, "--batch", 1, "-q"]
    command = [*INVC, "train", *map(str, words), "--checkpoint", "run.npz"]
    started = subprocess.Popen(command, cwd=folder)
    deadline = time.monotonic() + 120
    while not (folder / "run.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(started.pid, signal.SIGKILL)
    assert started.wait() == -signal.SIGKILL
    other = invc(
        folder, "train", *words, "--seed", 1, "--checkpoint", "run.npz", "--resume", status=1
    )
    assert "a checkpoint of another run" in other.stderr
    invc(folder, "train", *words, "--checkpoint", "run.npz", "--resume", "-o", "killed.json")
    invc(folder, "train", *words, "-o", "whole.json")
    assert weights(folder, "killed.json") == weights(folder, "whole.json")


FAULTS = {
    "no data": ([*NINE[:-1], "none.npz"], "none.npz: error: no such file"),
    "labels": ([*NINE[:-1], "ten.npz"], "label 9 is out of range: the design tells 2 classes"),
    "constant class": ([*NINE[:-1], "one.npz"], "all 54 samples are of class 0"),
    "shape": ([PERCEPTRON, "--data", "nine.npz"], "samples of 9 bits do not fit port 'x' of 25"),
    "too many": ([*NINE, "--samples", "61"], "there are 60 samples, not 61"),
    "port": ([*NINE, "--weights", "v"], "module 'perceptron' has no input 'v'"),
    "no network": (
        [
            ROOT / "rtl_examples/adder/adder.v",
            "--inputs",
            "a",
            "--weights",
            "b",
            "--labels",
            "sum",
            "--data",
            "nine.npz",
            "--method",
            "stream",
        ],
        "no network of neurons in module 'adder'",
    ),
    "no energy": ([*THREE, "--method", "energy"], "network 17-20-3 has no quadratic energy"),
    "drop": ([*NINE, "--method", "stream", "--drop", "0.2"], "--drop needs inputs of 0 and 1"),
    "folder": ([*NINE, "-o", "none/w.json"], "none"),
    "vote": (
        [*NINE, "--method", "gates", "--samples", "8", "--emit-vote", "v.v"],
        "no vote to write",
    ),
    "pools": ([*NINE, "--pool", "2x2"], "samples of bits cannot be pooled"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_are_one_line_and_a_hint(folder: Path, case: str) -> None:
    words, message = FAULTS[case]
    done = invc(folder, "train", *words, status=1)
    assert message in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) <= 2
    assert "error: " in lines[0]
    assert done.stdout == "" or case == "vote"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--pool", "5"], "is not ROWSxCOLUMNS"),
        (["--planes", "9,1"], "thresholds ascend"),
        (["--resume"], "--resume needs --checkpoint"),
        (["--label-strength", "1"], "label-strength"),
    ],
)
def test_usage(folder: Path, words: Sequence[str], message: str) -> None:
    assert message in invc(folder, "train", *NINE, *words, status=2).stderr


def test_what_cannot_be_satisfied_is_proven_so(folder: Path) -> None:
    np.savez(folder / "no.npz", x=np.eye(3, dtype=int)[[0, 0, 1]], y=[0, 1, 1])
    words = [PERCEPTRON, "-G", "N=3", "--data", "no.npz", "--method", "gates", "--samples", "3"]
    done = invc(folder, "train", *words, status=1)
    assert "no weights satisfy all 3 samples" in done.stderr
    found, right = accuracies(folder, *words, "--label-strength", "0.9")
    assert found["failed"] == 1
    assert right["train"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no file of weights"),
        ("{}", "no file of weights"),
        ("[" * 99999, "no file of weights"),
        ('{"format": "invc weights 1"}', "broken file of weights"),
    ],
)
def test_files_that_are_no_weights(folder: Path, content: str, message: str) -> None:
    (folder / "bad.json").write_text(content)
    words = ["eval", PERCEPTRON, "--weights-file", "bad.json", "--data", "nine.npz"]
    assert message in invc(folder, *words, status=1).stderr


def test_weights_of_another_design(folder: Path) -> None:
    invc(folder, "train", *NINE, "-o", "nine.json", "-q")
    words = ["eval", PERCEPTRON, "--weights-file", "nine.json", "--data"]
    assert "fit port 'x' of 9" in invc(folder, *words, "three.npz", status=1).stderr
    assert "out of range" in invc(folder, *words, "ten.npz", status=1).stderr
    wider = [*words, "nine.npz", "-G", "N=11"]
    assert "for a port 'w' of 9 bits, not of 11" in invc(folder, *wider, status=1).stderr


def test_pictures(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    invc(folder, "train", *THREE, "-q", "--plot", "p.png", "--html", "p.html")
    assert (folder / "p.png").read_bytes().startswith(b"\x89PNG")
    page = (folder / "p.html").read_text()
    assert "<svg" in page
    assert "http-equiv" in page
    assert "mlp 17-20-3, trained by stream" in page


def test_data_is_coded_split_and_written(folder: Path) -> None:
    invc(
        folder, "data", "three.npz:train:0/2", "--planes", "64,128", "--test", "0.25", "-o", "d.npz"
    )
    done = invc(folder, "data", "d.npz")
    assert "samples of 32 bits, 2 classes" in done.stdout
    assert (
        "it has a test part already"
        in invc(folder, "data", "three.npz", "--test", "0.5", "-o", "e.npz", status=1).stderr
    )
