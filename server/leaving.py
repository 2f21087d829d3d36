"""`consultation erase`, `area export`, `area erase`: how a municipality takes what is its own, and leaves nothing."""

import json
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from server.commands import Done, settings_for, with_database, write_file
from server.domain.errors import DomainError
from server.exports.csv_file import MARK, as_csv
from server.keeping import kept, kept_or_served
from server.results import make_results
from server.seals import Seals
from server.settings import Settings
from server.store.actions import list_actions
from server.store.areas import list_areas, list_below_in
from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.erasing import count_extent, list_consultations_of, list_erasing
from server.store.feedback import find_feedback
from server.store.ideas import find_shown_picture, list_shown_ideas
from server.store.staff import list_members
from server.store.themes import list_themes
from server.usecases.leave import begin_erasing, erase, leave
from server.usecases.packages import export_package

_FORMATS = {"csv": "csv", "json": "json", "xlsx": "xlsx", "datapackage": "zip"}
_MOST_ACTIONS = 1_000_000
_YES = click.option("--yes", is_flag=True, help="Do it. Without this it only says what would go.")


@click.group()
def consultation() -> None:
    """Whole consultations."""


@consultation.command("erase")
@click.argument("consultation_id", metavar="CONSULTATION")
@_YES
def erase_command(consultation_id: str, yes: bool) -> None:
    """Erases CONSULTATION for good: polls, sessions, answers, packets, ideas, feedback. A running server does it."""
    settings = settings_for()
    with kept_or_served(settings) as is_alone:
        click.echo(with_database(settings, lambda db: _said(db, consultation_id)))
        _confirm(yes)
        how = erase if is_alone else begin_erasing
        with_database(settings, lambda db: _plainly(how(db, Seals(settings.data_dir), consultation_id, _now())))
    done = "is erased" if is_alone else "is found no more; the running server erases its rows, step by step"
    click.echo(f"{consultation_id} {done}. Backups and the journal hold it until they are replaced.")


@click.group()
def area() -> None:
    """Whole areas: a municipality that takes its data with it, or leaves."""


@area.command("export")
@click.argument("area_id", metavar="AREA")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export_command(area_id: str, folder: Path) -> None:
    """Writes what belongs to AREA and all below it into FOLDER: polls, results, feedback, shown ideas, people, log."""
    settings = settings_for()
    files = with_database(settings, lambda db: _plainly(_export(db, settings, area_id)))
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, data)


@area.command("erase")
@click.argument("area_id", metavar="AREA")
@_YES
def leave_command(area_id: str, yes: bool) -> None:
    """Erases AREA and all below it for good: consultations, places, pictures, log, people. Stop the server first."""
    settings = settings_for()
    with kept(settings):
        for named in with_database(settings, lambda db: _plainly(_consultations(db, area_id))):
            click.echo(with_database(settings, lambda db, named=named: _said(db, named)))  # type: ignore[misc]
        _confirm(yes)
        with_database(settings, lambda db: _plainly(leave(db, Seals(settings.data_dir), area_id, _now())))
    click.echo(f"{area_id} is erased. Backups and the journal hold it until they are replaced.")


def _confirm(yes: bool) -> None:
    if not yes:
        raise click.ClickException("Nothing was erased. To erase this for good, run it again with --yes.")


def _now() -> int:
    return int(time.time())


async def _plainly(job: Coroutine[None, None, Done]) -> Done:
    try:
        return await job
    except DomainError as error:
        named = ", ".join(path for path, _ in error.details)
        if error.kind.code == "area_used":
            raise click.ClickException(f"Consultations of an area above have sessions here: {named}.") from error
        raise click.ClickException("There is none with that id.") from error


async def _said(db: Database, consultation_id: str) -> str:
    async with db.reading() as tx:
        if consultation_id in await list_erasing(tx):
            return f"{consultation_id} is being erased."
        found = await find_consultation(tx, consultation_id)
        if found is None:
            raise click.ClickException("There is none with that id.")
        extent = await count_extent(tx, consultation_id)
    numbers = f"{extent.sessions} sessions, {extent.packets} packets, {extent.ideas} ideas"
    return f"{consultation_id} ({found.title['sv']} / {found.title['fi']}): {numbers}"


async def _consultations(db: Database, area_id: str) -> list[str]:
    async with db.reading() as tx:
        known = await list_areas(tx)
        if area_id not in known:
            raise DomainError("not_found")
        return await list_consultations_of(tx, list_below_in(known, [area_id]))


async def _export(db: Database, settings: Settings, area_id: str) -> dict[str, bytes]:
    """Everything by the name of its file."""
    files: dict[str, bytes] = {}
    for named in await _consultations(db, area_id):
        files |= {
            f"consultations/{named}/{name}": data for name, data in (await _export_one(db, settings, named)).items()
        }
    async with db.reading() as tx:
        known = await list_areas(tx)
        below = list_below_in(known, [area_id])
        people = await list_members(tx, below)
        actions = await list_actions(tx, below, most=_MOST_ACTIONS)
    places = [known[each] for each in below]
    return {
        **files,
        "areas.csv": _table(
            ("id", "parent", "kind", "name_sv", "name_fi", "language"),
            [(one.id, one.parent, one.kind, one.name["sv"], one.name["fi"], one.language) for one in places],
        ),
        "people.csv": _table(
            ("name", "email", "roles"),
            [
                (one.account.name, one.account.email, " ".join(f"{role}:{where}" for role, where in one.roles))
                for one in people
            ],
        ),
        "log.csv": _table(
            ("when", "who", "what", "where", "about"),
            [
                (datetime.fromtimestamp(one.at, UTC).isoformat(), one.who, one.what, one.area, one.about)
                for one in actions
            ],
        ),
    }


async def _export_one(db: Database, settings: Settings, consultation_id: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, ending in _FORMATS.items():
        for lang in ("sv", "fi") if name in ("csv", "xlsx") else ("sv",):
            try:
                made = await make_results(db, settings, consultation_id, name, lang)
            except DomainError:
                continue  # without a published poll there are none
            files[f"results-{lang}.{ending}" if name in ("csv", "xlsx") else f"results.{ending}"] = made
    with suppress(DomainError):  # a draft that is not complete makes no package
        files["poll.zip"] = await export_package(db, consultation_id, by="")
    async with db.reading() as tx:
        files["feedback.json"] = _json((await find_feedback(tx, consultation_id)).content)
        files["themes.json"] = _json([asdict(theme) for theme in await list_themes(tx, consultation_id)])
        ideas = await list_shown_ideas(tx, consultation_id)
        files["ideas.json"] = _json([asdict(idea) for idea in ideas])
        for idea in ideas:
            if picture := await find_shown_picture(tx, consultation_id, idea.id):
                files[f"ideas/{idea.id}.webp"] = picture
    return files


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    return (MARK + as_csv(head, rows)).encode()


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
