"""Clocked designs run backward in time, beside CaDiCaL and random simulation.

`sequential.py [--folder MACHINES] [--states 20] [--seconds 1]`: the examples, and every .v file in
folders of your own (see machines.py).

Sizes: spins a cycle, and seconds of processor to compile, of which so many for each more cycle.

Traces: states that a machine reaches from its start (zero where the source does not say) by random
inputs, 4, 8, 16 and 32 edges deep, are clamped at that depth; inputs that lead there are asked for.
The rivals get the same frames, one thread and the same limit; one that misses the first four states
is not asked the others. Times are of the processor; what does not find a trace counts as the limit.

- auto, inputs, staged: `invc simulate` with `--target 1`.
- SMC: sequential Monte Carlo over frames, forward: 4,096 machines side by side take random inputs,
  and after each edge become copies of those whose registers are nearest to the wanted ones, by
  exp(-beta * bits that differ), beta growing to 2 at the last edge.
- CaDiCaL: `invc prove`.
- random: 4,096 random traces at a time, until one ends in the state.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from invc.ask import Effort, ask, read_question
from invc.ask.proofs import Proving, prove
from invc.design import Design, decode
from invc.design.frames import at
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources
from invc.netlist import evaluate_ports
from invc.pipeline import Check
from invc.sequential import Init
from invc.sequential.compile import Time, synth_clocked

ROOT = Path(__file__).resolve().parents[2]
DEPTHS = (4, 8, 16, 32)
STARTS: Mapping[str, Init] = {"lfsr": "source"}  # of zeros nothing comes
WIDTHS = {"serial_multiplier": {"W": "12"}}
TRIALS = 4096
PATIENCE = 4  # misses after which a rival is not asked again, of none before
BATCHES = 64  # of random traces, to find states in
Words = Mapping[str, Sequence[int]]
State = dict[str, int]


def compiled(path: Path, cycles: int, *, checked: bool = False) -> tuple[Design, float]:
    """A machine over some cycles, and the seconds of processor that this took."""
    began = time.process_time()
    sources = Sources((path,), parameters=WIDTHS.get(path.stem, {}))
    design = synth_clocked(
        sources, Time(cycles, STARTS.get(path.stem, "zero")), check=Check(wanted=checked)
    )
    return design, time.process_time() - began


def random_words(design: Design, draw: random.Random) -> dict[str, list[int]]:
    """Random inputs of many traces; what is called a reset is on in few of them."""
    words = {}
    for port in design.netlist.inputs:
        words[port.name] = [draw.getrandbits(TRIALS) for _ in port.bits]
        if "reset" in port.name or "rst" in port.name:
            for _ in range(4):
                words[port.name] = [w & draw.getrandbits(TRIALS) for w in words[port.name]]
    return words


def registers(design: Design) -> list[str]:
    """What is held of a state: registers inside, and outputs that no input moves at once."""
    assert design.frames is not None
    names = dict.fromkeys((*design.frames.names("output"), *design.frames.names("register")))
    now = {
        bit >> 1
        for port in design.netlist.inputs
        if port.name.endswith(f"@{design.frames.cycles}")
        for bit in port.bits
    }
    moved = set(now)
    for gate in design.netlist.gates:
        if any(pin >> 1 in moved for pin in gate.inputs):
            moved.update(pin >> 1 for pin in gate.outputs)
    ports, last = design.netlist.port_by_name, design.frames.cycles
    inside = design.frames.names("register")
    return [
        n
        for n in names
        if n in inside or all(bit >> 1 not in moved for bit in ports[at(n, last)].bits)
    ]


def allowed(design: Design, words: Words, until: int) -> int:
    """The traces in which what is assumed holds up to a cycle."""
    assert design.frames is not None
    right = (1 << TRIALS) - 1
    for name in design.frames.names("assume"):
        for cycle in range(until + 1):
            right &= words[at(name, cycle)][0]
    return right


def reached(design: Design, count: int, seed: int) -> list[State]:
    """States at the end of random traces in which what is assumed holds."""
    assert design.frames is not None
    ports, last, draw = design.netlist.port_by_name, design.frames.cycles, random.Random(seed)
    names = registers(design)
    found: list[State] = []
    for _ in range(BATCHES):
        words = evaluate_ports(design.netlist, random_words(design, draw), TRIALS)
        right = allowed(design, words, last)
        for k in range(TRIALS):
            if right >> k & 1 and len(found) < count:
                bits = {n: [w >> k & 1 for w in words[at(n, last)]] for n in names}
                found.append(
                    {at(n, last): decode(b, ports[at(n, last)].signed) for n, b in bits.items()}
                )
        if len(found) == count:
            break
    return found


def by_sampling(dynamics: str) -> Callable[[Design, State, float, int], bool]:
    """`invc simulate`."""

    def tried(design: Design, state: State, seconds: float, seed: int) -> bool:
        question = read_question(design, [f"{name}={value}" for name, value in state.items()])
        effort = Effort(
            dynamics=dynamics, time_limit=seconds, target=1, threads=1, seed=seed, reads=None
        )
        try:
            return ask(question, effort).status == "found"
        except InvcError:  # this dynamics needs gates, and there are none
            return False

    return tried


def by_proof(design: Design, state: State, seconds: float, seed: int) -> bool:
    """`invc prove`."""
    question = read_question(design, [f"{name}={value}" for name, value in state.items()])
    return prove(question, Proving(time_limit=seconds)).status == "possible"


def by_chance(design: Design, state: State, seconds: float, seed: int) -> bool:
    """Random simulation."""
    ends, draw, ports = (
        time.process_time() + seconds,
        random.Random(seed),
        design.netlist.port_by_name,
    )
    while time.process_time() < ends:
        words = evaluate_ports(design.netlist, random_words(design, draw), TRIALS)
        assert design.frames is not None
        right = allowed(design, words, design.frames.cycles)
        for name, value in state.items():
            for k, _ in enumerate(ports[name].bits):
                right &= words[name][k] if value >> k & 1 else ~words[name][k]
        if right:
            return True
    return False


def by_particles(design: Design, state: State, seconds: float, seed: int) -> bool:
    """Sequential Monte Carlo over frames, forward."""
    ends, draw, numpy = (
        time.process_time() + seconds,
        random.Random(seed),
        np.random.default_rng(seed),
    )
    assert design.frames is not None
    last, ports = design.frames.cycles, design.netlist.port_by_name
    bases = [name.rpartition("@")[0] for name in state]
    wanted = [
        state[at(n, last)] >> k & 1 for n in bases for k in range(len(ports[at(n, last)].bits))
    ]
    while time.process_time() < ends:
        words = random_words(design, draw)
        for cycle in range(1, last + 1):
            # The frames up to this one again, from inputs that are copied with their machines.
            found = evaluate_ports(design.netlist, words, TRIALS)
            held = [word for n in bases for word in found[at(n, cycle)]]
            apart = sum(_bits(word) ^ bit for word, bit in zip(held, wanted, strict=True))
            right = _bits(allowed(design, found, cycle))
            if cycle == last:
                if np.any((apart == 0) & (right == 1)):
                    return True
                break
            weight = np.exp(-2.0 * cycle / last * apart) * right
            if not weight.any():
                break
            chosen = numpy.choice(TRIALS, TRIALS, p=weight / weight.sum())
            for name in words:
                when = name.rpartition("@")[2]
                if when == "init" or int(when) < cycle:
                    words[name] = [_word(_bits(word)[chosen]) for word in words[name]]
            if time.process_time() > ends:
                break
    return False


def _bits(word: int) -> npt.NDArray[np.int64]:
    raw = np.frombuffer(word.to_bytes(TRIALS // 8, "little"), dtype=np.uint8)
    return np.unpackbits(raw, bitorder="little").astype(np.int64)


def _word(bits: npt.NDArray[np.int64]) -> int:
    return int.from_bytes(np.packbits(bits.astype(np.uint8), bitorder="little").tobytes(), "little")


RIVALS: Mapping[str, Callable[[Design, State, float, int], bool]] = {
    "auto": by_sampling("auto"),
    "inputs": by_sampling("inputs"),
    "staged": by_sampling("staged"),
    "SMC": by_particles,
    "CaDiCaL": by_proof,
    "random": by_chance,
}


def sizes(paths: Sequence[Path]) -> Iterator[str]:
    """A row for each machine."""
    yield "| machine | registers | spins a cycle | synth of 8 cycles, s | a cycle more, s |"
    yield "|---|---|---|---|---|"
    for path in paths:
        compiled(path, 1, checked=True)  # loads what is loaded once
        short, some = compiled(path, 8, checked=True)
        long, more = compiled(path, 72, checked=True)
        bits = sum(len(short.netlist.port_by_name[at(n, 8)].bits) for n in registers(short))
        spins = (long.model.spins - short.model.spins) / 64
        yield f"| {path.stem} | {bits} | {spins:.0f} | {some:.2f} | {max(0.0, more - some) / 64:.4f} |"


def traces(paths: Sequence[Path], states: int, seconds: float) -> Iterator[str]:
    """A row for each machine and depth: traces found, and the median of the seconds to the first."""
    yield f"| machine | depth | {' | '.join(RIVALS)} |"
    yield "|---|---|" + "---|" * len(RIVALS)
    for path in paths:
        for depth in DEPTHS:
            design, _ = compiled(path, depth)
            goals = reached(design, states, depth)
            if not goals:
                yield f"| {path.stem} | {depth} | no random trace is allowed | " + "| " * 5
                continue
            cells = [_cell(tried, design, goals, seconds) for tried in RIVALS.values()]
            yield f"| {path.stem} | {depth} | {' | '.join(cells)} |"


def _cell(
    tried: Callable[[Design, State, float, int], bool],
    design: Design,
    goals: Sequence[State],
    seconds: float,
) -> str:
    """How many goals were reached, where not all, and the median time; a miss counts as the limit."""
    took: list[float] = []
    hits = 0
    for seed, goal in enumerate(goals):
        if len(took) == PATIENCE and not hits:
            break
        began = time.process_time()
        found = tried(design, goal, seconds, seed)
        took.append(time.process_time() - began if found else seconds)
        hits += found
    if not hits:
        return f"none of {len(took)}"
    share = "" if hits == len(goals) else f" ({hits} of {len(goals)})"
    return f"{statistics.median(took):.3f}{share}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, action="append", default=[])
    parser.add_argument("--states", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--parts", default="sizes,traces")
    options = parser.parse_args()
    paths = sorted((ROOT / "rtl_examples/clocked").glob("*.v"))
    paths += [path for folder in options.folder for path in sorted(folder.rglob("*.v"))]
    paths = [path for path in paths if not options.only or path.stem in options.only]
    for line in sizes(paths) if "sizes" in options.parts else ():
        print(line, flush=True)
    print(flush=True)
    for line in traces(paths, options.states, options.seconds) if "traces" in options.parts else ():
        print(line, flush=True)


if __name__ == "__main__":
    main()
