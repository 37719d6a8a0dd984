"""A question, the effort it may cost and what is wanted are values; `ask` answers."""

from invc.ask.answers import Answers, Marginals, Samples, Violations
from invc.ask.asking import Unwritten, ask
from invc.ask.pictures import Pictures
from invc.ask.question import Question, Words, read_question
from invc.ask.sample import Observer
from invc.ask.wanted import Conflict, Wanted
from invc.engine.effort import Effort

__all__ = [
    "Answers",
    "Conflict",
    "Effort",
    "Marginals",
    "Observer",
    "Pictures",
    "Question",
    "Samples",
    "Unwritten",
    "Violations",
    "Wanted",
    "Words",
    "ask",
    "read_question",
]
