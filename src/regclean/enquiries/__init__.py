"""Enquiries: contact persons are asked, reminded, heard; what they answer stands beside the register as reported data."""

from regclean.enquiries.book import Enquiry, find, find_answers, find_rounds, get, step
from regclean.enquiries.codes import codes_of, exchange
from regclean.enquiries.follow import follow
from regclean.enquiries.forms import ANSWER, write_form
from regclean.enquiries.letters import LetterReport, contact_emails, write_letters
from regclean.enquiries.mail import SendReport, release, waiting
from regclean.enquiries.plan import RoundReport, gathered, plan_round
from regclean.enquiries.reported import RULES, reported
from regclean.enquiries.taking import Taker, TakeReport

__all__ = [
    "ANSWER",
    "RULES",
    "Enquiry",
    "LetterReport",
    "RoundReport",
    "SendReport",
    "TakeReport",
    "Taker",
    "codes_of",
    "contact_emails",
    "exchange",
    "find",
    "find_answers",
    "find_rounds",
    "follow",
    "gathered",
    "get",
    "plan_round",
    "release",
    "reported",
    "step",
    "waiting",
    "write_form",
    "write_letters",
]
