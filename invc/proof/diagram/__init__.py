"""All answers of a question at once, as a decision diagram: counted, weighed and drawn exactly."""

from invc.proof.diagram.build import TooLarge
from invc.proof.diagram.draws import Draws
from invc.proof.diagram.questions import Exact, exact

__all__ = ["Draws", "Exact", "TooLarge", "exact"]
