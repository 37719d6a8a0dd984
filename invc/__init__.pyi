from collections.abc import Mapping, Sequence

from invc.api import lib_gen as lib_gen
from invc.api import prove as prove
from invc.api import read as read
from invc.api import write as write
from invc.api.keywords import Source
from invc.ask import Samples
from invc.ask.keywords import Biases, Clamps, Forbid, Value
from invc.design import Design

__version__: str

# As `shows` of invc.api.keywords makes them; tests/api compares the two.

def synth(
    *sources: Source,
    top: str | None = None,
    defines: Mapping[str, Value] | None = None,
    includes: Sequence[Source] = (),
    cells: Sequence[Source] = (),
    objective: str = "balanced",
    max_degree: int | None = None,
    bits: int | None = None,
    gate_level: bool = False,
    prove: float | None = None,
    yosys: str | None = None,
    **parameters: Value,
) -> Design: ...
def simulate(
    design: Design | Source,
    clamps: Clamps = (),
    *,
    reads: int | None = None,
    sweeps: int | None = None,
    beta: tuple[float, float] | None = None,
    dynamics: str = "auto",
    kernel: str = "auto",
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    threads: int | None = None,
    time_limit: float | None = None,
    target: int | None = None,
    strict: bool = False,
    forbid: Forbid = (),
    bias: Biases = (),
    equilibrium: bool = False,
    prove: bool = False,
    explain: bool = False,
    uniformity: bool = False,
    plot: Source | None = None,
    html: Source | None = None,
    vcd: Source | None = None,
    **ports: Value,
) -> Samples: ...
