"""Which of several records of one customer stays, and which values it keeps.

One ranking and one answer: the proposal of a night, the review page and the batch builder all ask here.
"""

from regclean.survivorship.answer import Answer, Cell, answer
from regclean.survivorship.choices import Choices
from regclean.survivorship.ranking import RANKED_BY, Rank, rank
from regclean.survivorship.record import Record
from regclean.survivorship.rules import RULES, check_settings

__all__ = [
    "RANKED_BY",
    "RULES",
    "Answer",
    "Cell",
    "Choices",
    "Rank",
    "Record",
    "answer",
    "check_settings",
    "rank",
]
