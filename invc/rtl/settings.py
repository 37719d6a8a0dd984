"""What the user sets of a circuit, read as `invc simulate` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from invc.design import Clamp, Design
from invc.diagnostics import InvcError, nearest
from invc.engine.schedule import default_betas
from invc.rtl.circuit import MOST_CHAINS, MOST_LANES, Circuit, held_values
from invc.rtl.goals import Goals, Walk
from invc.rtl.schedule import schedule_of
from invc.rtl.software import plan_of
from invc.rtl.verilog import unsigned_bits

DEFAULT_CYCLES = 2048
MOST_CYCLES = 1 << 26
GIBBS_SETTINGS = ("beta", "levels")
DEFAULT_TRIES, MOST_TRIES = 4, 65535
INPUTS_SETTINGS = {"staged": (0, 1), "k": (1, 8), "weight": (1, 15)}
LEVELS = 8  # temperatures of a ramp
MOST_LEVELS = 64
MOST_BETA = 1e6


@dataclass(frozen=True)
class Wishes:
    """What a circuit should be like.

    Attributes:
        architecture: One of `ARCHITECTURES`.
        dynamics: "sc" or "ssa".
        settings: Those of the dynamics, by name.
        cycles: Cycles of a run, over which the schedule is spread.
        registers: Whether the schedule can be set while it runs.
        chains: Independent chains that share the circuit.
        lanes: p-bits that a sparse circuit updates together.
        divider: Clocks of a bit of a serial line; 0 for none.
        strict: Whether a sparse circuit tells `strict` too.
    """

    architecture: str = "parallel"
    dynamics: str = "sc"
    settings: Mapping[str, str] = field(default_factory=dict)
    cycles: int = DEFAULT_CYCLES
    registers: bool = False
    chains: int = 1
    lanes: int = 16
    divider: int = 0
    strict: bool = False


def circuit_of(design: Design, clamps: Sequence[Clamp], wishes: Wishes) -> Circuit:
    """The circuit that is asked for.

    Args:
        design: What it samples.
        clamps: What is held while it is compared; defaults of the dynamics follow from it.
        wishes: What it should be like.

    Raises:
        InvcError: There is no such circuit.
    """
    _check(wishes)
    if wishes.architecture == "gibbs":
        return _gibbs(design, wishes)
    if wishes.architecture == "inputs":
        return _inputs(design, wishes)
    draft = Circuit(design, schedule_of([1], [0]), wishes.architecture).check()
    settings = dict(wishes.settings)
    tries = 0
    if wishes.architecture == "staged":
        tries = _number("tries", settings.pop("tries", str(DEFAULT_TRIES)), 1, MOST_TRIES)
    plan = plan_of(design, held_values(draft, clamps), wishes.dynamics, settings)
    if plan.habits.average > 1:
        raise InvcError(
            "the circuit does not average fields", hint="leave out --set average, or set it to 1"
        )
    if wishes.architecture != "parallel" and (plan.habits.stall or plan.habits.density < 256):
        raise InvcError(
            f"a {wishes.architecture} circuit has neither density nor stall",
            hint="use --arch parallel",
        )
    i0, noise = replace(plan, every=1).cycles(wishes.cycles)
    return Circuit(
        design,
        schedule_of(i0.tolist(), noise.tolist(), plan.every),
        wishes.architecture,
        density=plan.habits.density,
        stall=plan.habits.stall,
        registers=wishes.registers,
        chains=wishes.chains,
        lanes=min(wishes.lanes, design.model.spins),
        divider=wishes.divider,
        count=max(24, unsigned_bits(wishes.cycles) + 1),
        tries=tries,
        strict=wishes.strict and wishes.architecture == "sparse",
    ).check()


def _inputs(design: Design, wishes: Wishes) -> Circuit:
    """Free inputs: `staged` (0 or 1), `k`, and `weight`."""
    _check_settings(wishes, INPUTS_SETTINGS)
    own = {
        name: _number(name, wishes.settings[name], *INPUTS_SETTINGS[name])
        for name in wishes.settings
    }
    goals = Goals(design.netlist)
    staged = not goals.nets or bool(own.get("staged", len(goals.stages) > 1))
    return Circuit(
        design,
        schedule_of([1], [0]),
        "inputs",
        count=max(24, unsigned_bits(wishes.cycles) + 1),
        walk=Walk(staged, own.get("k", 1), own.get("weight", 2)),
        divider=wishes.divider,
        chains=wishes.chains,
    ).check()


def _check_settings(wishes: Wishes, names: Iterable[str]) -> None:
    name_of = wishes.architecture
    article = "an" if name_of == "inputs" else "a"
    for name in wishes.settings:
        if name not in names:
            raise InvcError(
                f"{article} {name_of} circuit has no setting {name!r}", hint=nearest(name, names)
            )
    if wishes.registers:
        raise InvcError(
            f"{article} {name_of} circuit has nothing that can be set while it runs",
            hint="leave out --runtime-registers",
        )


def _gibbs(design: Design, wishes: Wishes) -> Circuit:
    """Heat-bath p-bits: `beta` is one inverse temperature, or the ends of a ramp of `levels`."""
    _check_settings(wishes, GIBBS_SETTINGS)
    low, high = _betas(design, wishes.settings.get("beta"))
    levels = _levels(wishes.settings.get("levels", "1" if low == high else str(LEVELS)))
    betas = tuple(low + (high - low) * k / max(levels - 1, 1) for k in range(levels))
    number = [k * levels // wishes.cycles for k in range(wishes.cycles)]
    return Circuit(
        design,
        schedule_of(number, [0] * wishes.cycles),
        "gibbs",
        count=max(24, unsigned_bits(wishes.cycles) + 1),
        betas=betas,
        divider=wishes.divider,
    ).check()


def _betas(design: Design, text: str | None) -> tuple[float, float]:
    if text is None:
        return default_betas("gibbs", design.min_gap)
    try:
        ends = [float(part) for part in text.split(":")]
    except ValueError:
        ends = []
    if len(ends) not in {1, 2} or not all(0 <= end <= MOST_BETA for end in ends):
        raise InvcError(f"setting beta={text}: need B or LO:HI, from 0 to {MOST_BETA:g}")
    return ends[0], ends[-1]


def _levels(text: str) -> int:
    return _number("levels", text, 1, MOST_LEVELS)


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise InvcError(f"setting {name}={text}: need a whole number from {low} to {high}")
    return int(text)


def _check(wishes: Wishes) -> None:
    for name, value, most in (
        ("--cycles", wishes.cycles, MOST_CYCLES),
        ("--interleave", wishes.chains, MOST_CHAINS),
        ("--lanes", wishes.lanes, MOST_LANES),
    ):
        if not 1 <= value <= most:
            raise InvcError(f"{name} {value}: need a number from 1 to {most}")
