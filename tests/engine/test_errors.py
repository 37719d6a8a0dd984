"""Standard errors at equilibrium are what they say: z-scores have a standard deviation of 1."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from designs import CELLS, multiplier
from invc.design import Design, parse_biases, parse_clamps, presolve
from invc.design.assemble import assemble
from invc.engine.equilibrium import Equilibrium
from invc.engine.statistics import clustered
from invc.frontend.yosys import Sources
from invc.pipeline import synth
from sampling import equilibrium
from truth import every_answer

SEEDS = 40
MULTIPLIER = Path(__file__).resolve().parents[2] / "rtl_examples" / "multiplier" / "multiplier.v"
ADDER = """module adder(input [2:0] a, b, output [3:0] s);
  assign s = a + b;
endmodule
"""


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Design]:
    file = tmp_path_factory.mktemp("adder") / "adder.v"
    file.write_text(ADDER)
    return {
        "multiplier": assemble(multiplier(3), CELLS),
        "small multiplier": assemble(multiplier(2), CELLS),
        "adder": synth(Sources((file,))),
        "compiled multiplier": synth(Sources((MULTIPLIER,), parameters={"W": "3"})),
    }


@cache
def answers_of(design: Design, clamps: tuple[str, ...]) -> list[dict[str, int]]:
    """All answers, by evaluating every input."""
    held = {text.partition("=")[0]: int(text.partition("=")[2]) for text in clamps}
    return [
        answer
        for answer in every_answer(design.netlist)
        if all(_bit(answer, name) == value for name, value in held.items())
    ]


def _bit(answer: dict[str, int], name: str) -> int:
    port, _, index = name[:-1].partition("[")
    return answer[port] >> int(index) & 1


def z_scores(
    design: Design, clamps: tuple[str, ...], bias: str, seed: int, **how: Any
) -> list[Any]:
    """Of each marginal that is not held: what it is off by, in its standard errors."""
    biases = parse_biases(design.netlist, [bias] if bias else [])
    held = parse_clamps(design.netlist, clamps)
    sampled: Equilibrium = equilibrium(
        design, presolve(design, held), biases=biases, seed=seed, threads=1, reads=2000, **how
    )
    answers = answers_of(design, clamps)
    weights = np.ones(len(answers))
    for one, made in zip(biases, sampled.result.biased, strict=True):
        bits = np.array([_bit(answer, one.name) for answer in answers])
        weights *= np.where(bits, made, 1 - made)
    weights /= weights.sum()
    nets = {clamp.literal >> 1 for clamp in held}
    scores = []
    for found in clustered(design.netlist.ports, sampled.samples, sampled.ones, nets):
        exact = float(weights @ [_bit(answer, found.name) for answer in answers])
        if 0.02 < exact < 0.98:  # of rarer ones a few thousand samples see too few for a normal law
            scores.append((found.probability - exact) / found.error)
    return scores


@pytest.mark.parametrize(
    ("name", "clamps", "bias", "how"),
    [
        ("multiplier", (), "", {"beta": 0.6, "thin": 256}),
        ("multiplier", (), "p[1]=0.68", {"beta": 0.6, "thin": 128}),
        ("multiplier", ("p[2]=1",), "", {"beta": 0.8, "thin": 64, "low": 0.3, "dynamics": "pt"}),
        ("small multiplier", (), "a[0]=0.3", {"beta": 0.6, "thin": 32}),
        ("adder", ("s[3]=1",), "", {"beta": 0.6, "thin": 64}),
        ("adder", (), "s[2]=0.8", {"beta": 0.6, "thin": 32}),
        ("compiled multiplier", ("p[2]=1",), "", {"beta": 0.85, "thin": 512}),
    ],
    ids=str,
)
def test_z_scores_have_a_deviation_of_one(
    designs: dict[str, Design], name: str, clamps: tuple[str, ...], bias: str, how: dict[str, Any]
) -> None:
    """Where random numbers of all chains serve 64 times, it is 1.1 to 1.5.

    Chains have forgotten their start by then: else marginals would be off to one side.
    """
    scores = np.array([z_scores(designs[name], clamps, bias, seed, **how) for seed in range(SEEDS)])
    assert 0.9 <= np.sqrt((scores**2).mean()) <= 1.1
    assert abs(scores.mean(axis=0)).max() <= 3.5 / np.sqrt(SEEDS)
