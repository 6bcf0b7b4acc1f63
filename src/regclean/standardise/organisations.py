"""Organisation names: what stays when legal form, parallel name and branch are taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regclean.standardise.folding import fold, to_ascii, word_list
from regclean.standardise.reference import legal_forms

_LONGEST_FORM = 3
_ROMAN = re.compile(r"(?=[ivx])x{0,2}(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_JOINING = {"&": " ja ", "+": " ja ", " och ": " ja ", " and ": " ja ", " sekä ": " ja "}
_DOTTED = re.compile(r"(?<![^\W\d_])((?:[^\W\d_]\.\s?){2,})")
_COLON_FORM = re.compile(r"\b(t|f)\s?[:.]\s?m(i|a)\b", re.IGNORECASE)
_PARALLEL = re.compile(r"\s+[/|]\s*|\s*[/|]\s+|\s+[-–—]\s+|;\s*|(?<=\w{4})/(?=\w{4})")
_BRANCH_WORDS = re.compile(
    r"\b(?:toimipiste|myymala|konttori|toimisto|varasto|yksikko|osasto|sivuliike|filial|tehdas|liike|kontor|enhet|butik|"
    r"laskutus|ostolaskut|palvelupiste|paivakoti|koulu|terminaali|asema|halli|toimitilat|kiinteisto)\b|"
    r"\w+(?:toimipiste|myymala|konttori|toimisto|varasto|yksikko|kontoret)\b"
)
_PAREN = re.compile(r"\(([^()]*)\)")
# A short form that is also a word or an initial counts only at the end (or, for these, at the head) of a name.
_LEADING_FORMS = word_list(
    """oy ab a_b tmi t_mi toiminimi fma f_ma firma as_oy asoy asunto_oy asuntooy asunto_osakeyhtio kiinteisto_oy kiint_oy koy
    kiinteisto_osakeyhtio kiinteistoosakeyhtio bostads_ab bost_ab bostads_aktiebolag bostadsaktiebolag bab fastighets_ab
    fab fastighetsaktiebolag osuuskunta andelslag stiftelsen ky ay keskinainen_kiinteisto_oy asunto_oy_ab as_oy_ab oy_ab
    ab_oy asunto_osuuskunta kommandiittiyhtio aktiebolag keskinainen_kiinteistoosakeyhtio paliskunta osk konkurssipesa
    omsesidigt_fastighetsaktiebolag"""
)
_LEADING = frozenset(text.replace("_", " ") for text in _LEADING_FORMS)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation's name, taken apart.

    `base`: folded, without form, branch and parallel name; `form`: code of the legal form; `numerals`: the numbers in
    the name, in order, blank separated ("As Oy Puijonrinne II" -> "2"); `branch`: what followed the name of the company.
    """

    base: str | None
    form: str | None
    numerals: str | None
    branch: str | None = None
    kind: str | None = None


def organisation_tokens(name: str) -> list[str]:
    """Folded words of a name: dotted abbreviations closed up ("r.y." -> "ry"), connectors made one."""
    text = _COLON_FORM.sub(r"\1m\2", f" {to_ascii(name)} ")
    text = _DOTTED.sub(lambda match: match[1].replace(".", "").replace(" ", "") + " ", text)
    text = text.replace("as.oy", "as oy").replace("asunto-oy", "asunto oy")
    for sign, word in _JOINING.items():
        text = text.replace(sign, word)
    return fold(text).split()


def read_organisation(name: str | None, *, branches: bool = True) -> Organisation:
    """Take an organisation's name apart. A name that is nothing but a form keeps its words as base.

    `branches`: what stands behind a dash, a slash or the form is a branch; without it, all is the name ("CPS - Aldridge").
    """
    if not name:
        return Organisation(None, None, None)
    parens = _PAREN.findall(name)
    text = _PAREN.sub(" ", name)
    first, branch = _main_part(text) if branches else (_PARALLEL.sub(" ", text), None)
    base, form, tail = _strip_forms(organisation_tokens(first))
    if not branches:
        base, tail = base + tail, []
    if form is None and parens:
        _, form, _ = _strip_forms(organisation_tokens(parens[0]))
    if tail:
        branch = " ".join(filter(None, (" ".join(tail), branch)))
    base = [_arabic(token, index == len(base) - 1) for index, token in enumerate(base)] if len(base) > 1 else base
    numerals = " ".join(number.lstrip("0") or "0" for token in base for number in re.findall(r"\d+", token))
    code, kind = legal_forms()[form] if form else (None, None)
    return Organisation(" ".join(base) or None, code, numerals or None, branch or None, kind)


def _main_part(text: str) -> tuple[str, str | None]:
    """The name proper, and what stands behind a slash or a dash when that is a branch and not a parallel name."""
    parts = [part.strip(" ,") for part in _PARALLEL.split(text) if part.strip(" ,")]
    if not parts:
        return text, None
    if len(parts) == 1:
        head, comma, tail = parts[0].partition(",")
        if comma and tail.strip() and _has_form(head):
            return head, fold(tail) or None
        return parts[0], None
    if len(organisation_tokens(parts[0])) < 2 and not _has_form(parts[0]) and _has_form(parts[-1]):
        return " ".join(parts), None  # "Rakennus - Mäkinen Oy": the dash belongs to the name
    rest = " ".join(part for part in parts[1:] if not _is_parallel(part))
    return parts[0], fold(rest) or None


def _is_parallel(part: str) -> bool:
    """Is this another name of the same organisation, not a branch of it?"""
    return _has_form(part) and not _BRANCH_WORDS.search(to_ascii(part))


def _has_form(text: str) -> bool:
    return _strip_forms(organisation_tokens(text))[1] is not None


def _strip_forms(tokens: list[str]) -> tuple[list[str], str | None, list[str]]:
    """(base words, the form's text, words behind a form in the middle: a branch)."""
    forms = legal_forms()
    base = list(tokens)
    found: str | None = None
    tail: list[str] = []
    changed = True
    while changed and base:
        changed = False
        for size in range(min(_LONGEST_FORM, len(base)), 0, -1):
            head = " ".join(base[:size])
            if head in _LEADING and len(base) > size:
                base, changed = base[size:], True
                found = _stronger(found, head)
                break
            end = " ".join(base[-size:])
            if end in forms and len(base) > size:
                base, changed = base[:-size], True
                found = _stronger(found, end)
                break
    if found is None:
        for index in range(1, len(base) - 1):
            for size in range(min(_LONGEST_FORM, len(base) - index), 0, -1):
                middle = " ".join(base[index : index + size])
                if middle in _MIDDLE:
                    behind = base[index + size :]
                    if base[index - 1].endswith("s") and middle == "ab":
                        return base[:index] + behind, middle, []  # "Industriförvaltnings Ab Kinnevik" is one name
                    return base[:index], middle, behind
    if found is None and len(tokens) == 1 and tokens[0] in forms:
        found = tokens[0]
    return base or list(tokens), found, tail


# Forms that end the name proper when words follow: "Savon Jäte Oy Kuopio".
_MIDDLE = frozenset(
    [
        "oy",
        "oyj",
        "ab",
        "oy ab",
        "ab oy",
        "ky",
        "ry",
        "r y",
        "rf",
        "osk",
        "abp",
        "ay",
        "as oy",
        "sr",
        "tmi",
        "ltd",
        "gmbh",
        "inc",
    ]
)


def _stronger(found: str | None, other: str) -> str:
    """Of two forms on one name the more telling one: "Asunto Oy … Ab" is a housing company."""
    if found is None:
        return other
    forms = legal_forms()
    rank = {"housing_company": 2, "association": 1}
    return other if rank.get(forms[other][1], 0) > rank.get(forms[found][1], 0) else found


def _arabic(token: str, last: bool) -> str:
    """A Roman numeral as an Arabic one; a single letter counts only at the end of a name."""
    if not _ROMAN.fullmatch(token) or (len(token) == 1 and not last):
        return token
    values = [_ROMAN_VALUES[c] for c in token]
    return str(sum(-v if any(v < later for later in values[i + 1 :]) else v for i, v in enumerate(values)))
