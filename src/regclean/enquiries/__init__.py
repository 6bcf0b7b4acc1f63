"""Enquiries: contact persons are asked, reminded, heard; what they answer stands beside the register as reported data."""

from regclean.enquiries import notices
from regclean.enquiries.another_key import EndingCodes, end_codes, ending_codes, persons_told
from regclean.enquiries.book import STEPS, Enquiry, find, find_answers, find_rounds, get, step
from regclean.enquiries.codes import codes_of, exchange
from regclean.enquiries.figures import EVENTS, Forecast, RoundFigures, figures_of, forecast, median_days
from regclean.enquiries.follow import follow
from regclean.enquiries.forms import ANSWER, write_form
from regclean.enquiries.letters import LetterReport, contact_emails, write_letters
from regclean.enquiries.mail import SendReport, release, release_notices, waiting
from regclean.enquiries.notices import Notice
from regclean.enquiries.plan import RoundReport, barred_groups, gathered, plan_round, to_ask
from regclean.enquiries.reported import RULES, reported
from regclean.enquiries.story import Event, Story, story_of
from regclean.enquiries.taking import Taker, TakeReport
from regclean.enquiries.telling import NoticeReport, emails_of, stand, untold, write_notices

__all__ = [
    "ANSWER",
    "EVENTS",
    "RULES",
    "STEPS",
    "EndingCodes",
    "Enquiry",
    "Event",
    "Forecast",
    "LetterReport",
    "Notice",
    "NoticeReport",
    "RoundFigures",
    "RoundReport",
    "SendReport",
    "Story",
    "TakeReport",
    "Taker",
    "barred_groups",
    "codes_of",
    "contact_emails",
    "emails_of",
    "end_codes",
    "ending_codes",
    "exchange",
    "figures_of",
    "find",
    "find_answers",
    "find_rounds",
    "follow",
    "forecast",
    "gathered",
    "get",
    "median_days",
    "notices",
    "persons_told",
    "plan_round",
    "release",
    "release_notices",
    "reported",
    "stand",
    "step",
    "story_of",
    "to_ask",
    "untold",
    "waiting",
    "write_form",
    "write_letters",
    "write_notices",
]
