"""The source at the level of words: an evaluator of Yosys's cells, to check netlists against."""

from invc.frontend.words.check import Agreement, CycleAgreement, compare

__all__ = ["Agreement", "CycleAgreement", "compare"]
