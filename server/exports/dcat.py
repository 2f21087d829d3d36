"""What the open data is, for data portals: DCAT-AP as JSON-LD."""

from typing import Any

from server.domain.consultations import LANGUAGES
from server.exports.rows import Record
from server.exports.words import description

_EU = "http://publications.europa.eu/resource/authority"
_LANGUAGES = {"sv": "SWE", "fi": "FIN"}
_KEYWORDS = {
    "sv": ["barn", "delaktighet", "skola", "enkät"],
    "fi": ["lapset", "osallisuus", "koulu", "kysely"],
    "en": ["children", "participation", "school", "poll"],
}
# What lies at the dataset's address: the file's name, its media type, its name in the EU's list of file types.
DISTRIBUTIONS = (
    ("datapackage.zip", "application/zip", "ZIP"),
    ("datapackage.json", "application/json", "JSON"),
    ("figures.csv", "text/csv", "CSV"),
    ("results.json", "application/json", "JSON"),
    *((f"results-{lang}.csv", "text/csv", "CSV") for lang in LANGUAGES),
    *(
        (f"results-{lang}.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX")
        for lang in LANGUAGES
    ),
    *((f"results-{lang}.ods", "application/vnd.oasis.opendocument.spreadsheet", "ODS") for lang in LANGUAGES),
    *((f"results-{lang}.pdf", "application/pdf", "PDF") for lang in LANGUAGES),
)
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def describe(record: Record) -> dict[str, Any]:
    """The dataset, its publisher and every file of it."""
    title, facts = record.consultation.title, record.consultation.facts
    days = (("dcat:startDate", facts.get("begins")), ("dcat:endDate", facts.get("ends")))
    period = {name: {"@type": "xsd:date", "@value": day} for name, day in days if day}
    dataset: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": record.address,
        "@type": "dcat:Dataset",
        "dct:title": _said(title),
        "dct:description": _said({lang: description(record, lang) for lang in (*LANGUAGES, "en")}),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _said(record.publisher.name)},
        "dct:language": [{"@id": f"{_EU}/language/{_LANGUAGES[lang]}"} for lang in LANGUAGES],
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dcat:theme": [{"@id": f"{_EU}/data-theme/{theme}"} for theme in ("GOVE", "EDUC", "SOCI")],
        "dcat:keyword": [{"@language": lang, "@value": word} for lang, words in _KEYWORDS.items() for word in words],
        "dcat:landingPage": {"@id": record.address},
        "dcat:distribution": [_distribution(record.address, *each) for each in DISTRIBUTIONS],
    }
    if issued := record.consultation.public_on:
        dataset["dct:issued"] = {"@type": "xsd:date", "@value": issued}
    return dataset | ({"dct:temporal": {"@type": "dct:PeriodOfTime", **period}} if period else {})


def _said(texts: Any) -> list[dict[str, str]]:
    return [{"@language": lang, "@value": text} for lang, text in texts.items()]


def _distribution(address: str, name: str, media_type: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:accessURL": {"@id": f"{address}/{name}"},
        "dcat:downloadURL": {"@id": f"{address}/{name}"},
        "dcat:mediaType": {"@id": f"http://www.iana.org/assignments/media-types/{media_type}"},
        "dct:format": {"@id": f"{_EU}/file-type/{kind}"},
        "dct:license": {"@id": f"{_EU}/licence/CC_BY_4_0"},
    }
