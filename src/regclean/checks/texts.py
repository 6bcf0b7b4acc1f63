"""The words and numbers of the night's page in Finnish, Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

_LANGUAGES = ("en", "fi", "sv")
# key: English, Finnish, Swedish
_TEXTS: dict[str, tuple[str, str, str]] = {
    "night": ("Night", "Yöajo", "Nattkörning"),
    "nights": ("Nights", "Yöajot", "Nattkörningar"),
    "all_nights": ("All nights", "Kaikki yöajot", "Alla nattkörningar"),
    "as_of": ("As of", "Tilanne", "Läget den"),
    "run": ("Run", "Ajo", "Körning"),
    "status": ("Status", "Tila", "Status"),
    "published": ("Published", "Julkaistu", "Publicerad"),
    "stopped": ("Stopped", "Pysäytetty", "Stoppad"),
    "published_long": (
        "Every critical check passed. The findings are in the review queue.",
        "Kaikki kriittiset tarkistukset menivät läpi. Havainnot ovat tarkistusjonossa.",
        "Alla kritiska kontroller gick igenom. Avvikelserna finns i granskningskön.",
    ),
    "stopped_long": (
        "Nothing was published: the night before is still in force.",
        "Mitään ei julkaistu: edellinen yöajo on edelleen voimassa.",
        "Inget publicerades: föregående nattkörning gäller fortfarande.",
    ),
    "warnings": ("warnings", "varoitusta", "varningar"),
    "one_warning": ("warning", "varoitus", "varning"),
    "customers": ("Customers", "Asiakkaat", "Kunder"),
    "records": ("Records read", "Luetut tietueet", "Lästa poster"),
    "records_short": ("Records", "Tietueita", "Poster"),
    "loaded": ("Loaded", "Luettu", "Inlästa"),
    "quarantined": ("Quarantined", "Karanteenissa", "I karantän"),
    "findings": ("Findings", "Havainnot", "Avvikelser"),
    "new": ("New", "Uudet", "Nya"),
    "gone": ("Gone", "Poistuneet", "Borta"),
    "reopened": ("Reopened", "Avautuneet uudelleen", "Återöppnade"),
    "duplicates": ("Duplicates", "Kaksoiskappaleet", "Dubbletter"),
    "failed_checks": ("Failed checks", "Hylätyt tarkistukset", "Underkända kontroller"),
    "checks": ("Checks", "Tarkistukset", "Kontroller"),
    "of": ("of", "/", "av"),
    "passed": ("passed", "kunnossa", "godkända"),
    "seconds": ("Seconds", "Sekunnit", "Sekunder"),
    "rows": ("Rows", "Rivejä", "Rader"),
    "steps": ("Steps of the night", "Yöajon vaiheet", "Körningens steg"),
    "step": ("Step", "Vaihe", "Steg"),
    "total": ("Total", "Yhteensä", "Totalt"),
    "share_of_time": ("Share of time", "Osuus ajasta", "Andel av tiden"),
    "files": ("Files read", "Luetut tiedostot", "Lästa filer"),
    "file": ("File", "Tiedosto", "Fil"),
    "table": ("Table", "Taulu", "Tabell"),
    "quarantine": ("Why records were set aside", "Miksi tietueita siirrettiin sivuun", "Varför poster lades åt sidan"),
    "quarantine_note": (
        "The records themselves, with file and line, are in var/quarantine.csv.",
        "Tietueet tiedostoineen ja riveineen ovat tiedostossa var/quarantine.csv.",
        "Själva posterna, med fil och rad, finns i var/quarantine.csv.",
    ),
    "why": ("Reason", "Syy", "Orsak"),
    "failed_title": ("What failed", "Mikä ei mennyt läpi", "Vad som inte gick igenom"),
    "nothing_failed": ("Nothing failed.", "Kaikki meni läpi.", "Allt gick igenom."),
    "passed_title": ("Passed", "Läpäisseet", "Godkända"),
    "expectation": ("Expectation", "Odotus", "Förväntan"),
    "severity": ("Severity", "Vakavuus", "Allvar"),
    "critical": ("Critical", "Kriittinen", "Kritisk"),
    "warning": ("Warning", "Varoitus", "Varning"),
    "observed": ("Observed", "Havaittu", "Observerat"),
    "keys": ("First keys", "Ensimmäiset avaimet", "Första nycklarna"),
    "remedy": ("Remedy", "Korjaus", "Åtgärd"),
    "rows_break": ("rows", "riviä", "rader"),
    "at_least": ("at least", "vähintään", "minst"),
    "at_most": ("at most", "enintään", "högst"),
    "ok": ("as expected", "odotetusti", "som väntat"),
    "restricted_note": (
        "Keys of customers under non-disclosure are not shown.",
        "Turvakiellon alaisten asiakkaiden avaimia ei näytetä.",
        "Nycklar till kunder med spärrmarkering visas inte.",
    ),
    "kind": ("Kind", "Laji", "Slag"),
    "rule": ("Rule", "Sääntö", "Regel"),
    "tonight": ("Tonight", "Nyt", "Nu"),
    "no_findings": ("No findings.", "Ei havaintoja.", "Inga avvikelser."),
    "duplicate": ("Duplicate", "Kaksoiskappale", "Dubblett"),
    "stale": ("Stale", "Vanhentunut", "Föråldrad"),
    "bin_group": ("Shared bin", "Jätekimppa", "Gemensamt kärl"),
    "field": ("Field", "Kenttä", "Fält"),
    "error": ("Error", "Virhe", "Fel"),
    "review": ("Review", "Tarkistettava", "Granskas"),
    "info": ("Info", "Tiedoksi", "Info"),
    "linkage": ("Linkage", "Yhdistely", "Länkning"),
    "relation": ("Relation", "Suhde", "Relation"),
    "pairs": ("Pairs", "Pareja", "Par"),
    "same": ("same", "sama", "samma"),
    "household": ("household", "sama talous", "samma hushåll"),
    "successor": ("successor", "seuraaja", "efterträdare"),
    "related": ("related", "liittyy", "närstående"),
    "unsure": ("unsure", "epävarma", "osäker"),
    "pairs_caption": ("Scored pairs by relation", "Pisteytetyt parit suhteittain", "Poängsatta par efter relation"),
    "members_caption": (
        "Lines of shared-bin lists by answer",
        "Kimppaluetteloiden rivit vastauksen mukaan",
        "Rader på listor efter svar",
    ),
    "lines": ("Lines", "Rivejä", "Rader"),
    "answer": ("Answer", "Vastaus", "Svar"),
    "member_linked": ("linked to a customer", "linkitetty asiakkaaseen", "länkad till en kund"),
    "member_ambiguous": ("several candidates", "useita ehdokkaita", "flera kandidater"),
    "member_new": ("no customer found", "asiakasta ei löytynyt", "ingen kund hittades"),
    "clusters": ("Clusters", "Ryhmiä", "Grupper"),
    "largest_cluster": ("Largest cluster", "Suurin ryhmä", "Största gruppen"),
    "surplus": ("Customer numbers too many", "Ylimääräisiä asiakasnumeroita", "Överflödiga kundnummer"),
    "expected_duplicates": ("Expected duplicates", "Odotettu määrä kaksoiskappaleita", "Förväntat antal dubbletter"),
    "interval": ("95 % interval", "95 %:n väli", "95 %-intervall"),
    "model": ("Model", "Malli", "Modell"),
    "trends": ("Trends", "Kehitys", "Utveckling"),
    "trends_caption": ("The last nights", "Viimeiset yöajot", "De senaste nattkörningarna"),
    "no_change": ("no change", "ei muutosta", "ingen ändring"),
    "first_night": ("first night", "ensimmäinen yö", "första natten"),
    "privacy": (
        "Counts, names of rules and keys only: no personal values.",
        "Vain lukumääriä, sääntöjen nimiä ja avaimia: ei henkilötietojen arvoja.",
        "Endast antal, regelnamn och nycklar: inga personuppgifter.",
    ),
    "landed": ("Landed", "Luettu aineisto", "Inläst"),
    "standardised": ("Standardised", "Yhtenäistetty aineisto", "Standardiserat"),
    "linked": ("Linked", "Yhdistelty aineisto", "Länkat"),
    # The steps, under the names that the night gives them.
    "load": ("Load", "Luku", "Inläsning"),
    "check landed": ("Check what was read", "Luetun tarkistus", "Kontroll av det inlästa"),
    "standardise": ("Standardise", "Yhtenäistäminen", "Standardisering"),
    "check standardised": ("Check standardised", "Yhtenäistetyn tarkistus", "Kontroll av det standardiserade"),
    "link customers": ("Link customers", "Asiakkaiden yhdistely", "Länkning av kunder"),
    "link members": ("Link shared-bin members", "Kimppaosakkaiden yhdistely", "Länkning av delägare"),
    "check linked": ("Check linked", "Yhdistellyn tarkistus", "Kontroll av det länkade"),
    "find": ("Run the rules", "Sääntöjen ajo", "Regelkörning"),
    "assemble findings": ("Assemble findings", "Havaintojen kokoaminen", "Sammanställning av avvikelser"),
    "check findings": ("Check findings", "Havaintojen tarkistus", "Kontroll av avvikelser"),
    "publish": ("Publish", "Julkaisu", "Publicering"),
    "bin reports": ("Pages of shared bins", "Jätekimppojen sivut", "Sidor om gemensamma kärl"),
    "bin_reports": ("Shared bins to settle", "Jätekimpat, joissa on selvitettävää", "Gemensamma kärl att utreda"),
    "gate_findings": ("Findings", "Havainnot", "Avvikelser"),
}


def texts(language: str) -> Mapping[str, str]:
    """Every text of the page in one language; English for a language that is not there."""
    column = _LANGUAGES.index(language) if language in _LANGUAGES else 0
    return {key: words[column] for key, words in _TEXTS.items()}


def whole(value: float, language: str) -> str:
    """A count with its thousands parted: 72,600 in English, 72 600 (no-break space) in Finnish and Swedish."""
    return f"{round(value):,}".replace(",", "," if language == "en" else "\u00a0").replace("-", "−")


def decimal(value: float, digits: int, language: str) -> str:
    text = f"{value:,.{digits}f}".replace("-", "−")
    if language == "en":
        return text
    return text.replace(",", "\u00a0").replace(".", ",")


def percent(value: float, digits: int, language: str) -> str:
    return decimal(100 * value, digits, language) + ("%" if language == "en" else "\u00a0%")
