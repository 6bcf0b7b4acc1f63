"""Enquiries: contact persons are asked, reminded, heard; what they answer stands beside the register as reported data."""

from regclean.enquiries import notices
from regclean.enquiries.book import Enquiry, find, find_answers, find_rounds, get, step
from regclean.enquiries.codes import codes_of, exchange
from regclean.enquiries.follow import follow
from regclean.enquiries.forms import ANSWER, write_form
from regclean.enquiries.letters import LetterReport, contact_emails, write_letters
from regclean.enquiries.mail import SendReport, release, waiting
from regclean.enquiries.notices import Notice
from regclean.enquiries.plan import RoundReport, gathered, plan_round
from regclean.enquiries.reported import RULES, reported
from regclean.enquiries.taking import Taker, TakeReport
from regclean.enquiries.telling import NoticeReport, stand, untold, write_notices

__all__ = [
    "ANSWER",
    "RULES",
    "Enquiry",
    "LetterReport",
    "Notice",
    "NoticeReport",
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
    "notices",
    "plan_round",
    "release",
    "reported",
    "stand",
    "step",
    "untold",
    "waiting",
    "write_form",
    "write_letters",
    "write_notices",
]
