"""`invc.train` and `invc.evaluate`: weights of a network in Verilog, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from invc.api.keywords import Evaluating, Source, Training, shows, taken
from invc.ask.keywords import Value, macro_texts
from invc.diagnostics import InvcError
from invc.frontend.yosys import Sources

if TYPE_CHECKING:
    from invc.training.data import Data
    from invc.training.run import Outcome
    from invc.training.score import Score
    from invc.training.trained import Trained

Arrays: TypeAlias = tuple[npt.ArrayLike, ...]
Labelled: TypeAlias = "Data | Source | Arrays"
GIVEN = "the arrays"


@shows(Training)
def train(
    *sources: Source,
    data: Labelled,
    **parameters: Any,  # noqa: ANN401 - as `shows` says
) -> Outcome:
    """Find the weights of a network in Verilog, from labelled samples.

    Args:
        *sources: Names of files.
        data: As --data names it: "mnist.npz", "digits:0/1"; or arrays (inputs, labels), with two
            more to test with: bits, numbers from 0 to 255, or fractions from 0 to 1.
        **parameters: Parameters of the top module, such as H=100.
    """
    from invc.training.data.coding import coding_for  # noqa: PLC0415
    from invc.training.files import Files, write_files  # noqa: PLC0415
    from invc.training.recognise import Ports  # noqa: PLC0415
    from invc.training.run import Job  # noqa: PLC0415
    from invc.training.run import train as run  # noqa: PLC0415
    from invc.training.settings import Settings  # noqa: PLC0415

    asked, values = taken(Training, parameters)
    given = _sources(sources, asked, values)
    paths = {name: _path(getattr(asked, name)) for name in (*_names(Files), "checkpoint")}
    files = Files(**{name: paths[name] for name in _names(Files)})
    files.check(paths["checkpoint"], sources=given.files)
    settings = Settings(
        **{name: paths.get(name, getattr(asked, name)) for name in _names(Settings)}
    )
    samples = _data(data)
    planes = None if asked.planes is None else tuple(asked.planes)
    coding = coding_for(samples, planes=planes, pool=asked.pool, image=asked.image)
    weights = (asked.weights,) if isinstance(asked.weights, str) else tuple(asked.weights)
    ports = Ports(asked.inputs, weights, asked.labels)
    outcome = run(Job(given, ports, samples, coding, settings))
    write_files(outcome, files, coding.image or samples.image)
    return outcome


@shows(Evaluating)
def evaluate(
    *sources: Source,
    weights: Trained | Outcome | Source,
    data: Labelled,
    **parameters: Any,  # noqa: ANN401 - as `shows` says
) -> Mapping[tuple[str, str], Score]:
    """How good trained weights are on samples, by part ("samples", "test") and who said it.

    Args:
        *sources: Names of files.
        weights: What `train` gave, or the file that it wrote.
        data: As of `train`; it is coded as it was for training.
        **parameters: Parameters of the top module; by default those of the training.
    """
    from invc.training.evaluate import evaluate as evaluated  # noqa: PLC0415
    from invc.training.run import Outcome  # noqa: PLC0415
    from invc.training.trained import read_trained  # noqa: PLC0415

    asked, values = taken(Evaluating, parameters)
    trained = weights.trained if isinstance(weights, Outcome) else weights
    if isinstance(trained, str | Path):
        trained = read_trained(Path(trained))
    given = _sources(sources, asked, values)
    threads = asked.threads
    scores, _ = evaluated(given, trained, _data(data), threads=threads, gates=asked.gates)
    return scores


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


def _path(name: Source | None) -> Path | None:
    return None if name is None else Path(name)


def _sources(
    sources: tuple[Source, ...], asked: Training | Evaluating, values: Mapping[str, Value]
) -> Sources:
    return Sources(
        tuple(map(Path, sources)),
        asked.top,
        tuple(map(Path, asked.includes)),
        macro_texts(asked.defines),
        {name: str(value) for name, value in values.items()},
    )


def _data(given: Labelled) -> Data:
    from invc.training.data import Data, read_data  # noqa: PLC0415
    from invc.training.data.samples import data_of  # noqa: PLC0415

    if isinstance(given, Data):
        return given
    if isinstance(given, str | Path):
        return read_data(str(given))
    if not isinstance(given, tuple | list) or len(given) not in (2, 4):
        raise InvcError("data are a name, or a tuple of inputs and labels", hint="(x, y)")
    try:
        arrays = [np.asarray(array) for array in given]
    except (ValueError, TypeError) as error:
        raise InvcError(f"no arrays: {str(error)[:60]}", where=GIVEN) from None
    test = (arrays[2], arrays[3]) if len(arrays) > 2 else None
    return data_of(GIVEN, (arrays[0], arrays[1]), test)
