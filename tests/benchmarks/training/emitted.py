"""MNIST by invc's commands: what is emitted says in Verilator what was predicted, of every image."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np

from benchmarks.training.fetch import FOLDER, mnist
from invc.frontend.yosys import Sources
from invc.training.data import read_data
from invc.training.data.coding import Coding
from invc.training.emit import trained_verilog
from invc.training.recognise import Ports
from invc.training.run import Job, train
from invc.training.settings import Settings
from train.simulators import in_verilator

NEURONS = 500


def emitted() -> None:
    """Train 784-500-10, emit the single network and the vote of five, and evaluate both."""
    path = mnist()
    if path is None or not shutil.which("verilator"):
        print("nothing emitted: it takes MNIST and Verilator")
        return
    data = read_data(str(path))
    assert data.test
    coding = Coding((64,))
    parameters = {"N": "785", "H": str(NEURONS), "C": "10"}
    sources = Sources((Path("rtl_examples/mlp/mlp.v"),), parameters=parameters)
    job = Job(sources, Ports("x", ("w",), "y"), data, coding, Settings())
    begin = time.perf_counter()
    outcome = train(job)
    print(f"\ninvc train of 785-{NEURONS}-10: {time.perf_counter() - begin:.1f} s in all")
    inputs = outcome.trained.coding.apply(data.test.inputs)
    for who, weights in (
        ("single", [outcome.trained.weights]),
        ("vote", outcome.trained.votes),
    ):
        folder = FOLDER / f"emitted_{who}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        text = "".join(trained_verilog(outcome, weights)).replace("mlp_trained", "net")
        (folder / "net.v").write_text(text)
        begin = time.perf_counter()
        said = np.array(in_verilator(folder.resolve(), inputs))
        score = outcome.scores["test", who]
        print(
            f"{who}: {len(weights) * NEURONS} neurons in {len(text) / 1e6:.2f} MB of Verilog; "
            f"Verilator says what was predicted of {(said == score.said).sum()} of {len(said)} "
            f"images, {100 * (said == score.labels).mean():.2f} % right, "
            f"in {time.perf_counter() - begin:.0f} s",
            flush=True,
        )
        assert (said == score.said).all()
