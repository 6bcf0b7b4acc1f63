"""What the pages of rounds and shared bins call things."""

from __future__ import annotations

from regclean.review.web.i18n import N_

STATES = {
    "planned": N_("planned"),
    "sent": N_("sent"),
    "reminded": N_("reminded"),
    "answered": N_("answered"),
    "settled": N_("settled"),
    "given_up": N_("given up"),
    "returned": N_("returned"),
    "due": N_("due"),
    "not_sent": N_("not sent"),
    "objected": N_("objected"),
}
WEIGHTS = {"wrong": N_("wrong list or bill"), "unknown": N_("unknown members"), "confirm": N_("to be confirmed")}
CHANNELS = {"letter": N_("letter"), "email": N_("e-mail")}
WAYS = {
    "reply_page": N_("on the reply page"),
    "form": N_("by form"),
    "clerk": N_("typed in by staff"),
    "member": N_("by the member"),
    "withdrawn": N_("taken back or replaced"),
}
# What answers say.
SAID = {
    "right": N_("lines confirmed"),
    "left": N_("members who left"),
    "wrong": N_("lines corrected"),
    "added": N_("members added"),
    "contact": N_("new contact persons"),
    "moved": N_("bins moved"),
    "ended": N_("shared bins ended"),
    "words": N_("messages in words"),
}
WHY_NOT = {
    "protected": N_("by hand: non-disclosure"),
    "contact_gone": N_("the contact person is gone"),
    "no_contact": N_("no contact person"),
    "no_address": N_("no address"),
    "area_point": N_("an area collection point"),
    "ended": N_("ended"),
    "told_by_self": N_("gave the data themselves"),
    "dead": N_("deceased"),
    "returned": N_("the letter came back"),
}
STEPS = {
    "enquiry_planned": N_("taken back to planned"),
    "enquiry_letter": N_("letter written"),
    "enquiry_sent": N_("sent"),
    "enquiry_reminded": N_("reminded"),
    "enquiry_settled": N_("settled"),
    "enquiry_given_up": N_("given up"),
    "enquiry_returned": N_("the letter came back"),
    "notice_begin": N_("a member is to be told"),
    "notice_letter": N_("letter to a member written"),
    "notice_due": N_("to be told again"),
    "notice_sent": N_("a member was told"),
    "notice_not_sent": N_("the letter came back"),
    "notice_objected": N_("a member objects"),
}
LINE = {"right": N_("right"), "left": N_("has left"), "wrong": N_("corrected")}
MARKS = {
    "returned": N_("The letter came back"),
    "given_up": N_("Give up"),
    "sent": N_("It was sent after all"),
    "planned": N_("Back to planned"),
}
NOTICE_MARKS = {
    "objected": N_("Is not in this shared bin"),
    "not_sent": N_("The letter came back"),
    "sent": N_("It was sent after all"),
    "due": N_("To be told again"),
}
