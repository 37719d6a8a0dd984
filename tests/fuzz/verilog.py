"""Compile random Verilog in every way that there is and compare with Icarus Verilog.

A target of `make fuzz`; `python tests/fuzz/verilog.py --modules 10000` counts modules.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.library import Limits
from invc.netlist import evaluate_ports
from invc.pipeline import synth

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.random_verilog import Ports, batch
from fuzz.simulator import IVERILOG, outputs

WAYS: list[dict[str, Any]] = [
    {"objective": "balanced"},
    {"objective": "gap"},
    {"objective": "spins"},
    {"objective": "balanced", "limits": Limits(bits=5)},
    {"objective": "balanced", "limits": Limits(6)},
    {"objective": "spins", "limits": Limits(8, 5)},
    {"objective": "balanced", "mining": 1.0},
]
VECTORS = 64


class Difference(AssertionError):
    """A module that two tools do not agree on."""


def vectors_of(modules: Sequence[Ports], random: Random) -> list[list[int]]:
    """Random values for every input, corners among them."""
    widths = [w for inputs, _, _ in modules for _, w in inputs]
    rows = []
    for k in range(VECTORS):
        corner = k < 8
        rows.append([
            random.choice((0, (1 << w) - 1, 1 << (w - 1), (1 << (w - 1)) - 1))
            if corner
            else random.getrandbits(w)
            for w in widths
        ])  # fmt: skip
    return rows


def compare(seed: int, count: int, folder: Path, way: Mapping[str, Any] | None = None) -> int:
    """Compile a batch and compare every output with the simulator's.

    Raises:
        Difference: They are not the same; the message holds the module and the inputs.
    """
    random = Random(f"way {seed}")
    text, modules = batch(seed, count)
    source = folder / "batch.v"
    source.write_text(text)
    chosen = random.choice(WAYS) if way is None else way
    vectors = vectors_of(modules, random)
    judged = outputs(folder, source, modules, vectors)
    try:
        netlist = synth(Sources((source,), top="top"), **chosen).netlist
    except InvcError as error:
        raise Difference(f"seed {seed}, {chosen}: {error}") from error
    names = [(f"m{k}_{n}", w) for k, (ins, _, _) in enumerate(modules) for n, w in ins]
    words = {
        name: [
            sum((row[place] >> bit & 1) << t for t, row in enumerate(vectors))
            for bit in range(width)
        ]
        for place, (name, width) in enumerate(names)
    }
    made = evaluate_ports(netlist, words, len(vectors))
    outs = [(k, n) for k, (_, outs, _) in enumerate(modules) for n, _ in outs]
    for t, row in enumerate(judged):
        for (k, name), bits in zip(outs, row, strict=True):
            for bit, want in enumerate(reversed(bits)):
                got = made[f"m{k}_{name}"][bit] >> t & 1
                if want not in ("x", str(got)):
                    values = {n: v for (n, _), v in zip(names, vectors[t], strict=True)}
                    own = {n: v for n, v in values.items() if n.startswith(f"m{k}_")}
                    raise Difference(
                        f"seed {seed}, {chosen}: {name}[{bit}] is {got}, not {want}, at {own} in\n"
                        f"{modules[k][2]}"
                    )
    return len(modules)


def fuzz_batch(random: Random) -> None:
    """Some modules, which take as long as Yosys takes."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    with tempfile.TemporaryDirectory() as folder:
        compare(random.randrange(1 << 32), 8, Path(folder))


TARGETS = {"verilog": fuzz_batch} if IVERILOG else {}


def main() -> None:
    """Until time is over; the first difference ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--modules", type=int, help="stop after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--keep-going", action="store_true")
    options = parser.parse_args()
    if IVERILOG is None:
        sys.exit("iverilog is not installed: apt install iverilog")
    ends = time.monotonic() + options.seconds
    seed, compared, different = options.seed, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < ends and compared < (options.modules or compared + 1):
            try:
                compared += compare(seed, options.batch, Path(folder))
            except Difference as error:
                if not options.keep_going:
                    raise
                different += 1
                print(error, flush=True)
            seed += 1
    print(
        f"{compared} modules agree, {different} batches do not, seeds {options.seed} to {seed - 1}"
    )
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
