"""What a circuit is made from: a design, how its p-bits move, and how they are laid out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from invc.design import Clamp, Design
from invc.diagnostics import InvcError
from invc.engine.judge import kind_of_judge
from invc.netlist import Port
from invc.pbits.accumulator.registers import FULL, GROUP, Habits
from invc.rtl.goals import Goals, Walk
from invc.rtl.heatbath import Colouring
from invc.rtl.schedule import Schedule
from invc.rtl.verilog import identifier, signed_bits, unsigned_bits

ARCHITECTURES = ("parallel", "sparse", "gibbs", "inputs", "staged")
MOST_FIELD_BITS = 32
MOST_CHAINS = 16
MOST_LANES = 256
# Names of the modules' own signals, and of those in the test bench.
_RESERVED = (
    "clk reset hold value start free_run strict_only seed limit busy found right strict cycles "
    "refused chain winner load step advance checked hit m r n i0 state states answer seen "
    "table_write table_address table_data table_last every seed_write seed_address clamps "
    "bits network check control schedule top dut expected errors t unused stall present "
    "first position rx tx x kept held held_value refuse missing taken flip clamp "
    "clamp_place clamp_lane pin slot bundle place write valid couplings row last "
    "noise_write noise_place noise_bits states_new k draw walk clear half turn settled "
    "finish drawn fresh steps walker coupling_memory row_memory pool lane given sdi sdo "
    "shift chip_of entry base pbits clamping seeds level "
    "received idle byte_in reply coming going running stop send serial trial trials "
    "missed word "
    "TAKEN REPLY COUNT INPUTS OUTPUTS IDENTITY NONE TRIALS SEEDS PINS "
)
NUMBERED = re.compile(r"(?:stream\d+_group|present|stall)\d+")
RESERVED = frozenset(_RESERVED.split())


class Pin(NamedTuple):
    """One bit of a port.

    Attributes:
        name: As the circuit calls it: "p[3]", or "p" of a single bit.
        hold: The input that holds it.
        value: The input that says at what.
        literal: The bit.
    """

    name: str
    hold: str
    value: str
    literal: int

    @property
    def spin(self) -> int:
        """The spin of the bit; -1 for a constant."""
        return (self.literal >> 1) - 1

    @property
    def inverted(self) -> int:
        """Whether the bit is the inverse of its spin."""
        return self.literal & 1


@dataclass(frozen=True, eq=False)
class Circuit:
    """A circuit before it is written.

    Attributes:
        design: Whose p-bits.
        schedule: Saturations and noise.
        architecture: One of `ARCHITECTURES`.
        density: How often a p-bit has noise, of 256.
        stall: How often a p-bit waits, of 256.
        registers: Whether the schedule can be set while it runs.
        chains: Independent chains that share the circuit.
        lanes: p-bits that a sparse circuit updates together.
        count: Bits of the counters of cycles.
        betas: Inverse temperatures of a gibbs circuit; the saturations of its schedule are their
            numbers.
        divider: Clocks of a bit of the serial line; 0 for none.
        walk: How the p-bits of an inputs circuit move.
        tries: Moves of a stage of a staged circuit before all begin again.
        strict: Whether a sparse circuit has a register for each p-bit, to say what is strict.
    """

    design: Design
    schedule: Schedule
    architecture: str = "parallel"
    density: int = FULL
    stall: int = 0
    registers: bool = False
    chains: int = 1
    lanes: int = 16
    count: int = 24
    betas: tuple[float, ...] = ()
    divider: int = 0
    walk: Walk = field(default_factory=Walk)
    tries: int = 4
    strict: bool = False

    @property
    def has_wrong(self) -> bool:
        """Whether there are gates to say which states are right: energies alone have no verdict."""
        return kind_of_judge(self.design).has_wrong

    @property
    def spins(self) -> int:
        """Spins of the model, each a p-bit."""
        return self.design.model.spins

    @cached_property
    def goals(self) -> Goals:
        """What the p-bits of an inputs circuit are for."""
        return Goals(self.design.netlist)

    @property
    def tells_strict(self) -> bool:
        """Whether it sees every p-bit of a state at once."""
        return self.architecture != "sparse" or self.strict

    @property
    def follows(self) -> bool:
        """Whether its nets follow from its inputs, so that each verdict comes with its state."""
        return self.architecture in {"inputs", "staged"}

    @property
    def pbits(self) -> int:
        """How many p-bits it has, whose states are its own."""
        return len(self.goals.inputs) if self.architecture == "inputs" else self.spins

    @property
    def clamped(self) -> list[int]:
        """The spins whose clamps its p-bits see: all, or inputs and goals."""
        if self.architecture == "inputs":
            return [net - 1 for net in (*self.goals.inputs, *self.goals.nets)]
        return list(range(self.spins))

    @property
    def groups(self) -> int:
        """Groups of 64 p-bits that share generators, or of 64 bits that p-bits draw."""
        if self.architecture == "inputs":
            return -(-self.walk.random_bits(self.pbits) // GROUP)
        if self.architecture == "gibbs":
            return Colouring(self.design.model).generators
        return -(-self.spins // GROUP)

    @property
    def habits(self) -> Habits:
        """What the software's p-bits do besides adding their field."""
        return Habits(self.density, self.stall, 1)

    @property
    def streams(self) -> tuple[int, ...]:
        """The streams that its generators are, in their order."""
        present = range(1, 9) if 0 < self.density < FULL else ()
        return (0, *present, *(range(9, 17) if self.stall else ()))

    @property
    def generators(self) -> int:
        """Generators of random numbers that each chain has."""
        return len(self.streams) * self.groups

    @cached_property
    def name(self) -> str:
        """Name of the design in the circuit's modules."""
        return identifier(self.design.netlist.name, (), "design")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Name of each port in the circuit: its own, where Verilog can have it."""
        taken, labels = {*RESERVED}, []
        for port in self.ports:
            base = identifier(port.name, taken, "port")
            if NUMBERED.fullmatch(base):  # the names of generators
                base = identifier(f"{base}_port", taken, "port")
            while {base, f"{base}_hold", f"{base}_value"} & taken:
                taken.add(base)
                base = identifier(port.name, taken, "port")
            taken |= {base, f"{base}_hold", f"{base}_value"}
            labels.append(base)
        return tuple(labels)

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports of the design that have bits."""
        return tuple(port for port in self.design.netlist.ports if port.bits)

    @cached_property
    def pins(self) -> tuple[Pin, ...]:
        """The bits of all ports, in order."""
        return tuple(
            Pin(f"{label}[{k}]", f"{label}_hold[{k}]", f"{label}_value[{k}]", literal)
            for label, port in zip(self.labels, self.ports, strict=True)
            for k, literal in enumerate(port.bits)
        )

    @cached_property
    def pins_of(self) -> dict[int, list[Pin]]:
        """The pins of each spin that has any, in order."""
        found: dict[int, list[Pin]] = {}
        for pin in self.pins:
            if pin.spin >= 0:
                found.setdefault(pin.spin, []).append(pin)
        return found

    @property
    def most_i0(self) -> int:
        """The highest saturation that its registers can have."""
        most = self.schedule.most_i0
        return (1 << most.bit_length()) - 1 if self.registers else most

    @property
    def most_noise(self) -> int:
        """The largest weight of noise that its registers can have."""
        most = self.schedule.most_noise
        return (1 << unsigned_bits(most)) - 1 if self.registers else most

    @property
    def i0_bits(self) -> int:
        """Bits of the saturation I0, unsigned."""
        return unsigned_bits(self.most_i0)

    @property
    def noise_bits(self) -> int:
        """Bits of the weight of the noise."""
        return unsigned_bits(self.most_noise)

    @property
    def itanh_bits(self) -> int:
        """Bits of an accumulator, which is signed and saturates at I0."""
        return signed_bits(-self.most_i0, max(self.most_i0 - 1, 0))

    def check(self) -> Circuit:
        """The circuit itself, if it can be built.

        Raises:
            InvcError: It cannot.
        """
        if not self.spins:
            raise InvcError(
                f"{self.design.netlist.name} has no p-bit", hint="all of its outputs are constant"
            )
        if self.follows and not (self.has_wrong and self.goals.inputs):
            what = "no inputs" if self.has_wrong else "no gates that say what is right"
            raise InvcError(
                f"{self.design.netlist.name} has {what}",
                hint=f"leave out --arch {self.architecture}",
            )
        if self.architecture != "parallel" and self.chains > 1:
            raise InvcError(
                f"--interleave goes with --arch parallel, not {self.architecture}",
                hint="leave one of them out",
            )
        if self.divider and (self.chains > 1 or self.architecture == "sparse"):
            raise InvcError(
                "--uart goes with one chain of a circuit that is not sparse",
                hint="leave out --interleave and --arch sparse",
            )
        widest = max(field_bits(self.design))
        if widest > MOST_FIELD_BITS:
            raise InvcError(
                f"a field of this model needs {widest} bits, a circuit has {MOST_FIELD_BITS}",
                hint="import the model with coarser coefficients",
            )
        return self


def field_bits(design: Design) -> list[int]:
    """Bits of the field of each spin, and of its base, at the least that hold all their values."""
    model = design.model
    start, _, coupling = model.neighbours
    bits = []
    for spin, h in enumerate(model.h.tolist()):
        J = coupling[start[spin] : start[spin + 1]].tolist()
        reach = sum(map(abs, J))
        bits.append(signed_bits(h - reach, h + reach))
    return bits


def held_values(circuit: Circuit, clamps: Sequence[Clamp]) -> list[int]:
    """The spin that each spin is held at, -1 or +1, or 0 where it is free.

    Raises:
        InvcError: Two clamps disagree on a spin, or a constant is held at what it is not.
    """
    values = [0] * circuit.spins
    for clamp in clamps:
        value = clamp.value ^ (clamp.literal & 1)
        spin = (clamp.literal >> 1) - 1
        if (spin < 0 and value) or (spin >= 0 and values[spin] == (1 - 2 * value)):
            raise InvcError(
                f"clamp of {clamp.name}: it can never be {clamp.value} here",
                hint="it is constant, or another name of a bit that is held otherwise",
                status=4,
            )
        if spin >= 0:
            values[spin] = 2 * value - 1
    return values
