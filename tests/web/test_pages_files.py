"""Results as files, open data and the report, as staff and anyone fetch them; and that every surface says the same."""

import csv
import html
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import text

from server.domain.consultations import Poll
from server.domain.errors import DomainError
from server.domain.results import SKIPPED
from server.domain.walls import band, share_cell, wall
from server.exports import pdf
from server.exports.csv_file import MARK
from server.web.files import FORMATS
from tests.exports.sheets import read_ods, read_xlsx
from tests.exports.tagged import Part, read_tagged
from tests.needs import find_pango
from tests.web.staff import HOME, World

API = "/api/v1/results/third-place"
FILES = f"{HOME}/results/files"
DATA = "/results/third-place/data"
GIVEN: Mapping[str, Any] = {
    "q2": ["friends", "fun"],
    "q6": ["free", "clean", "evening"],
    "q7": {"climb": 3, "music": 1},
    "q8": "river",
    "q9": {"p1": "outdoors", "p2": "calm"},
}
needs_pango = pytest.mark.skipif(not find_pango(), reason="Pango is not installed here: no PDF is made.")
Figures = dict[str, dict[str, int] | None]


async def filled(world: World) -> str:
    """Koivu 1–2: eight answers, Koivu 3: seven and four more in another session, Björk 3: nine; one session's id."""
    groups = ((8, "koivu", (1, 2), "forest"), (7, "koivu", (3,), "home"), (4, "koivu", (3,), "hobby"))
    sessions = []
    for number, school, grades, place in (*groups, (9, "bjork", (3,), "library")):
        sessions.append(await world.answered(number, school=school, grades=grades, q1=place, **GIVEN))
        await world.town.close(sessions[-1])
    return sessions[0].id


async def opened(world: World, level: str) -> None:
    await world.town.freeze()
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET public = :level"), {"level": level})


async def poll_of(world: World) -> Poll:
    revision = await world.parts.revisions.find_newest_of_poll("third-place")
    assert revision
    return revision.poll


# ---- what each surface says of one place: the counts by ledger entry, None where they are withheld ----


def of_api(found: Any) -> Figures:
    return {one["id"]: one["counts"] and {**one["counts"], SKIPPED: one["skipped"]} for one in found["questions"]}


def of_table(rows: list[dict[str, Any]], where: Mapping[str, str]) -> Figures:
    found: Figures = {}
    for row in rows:
        if all(row[name] == where.get(name, "") for name in ("school", "grades", "school_language")):
            counts = found.setdefault(row["question"], None if row["withheld"] else {})
            if counts is None:
                assert (row["number"], row["shown"], row["received"], row["skipped"]) == ("", "", "", "")
            else:
                counts |= {row["cell"]: int(row["number"]), SKIPPED: int(row["skipped"])}
    return found


def of_sheet(rows: list[list[Any]], like: list[dict[str, Any]], where: Mapping[str, str]) -> Figures:
    """A spreadsheet has the rows of the CSV file; its own numbers are set in."""
    head, *lines = rows
    numbers = [line[11] if len(line) > 11 else None for line in lines]
    assert len(head) == 16
    return of_table(
        [row | {"number": "" if one is None else str(one)} for row, one in zip(like, numbers, strict=True)], where
    )


def of_captions(tables: Mapping[str, list[list[str]]], poll: Poll, lang: str) -> Figures:
    """Tables of a page or a document, by caption: a row of numbers for each option."""
    found: Figures = {}
    for question in poll.ledger.values():
        sides = " / ".join(option.text[lang] for option in question.options)
        rows = tables.get(sides if question.kind == "this_or_that" else question.text[lang])
        columns = {"rank": ("#", "@1"), "budget": ("", "#")}.get(question.kind, ("",))
        found[question.id] = None if rows is None else {}
        for option, row in zip(question.options, (rows or [])[1:], strict=False):
            assert row[0].endswith(option.text[lang])
            cells = {option.id + suffix: int(row[1 + number]) for number, suffix in enumerate(columns)}
            found[question.id] = {**(found[question.id] or {}), **cells}
    return found


def counted(found: Figures) -> Figures:
    return {entry: counts and {k: n for k, n in counts.items() if k != SKIPPED} for entry, counts in found.items()}


def skips(found: Figures) -> list[int]:
    """In the order of the questions; who answered at all answered in a language."""
    return [counts[SKIPPED] for entry, counts in found.items() if counts and entry != "language"]


def skips_said(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"Jätti vastaamatta: (\d+)\.", page)]


def tables_of_page(page: str) -> dict[str, list[list[str]]]:
    def said(markup: str) -> str:
        return html.unescape(re.sub(r"<title>.*?</title>|<[^>]+>", "", markup)).strip()

    return {
        said(caption): [
            [said(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        ]
        for caption, table in re.findall(r"<table.*?<caption[^>]*>(.*?)</caption>(.*?)</table>", page, re.DOTALL)
    }


@needs_pango
async def test_every_surface_says_the_same(world: World) -> None:
    """Page, API, CSV, XLSX, ODS, PDF, open data and class wall, asked at the same moment, at every kind of place."""
    session = await filled(world)
    await opened(world, "grades")
    poll, ritva, anyone = await poll_of(world), await world.signed_in("Ritva", "fi"), world.browser("fi")
    files = {name: (await ritva.get(f"{FILES}/{name}")).content for name in ("csv", "xlsx", "ods", "datapackage")}
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode().removeprefix(MARK))))
    with zipfile.ZipFile(io.BytesIO(files["datapackage"])) as archive:
        figures = list(csv.DictReader(io.StringIO(archive.read("figures.csv").decode())))
    for where in (
        {},
        {"school": "koivu"},
        {"school": "koivu", "grades": "1-2"},
        {"grades": "3"},
        {"school_language": "sv"},
    ):
        api = of_api((await ritva.get(API, params=where)).json())
        shown = [entry for entry, counts in api.items() if counts]
        assert {"q1", "q2", "q6", "q7", "q8", "q9.p1", "q9.p2", "language"} == set(shown), where
        assert of_api((await anyone.get(API, params=where)).json()) == api
        assert of_api((await ritva.get(f"{FILES}/json", params=where)).json()) == api
        assert of_table(rows, where) == api
        assert of_table(figures, where) == api
        assert of_sheet(read_xlsx(files["xlsx"])["Tulokset"], rows, where) == api
        assert of_sheet(read_ods(files["ods"])["Tulokset"], rows, where) == api
        for page in (
            await ritva.get(f"{HOME}/results", params=where),
            await anyone.get("/results/third-place/numbers", params=where),
        ):
            assert of_captions(tables_of_page(page.text), poll, "fi") == counted(api)
            assert skips_said(page.text) == skips(api)
    document = read_tagged((await ritva.get(f"{FILES}/pdf", params={"school": "koivu"})).content)
    api = of_api((await ritva.get(f"{API}?school=koivu")).json())
    assert of_captions(document.tables(), poll, "fi") == counted(api)
    assert skips_said(" ".join(document.text.split())) == skips(api)
    the_school_is_told_the_same(
        (await anyone.get("/results/third-place/schools/koivu")).text,
        poll,
        api,
    )
    await the_wall_says_the_same(world, session, (await ritva.get(f"{API}?school=koivu&grades=1-2")).json())


def the_school_is_told_the_same(page: str, poll: Poll, api: Figures) -> None:
    """The page made for children says of each option how many chose it, put it first or gave it coins."""
    told = dict(re.findall(r'<article class="card told" id="(\w+)"(.*?)</article>', page, re.DOTALL))
    for question in poll.questions:
        expected = [
            (option.text["fi"], (api[entry.id] or {})[share_cell(entry, option.id)])
            for entry in question.entries
            if api[entry.id]
            for option in entry.options
        ]
        shares = r'said-label">(.*?)</span> <span class="said-number">(\d+)'
        found = [(html.unescape(label), int(number)) for label, number in re.findall(shares, told.get(question.id, ""))]
        assert sorted(found) == sorted(expected), question.id


async def the_wall_says_the_same(world: World, session: str, found: Any) -> None:
    """The words of the wall are those of the class's packet, which is all of Koivu's grades 1–2."""
    mika, poll = await world.signed_in("Mika", "fi"), await poll_of(world)
    results = {one["id"]: one for one in found["questions"]}
    cards = wall(poll, poll.profile_for((1, 2)).id, {})
    assert cards
    for number, card in enumerate(cards, start=1):
        page = (await mika.get(f"/staff/sessions/{session}/wall?card={number}")).text
        one, options = results[card.entry.id], card.entry.option_ids
        counts = [one["counts"][share_cell(card.entry, option)] for option in options] if one["counts"] else []
        said = [band(count, one["shown"]) for count in counts]
        assert re.findall(r'<li data-band="(\w+)">', page) == said, card.entry.id


async def test_who_takes_files_along_gets_what_the_page_shows(world: World) -> None:
    await filled(world)
    ritva = await world.signed_in("Ritva", "fi")
    page = (await ritva.get(f"{HOME}/results?school=koivu")).text
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+/results/files/[^"]+)"', page)]
    assert len(links) == 10
    for link in (link for link in links if "/pdf" not in link):
        reply = await ritva.get(link)
        name = link.partition("?")[0].rpartition("/")[2]
        assert (reply.status_code, reply.headers["content-type"]) == (200, FORMATS[name].media_type)
        lang = "sv" if "lang=sv" in link else "fi"
        assert reply.headers["content-disposition"] == (
            f'attachment; filename="third-place-koivu-{lang}.{FORMATS[name].suffix}"'
        )
        assert reply.headers["cache-control"] == "no-store"
        if name == "csv":
            rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix(MARK))))
            assert {row["school"] for row in rows} == {"koivu"}
            assert ("Hemma" in reply.text) == (lang == "sv")
    whole = (await ritva.get(f"{FILES}/csv")).text
    assert {row["grades"] for row in csv.DictReader(io.StringIO(whole))} == {"", "1-2", "3"}


@pytest.mark.parametrize(
    "path", ["/nothing", "/csv?school=nowhere", "/json?grades=x", "/pdf?school_language=en", "/xlsx?grades=7"]
)
async def test_what_there_is_not_is_said_in_words(world: World, path: str) -> None:
    reply = await (await world.signed_in("Ritva", "fi")).get(FILES + path)
    assert reply.status_code == 404
    assert "Tässä osoitteessa ei ole mitään." in reply.text


@pytest.mark.parametrize("path", ["", "/results.json", "/datapackage.zip", "/results-sv.pdf"])
async def test_nothing_is_open_before_results_are_public(world: World, path: str) -> None:
    await filled(world)
    await world.town.freeze()
    for browser in (world.browser(), await world.signed_in("Mika")):
        assert (await browser.get(DATA + path)).status_code == 404


@pytest.mark.parametrize(("level", "grades"), [("schools", {""}), ("grades", {"", "1-2", "3"})])
async def test_open_data_holds_the_levels_that_were_opened(world: World, level: str, grades: set[str]) -> None:
    await filled(world)
    await opened(world, level)
    anyone = world.browser()
    page = await anyone.get(DATA)
    assert page.status_code == 200
    links = set(re.findall(rf'href="{DATA}/([^"]+)"', page.text))
    assert links >= {
        "datapackage.zip",
        "results.json",
        "figures.csv",
        "dcat.jsonld",
        "results-fi.ods",
        "results-sv.pdf",
    }
    assert "CC BY 4.0" in page.text
    for name in sorted(links - {"results-sv.pdf", "results-fi.pdf"}):
        reply = await anyone.get(f"{DATA}/{name}")
        assert reply.status_code == 200, name
        assert reply.headers["cache-control"] == "public, max-age=300"
        again = await anyone.get(f"{DATA}/{name}", headers={"If-None-Match": reply.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        if name in ("figures.csv", "results-sv.csv"):
            rows = csv.DictReader(io.StringIO(reply.text.removeprefix(MARK)))
            assert {row["grades"] for row in rows} == grades
    json_file = await anyone.get(f"{DATA}/results.json")
    assert json_file.content == (await anyone.get(API)).content
    assert (await anyone.get(f"{DATA}/nothing.csv")).status_code == 404


async def test_a_portal_finds_every_file_and_its_licence(world: World) -> None:
    await filled(world)
    await opened(world, "schools")
    anyone = world.browser()
    dataset = (await anyone.get(f"{DATA}/dcat.jsonld")).json()
    assert dataset["@type"] == "dcat:Dataset"
    assert {text["@language"] for text in dataset["dct:description"]} == {"sv", "fi", "en"}
    for one in dataset["dcat:distribution"]:
        address = one["dcat:downloadURL"]["@id"]
        assert address.startswith(f"http://localhost:8000{DATA}/")
        assert one["dct:license"]["@id"].endswith("CC_BY_4_0")
        if not address.endswith(".pdf"):
            reply = await anyone.get(address)
            kind = one["dcat:mediaType"]["@id"].removeprefix("http://www.iana.org/assignments/media-types/")
            assert reply.headers["content-type"].partition(";")[0] == kind
    package = json.loads((await anyone.get(f"{DATA}/datapackage.json")).content)
    for resource in package["resources"]:
        assert (await anyone.get(f"{DATA}/{resource['path']}")).status_code == 200


@needs_pango
async def test_the_report_is_a_tagged_document(world: World) -> None:
    lang, title = "fi", "Raportti lapsi"
    await filled(world)
    reply = await (await world.signed_in("Ritva", lang)).get(f"{HOME}/report.pdf?lang={lang}")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
    with pikepdf.open(io.BytesIO(reply.content)) as made:
        root = made.Root
        assert str(root.Lang) == lang
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert title in str(made.docinfo.Title)
        metadata = made.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert title in metadata["dc:title"]
        assert all("/FontFile2" in one or "/FontFile3" in one for one in _fonts(made))
    document = read_tagged(reply.content)
    _check_structure(document)
    assert "28" in document.text
    page = (await (await world.signed_in("Ritva", lang)).get(f"{HOME}/report?lang={lang}")).text
    headings = [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", page, re.DOTALL)]
    assert [html.unescape(one) for one in headings] == [part.text for part in document.all("H2")]


def _fonts(made: pikepdf.Pdf) -> list[Any]:
    return [
        each for each in made.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
    ]


def _check_structure(document: Part) -> None:
    """One title, no level left out, words for each figure, heads for each table, no list without its parts."""
    assert len(list(document.all("H1"))) == 1
    levels = [int(part.kind[1]) for part in _walk(document) if re.fullmatch(r"H\d", part.kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    figures = list(document.all("Figure"))
    assert figures
    assert all(figure.alt for figure in figures)
    for table in document.all("Table"):
        assert next(table.all("Caption")).text
        assert all(any(cell.kind == "TH" for cell in row.parts) for row in table.all("TR"))
    for listed in document.all("L"):
        assert all(item.kind == "LI" for item in listed.parts)


def _walk(part: Part) -> list[Part]:
    return [one for child in part.parts for one in (child, *_walk(child))]


async def test_open_data_is_made_once_and_anew_when_a_name_or_the_level_changes(world: World) -> None:
    await filled(world)
    await opened(world, "schools")
    made: list[str] = []
    for change in ("SELECT 1", "UPDATE areas SET name_sv = 'Nya skolan' WHERE id = 'koivu'", "DELETE FROM figures"):
        async with world.parts.db.writing() as tx:
            await tx.execute(text(change))
        made.append(
            "".join([(await world.browser().get(f"{DATA}/{name}")).text for name in ("places.csv", "figures.csv")])
        )
    assert "Nya skolan" in made[1]
    assert "Nya skolan" not in made[0]
    assert made[1] == made[2]
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET public = NULL"))
    assert (await world.browser().get(f"{DATA}/places.csv")).status_code == 404


@needs_pango
async def test_the_same_results_make_the_same_document(world: World) -> None:
    await opened(world, "schools")
    first, again = [await world.browser().get(f"{DATA}/results-sv.pdf") for _ in range(2)]
    assert first.status_code == 200
    assert first.content == again.content
    assert first.headers["content-disposition"].startswith("inline")
    with pikepdf.open(io.BytesIO(first.content)) as made:
        assert str(made.Root.Lang) == "sv"
        assert "Vad barnen sa" in str(made.docinfo.Title)


def test_without_pango_the_printer_says_so(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    command = [sys.executable, "-m", "server.exports.printer"]
    environment = {"PYTHONPATH": f"{tmp_path}:."}
    done = subprocess.run(command, input=b"{}", env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (pdf.NO_PANGO, b"", b"")


async def test_without_pango_only_pdf_is_missing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(world)
    monkeypatch.setattr(pdf, "_COMMAND", (sys.executable, "-c", f"raise SystemExit({pdf.NO_PANGO})"))
    ritva = await world.signed_in("Ritva", "fi")
    reply = await ritva.get(f"{FILES}/pdf")
    assert reply.status_code == 503
    assert "Tämä palvelin ei pysty tekemään PDF-tiedostoja" in reply.text
    assert (await ritva.get(f"{FILES}/xlsx")).status_code == 200
    with pytest.raises(DomainError, match="no_pdf"):
        await pdf.make_pdf("<html></html>", {})
