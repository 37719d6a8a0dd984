"""Samples from files: npz, CSV, IDX, scikit-learn's digits; and how they become bits."""

from invc.training.data.read import read_data
from invc.training.data.samples import Data, Samples

__all__ = ["Data", "Samples", "read_data"]
