"""Sounds of what is read aloud: the generated voice for every text, and people's recordings, which go before it."""

import logging
from collections.abc import Mapping

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.sounds import Sound, Spoken
from server.store.actions import insert_action
from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.sounds import GENERATED, erase_sound, insert_sound, list_sounds
from server.voice import Voice

_AT_ONCE = 10
_ANY_FORMAT = "opus"

log = logging.getLogger(__name__)


async def generate(db: Database, voice: Voice, spoken: Mapping[str, Spoken]) -> None:
    """Makes the generated sound of every text that has none yet; a text the voice fails on stays without, as do all
    in a language that it does not speak.
    """
    async with db.reading() as tx:
        known = await list_sounds(tx, GENERATED, spoken, _ANY_FORMAT)
    made: dict[str, Sound] = {}
    for key, said in spoken.items():
        if key in known:
            continue
        try:
            if await voice.has_voice(said.lang):
                made[key] = await voice.say(said.text, said.lang)
        except (DomainError, OSError) as error:
            log.warning("no sound for a text in %s: %s", said.lang, error)
        if len(made) == _AT_ONCE:
            await _keep(db, made)
            made = {}
    await _keep(db, made)


async def record(db: Database, voice: Voice, consultation: str, key: str, recording: bytes, *, by: str = "") -> None:
    """Keeps a person's recording of the text behind `key`, in place of an earlier one.

    Raises `no_programs`, `not_a_sound`, `silent_sound` or `long_sound`.
    """
    if voice.missing():
        raise DomainError("no_programs")
    sound = await voice.recode(recording)
    async with db.writing() as tx:
        await insert_sound(tx, consultation, key, sound)
        if found := await find_consultation(tx, consultation):
            await insert_action(tx, by, Did.RECORDING_REPLACED, found.area, found.title["sv"])


async def forget_recording(db: Database, consultation: str, key: str) -> None:
    """Goes back to the generated voice."""
    async with db.writing() as tx:
        await erase_sound(tx, consultation, key)


async def _keep(db: Database, sounds: Mapping[str, Sound]) -> None:
    if not sounds:
        return
    async with db.writing() as tx:
        for key, sound in sounds.items():
            await insert_sound(tx, GENERATED, key, sound)
