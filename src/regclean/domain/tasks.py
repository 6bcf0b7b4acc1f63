"""What was accepted and changes nothing by itself: how somebody finds out, and what may come of it."""

from __future__ import annotations

from typing import Literal, get_args

Way = Literal["call", "letter", "look_up", "visit"]
# answered: with a value, or in words · as_it_is: nothing is wrong · done: it was put right, which the next nights will see
# not_reached: to be tried again
Outcome = Literal["answered", "as_it_is", "done", "not_reached"]

WAYS: tuple[Way, ...] = get_args(Way)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
# These wait for a steward: a value becomes a change, "as it is" a rejection.
TO_ACCEPT = frozenset({"answered", "as_it_is"})
