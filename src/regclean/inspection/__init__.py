"""Ways to look inside a night: one subject as a page of text, and questions in SQL."""

from regclean.inspection.hidden import hidden_customers, hidden_subjects
from regclean.inspection.person import PersonReport, person_report
from regclean.inspection.questions import MOST_ROWS, ask, customers_in, tables
from regclean.inspection.reading import note_reading
from regclean.inspection.search import Hit, search, write_search_index
from regclean.inspection.subject import Section, SubjectPage, look_up

__all__ = [
    "MOST_ROWS",
    "Hit",
    "PersonReport",
    "Section",
    "SubjectPage",
    "ask",
    "customers_in",
    "hidden_customers",
    "hidden_subjects",
    "look_up",
    "note_reading",
    "person_report",
    "search",
    "tables",
    "write_search_index",
]
