"""What sort of party a name stands for: person, household, estate, company and so on."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from regclean.standardise.folding import fold, to_ascii
from regclean.standardise.organisations import organisation_tokens, read_organisation
from regclean.standardise.reference import legal_forms, name_counts

ESTATE = re.compile(
    r"(?<![^\W_])(?:(?:jakamaton|jak\.?|oskift(?:at|et|ade)|vainajan)\s+)?(?:kuolinpesän?|kuolinpesa|kuol\.?\s?pesä|kuolinp\.?|[jv]\.?kp\.?|k\.\s?p\.?|kp\.?|"
    r"(?:dödsbo|dodsbo|sterbhus)(?:et)?(?:\s+efter)?|d\.\s?b\.?|dbo?\.?|perikunta|perilliset|arvingar|oik\.?\s?om(?:ist(?:ajat|\.)?|\.)?|"
    r"oikeudenomistajat|rättsinnehavare|estate\s+of|(?<!real )estate\s*$|jakamaton\s+pesä|jakamaton|pesä)(?![^\W_])",
    re.IGNORECASE,
)
_BANKRUPT = re.compile(r"konkurssi|konkursbo", re.IGNORECASE)
_FAMILY = re.compile(
    r"(?<!\w)(?:perhe|perheen|fam\.?|familjen|familj|family|pariskunta|av(?:io)?pari|makarna)(?!\w)", re.IGNORECASE
)
JOINING = re.compile(r"\s+(?:ja|och|(?-i:o\.?)|and|sekä|ynnä)\s+|\s+m/\s*|\s*[&+/]\s*|\s+\\\s+|\s*;\s*", re.IGNORECASE)

_GROUP = re.compile(
    r"(?:tiekunta|tiehoitokunta|hoitokunta|osakaskunta|jakokunta|kalastuskunta|kalakunta|vesialue|yksityistie|yksityistien|"
    r"venesatama|venelaituri|laituriyhtyma|vaglag|vagforvaltning|delagarlag|samfallighet|enskildvag|jatekimppa|kimppa|"
    r"sopkarlsgrupp|batthamn|smabatshamn|vesiyhtyma|kylatoimikunta|kerayspiste|ekopiste|toimikunta|tienhoitokunta|yhteisalue|mokkikunta|"
    r"lomakyla|talkoot|naapurusto|enskilda vag|enskild vag)(?:n)?"
)
_PUBLIC = re.compile(
    r"(?:kunta|kunnan|kaupunki|kaupungin|kuntayhtyma|seurakunta|seurakuntayhtyma|srk|valtio|hyvinvointialue|maakunta|liikelaitos|"
    r"virasto|hallinto-oikeus|verohallinto|puolustusvoimat|metsahallitus|poliisilaitos|aluehallintovirasto|ely keskus|elykeskus|"
    r"stad|kommun|samkommun|forsamling|staten|valfardsomrade|kyrkan|kirkko|hiippakunta|ministerio|vaylavirasto|senaatti|"
    r"kunnallinen liikelaitos|maistraatti|hatakeskus|rajavartiolaitos|yliopisto|koulutuskuntayhtyma|sairaanhoitopiiri|"
    r"pelastuslaitos|tullilaitos|jatelautakunta|lautakunta|kyrkliga samfallighet|landskap|landskapsregering)"
)
_PUBLIC_TAIL = re.compile(
    r"\w*(?:seurakunta|seurakunnan|seurakuntayhtyma|kuntayhtyma|kuntayhtyman|samkommun|forsamling|hyvinvointialue|maakunta|virasto|ministerio|lautakunta|laitos|yliopisto|kaupunki|stad|koulu|paivakoti|terveyskeskus|sairaala|lukio)"
)
_ASSOCIATION = re.compile(
    r"\w*(?:yhdistys|yhdistyksen|saatio|saation|stiftelse|stiftelsen|forening|foreningen|jarjesto|liitto|forbund|forbundet|seura|kerho|klubi|klubb|"
    r"klubben|martat|marttayhdistys|partio|osakunta|ylioppilaskunta|opiskelijakunta|palokunta|vpk|nuorisoseura|lions|rotary|"
    r"toverikunta|veljeskunta|sisaristo|tuki ry|urheilijat|pursiseura|metsastysseura)"
)
_COMPANY = re.compile(
    r"\w*(?:yhtio|yhtiot|yhtyma|konserni|liikennoitsija|liikenne|huolto|huoltamo|kauppa|myymala|ravintola|kahvila|kampaamo|parturi|"
    r"apteekki|hotelli|pizzeria|kebab|grilli|kioski|leipomo|konditoria|kukkakauppa|autokoulu|korjaamo|pesula|palvelu|palvelut|"
    r"rakennus|remontti|sahko|putki|maalaus|kuljetus|kuljetukset|siivous|konepaja|metalli|tukku|vuokraamo|leirintaalue|camping|"
    r"lomakeskus|tilitoimisto|toimisto|isannointi|isannoitsijatoimisto|kiinteistopalvelu|hoitokoti|palvelutalo|studio|group|"
    r"consulting|service|services|company|systems|solutions|trading|holding|invest|tech|bolaget|fastigheter|byggnads|"
    r"transport|handel|restaurang|kafe|cafe|salon|salonki|hoitola|klinikka|laakarikeskus|hammaslaakari|maatila|"
    r"puutarha|taimisto|talli|ratsutalli|matkailu|mokit|pankki|vakuutus|koneet|urakointi|teollisuus|tuote|tuotteet|market|"
    r"marketti|halli|asema|factory|works|design|media|shop|store|center|centre|keskus|osuuskauppa|verstas|painotalo|kustannus)"
)
_WEAK_FORMS = frozenset(("as", "sa", "ag", "spa", "sia", "ou", "bv", "nv"))
# Too short to be looked for at the end of a word: Attila and Federico are persons.
_COMPANY_WORD = re.compile(r"co|bar|pub|tila|kone|spa|tmi|ky")
_HOUSING = re.compile(
    r"\b(?:taloyhtio|asunto osakeyhtio|asuntoyhtio|bostadsbolag|as oy|asunto oy|kiinteisto oy|asunto-oy)\b"
)
_GROUP_WORD = re.compile(r"\w*" + _GROUP.pattern)
# "A. B. Virtanen" is a person, "A B Volvo" is not: the surname decides.
_INITIALS = re.compile(
    r"(?:[A-ZÅÄÖ](?:\.\s?|\s)){2,3}([^\W\d_]{2,}(?:-[^\W\d_]+)?)|([^\W\d_]{2,}(?:-[^\W\d_]+)?),?(?:\s?[A-ZÅÄÖ](?:\.|(?=\s|$))){2,3}"
)
_PLAIN = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_JOINING_WORDS = frozenset(("ja", "och", "o", "and", "seka", "ynna"))
# Words that end like an organisation but are somebody's surname are settled by the name lists.
_COMMON_ENOUGH = 100


def is_common_noun(word: str) -> bool:
    """Is a folded word what a public body, association or group calls itself ("kaupunki", "tiekunta")?"""
    return _word_kind(word) in {"public_body", "association", "group"}


def is_known_name(token: str) -> bool:
    """Is a folded word a first name or a surname of the lists?"""
    counts = name_counts()
    return token in counts.first or token in counts.last


@cache
def _telling(word: str) -> bool:
    """May this word of a name speak for something else than one person? Words come back often: asked once."""
    folded = fold(word)
    return (
        not folded.replace(" ", "").isalpha()
        or any(token in _form_words() or token in _JOINING_WORDS for token in folded.split())
        or folded.endswith("set")
        or folded == "estate"
        or ESTATE.search(word) is not None
        or _FAMILY.search(word) is not None
        or _BANKRUPT.search(word) is not None
        or _word_kind(folded) is not None
        or any(_word_kind(token) is not None for token in folded.split())
    )


@cache
def _form_words() -> frozenset[str]:
    return frozenset(token for text in legal_forms() for token in text.split())


@cache
def _word_kind(word: str) -> str | None:
    """Kind that a folded word (or two) is typical of in the names of organisations."""
    if _GROUP_WORD.fullmatch(word):
        return "group"
    if _PUBLIC.fullmatch(word) or _PUBLIC_TAIL.fullmatch(word):
        return "public_body"
    if _ASSOCIATION.fullmatch(word):
        return "association"
    return "company" if _COMPANY.fullmatch(word) or _COMPANY_WORD.fullmatch(word) else None


def all_known_names(text: str) -> bool:
    """Is every word of a couple's name, but for what joins them, a name of the lists?"""
    words = [token for part in JOINING.split(text) if part for token in fold(part).split()]
    return bool(words) and all(is_known_name(word) or len(word) == 1 for word in words)


def infer_kind(name: str | None) -> str:
    """The kind that the name alone speaks for; `person` when nothing speaks for another."""
    if not name or (_PLAIN.fullmatch(name) and not any(_telling(word) for word in name.split())):
        return "person"
    if _BANKRUPT.search(name):
        return "company"
    if (initials := _INITIALS.fullmatch(name)) and fold(initials[1] or initials[2]) in name_counts().last:
        return "person"
    if ESTATE.search(name) and not _strong_form(name):
        return "estate"
    tokens = organisation_tokens(name)
    folded = " ".join(tokens)
    if _HOUSING.search(folded):
        return "housing_company"
    if kind := _strong_form(name):
        return kind
    return _by_words(name, tokens) or _household_or_person(name)


def _strong_form(name: str) -> str | None:
    """Kind by legal form. A foreign one that may be a name or an initial counts only in capitals at the end."""
    organisation = read_organisation(name)
    if organisation.kind is None:
        return None
    if organisation.form in _WEAK_FORMS:
        last = re.split(r"\s+", name.strip())[-1].strip(".,")
        return organisation.kind if last.isupper() and not name.isupper() else None
    return organisation.kind


def _by_words(name: str, tokens: list[str]) -> str | None:
    """Kind by the words that organisations call themselves."""
    if not tokens:
        return None
    found = {_word_kind(word) for word in tokens} | {_word_kind(" ".join(pair)) for pair in pairwise(tokens)}
    if "group" in found:
        return "group"
    # "Liitto Matti" is a person: what two real names say together weighs more than the words that they may be.
    if found - {None, "company"} and not _two_person_names(tokens):
        return "public_body" if "public_body" in found else "association"
    uncommon = any(_word_kind(word) == "company" and not _is_common_surname(word) for word in tokens)
    if uncommon and not _two_person_names(tokens):
        return "company"
    digits = any(c.isdigit() for token in tokens for c in token)
    return "company" if digits and sum(is_known_name(token) for token in tokens) < 2 else None


def _two_person_names(tokens: list[str]) -> bool:
    """Could these words be one first name and one surname, both real ones?"""
    counts = name_counts()
    return (
        len(tokens) >= 2
        and all(is_known_name(token) for token in tokens)
        and any(counts.first.get(token, 0) >= _COMMON_ENOUGH for token in tokens)
    )


def _is_common_surname(token: str) -> bool:
    return name_counts().last.get(token, 0) >= _COMMON_ENOUGH


def _household_or_person(name: str) -> str:
    if _FAMILY.search(name):
        return "household"
    parts = [part for part in JOINING.split(name) if part and any(c.isalpha() for c in part)]
    if len(parts) >= 2 and not re.search(r"(?i)c\s*/\s*o", name):
        words = [token for part in parts for token in fold(part).split()]
        known = sum(is_known_name(word) or len(word) == 1 for word in words)
        return "household" if known * 2 >= len(words) and len(words) <= 10 else "company"
    folded = to_ascii(name).strip()
    if re.fullmatch(r"[^\W\d_]+set", folded) and folded[:-3] + "nen" in name_counts().last:
        return "household"  # "Virtaset"
    return "person"


# Legal forms, and words that stand in names of organisations and are nobody's surname.
_ORGANISATION_GENERIC = re.compile(
    r"\b(?:ltd|limited|inc|incorporated|llc|llp|plc|gmbh|corp|corporation|pty|sarl|oy|ab|oyj|association|academy|agency|apartments"
    r"|cathedral|cent(?:er|re)s?|college|committee|company|daycare|department|elementary|enterprises|foundation|headquarters"
    r"|holdings|hospital|hotel|industries|institute|kindergarten|laboratories|library|ministry|museum|nursery|parish|partnership"
    r"|pharmacy|preschool|realty|restaurant|schools?|services|society|solutions|studios?|supermarket|systems|technologies"
    r"|university)\b"
)


def infer_kind_generic(name: str | None) -> str:
    """`company` for a legal form or a word of organisations, else `person`."""
    return "company" if name and _ORGANISATION_GENERIC.search(fold(name)) else "person"
