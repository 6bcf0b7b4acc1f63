"""The words of Finnish addresses, in Finnish, Swedish and English: units, stairs, flats, floors, countries, "no address".

Patterns stand here, `addresses` says in which order they are tried.
"""

from __future__ import annotations

import re

from regclean.standardise.folding import word_list

_WORD_START, _WORD_END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_NUMBERED = r"\.?\s*(?:n:o|nro|nr|\#)?[.:]?\s*"

CARE_OF = re.compile(
    r"(?:^|(?<=[\s,;/]))(?:c\s*/\s*o|c\.o\.|co(?=\s)|℅|luona|p(?:er)?\.?\s?adr\.?|pa\.?|att?n?[.:])\s*[:.]?\s*(?P<name>[^,;\d]+?)\s*(?=[,;]|$|\s(?:PL|PB|P\.L\.)\s?\d)",
    re.IGNORECASE,
)
# "c/o Mikko Mallikas Puijonkatu 3": the word before the number is the street's.
CARE_OF_STREET = re.compile(
    r"^(?:c\s*/\s*o|c\.o\.|℅)\s*[:.]?\s*(?P<name>[^,;\d]*?[^\W\d_]{2,})\s+(?P<street>(?!(?:PL|PB|Box)\b)[^\W\d_][^\s\d,]*\s+\d.*)$",
    re.IGNORECASE,
)
CARE_OF_MARK = re.compile(r"c\s*/\s*o|c\.o\.|co\s|℅|p(?:er)?\.?\s?adr", re.IGNORECASE)
CARE_OF_BRACKETS = re.compile(r"\(\s*((?:c\s*/\s*o|℅)[^()]*)\)", re.IGNORECASE)
BOX = re.compile(
    r"(?:^|(?<=[\s,;]))(?:PL|P\.\s?L\.|PB|P\.\s?B\.|Postilokero|Postbox|P\.?\s?O\.?\s?Box|Box)\s*[.:]?\s*(?P<box>\d{1,5})(?!\w)",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"[\s,;]+(?:(?:FI|FIN|SF)[\s-]?)?(?P<code>\d{5}|\d{3}\s\d{2}(?=[\s,]+[^\W\d_]{3}))(?:[\s,]+(?P<town>[^\W\d_][^\d,;()]*?)(?:\s\d{1,2})?)?\s*$",
    re.IGNORECASE,
)
# "20100 Turku, Linnankatu 5"
HEAD = re.compile(
    r"^(?:(?:FI|FIN|SF)[\s-]?)?(?P<code>\d{5})\s+(?P<town>[^\W\d_][^\d,;()]*?)\s*[,;]\s*(?=[^\W\d_])", re.IGNORECASE
)
COUNTRY = re.compile(
    r"(?:[\s,;(]+(?:finland|finlande|finnland|soome|suomi|suomen tasavalta|åland|ahvenanmaa|eu)\s*\)?|(?<=[^\W\d_])[\s,;]+fin?)\.?\s*$",
    re.IGNORECASE,
)
# Behind the town of a foreign address: its code is none of Finland's, and no flat.
ABROAD = re.compile(
    r"[\s,;]+(?:(?:[A-Z]{1,2}-)?\d{3,6}(?:\s\d{2,3})?[\s,]+)?[^\W\d_][^\d,;]*[\s,;(]+(?:ruotsi|sverige|sweden|viro|eesti|estland|"
    r"estonia|norja|norge|norway|tanska|danmark|denmark|saksa|tyskland|deutschland|germany|venäjä|ryssland|russia|latvia|lettland|"
    r"liettua|lithuania|espanja|spanien|spain|españa|ranska|frankrike|france|italia|italien|italy|sveitsi|schweiz|switzerland|"
    r"englanti|england|iso-britannia|united kingdom|uk|usa|yhdysvallat|kanada|canada|australia|australien|thaimaa|thailand|"
    r"portugali|portugal|puola|polen|poland|itävalta|österrike|austria|belgia|belgien|belgium|alankomaat|hollanti|nederland|"
    r"netherlands|irlanti|ireland)\)?\.?\s*$|[\s,;]+(?!FI|SF|AX)[A-Z]{1,2}-\d{3}\s?\d{1,2}\s[^\W\d_][^\d,;]*$",
    re.IGNORECASE,
)

_FLAT = r"asunto|as|huoneisto|huone|huon|hno|bostad|bost|bst|lägenhet|lagenhet|lgh|apt|app|flat|rum"
FLAT_WORD = rf"(?:{_FLAT}|a(?=s\.)|lg|h){_WORD_END}\.?\s*(?:n:o|nro|nr)?\.?"
_STAIR = r"rappu|rapp|rp|porraskäytävä|porras|porrask|trappuppgången|trappuppgång|trappan|trappa|trapp|uppgången|uppgång|uppg"
STAIR_WORD = rf"(?:{_STAIR})\.?"
BUILDING = "rakennus"
# Word on an envelope -> the unit that it names. One building of several at a number stands where a stair would.
_UNIT_WORDS = {
    BUILDING: "rakennus rakenn rak talo hus huset house byggnad byggn bygg",
    "rivi": "rivi rivitalo rt radhus länga",
    "paritalo": "paritalo parhus",
    "liiketila": "liiketila liikehuoneisto liikeh liiket lt lh lok toimitila affärslokal affärsutrymme lokal",
    "toimisto": "toimisto kontor",
    "halli": "halli hall",
    "varasto": "varasto lager förråd bod",
    "autotalli": "autotalli at garage",
    "kortteli": "kortteli kvarter",
    "tontti": "tontti tont tomt",
    "mökki": "mökki mk lomamökki stuga",
    "huvila": "huvila villa",
    "paikka": "paikka plats",
    "palsta": "palsta lott",
    "laituri": "laituri brygga",
    "portti": "portti port",
    "ovi": "ovi dörr",
}
UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
# These stand for the number where a road gives none: "Niementie palsta 5".
_STANDS_ALONE = frozenset(word_list("kortteli tontti mökki paikka palsta laituri"))
_NAMED = "|".join(sorted(UNITS, key=len, reverse=True))
_NAME_OF_UNIT = r"(?P<name>\d{1,4}(?:[a-zåäö]|(?-i:\s[a-zåäö])(?=\s*$))?|[a-zåäö])(?!\w)"
UNIT = re.compile(
    rf"[\s,;]*{_WORD_START}(?P<word>{_NAMED}){_WORD_END}{_NUMBERED}{_NAME_OF_UNIT}",
    re.IGNORECASE,
)
# "RN:o 5:12", "tila 1:23": the number of a property in its village.
PROPERTY = re.compile(
    rf"[\s,;]*(?:{_WORD_START}(?:rn:?o|rn:?r|rno|r:?nro|rek\.?\s?n:?r?o|rn|tila|kiint(?:eistö)?(?:tunnus)?|kt|lägenhet|lht){_WORD_END}\.?\s*:?\s*)?"
    r"(?<![\d:.-])(?P<name>\d{1,4}:\d{1,4}|\d{1,3}-\d{1,3}-\d{1,4}-\d{1,4})(?![\d:-])",
    re.IGNORECASE,
)
UNNUMBERED = re.compile(
    rf"^(?P<street>[^\d]*[^\W\d_]{{3}}[^\d]*?)(?=[\s,;]+(?P<word>{_NAMED}|{_FLAT}|{_STAIR}){_WORD_END}{_NUMBERED}(?:\d{{1,4}}[a-zåäö]?|[a-zåäö])(?!\w))",
    re.IGNORECASE,
)
_ROAD = re.compile(
    r"(?:tie|katu|kuja|polku|raitti|ranta|kaari|rinne|vägen|gatan|gränden|stigen|stranden|backen|linja|väylä)$",
    re.IGNORECASE,
)
# A fast reading must leave these to the slow one, for what follows them is no house number.
SAYING = frozenset(
    (*UNITS, *_FLAT.split("|"), *_STAIR.split("|"), "postbox", "postilokero", "tila", "lägenhet", "luona", "nro")
)
# "C-talo 2", "A-rappu 3", "A rappu": the letter in front.
TURNED = re.compile(
    rf"{_WORD_START}([a-zåäö])(?:-(talo|rakennus|hus|huset|{_STAIR})|\s({_STAIR})){_WORD_END}\.?", re.IGNORECASE
)
# "as. A 3": the letter is the stair's.
FLAT_OF_STAIR = re.compile(rf"{_WORD_START}(?:{_FLAT}){_WORD_END}\.?\s*([a-zåäö])\s?(?=\d)", re.IGNORECASE)
STAIR_BEHIND = re.compile(r"\s*([a-zåäö])(?![^\W\d_])", re.IGNORECASE)
HALF = re.compile(r"\s*(?:½|1/2(?!\d))")
# "h 2" is a flat; "H 2" is a stair and a flat.
ROOM = re.compile(r"(?<!\w)h\.?\s+(?=\d)")
# A room of a flat that is shared.
ROOM_OF_FLAT = re.compile(r"^[\s,;/]*(?:huone|as|h|solu|rum|room)\.?\s*(?P<name>\d{1,2}|[a-z])(?!\w)", re.IGNORECASE)
# What is meant for who comes, not for where it is.
REMARK = re.compile(
    r"\([^()]*\)|(?<![^\W\d_])(?:[^\W\d_]*koodi|[^\W\d_]*kod|door\s?code|summeri|puh|tel|tfn)\b\.?\s*:?\s*[\d#*][\d#* -]*[a-z]?",
    re.IGNORECASE,
)
FLOOR = re.compile(
    r"[,\s]*(?<!\w)(?:(?P<behind>\d{1,2}|[ivx]+)\.?\s*(?:krs|kerros|vån|våning|trp|trappor|tr)\b|(?P<nth>\d)(?:st|nd|rd|th)\s+floor\b|"
    r"(?:krs|kerros|våning|vån|floor)\b\.?\s*(?P<before>\d{1,2})(?!\w)|(?P<named>alakerta|alakrs|yläkerta|yläkrs|kellari(?:kerros|krs)?|"
    r"pohjakerros|katutaso|ullakko|vintti|n(?:edre|\.)\s?vån(?:ing)?(?:en)?|ö(?:vre|\.)\s?vån(?:ing)?(?:en)?|källar(?:e|våning)?|bottenvån(?:ing)?|vind(?:en)?)(?!\w))\.?",
    re.IGNORECASE,
)
FLOORS = {
    **dict(zip(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), map(str, range(1, 11)), strict=True)),
    **dict.fromkeys(("alakerta", "alakrs", "nedre vån", "n vån", "nedre våning", "nedre våningen"), "alakerta"),
    **dict.fromkeys(("yläkerta", "yläkrs", "övre vån", "ö vån", "övre våning", "övre våningen"), "yläkerta"),
    **dict.fromkeys(("kellarikerros", "kellarikrs", "källare", "källar", "källarvåning"), "kellari"),
    **dict.fromkeys(("bottenvån", "bottenvåning"), "pohjakerros"),
    **dict.fromkeys(("vintti", "vind", "vinden"), "ullakko"),
}

# A text of nothing but these words says that there is no address, if one with a star is among them. Folded.
_NO_ADDRESS_WORDS = word_list("""
    ei* ole ilman* vailla* on eika ja tai uusi vanha oma nyk nykyinen viela enaa saatu selvilla annettu ilmoitettu voimassa kotimaassa
    tuntematon* tuntemattomat* puuttuu* puuttuva puutteellinen* muuttunut poistettu vanhentunut poistunut kadonnut* kuollut* ks* kts*
    katso* huom os* osoite* osoitetta* osoitteeton* osoitetieto osoitetiedot osoitetietoa osoitetietoja osoitteet postiosoite
    postiosoitetta katuosoite katuosoitetta kotiosoite tarkkaa tarkka tiedossa tietoa tiedoa tiedeta tunneta vakinaista vakituista
    kiinteaa asuntoa asunnoton* muuttanut* muutti* muutanut pois ulkomailla* ulkomaat* ulkomaille* ulkomailta asuu salainen* salattu*
    luovuteta turvakielto* turvakiellon alainen sama* samat kuin edella ylla sama_osoite lisatiedot lisatiedoissa adress* adressen*
    adressuppgift adressuppgifter postadress gatuadress okand* okant* obekant* obekand saknas* saknar ingen* inget* utan* inte ej kand
    kant fast bostad bostadsadress bostadslos* flyttat* bortflyttad* avflyttad* utomlands* utlandet* till bosatt bor hemlig* skyddad*
    skyddat sparrmarkering* sparrad ogiltig samma* som ovan uppgift no* not* none known unknown* address* fixed abroad* moved* overseas*
    missing* same* as above secret* homeless* poste* restante noutopiste tied* tunt* tuntem* loydy* loydetty* hukassa*
    selvitettava* selvitetaan* selvitykseen* tarkistettava* tarkistamatta* purettu* posti palautuu* palautunut* palautui* palautettu*
    palautus* kirje returned* mail undelivered* undeliverable* retur* returnerad* post asiakas asiakkaan asiakkaalla asiakkaat toinen
    toisen toisella kohde kohteen kohteessa kohteella laskutus laskutusosoite laskutusosoitteen laskutusosoitteessa sijainti
    vain ent entinen nykyosoite tuntematta* ovrig hittas* hittad* borta* gone*""")
_NO_ADDRESS = frozenset(word.rstrip("*") for word in _NO_ADDRESS_WORDS)
_TELLING = frozenset(word.rstrip("*") for word in _NO_ADDRESS_WORDS if word.endswith("*"))


def says_no_address(folded: str) -> bool:
    """Does a folded text say that there is no address, or that nobody knows it?"""
    words = folded.split()
    return bool(words) and _NO_ADDRESS.issuperset(words) and not _TELLING.isdisjoint(words)


def stands_alone(street: str, word: str) -> bool:
    """May a unit follow a street without a number between? Behind a road any may; else only what names a plot or a berth."""
    return UNITS.get(word.lower()) in _STANDS_ALONE or _ROAD.search(street.rstrip(" ,;")) is not None
