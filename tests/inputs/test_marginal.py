"""A question over all nets and its marginal over the free inputs have the same answers."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs import CELLS, multiplier, netlists
from free_inputs import KERNELS, answers_of, numbers, prepared, question
from invc.design import Clamp, Design
from invc.design.assemble import assemble
from invc.engine.inputs.exact import Answers, enumerate_answers
from invc.engine.inputs.marginal import Marginal
from invc.engine.inputs.search import Search, Wish
from invc.netlist import Netlist
from invc.pbits.lanes import LANES, WORDS, bits_of, empty_rows
from invc.pbits.random import block_generator, first_state
from typed import sure

EVERY = 1 << 40


def answers_by_components(marginal: Marginal) -> tuple[int, list[Answers]]:
    """All answers as the marginal has them: components times inputs that are tossed."""
    count, found = 1 << marginal.tossed, []
    for part in marginal.components:
        answers = enumerate_answers(part, KERNELS[0], EVERY)
        assert answers is not None
        count *= answers.count
        found.append(answers)
    return count, found


def inputs_of(design: Design, state: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The input bits of every lane as a number."""
    rows = [state[(bit >> 1) - 1] for port in design.netlist.inputs for bit in port.bits]
    return numbers(np.array(rows))


@given(
    netlists(max_inputs=6, max_gates=12),
    st.integers(0, 2**32),
    st.integers(0, 4),
    st.integers(0, 2),
)
@settings(max_examples=150)
def test_answers_are_those_of_the_gates(
    netlist: Netlist, seed: int, bits: int, forbid: int
) -> None:
    design = assemble(netlist, CELLS)
    clamps, pairs = question(design, np.random.default_rng(seed), bits, forbid)
    truth = answers_of(design, clamps, pairs)
    for reorient in (True, False):
        marginal = prepared(design, clamps, pairs, reorient=reorient)
        if marginal is None or marginal.impossible:
            assert not truth
            continue
        count, found = answers_by_components(marginal)
        assert count == len(truth)
        if not count:
            continue
        kept = first_state(block_generator(seed, 0), marginal.kept)
        draws = np.random.default_rng(seed)
        for part, place, answers in zip(marginal.components, marginal.places, found, strict=True):
            kept[place] = answers.draw(draws, part.inputs)
        state = marginal.state(kept)
        assert set(inputs_of(design, state).tolist()) <= truth
        # Every gate and every ancilla is in place: the state is a ground state.
        spins = 2 * bits_of(state).T.astype(np.int8) - 1
        assert (design.model.energies(spins) == 0).all()
        assert np.array_equal(marginal.kept_of(state), kept)


def test_sums_over_gf2_are_solved() -> None:
    """Every parity of a linear code is met by construction: no goal is left."""
    from invc import synth

    source = np.random.default_rng(1)
    lines = [
        f"assign y[{k}] = " + "^".join(f"x[{i}]" for i in range(24) if source.random() < 0.5) + ";"
        for k in range(16)
    ]
    design = synth(
        "module lin(input [23:0] x, output [15:0] y);\n" + "\n".join(lines) + "\nendmodule"
    )
    output = next(port for port in design.netlist.ports if port.name == "y")
    clamps = [Clamp(bit, k % 2, str(k)) for k, bit in enumerate(output.bits)]
    marginal = prepared(design, clamps)
    assert marginal is not None
    assert not marginal.components
    assert marginal.tossed == 24 - marginal.compiled.reoriented
    assert len(sure(prepared(design, clamps, reorient=False)).components) == 1


def test_a_multiplier_is_asked_of_one_factor() -> None:
    """The low bits of a product and one factor give the other: 2 n bits become n - 1."""
    design = assemble(multiplier(8), CELLS)
    output = design.netlist.outputs[0]
    clamps = [Clamp(bit, 38243 >> k & 1, str(k)) for k, bit in enumerate(output.bits)]
    marginal = prepared(design, clamps)
    assert marginal is not None
    assert [part.inputs for part in marginal.components] == [7]
    count, _ = answers_by_components(marginal)
    assert count == 2  # 167 x 229


def test_contradictions_between_sums_are_seen_without_search() -> None:
    design = assemble(multiplier(2), CELLS)
    a, b = (port.bits for port in design.netlist.inputs)
    y = design.netlist.outputs[0].bits
    clamps = [Clamp(y[0], 1, "y0"), Clamp(y[3], 1, "y3"), Clamp(y[1], 1, "y1")]
    marginal = prepared(design, clamps)  # 9 is 3 x 3, whose bit 1 is 0
    assert marginal is None or marginal.impossible
    assert a
    assert b


def test_wires_alone_have_tossed_inputs_only() -> None:
    netlist = Netlist("wires", multiplier(2).inputs, (), multiplier(2).names[:5])
    marginal = prepared(assemble(netlist, CELLS), [Clamp(2, 1, "a[0]")])
    assert marginal is not None
    assert (marginal.kept, marginal.tossed, marginal.components) == (3, 3, ())
    assert marginal.state(empty_rows(3)).shape == (4, WORDS)


@pytest.mark.parametrize("kernel", [KERNELS[0], "reference"])
def test_blocks_of_several_components_use_each_replica_once(kernel: str) -> None:
    """Three multipliers side by side, too large to enumerate in the first block's effort."""
    design = assemble(multiplier(4), CELLS)
    output = design.netlist.outputs[0]
    clamps = [Clamp(bit, 143 >> k & 1, str(k)) for k, bit in enumerate(output.bits)]
    search = Search(sure(prepared(design, clamps)), kernel if kernel != "reference" else KERNELS[0])
    found = search.run(Wish(3, 0), lambda: False)
    assert found is not None
    assert found.lanes == LANES
    assert search.count == 2
    state = search.marginal.state(found.kept)
    assert set(inputs_of(design, state).tolist()) == {11 | 13 << 4, 13 | 11 << 4}
