"""Texts and recordings become sounds that are small and equally loud; what is no sound is refused by name."""

from pathlib import Path

import pytest

from server.domain.errors import DomainError
from server.domain.sounds import FORMATS
from server.voice import Voice
from tests.sounds import made, measured, needs_voice, tone

pytestmark = needs_voice

TEXTS = [
    ("Ja", "sv"),
    ("En", "fi"),
    ("Vill du ha ett ställe där barn och pensionärer gör saker tillsammans?", "sv"),
    ("Haluaisitko paikan, jossa lapset ja eläkeläiset puuhaavat yhdessä?", "fi"),
    ("-s 400 <speak> $(ls) … 0800 96 116", "sv"),
]
MOST_BYTES_PER_SECOND = 4_000
LOUDNESS, TOLERANCE = -18, 2


@pytest.fixture
def voice() -> Voice:
    return Voice(speaks=True)


@pytest.mark.parametrize(("text", "lang"), TEXTS)
async def test_a_text_is_said_in_every_format_small_and_level(
    voice: Voice, tmp_path: Path, text: str, lang: str
) -> None:
    sound = await voice.say(text, lang)
    assert sound.bodies.keys() == FORMATS.keys()
    lengths = []
    for body in sound.bodies.values():
        seconds, loudness = measured(body, tmp_path)
        assert len(body) / seconds <= MOST_BYTES_PER_SECOND
        assert abs(loudness - LOUDNESS) <= TOLERANCE
        lengths.append(seconds)
    assert max(lengths) - min(lengths) < 0.1


@pytest.mark.parametrize("name", ["a.webm", "a.ogg", "a.m4a", "a.mp3", "a.wav", "a.flac"])
async def test_a_recording_is_taken_in_every_common_format(voice: Voice, tmp_path: Path, name: str) -> None:
    sound = await voice.recode(tone(tmp_path, name, decibels=-12))
    for body in sound.bodies.values():
        seconds, loudness = measured(body, tmp_path)
        assert 1.8 < seconds < 2.4
        assert abs(loudness - LOUDNESS) <= TOLERANCE


async def test_silence_around_a_recording_is_cut(voice: Voice, tmp_path: Path) -> None:
    around = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-af", "adelay=3000:all=1,apad=pad_dur=3"]
    sound = await voice.recode(made(tmp_path, "around.wav", *around))
    assert measured(sound.bodies["opus"], tmp_path)[0] < 2


@pytest.mark.parametrize(
    ("recording", "code"),
    [
        (b"", "not_a_sound"),
        (b"hello", "not_a_sound"),
        (b"OggS" + bytes(500), "not_a_sound"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "not_a_sound"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not_a_sound"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "not_a_sound"),
    ],
)
async def test_what_is_no_sound_is_refused(voice: Voice, recording: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        await voice.recode(recording)
    assert refused.value.kind.code == code


async def test_a_picture_film_a_silence_and_a_speech_are_refused(voice: Voice, tmp_path: Path) -> None:
    refused = {
        "film.webm": (made(tmp_path, "film.webm", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x64"), "not_a_sound"),
        "silence.wav": (made(tmp_path, "silence.wav", "-f", "lavfi", "-i", "anullsrc", "-t", "2"), "silent_sound"),
        "speech.mp3": (tone(tmp_path, "speech.mp3", seconds=33), "long_sound"),
    }
    for name, (recording, code) in refused.items():
        with pytest.raises(DomainError) as said:
            await voice.recode(recording)
        assert said.value.kind.code == code, name


async def test_a_damaged_recording_never_leaves_a_process_or_a_file(voice: Voice, tmp_path: Path) -> None:
    whole = tone(tmp_path, "whole.mp3")
    damaged = whole[:200] + bytes(len(whole) - 400)
    with pytest.raises(DomainError):
        await voice.recode(damaged)


async def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Voice(speaks=True).missing() == ["espeak-ng", "ffmpeg"]
