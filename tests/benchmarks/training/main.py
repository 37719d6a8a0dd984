"""invc's ways of training beside backpropagation and logistic regression, on the same samples.

`python -P tests/benchmarks/training/main.py [emitted] [small] [mnist] [fashion]`: tables, and a
figure each where matplotlib is there, in build/train. A run that was ended goes on with
--continue. Settings are chosen on validation data, taken
from the training part, from the candidates in the files beside; test data are looked at once, at
the end. Processor seconds are those of training alone, on one core.

Goals: pairs of digits: every set that can be satisfied is, the vote no worse than backpropagation
on each pair, within two points of logistic regression on 0/1. MNIST, 8,000 images, 784-500-10:
94 %, 95 % with dropped inputs, at most 3 processor seconds. Fashion-MNIST, 60,000 images: 87.2 %, a
vote 87.5 %, at most 60 s.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.training.emitted import emitted
from benchmarks.training.images import fashion_table, mnist_tables
from benchmarks.training.journal import JOURNAL
from benchmarks.training.small import small

PARTS = {"emitted": emitted, "small": small, "mnist": mnist_tables, "fashion": fashion_table}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--continue", dest="again", action="store_true", help="go on with a run")
    parser.add_argument("--seconds", type=float, help="end after so many, to be gone on with")
    given = parser.parse_args()
    JOURNAL.start(again=given.again, seconds=given.seconds)
    for name in given.parts or PARTS:
        PARTS[name]()
