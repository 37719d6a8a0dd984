"""Samples from files: npz, CSV, IDX, scikit-learn's digits; and how they become bits."""

from invc.train.data.read import read_data
from invc.train.data.samples import Data, Samples

__all__ = ["Data", "Samples", "read_data"]
