"""Results as open data: tables that point to each other, their schema, and what the data is, in three languages."""

from collections.abc import Iterable
from typing import Any

from server.domain.consultations import LANGUAGES
from server.exports.csv_file import as_csv
from server.exports.dcat import describe
from server.exports.json_file import dump
from server.exports.rows import Record, cells_of, rows_of
from server.exports.words import LICENCE_URL, MEASURES, description, notes
from server.exports.zipped import zipped

_KEY = ("poll", "question", "cell")
_FIGURES = (*_KEY, "school", "grades", "school_language", "number", "shown", "received", "skipped", "withheld")
_CELLS = (*_KEY, "kind", "measure", "asked_sv", "asked_fi", "label_sv", "label_fi")
_PLACES = ("school", "name_sv", "name_fi", "language", "kind")
_MEANING = {
    "poll": "The poll.",
    "question": "The question; a pair of a this-or-that is a question of its own.",
    "cell": "What was counted: an option, and what of it.",
    "kind": "The kind of the question, or of the place.",
    "measure": "What is counted: children who chose it, points, tenths of the children's coins, givers.",
    "school": "The school; empty: all of them.",
    "grades": "The grades, as 3 or 1-2; empty: all of them. A combined class is no part of its single grades.",
    "school_language": "The schools' language; empty: both.",
    "language": "The school's language.",
    "number": "The count; empty: withheld, which is not zero.",
    "shown": "How many answers the number is made of; empty: withheld.",
    "received": "How many answers came; empty: withheld.",
    "skipped": "How many children were asked and did not answer, so that received and skipped are all who were asked; empty: withheld.",  # noqa: E501
    "withheld": "Why there is no number: few (too few answers came) or waiting (they wait, or count one level up).",
}
_LIMITS: dict[str, dict[str, Any]] = {
    "measure": {"enum": list(MEASURES)},
    "withheld": {"enum": ["few", "waiting"]},
    "school_language": {"enum": list(LANGUAGES)},
    "grades": {"pattern": r"[1-6](-[1-6])?"},
}


def parts_of(record: Record) -> dict[str, bytes]:
    """The files of the package by name: each also lies at an address of its own."""
    return {
        "datapackage.json": dump(_datapackage(record)),
        "figures.csv": _figures(record),
        "cells.csv": _cells(record),
        "places.csv": _places(record),
        "dcat.jsonld": dump(describe(record)),
        "README.md": _readme(record),
    }


def write_package(record: Record, _lang: str) -> bytes:
    return zipped(parts_of(record))


def _datapackage(record: Record) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": record.consultation.id.lower(),
        "id": f"{record.address}/datapackage.json",
        "homepage": record.address,
        "title": record.consultation.title[record.publisher.language],
        "titles": dict(record.consultation.title),
        "description": description(record, "en"),
        "descriptions": {lang: description(record, lang) for lang in (*LANGUAGES, "en")},
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0", "path": LICENCE_URL}],
        "contributors": [{"title": record.publisher.name[record.publisher.language], "role": "publisher"}],
        "resources": [
            _resource("figures", _FIGURES, [_points(_KEY, "cells"), _points(["school"], "places")]),
            {**_resource("cells", _CELLS), "description": "What each cell means."},
            {**_resource("places", _PLACES), "description": "Where children answered."},
        ],
    }


def _resource(name: str, fields: Iterable[str], points: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    schema = {"fields": [_field(field) for field in fields], "missingValues": [""]}
    if points:
        schema["foreignKeys"] = points
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _points(fields: Iterable[str], resource: str) -> dict[str, Any]:
    return {"fields": list(fields), "reference": {"resource": resource, "fields": list(fields)}}


def _field(name: str) -> dict[str, Any]:
    stem, _, lang = name.rpartition("_")
    meaning = _MEANING.get(name) or f"{stem.capitalize()}, in the language {lang}."
    is_number = name in ("number", "shown", "received", "skipped")
    needed = {"required": True} if name in _KEY else {}
    limits = {"minimum": 0} if is_number else {**_LIMITS.get(name, {}), **needed}
    kind = "integer" if is_number else "string"
    return {"name": name, "type": kind, "description": meaning, **({"constraints": limits} if limits else {})}


def _figures(record: Record) -> bytes:
    rows = ({**vars(row), "question": row.cell.question.id, "cell": row.cell.id} for row in rows_of(record.levels))
    return as_csv(_FIGURES, ([row[field] for field in _FIGURES] for row in rows)).encode()


def _cells(record: Record) -> bytes:
    rows = []
    for result in record.levels[0].results:
        question, asked = result.question, record.asked[result.poll, result.question.id]
        for cell in cells_of(question):
            texts = [text[lang] for text in (asked, cell.label) for lang in LANGUAGES]
            rows.append([result.poll, question.id, cell.id, question.kind, cell.measure, *texts])
    return as_csv(_CELLS, rows).encode()


def _places(record: Record) -> bytes:
    named = {level.where["school"] for level in record.levels if "school" in level.where}
    schools = (record.schools[school] for school in sorted(named))
    rows = ((one.id, *(one.name[lang] for lang in LANGUAGES), one.language, one.kind) for one in schools)
    return as_csv(_PLACES, rows).encode()


def _readme(record: Record) -> bytes:
    written = [f"# {' / '.join(record.consultation.title[lang] for lang in LANGUAGES)}"]
    for lang, name in (("sv", "Svenska"), ("fi", "Suomi"), ("en", "English")):
        written += [f"## {name}", *notes(record, lang)]
    return ("\n\n".join(written) + "\n").encode()
