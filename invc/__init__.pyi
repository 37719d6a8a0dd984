from collections.abc import Mapping, Sequence

from invc.api import lib_gen as lib_gen
from invc.api import read as read
from invc.api import write as write
from invc.api.keywords import Source
from invc.api.training import Labelled
from invc.ask import Answers, Samples
from invc.ask.keywords import Biases, Clamps, Forbid, Value
from invc.design import Design
from invc.sequential import Init
from invc.training.run import Outcome
from invc.training.score import Score
from invc.training.trained import Trained

__version__: str

# As `shows` of invc.api.keywords makes them; tests/api compares the two.

def synth(
    *sources: Source,
    top: str | None = None,
    defines: Mapping[str, Value] | None = None,
    includes: Sequence[Source] = (),
    filelists: Sequence[Source] = (),
    liberty: Sequence[Source] = (),
    cells: Sequence[Source] = (),
    objective: str = "balanced",
    max_degree: int | None = None,
    bits: int | None = None,
    gate_level: bool = False,
    prove: float | None = None,
    yosys: str | None = None,
    cycles: int | None = None,
    init: Init = "source",
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
    cluster: str | None = None,
    checkpoint: Source | None = None,
    resume: bool = False,
    blocks: tuple[int, int] | None = None,
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
    replay: Source | None = None,
    cover: str | Sequence[str] = (),
    violate: str | Sequence[str] = (),
    stimulus: Source | None = None,
    **ports: Value,
) -> Samples: ...
def prove(
    design: Design | Source,
    clamps: Clamps = (),
    *,
    count: bool = False,
    limit: int = 10_000,
    forbid: Forbid = (),
    time_limit: float | None = None,
    cover: str | Sequence[str] = (),
    violate: str | Sequence[str] = (),
    induction: bool = False,
    stimulus: Source | None = None,
    vcd: Source | None = None,
    replay: Source | None = None,
    **ports: Value,
) -> Answers: ...
def train(
    *sources: Source,
    data: Labelled,
    top: str | None = None,
    defines: Mapping[str, Value] | None = None,
    includes: Sequence[Source] = (),
    inputs: str = "x",
    weights: str | Sequence[str] = "w",
    labels: str = "y",
    planes: Sequence[int] | None = None,
    pool: tuple[int, int] | None = None,
    image: tuple[int, int] | None = None,
    method: str = "auto",
    samples: int | None = None,
    validation: float | None = None,
    seed: int = 0,
    threads: int = 1,
    vote: int | None = None,
    passes: int = 16,
    batch: int | None = None,
    drop: float = 0.0,
    pull: float = 1.0,
    margin: float = 1.0,
    noise: float = 0.0,
    phases: int = 2,
    reads: int | None = None,
    sweeps: int | None = None,
    warmth: float | None = None,
    label_strength: float | None = None,
    time_limit: float | None = None,
    checkpoint: Source | None = None,
    resume: bool = False,
    output: Source | None = None,
    emit: Source | None = None,
    emit_vote: Source | None = None,
    plot: Source | None = None,
    html: Source | None = None,
    **parameters: Value,
) -> Outcome: ...
def evaluate(
    *sources: Source,
    weights: Trained | Outcome | Source,
    data: Labelled,
    top: str | None = None,
    defines: Mapping[str, Value] | None = None,
    includes: Sequence[Source] = (),
    threads: int = 1,
    gates: bool = False,
    **parameters: Value,
) -> Mapping[tuple[str, str], Score]: ...
