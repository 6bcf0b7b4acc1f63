"""What the program wrote down by itself is said in the language of who reads it."""

from __future__ import annotations

import pytest

from regclean.acts import SENT_BACK
from regclean.batches import lifecycle
from regclean.review.case.words import GIVEN_BACK, comment

FINNISH = {"Batch": "Erä", GIVEN_BACK["taken_back"]: "peruttu", GIVEN_BACK["ask"]: "kysy"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lifecycle.words(3, "taken_back"), "Erä 3: peruttu"),
        (lifecycle.words(3, "ask", "soita ensin"), "Erä 3: kysy: soita ensin"),
        (lifecycle.words(3, "other", "soita ensin"), "Erä 3: soita ensin"),
        ("Batch 3: unheard_of", "Batch 3: unheard_of"),
        ("I rang them.", "I rang them."),
    ],
)
def test_why_a_finding_came_back_is_said_in_the_readers_language(text: str, said: str) -> None:
    assert comment(text, lambda one: FINNISH.get(one, one)) == said


def test_every_code_has_words() -> None:
    assert set(SENT_BACK) <= set(GIVEN_BACK)
