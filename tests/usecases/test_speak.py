"""Every text gets a sound once; a person's recording goes before the generated voice, for its consultation only."""

from pathlib import Path

import pytest

from server.domain.errors import DomainError
from server.domain.sounds import Spoken, sound_key
from server.store.database import Database
from server.store.sounds import GENERATED, find_sound, list_sounds
from server.usecases.speak import forget_recording, generate, record
from server.voice import Voice
from tests.sounds import needs_voice, tone

SPOKEN = {sound_key(text, lang): Spoken(lang, text) for text, lang in (("Ja", "sv"), ("Kyllä", "fi"))}
KEY = sound_key("Ja", "sv")


@needs_voice
async def test_a_second_time_asks_for_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    await generate(db, Voice(speaks=True), SPOKEN)
    async with db.reading() as tx:
        first = await list_sounds(tx, GENERATED, SPOKEN, "opus")
    assert first.keys() == SPOKEN.keys()
    monkeypatch.setenv("PATH", str(tmp_path))
    await generate(db, Voice(speaks=True), SPOKEN)
    assert not caplog.records
    await generate(db, Voice(speaks=True), {"abcdefgh": Spoken("sv", "Nej")})
    assert caplog.records


@needs_voice
async def test_a_text_the_voice_fails_on_stays_without(db: Database) -> None:
    unknown = {"abcdefgh": Spoken("xx-nowhere", "Ja"), **SPOKEN}
    await generate(db, Voice(speaks=True), unknown)
    async with db.reading() as tx:
        assert (await list_sounds(tx, GENERATED, unknown, "aac")).keys() == SPOKEN.keys()


@needs_voice
async def test_a_recording_goes_first_until_it_is_deleted(db: Database, tmp_path: Path) -> None:
    voice = Voice(speaks=True)
    await generate(db, voice, SPOKEN)
    await record(db, voice, "third-place", KEY, tone(tmp_path, "a.wav"))
    async with db.reading() as tx:
        ours = await list_sounds(tx, "third-place", SPOKEN, "opus")
        others = await list_sounds(tx, "another", SPOKEN, "opus")
    assert {key: sound.recorded for key, sound in ours.items()} == {key: key == KEY for key in SPOKEN}
    assert not any(sound.recorded for sound in others.values())
    await forget_recording(db, "third-place", KEY)
    async with db.reading() as tx:
        assert await list_sounds(tx, "third-place", SPOKEN, "opus") == others
        assert await find_sound(tx, others[KEY].name)
        assert await find_sound(tx, ours[KEY].name) is None


async def test_without_the_programs_a_recording_is_refused(
    db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DomainError) as refused:
        await record(db, Voice(speaks=True), "third-place", KEY, b"OggS")
    assert refused.value.kind.code == "no_programs"
