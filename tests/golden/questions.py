"""Questions whose results are kept: by Python, by the command line, and states while they move.

Every one is decided by its seed alone: none is bounded by a clock, and results do not depend on
the number of threads or on the kernel. What is a time, a version or the name of a kernel is left
out of a result, and numbers that are not whole are kept to twelve digits, as sums of floats differ
in their last ones between machines.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
DESIGNS = FOLDER / "designs"
RESULTS = FOLDER / "results.json"
MOST, FEW = 24, 6  # rows of a list that are kept whole, and of a longer one
LEFT_OUT = frozenset({"seconds", "version", "versions", "kernel"})
TIME = re.compile(r"\d+\.\d+ s\b")
KERNELS = ("reference", "baseline", "avx2", "avx512")  # some machines lack the last ones
KERNEL = re.compile(rf"\b({'|'.join(KERNELS)}) kernel")


@dataclass(frozen=True)
class Asked:
    """A question to `invc.simulate`, or to whoever runs the engine.

    Attributes:
        name: Under which its result is kept.
        design: A file of `DESIGNS`.
        options: What is asked, by keyword.
        of: What is asked of the samples: "marginals", "uniformity".
        kernels: Whether every kernel is asked, the slow reference too.
    """

    name: str
    design: str
    options: Mapping[str, Any]
    of: Sequence[str] = ()
    kernels: bool = False


@dataclass(frozen=True)
class Typed:
    """Commands typed one after the other in one folder.

    Attributes:
        name: Under which what they print and write is kept.
        commands: Each without `invc`; `--threads` is added where runs are asked for.
        files: What they write that is kept, as JSON.
    """

    name: str
    commands: Sequence[str]
    files: Sequence[str] = field(default=())


def _asked(name: str, design: str, of: Sequence[str] = (), **options: Any) -> Asked:
    return Asked(name, design, options, of)


def _everywhere(name: str, design: str, **options: Any) -> Asked:
    return Asked(name, design, options, kernels=True)


QUESTIONS: tuple[Asked, ...] = (
    # All dynamics by all kernels, forward, backward and partly clamped.
    _everywhere("gibbs", "mult4", clamps="p=143", dynamics="gibbs", reads=300, sweeps=60),
    _everywhere("gibbs, two blocks", "adder4", clamps="sum=9", dynamics="gibbs", reads=1500, sweeps=12, seed=7),
    _everywhere("gibbs, beta", "alu4", clamps={"op": 3}, dynamics="gibbs", reads=64, sweeps=16, beta=(0.1, 1.5)),
    _everywhere("pt", "mult4", clamps="p=144", dynamics="pt", reads=1024, sweeps=48, seed=1),
    _everywhere("pt, ancillas", "mult4_gap", clamps="p=90", dynamics="pt", reads=1024, sweeps=40, seed=2),
    _everywhere("staged", "mult4", clamps="p=132", dynamics="staged", reads=1024, sweeps=64, seed=3),
    _everywhere("staged, ancillas", "bcd8", clamps="bcd=0x137", dynamics="staged", reads=1024, sweeps=40, seed=4),
    _everywhere("sc", "mult4", clamps="p=99", dynamics="sc", reads=128, sweeps=40, seed=5),
    _everywhere(
        "sc, settings", "adder4", clamps="sum=17", dynamics="sc", reads=128, sweeps=40, seed=5,
        settings={"i0": "9", "noise": "4:3", "every": "2", "density": "0.5", "stall": "0.25", "average": "2"},
    ),
    _everywhere("ssa", "mult4", clamps="p=21", dynamics="ssa", reads=128, sweeps=40, seed=6),
    _everywhere(
        "ssa, settings", "popcount8", clamps="count=3", dynamics="ssa", reads=128, sweeps=40, seed=6,
        settings={"i0": "2:20", "noise": "5", "ramps": "2"},
    ),
    _everywhere("auto with reads", "mult4", clamps="p=195", reads=2048, sweeps=40, seed=8),
    _everywhere("strict", "alu4", clamps={"op": 1, "y": 5}, reads=256, sweeps=24, strict=True, dynamics="gibbs"),
    _everywhere("bias", "mult4", bias={"a[0]": 0.9, "b[3]": 0.2}, reads=256, sweeps=24, seed=9),
    _everywhere("equilibrium", "adder4", clamps="sum=9", equilibrium=True, reads=2048, sweeps=4, seed=10),
    _everywhere("equilibrium by pt", "adder4", clamps="sum=11", equilibrium=True, dynamics="pt", reads=2048, sweeps=4),
    _everywhere("no gates", "glass", reads=256, sweeps=30, seed=11, dynamics="gibbs"),
    # Runs that end by themselves.
    _asked("auto", "mult6", clamps="p=2491", seed=12),
    _asked("auto, many answers", "popcount8", ["marginals", "uniformity"], clamps="count=4"),
    _asked("target", "popcount8", clamps="count=2", target=10, seed=13),
    _asked("target, strict", "mult6", clamps="p=2491", target=1, strict=True, seed=14),
    _asked("nothing held", "half_adder", ["marginals", "uniformity"], seed=15),
    _asked("all held", "mult4", clamps="inputs=0x5d"),
    _asked("pt goes on", "mult6", clamps="p=2021", dynamics="pt", target=2, seed=16),
    _asked("gibbs grows", "mult6", clamps="p=2021", dynamics="gibbs", target=1, seed=17),
    # The other things that can be asked.
    _asked("forbid", "mult4", clamps="p=60", forbid=[{"a": 4, "b": 15}, "a=15:b=4", "a[0]=1"], reads=1024, sweeps=60),
    _asked("bits, slices", "mult6", clamps=["p[11:8]=0b1x01", "a[0]=1", "b=0b1xxxx1"], reads=512, sweeps=50),
    _asked("bias, pt", "adder4", ["marginals"], bias="a[1]=0.75", dynamics="pt", reads=1024, sweeps=24),
    _asked("bias at equilibrium", "adder4", ["marginals"], bias=["a[3]=0.8"], equilibrium=True, reads=4096, sweeps=6),
    _asked("marginals at equilibrium", "sat3", ["marginals", "uniformity"], clamps="satisfied=1", equilibrium=True, reads=4096),
    _asked("explain", "mult6", clamps="p=134", explain=True, reads=64, sweeps=20, seed=18),
    _asked("explain staged", "mult6", clamps="p=142", explain=True, reads=1024, sweeps=20, dynamics="staged"),
    _asked("impossible by presolve", "mult4", clamps={"a": 0, "p": 5}),
    _asked("impossible by proof", "mult6", clamps="p=2147", reads=64, sweeps=8, prove=True),
    _asked("found by proof", "mult6", clamps="p=2021", forbid="a=43", reads=1, sweeps=1, prove=True),
    _asked("no gates, pt", "glass", ["marginals"], clamps="s[0]=1", dynamics="pt", reads=1024, sweeps=24),
    _asked("no gates, staged is none", "glass", seed=19, target=3),
)  # fmt: skip

# Shown to whoever watches: every state, not only where it ended.
STATES: tuple[Asked, ...] = (
    _everywhere("gibbs", "mult4", clamps=["p=143"], dynamics="gibbs", reads=1500, sweeps=100, seed=1),
    _everywhere("gibbs, forward", "alu4", clamps=["op=2", "a=9"], dynamics="gibbs", reads=100, sweeps=60),
    _everywhere("pt", "mult4", clamps=["p=143"], dynamics="pt", reads=1024, sweeps=200, seed=2),
    _everywhere("staged", "mult4", clamps=["p=143"], dynamics="staged", reads=1024, sweeps=200, seed=3),
    _everywhere("sc", "bcd8", clamps=["bcd=0x42"], dynamics="sc", reads=64, sweeps=60, seed=4),
    _everywhere("ssa", "mult4_gap", clamps=["p=143"], dynamics="ssa", reads=64, sweeps=80, seed=5),
    _everywhere("no gates", "glass", clamps=[], dynamics="gibbs", reads=64, sweeps=80, seed=6),
    _everywhere("auto", "hamming", clamps=["data=11"], dynamics="auto", reads=2048, sweeps=80, seed=7),
)  # fmt: skip

COMMANDS: tuple[Typed, ...] = (
    Typed("backward", ["simulate mult4.hj -c p=143 --json r.json"], ["r.json"]),
    Typed("to stdout", ["simulate mult4.hj -c a=11 -c b=13 --json -"]),
    Typed("hexadecimal", ["simulate alu4.hj -c op=0 -c y=7 --radix hex --show 3 --target 5"]),
    Typed(
        "settings",
        ["simulate mult4.hj -c p=143 --dynamics ssa --set noise=4 --set every=2 --set i0=1:12 --reads 256"
         " --sweeps 60 --json r.json"],
        ["r.json"],
    ),
    Typed("uniform", ["simulate popcount8.hj -c count=4 --uniformity --marginals --json r.json"], ["r.json"]),
    Typed(
        "equilibrium",
        ["simulate popcount8.hj -c count=2 --equilibrium --uniformity --marginals --seed 3 --json r.json"],
        ["r.json"],
    ),
    Typed(
        "equilibrium by pt",
        ["simulate sat3.hj -c satisfied=1 --equilibrium --dynamics pt --beta 0.3:2 --reads 2048 --json r.json"],
        ["r.json"],
    ),
    Typed("bias", ["simulate adder4.hj --bias a[2]=0.9 --bias b[0]=0.25 --reads 2048 --sweeps 20 --marginals"]),
    Typed("bias of what is held", ["simulate adder4.hj -c a=3 --bias a[2]=0.9 --reads 64 --sweeps 10"]),
    Typed("forbid", ["simulate mult4.hj -c p=60 --forbid a=4:b=15 --forbid a=15 --json r.json"], ["r.json"]),
    Typed("nothing found", ["simulate mult6.hj -c p=134 --reads 64 --sweeps 8 --explain --json r.json"], ["r.json"]),
    Typed("impossible", ["simulate mult4.hj -c a=0 -c p=5 --json r.json"], ["r.json"]),
    Typed("proof", ["simulate mult6.hj -c p=2147 --reads 64 --sweeps 8 --prove --json r.json"], ["r.json"]),
    Typed("usage", ["simulate adder4.hj --equilibrium --target 2", "simulate adder4.hj -c sun=3"]),
    Typed(
        "repeat and merge",
        ["simulate popcount8.hj -c count=1 --seed 1 --reads 512 --sweeps 16 --json one.json",
         "simulate popcount8.hj -c count=1 --seed 2 --reads 512 --sweeps 16 --json two.json",
         "simulate popcount8.hj --repeat one.json",
         "merge one.json two.json -o both.json"],
        ["both.json"],
    ),
    Typed(
        "import",
        ["import glass.coo -o model.hj",
         "simulate model.hj --dynamics gibbs --reads 512 --sweeps 40 --show 3 --marginals --json r.json"],
        ["r.json"],
    ),
    Typed("prove", ["prove mult6.hj -c p=2021 -c a=43", "prove mult6.hj -c p=2147", "prove popcount8.hj -c count=3 --count"]),
)  # fmt: skip


def answer_of(asked: Asked, *, kernel: str = "auto", threads: int = 1) -> Any:
    """What `invc.simulate` returns, as plain data."""
    import invc

    samples = invc.simulate(
        DESIGNS / f"{asked.design}.hj", kernel=kernel, threads=threads, **asked.options
    )
    return plain(
        {
            "status": samples.status,
            "answers": list(samples.answers),
            "columns": samples.columns,
            "summary": samples.summary,
            "proof": samples.proof.status if samples.proof else None,
            "explanation": repr(samples.explanation),
            **{name: _told(getattr(samples, name)()) for name in asked.of},
        }
    )


def _told(table: Any) -> Any:
    """A table by its columns, anything else in its own words."""
    return table.cells if hasattr(table, "cells") else str(table)


def states_of(asked: Asked, *, kernel: str = "auto", threads: int = 1) -> Any:
    """SHA-256 of all states that a run shows, in the order of its blocks, and of the last ones.

    The one adapter: whatever shape a run has, here it is asked for its states.
    """
    from invc.design import parse_clamps, presolve, read_design
    from invc.engine import Effort, problem_of, run

    design = read_design(DESIGNS / f"{asked.design}.hj")
    options = dict(asked.options)
    held = parse_clamps(design.netlist, options.pop("clamps"))
    seen: list[tuple[int, int, int, bytes]] = []

    def watch(block: int, sweeps: int, state: Any) -> None:
        seen.append((block, len(seen), sweeps, state.tobytes()))

    effort = Effort(kernel=kernel, threads=threads, **options)
    run(problem_of(design, presolve(design, held)), effort, watch=watch)
    last = {block: state for block, _, _, state in sorted(seen)}
    everything = [(b"%d %d " % (block, sweeps)) + state for block, _, sweeps, state in sorted(seen)]
    return {"shown": len(seen), "all": _hash(everything), "last": _hash(last.values())}


def _hash(parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def printed_by(typed: Typed, folder: Path, *, threads: int = 1) -> Any:
    """What commands print and write, each with its status; `folder` becomes the current one."""
    for file in DESIGNS.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    lines = [_printed(command, threads) for command in typed.commands]
    written = {name: json.loads((folder / name).read_text()) for name in typed.files}
    return plain({"commands": lines, "files": written})


def _printed(command: str, threads: int) -> Any:
    from click.testing import CliRunner

    from invc.cli import invc as group
    from invc.diagnostics import InvcError

    arguments = command.split()
    if arguments[0] == "simulate":
        arguments += ["--threads", str(threads)]
    done = CliRunner().invoke(group, arguments)
    if isinstance(done.exception, InvcError):
        return {"status": 1, "text": f"{done.output}{done.exception}"}
    assert isinstance(done.exception, SystemExit | None), done.exception
    text = done.output
    if text.startswith("{"):
        return {"status": done.exit_code, "json": json.loads(text)}
    return {"status": done.exit_code, "text": text}


def sampled_by_dimod(*, threads: int = 1) -> Any:
    """What the dimod sampler makes of a small glass."""
    import dimod

    from invc.dimod import InvcSampler

    fields = {f"v{k}": 0.25 * (k % 3 - 1) for k in range(12)}
    couplings = {
        (f"v{i}", f"v{j}"): 0.5 * ((3 * i + 5 * j) % 7 - 3) for i in range(12) for j in range(i)
    }
    model = dimod.BinaryQuadraticModel.from_ising(fields, couplings)
    found = InvcSampler().sample(model, num_reads=200, num_sweeps=50, seed=5, threads=threads)
    rows = [
        [[int(sample[f"v{k}"]) for k in range(12)], float(energy), int(number)]
        for sample, energy, number in found.data(["sample", "energy", "num_occurrences"])
    ]
    return plain({"rows": rows, "info": found.info})


def plain(value: Any) -> Any:
    """Plain data of what is the same on every machine and at every time."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items() if k not in LEFT_OUT}
    if isinstance(value, list | tuple):
        return _shortened([plain(v) for v in value])
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, str):
        return KERNEL.sub("any kernel", TIME.sub("- s", value))
    return plain(value.item())


def _shortened(values: list[Any]) -> list[Any]:
    """Of a long list the first few, its length and a hash of all."""
    if len(values) <= MOST:
        return values
    return [*values[:FEW], {"of": len(values), "all": _hash([json.dumps(values).encode()])}]


def record(folder: Path, *, threads: int = 1) -> dict[str, Any]:
    """All results anew, by the fastest kernel; `folder` is the current one, for files."""
    return {
        "python": {asked.name: answer_of(asked, threads=threads) for asked in QUESTIONS},
        "states": {asked.name: states_of(asked, threads=threads) for asked in STATES},
        "commands": {typed.name: printed_by(typed, folder, threads=threads) for typed in COMMANDS},
        "dimod": sampled_by_dimod(threads=threads),
    }


def by_kernel(questions: Sequence[Asked]) -> list[tuple[Asked, str]]:
    """Each question with every kernel that is to give the same."""
    return [
        (asked, kernel)
        for asked in questions
        for kernel in (KERNELS if asked.kernels else ("auto",))
    ]
