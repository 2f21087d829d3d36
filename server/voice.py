"""A text becomes sound, and a recording becomes sound like it: the programs espeak-ng and ffmpeg as child processes.

One at a time and with the lowest priority, so that nobody who answers waits. Knows no database and no HTTP.
"""

import asyncio
import os
import re
import shutil
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

from server.domain.errors import DomainError
from server.domain.sounds import FORMATS, Sound

_PROGRAMS = ("espeak-ng", "ffmpeg")
_PATIENCE_S = 30
_WORDS_PER_MINUTE = "140"
_LOUDNESS_LUFS = -18.0
_SILENCE_LUFS = -60.0
_LONGEST_S = 30
_RATE = 24_000
_FFMPEG = ("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-threads", "1", "-protocol_whitelist", "file")
# What ffmpeg may take a recording for, by its first bytes: playlists and other formats that name files stay outside.
_CONTAINERS = (
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mov"),
    (0, b"RIFF", "wav"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
)
_DECODERS = "opus,libopus,vorbis,libvorbis,aac,mp3,mp3float,flac,alac,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8"
# Rumble away, and the silence before and after; as `areverse` holds it all, only after the length has been cut.
_TRIM = "silenceremove=start_periods=1:start_silence=0.05:start_threshold=-50dB"
_CLEAN = f"highpass=f=70,{_TRIM},areverse,{_TRIM},areverse"
_ENCODERS = {
    "opus": ("-c:a", "libopus", "-b:a", "16k", "-application", "voip", "-f", "ogg"),
    "aac": ("-c:a", "aac", "-b:a", "16k", "-movflags", "+faststart", "-f", "mp4"),
}


class Voice:
    """Whether and how this server makes sound; `speaks` is off where the operator wants no generated voice."""

    def __init__(self, *, speaks: bool) -> None:
        self.speaks = speaks
        self._turn = asyncio.Lock()
        self._voices: dict[str, bool] = {}

    def missing(self) -> list[str]:
        """The programs that are not installed; without them there are no sounds, and everything else works."""
        return [program for program in _PROGRAMS if shutil.which(program) is None]

    async def has_voice(self, lang: str) -> bool:
        """Whether the generated voice speaks a language."""
        if lang not in self._voices:
            command = ("espeak-ng", f"--voices={lang}")
            process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
            listed, _ = await process.communicate()
            self._voices[lang] = len(listed.splitlines()) > 1
        return self._voices[lang]

    async def say(self, text: str, lang: str) -> Sound:
        """The generated voice. Raises OSError or DomainError `not_a_sound` when the programs fail."""
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="tyck-") as folder:
                spoken = Path(folder, "spoken.wav")
                command = ("espeak-ng", "-v", lang, "-s", _WORDS_PER_MINUTE, "-b", "1", "--stdin", "-w", str(spoken))
                await _run(command, text.encode())
                return await _encode(spoken)

    async def recode(self, recording: bytes) -> Sound:
        """A person's recording, cleaned and levelled like the rest.

        Raises DomainError `not_a_sound`, `long_sound` (over 30 seconds) or `silent_sound`.
        """
        container = next((name for at, mark, name in _CONTAINERS if recording[at:].startswith(mark)), None)
        if container is None:
            raise DomainError("not_a_sound")
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="tyck-") as folder:
                given, clean = Path(folder, "given"), Path(folder, "clean.wav")
                given.write_bytes(recording)
                await _run(_cleaning(given, container, clean))
                if _seconds(clean) > _LONGEST_S:
                    raise DomainError("long_sound")
                return await _encode(clean)


def _cleaning(given: Path, container: str, clean: Path) -> list[str]:
    decode = ["-codec_whitelist", _DECODERS, "-f", container, "-t", str(_LONGEST_S + 5), "-i", str(given)]
    wanted = ["-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-ar", str(_RATE), "-af", _CLEAN]
    return [*_FFMPEG, "-v", "error", *decode, *wanted, "-c:a", "pcm_s16le", "-f", "wav", str(clean)]


def _seconds(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


async def _encode(source: Path) -> Sound:
    """Every format of one WAV file, at the loudness of all the others (ITU-R BS.1770 as ffmpeg measures it)."""
    gain = _LOUDNESS_LUFS - await _loudness(source)
    level = f"volume={gain:.1f}dB,alimiter=limit=0.7:level=0,aresample={_RATE}"
    split = "".join(f"[{name}]" for name in _ENCODERS)
    command = [*_FFMPEG, "-v", "error", "-i", str(source), "-filter_complex", f"[0:a]{level},asplit{split}"]
    targets = {name: source.with_suffix(f".{FORMATS[name].suffix}") for name in _ENCODERS}
    for name, encoder in _ENCODERS.items():
        command += ["-map", f"[{name}]", "-map_metadata", "-1", "-fflags", "+bitexact", *encoder, str(targets[name])]
    await _run(command)
    return Sound({name: target.read_bytes() for name, target in targets.items()})


async def _loudness(source: Path) -> float:
    """In LUFS. Raises DomainError `silent_sound`."""
    # A second of silence behind: the measure looks at blocks of 0.4 s, and one word may be shorter.
    measure = ["-i", str(source), "-af", "apad=pad_dur=1,ebur128=framelog=verbose", "-f", "null", "-"]
    found = re.findall(rb"I:\s+(-?[\d.]+|-?inf|nan) LUFS", await _run([*_FFMPEG, *measure]))
    loudness = float(found[-1]) if found else float("-inf")
    if not loudness > _SILENCE_LUFS:
        raise DomainError("silent_sound")
    return loudness


async def _run(command: Sequence[str], given: bytes = b"") -> bytes:
    """What the program wrote to stderr. Raises DomainError `not_a_sound` when it fails or takes too long."""
    process = await asyncio.create_subprocess_exec(
        *("nice", "-n", "19", *command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath)},
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            _, told = await process.communicate(given)
    except TimeoutError as error:
        raise DomainError("not_a_sound") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise DomainError("not_a_sound")
    return told
