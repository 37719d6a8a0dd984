"""Designs for annealers: their models as dimod has them, embedded, and their samples verified."""

from invc.annealer.decode import decode
from invc.annealer.embed import Embedding, embed, hardware, write_embedding
from invc.annealer.model import Asked, asked, bqm

__all__ = [
    "Asked",
    "Embedding",
    "asked",
    "bqm",
    "decode",
    "embed",
    "hardware",
    "write_embedding",
]
