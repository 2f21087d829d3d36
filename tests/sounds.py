"""Recordings for tests, made and measured with the real programs."""

import asyncio
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.domain.sounds import Sound
from server.voice import Voice
from tests.needs import find_voice

needs_voice = pytest.mark.skipif(not find_voice(), reason="What makes sounds is not tested: no espeak-ng or no ffmpeg.")


def spoken(text: str, lang: str) -> Sound:
    """The generated voice, in a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, Voice(speaks=True).say(text, lang)).result()


def made(folder: Path, name: str, *arguments: str) -> bytes:
    """What ffmpeg makes of these arguments, in the format that the name's ending stands for."""
    target = folder / name
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, str(target)], check=True)
    return target.read_bytes()


def tone(folder: Path, name: str, *, seconds: float = 2, decibels: float = 0) -> bytes:
    """A tone in the format of the name's ending."""
    source = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", "-af", f"volume={decibels}dB"]
    return made(folder, name, *source)


def measured(sound: bytes, folder: Path) -> tuple[float, float]:
    """How long a sound is in seconds, and how loud in LUFS."""
    path = folder / "measured"
    path.write_bytes(sound)
    asked = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    seconds = subprocess.run(["ffprobe", *asked], capture_output=True, text=True, check=True).stdout
    pad = ["-nostdin", "-hide_banner", "-nostats", "-i", str(path), "-af", "apad=pad_dur=1,ebur128=framelog=verbose"]
    told = subprocess.run(["ffmpeg", *pad, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    return float(seconds), float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])
