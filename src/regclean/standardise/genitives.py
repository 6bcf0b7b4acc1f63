"""Names back from the genitive, and places into it: "Matti Virtasen kuolinpesä" is the estate of Matti Virtanen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from regclean.standardise.folding import fold, word_list
from regclean.standardise.reference import name_counts

# Genitive ending -> nominative endings, as consonant gradation has it.
_ENDINGS = (
    ("sen", ("nen",)),
    ("een", ("e",)),
    ("den", ("si", "ti")),
    ("nnen", ("nti",)),
    ("llen", ("lti",)),
    ("rren", ("rti",)),
    ("mmen", ("mpi",)),
    ("ngen", ("nki",)),
    ("ven", ("pi",)),
    ("en", ("i", "ki")),
    ("in", ("", "i")),
    ("dan", ("ta",)),
    ("don", ("to",)),
    ("dun", ("tu",)),
    ("nnan", ("nta",)),
    ("rran", ("rta",)),
    ("llan", ("lta",)),
    ("van", ("pa",)),
    ("von", ("po",)),
    ("aan", ("aka",)),
    ("aon", ("ako",)),
    ("ion", ("iko",)),
    ("ksen", ("s",)),
    ("n", ("",)),
    ("s", ("",)),
)


def _candidates(word: str) -> Iterator[str]:
    for ending, replacements in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            for replacement in replacements:
                yield word[: -len(ending)] + replacement
    # Matin -> Matti, Pekan -> Pekka, Sepon -> Seppo
    if len(word) >= 5 and word[-1] == "n" and word[-3] in "tkp":
        yield word[:-3] + word[-3] * 2 + word[-2]


@lru_cache(maxsize=50_000)
def nominative(token: str) -> str:
    """The nominative of a name in the genitive; the token itself when it is a name as it stands, or none is known."""
    counts = name_counts()

    def bearers(word: str) -> int:
        folded = fold(word)
        return counts.first.get(folded, 0) + counts.last.get(folded, 0)

    own = bearers(token)
    lowered = token.lower()
    best = max(sorted(set(_candidates(lowered))), key=bearers, default=lowered)
    if bearers(best) <= max(own * 20, 4):
        return token
    return best.upper() if token.isupper() else best.capitalize()


# How names of places end -> in the genitive, folded; the first that fits. Consonant gradation by word, not by rule.
_BEFORE_AND_AFTER = word_list(
    """kauniainen kauniaisten parainen paraisten kaskinen kaskisten helsinki helsingin turku turun hanko hangon naantali naantalin
    niemi niemen jarvi jarven lahti lahden salmi salmen koski kosken lampi lammen nummi nummen maki maen joki joen saari saaren vuori vuoren
    kivi kiven lehto lehdon ranta rannan kangas kankaan pelto pellon silta sillan haka haan linnoitus linnoituksen tammi tammen
    koivu koivun suvanto suvannon kaupunki kaupungin pukki pukin kuusi kuusen lahde lahteen lepyy lepyyn nen sen kko kon kki kin kka kan
    tti tin tto ton tta tan ppi pin ppa pan ppo pon"""
)
_OF_PLACES = tuple(zip(_BEFORE_AND_AFTER[::2], _BEFORE_AND_AFTER[1::2], strict=True))


def genitive(place: str) -> str:
    """The genitive of a folded name of a place, or of a person: "turku" -> "turun", "porvoo" -> "porvoon"."""
    for ending, replacement in _OF_PLACES:
        if place.endswith(ending):
            return place.removesuffix(ending) + replacement
    if place.endswith(("ais", "ois")):
        return place + "ten"
    return place + ("n" if place.endswith(tuple("aeiouy")) else "in")
