"""Poll packages leave and arrive: whole and checked, or not at all."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.consultations import list_faults
from server.domain.errors import DomainError
from server.domain.gaps import complete
from server.domain.own_pictures import own_hexcode, own_id, picture_id
from server.domain.package_checks import Package, pictures_of, read_package, renamed, write_package
from server.domain.package_files import PackageError, fault
from server.domain.packages import PollError
from server.domain.questions import Text
from server.domain.sections import MOST_EXPERIENCES, faults_of_experience
from server.domain.sounds import Sound
from server.store.actions import insert_action
from server.store.areas import list_area_path
from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.drafts import Draft, find_draft, list_drafts, mark_changed
from server.store.packages import find_newest_content, list_pictures_by_id, list_recordings
from server.store.pictures import OwnPicture, insert_picture
from server.store.sounds import insert_sound
from server.usecases.compose import start_draft_in
from server.usecases.pictures import small_picture
from server.usecases.redraw import Easel
from server.voice import Voice

_FORMAT = "opus"


async def export_package(db: Database, consultation_id: str, *, by: str) -> bytes:
    """The consultation's newest published poll as a package file, or its last draft where nothing is published yet.

    `by` is the id of who asks, empty for the command line. Raises `not_found`, or `incomplete` with what is missing in
    the draft.
    """
    async with db.writing() as tx:
        consultation = await find_consultation(tx, consultation_id)
        if consultation is None:
            raise DomainError("not_found")
        published = await find_newest_content(tx, consultation_id)
        drafts = [complete(one.content) for one in await list_drafts(tx, consultation_id) if one.removed_at is None]
        content = _with_experience(published, drafts) if published else drafts[-1] if drafts else {}
        if faults := list_faults(content):
            raise DomainError("incomplete", [(each.path, each.message) for each in faults])
        ids = {found for name in pictures_of(content) if (found := own_id(name))}
        path = await list_area_path(tx, consultation.area)
        own = {own_hexcode(name): one for name, one in (await list_pictures_by_id(tx, ids, path)).items()}
        sounds = await list_recordings(tx, consultation_id, _FORMAT)
        await insert_action(tx, by, Did.PACKAGE_EXPORTED, consultation.area, consultation.title["sv"])
    pictures, alternatives = {name: one.body for name, one in own.items()}, {name: one.alt for name, one in own.items()}
    return await asyncio.to_thread(write_package, Package(content, pictures, alternatives, sounds))


async def tell_experience(
    db: Database, clock: Callable[[], int], poll: str, told: Mapping[str, Text], *, by: str
) -> None:
    """Adds how it went with a poll, also when it is published or frozen: nothing that children meet changes.

    Raises `not_found`, or `bad_form` naming the fields that are missing or too long.
    """
    if wrong := faults_of_experience(told):
        raise DomainError("bad_form", wrong)
    async with db.writing() as tx:
        draft = await _find_told(tx, poll)
        entries = [*draft.content.get("experience", []), told]
        if len(entries) > MOST_EXPERIENCES:
            raise DomainError("bad_form", [("entries", "too_many")])
        await mark_changed(tx, poll, {**draft.content, "experience": entries}, clock(), by)


async def forget_experience(db: Database, clock: Callable[[], int], poll: str, number: int, *, by: str) -> None:
    """Takes away the entry with this number, from 0; one that is not there is no matter. Raises `not_found`."""
    async with db.writing() as tx:
        draft = await _find_told(tx, poll)
        left = [one for at, one in enumerate(draft.content.get("experience", [])) if at != number]
        await mark_changed(tx, poll, {**draft.content, "experience": left}, clock(), by)


async def _find_told(tx: AsyncConnection, poll: str) -> Draft:
    draft = await find_draft(tx, poll, for_update=True)
    if draft is None:
        raise DomainError("not_found")
    return draft


async def import_package(
    db: Database,
    easel: Easel,
    voice: Voice,
    has_picture: Callable[[str], bool],
    data: bytes,
    area: str,
    *,
    by: str,
    languages: Collection[str] = (),
) -> str:
    """A new draft of `area` from a package file; returns its consultation's id. `has_picture` knows OpenMoji's names,
    `languages` are the further ones that we have.

    Pictures and sounds are made anew as those that people upload. Raises PackageError with everything that is wrong,
    or `busy`.
    """
    package = await asyncio.to_thread(read_package, data, has_picture, languages)
    faults: list[PollError] = []
    pictures = await _redrawn(easel, package.pictures, faults)
    sounds = await _recoded(voice, package.sounds, faults)
    if faults:
        raise PackageError(faults)
    names = {name: own_hexcode(picture_id(body)) for name, body in pictures.items()}
    async with db.writing() as tx:
        consultation, _poll = await start_draft_in(tx, area, renamed(package.content, names), by=by)
        for name, body in pictures.items():
            await insert_picture(tx, OwnPicture(picture_id(body), area, package.alternatives[name]), body)
        for key, sound in sounds.items():
            await insert_sound(tx, consultation, key, sound)
        await insert_action(tx, by, Did.PACKAGE_IMPORTED, area, package.content["title"]["sv"])
    return consultation


def _with_experience(content: Mapping[str, Any], drafts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What was told about a poll after it was published stands in its draft."""
    told = [draft["experience"] for draft in drafts if draft["id"] == content["id"] and draft.get("experience")]
    return {**content, "experience": told[0]} if told else content


async def _redrawn(easel: Easel, files: Mapping[str, bytes], faults: list[PollError]) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for name, file in files.items():
        try:
            made[name] = await easel.work(partial(small_picture, file))
        except DomainError as error:
            if error.kind.code == "busy":
                raise
            faults.append(fault(name, error.kind.message))
    return made


async def _recoded(voice: Voice, files: Mapping[str, bytes], faults: list[PollError]) -> dict[str, Sound]:
    made: dict[str, Sound] = {}
    for key, file in files.items():
        try:
            if voice.missing():
                raise DomainError("no_programs")
            made[key] = await voice.recode(file)
        except DomainError as error:
            faults.append(fault(f"sounds/{key}", error.kind.message))
            if error.kind.code == "no_programs":
                break
    return made
