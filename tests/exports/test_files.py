"""Files of results, made from random results: the same rows in each, and no text becomes a formula."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from frictionless import validate

from server.domain.consultations import Poll, parse_poll
from server.domain.results import Result
from server.exports import ods_file, xlsx_file
from server.exports.csv_file import MARK, harmless, write_csv
from server.exports.json_file import as_json, write_json
from server.exports.package import parts_of, write_package
from server.exports.rows import Record, cells_of, rows_of
from server.exports.sheets import book
from server.exports.words import COLUMNS, LIMITS, MEASURES, RULE, WITHHELD, say, table
from server.store.areas import Area
from server.store.consultations import Consultation
from server.usecases.report import Results
from tests.exports.sheets import read_ods, read_xlsx
from tests.town import poll_content

ROOT = Path(__file__).resolve().parents[2]
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "  =cmd|'/C calc'!A0", '=HYPERLINK("http://x","y")']
SCHOOLS = {
    "koivu": Area("koivu", "stad", "school", {"sv": "=Koivu", "fi": "@Koivu"}, "fi"),
    "bjork": Area("bjork", "stad", "school", {"sv": "Björk", "fi": "Björk"}, "sv"),
}
WHERES = [{}, {"school_language": "fi"}, {"grades": "1-2"}, {"school": "koivu"}, {"school": "bjork", "grades": "3"}]


_NUMBERS = ("number", "shown", "received", "skipped")


def evil_poll() -> Poll:
    content = poll_content()
    texts = cycle([*EVIL, 'a, b; "c"'])
    for question in content["questions"]:
        for option in question.get("options", ()):
            option["text"] = {"sv": next(texts), "fi": next(texts)}
    return parse_poll(content)


POLL = evil_poll()


def results(dice: random.Random, where: Mapping[str, str]) -> Results:
    def one(entry: str) -> Result:
        question, shown = POLL.ledger[entry], dice.randint(5, 300)
        if dice.random() < 0.3:
            return Result(question, POLL.id, None, None, None, few=dice.random() < 0.5)
        counts = {cell.id: dice.randint(0, 10 * shown) for cell in cells_of(question)}
        return Result(
            question, POLL.id, shown, shown + dice.randint(1, 9), counts, few=False, skipped=dice.randint(0, 9)
        )

    consultation = Consultation("third-place", "stad", {"sv": "=Plats", "fi": "+Paikka"}, "1F3D5", frozen=True)
    return Results(consultation, where, tuple(map(one, POLL.ledger)), SCHOOLS, (POLL,))


@pytest.fixture(params=range(3))
def record(request: pytest.FixtureRequest) -> Record:
    """Random results at every kind of place."""
    dice = random.Random(request.param)
    publisher = Area("stad", None, "municipality", {"sv": "-Stad", "fi": "@Kaupunki"}, "sv")
    return Record([results(dice, where) for where in WHERES], publisher, "https://tyck.example")


def test_every_file_holds_the_same_numbers(record: Record) -> None:
    rows = rows_of(record.levels)
    numbers = [(row.number, row.shown, row.received, row.skipped) for row in rows]
    found = list(csv.DictReader(io.StringIO(write_csv(record, "fi").decode().removeprefix(MARK))))
    assert [tuple(_number(row[name]) for name in _NUMBERS) for row in found] == numbers
    columns = [list(COLUMNS).index(name) for name in _NUMBERS]
    for sheets in (read_xlsx(xlsx_file.write(book(record, "sv"))), read_ods(ods_file.write(book(record, "sv")))):
        _about, (head, *lines) = sheets.values()
        assert head == table(record, "sv")[0]
        assert [tuple(_cell(line, column) for column in columns) for line in lines] == numbers
    figures = list(csv.DictReader(io.StringIO(parts_of(record)["figures.csv"].decode())))
    assert [tuple(_number(row[name]) for name in _NUMBERS) for row in figures] == numbers
    written = json.loads(write_json(record, "sv"))["questions"]
    assert [one["skipped"] for one in written] == [result.skipped for result in record.levels[0].results]
    counts = [one["counts"] for one in written]
    whole = [row for row in rows if not (row.school or row.grades or row.school_language)]
    assert [one and list(one.values()) for one in counts] == [
        None if rows_of_one[0].withheld else [row.number for row in rows_of_one]
        for rows_of_one in ([row for row in whole if row.cell.question.id == entry] for entry in POLL.ledger)
    ]


def _number(text: str) -> int | None:
    return int(text) if text else None


def _cell(line: list[Any], column: int) -> Any:
    return line[column] if column < len(line) else None


def test_the_package_is_valid_and_the_same_each_time(record: Record) -> None:
    body = write_package(record, "sv")
    assert body == write_package(record, "fi")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == set(parts_of(record))
        package = json.loads(archive.read("datapackage.json"))
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["descriptions"].keys() == {"sv", "fi", "en"}
    assert package["id"] == "https://tyck.example/results/third-place/data/datapackage.json"


def test_frictionless_finds_no_fault(record: Record, tmp_path: Path) -> None:
    for name, body in parts_of(record).items():
        (tmp_path / name).write_bytes(body)
    report = validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note", "rowNumber"])
    (tmp_path / "figures.csv").write_text((tmp_path / "figures.csv").read_text().replace("koivu", "nowhere", 1))
    assert not validate(str(tmp_path / "datapackage.json")).valid


def test_no_text_becomes_a_formula(record: Record) -> None:
    for written in (
        write_csv(record, "sv"),
        *(body for name, body in parts_of(record).items() if name.endswith("csv")),
    ):
        text = written.decode().removeprefix(MARK)
        assert text.count("\r\n") == text.count("\n") == len(list(csv.reader(io.StringIO(text, newline=""))))
        for row in csv.reader(io.StringIO(text, newline="")):
            assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    with zipfile.ZipFile(io.BytesIO(xlsx_file.write(book(record, "sv")))) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)
            assert b"<hyperlink" not in archive.read(name)
    with zipfile.ZipFile(io.BytesIO(ods_file.write(book(record, "sv")))) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert b"table:formula" not in archive.read("content.xml")
        ElementTree.fromstring(archive.read("content.xml"))


@pytest.mark.parametrize("text", [*EVIL, "\t=1", "\r=1", "\t", " \t-"])
def test_an_apostrophe_stands_in_front(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["a=1", "1-2", "Klätterställning", "", 7, 0, None])
def test_what_is_no_formula_stays_as_it_is(cell: object) -> None:
    assert harmless(cell) == cell


def test_the_words_are_those_of_the_pages_and_in_every_language() -> None:
    shown = (ROOT / "server/templates/about/_rule.html").read_text(encoding="utf-8")
    assert all(f'_("{sentence}")' in shown for sentence in RULE)
    for text in (*RULE, *LIMITS, *COLUMNS.values(), *MEASURES.values(), *WITHHELD.values()):
        assert say("en")(text) == text
        assert len({text, say("sv")(text), say("fi")(text)}) == 3, text


def test_the_api_answers_the_shape_of_the_contract() -> None:
    consultation = Consultation("c", "stad", {"sv": "", "fi": ""}, "", frozen=False)
    found = Results(consultation, {"school": "koivu"}, (), SCHOOLS, (POLL,))
    assert as_json(found) == {"consultation": "c", "frozen": False, "where": {"school": "koivu"}, "questions": []}
