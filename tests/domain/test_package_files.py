"""A poll package is written and read back the same; what is hostile or faulty is refused with every reason."""

import copy
import io
import json
import stat
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.own_pictures import MAX_ALT
from server.domain.package_checks import SCHEMA_VERSION, Package, pictures_of, read_package, renamed, write_package
from server.domain.package_files import MAX_FILES, MAX_PACKAGE, PackageError, pack, unpack
from server.domain.packages import MOST_LETTERS
from server.domain.questions import KINDS
from server.domain.sections import SECTIONS
from tests.town import poll_content

CONTENT = poll_content()
KNOWN = set(pictures_of(CONTENT))
OWN = "own-" + "0123456789" * 2
ALT = {"sv": "En gul gunga", "fi": "Keltainen keinu"}
KEY = "Ab-_9xyz"
Content = dict[str, Any]


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", how) as archive:
        for name, body in files:
            archive.writestr(name, body, how)
    return written.getvalue()


def faults_of(data: bytes) -> list[str]:
    with pytest.raises(PackageError) as caught:
        read_package(data, KNOWN.__contains__)
    assert caught.value.kind.code == "bad_package"
    return [str(fault) for fault in caught.value.faults]


def with_poll(content: object, *files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    return zipped(("poll.json", json.dumps(content).encode()), *files)


def changed(*path: str | int, to: object) -> Content:
    content = copy.deepcopy(CONTENT)
    part: Any = content
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = to
    return content


def test_what_is_written_is_read_back() -> None:
    shown = changed("questions", 0, "emojiHex", to=OWN)
    package = Package(shown, {OWN: b"a picture"}, {OWN: ALT}, {KEY: b"a sound"})
    data = write_package(package)
    assert read_package(data, KNOWN.__contains__) == package
    assert write_package(package) == data
    assert set(unpack(data)) == {"poll.json", f"pictures/{OWN[4:]}.webp", f"sounds/{KEY}.ogg"}


def test_folders_and_a_byte_order_mark_do_no_harm() -> None:
    body = "\ufeff".encode() + json.dumps(CONTENT).encode()
    assert (
        read_package(zipped(("pictures/", b""), ("sounds/", b""), ("poll.json", body)), KNOWN.__contains__).content
        == CONTENT
    )


def test_own_pictures_get_other_names() -> None:
    shown = changed("questions", 0, "options", 0, "emojiHex", to=OWN)
    again = renamed(shown, {OWN: "own-" + "f" * 20})
    assert list(pictures_of(again)).count("own-" + "f" * 20) == 1
    assert OWN not in set(pictures_of(again))
    assert renamed(again, {"own-" + "f" * 20: CONTENT["questions"][0]["options"][0]["emojiHex"]}) == CONTENT


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def lying() -> bytes:
    """A file that says it is small and unpacks to 64 MB."""
    data = bytearray(zipped(("poll.json", b" " * 64 * 1024 * 1024)))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark) + at
        data[start : start + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(with_poll(CONTENT))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


OUTSIDE = "does not belong in a package"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "zip: is damaged"),
    "no zip": (lambda: b"<html>", "zip: is damaged"),
    "half a zip": (lambda: with_poll(CONTENT)[:2000], "zip: is damaged"),
    "no poll": (lambda: zipped(), "poll.json: is missing"),
    "too large": (lambda: b"\0" * (MAX_PACKAGE + 1), "zip: is too large"),
    "too many files": (lambda: zipped(*((f"a{n}", b"") for n in range(MAX_FILES + 1))), "zip: is too large"),
    "bomb": (lambda: zipped(("poll.json", b" " * 64 * 1024 * 1024)), "poll.json: is too large"),
    "bomb that lies": (lying, "zip: is damaged"),
    "many large ones": (
        lambda: with_poll(CONTENT, *((f"pictures/{n:020}.webp", b"\0" * 7_000_000) for n in range(4))),
        "zip: is too large",
    ),
    "climbing out": (lambda: with_poll(CONTENT, ("../poll.json", b"x")), f"../poll.json: {OUTSIDE}"),
    "climbing out below": (lambda: with_poll(CONTENT, ("pictures/../../etc/x.webp", b"x")), OUTSIDE),
    "absolute": (lambda: with_poll(CONTENT, ("/etc/passwd", b"x")), f"/etc/passwd: {OUTSIDE}"),
    "drive": (lambda: with_poll(CONTENT, ("C:\\poll.json", b"x")), OUTSIDE),
    "cut name": (lambda: with_poll(CONTENT, (f"sounds/{KEY}.ogg/x", b"x")), OUTSIDE),
    "program": (lambda: with_poll(CONTENT, ("sounds/run.exe", b"MZ")), f"sounds/run.exe: {OUTSIDE}"),
    "svg": (lambda: with_poll(CONTENT, (f"pictures/{'0' * 20}.svg", b"<svg/>")), OUTSIDE),
    "link": (lambda: with_poll(CONTENT, (link(f"sounds/{KEY}.ogg"), b"/etc/passwd")), OUTSIDE),
    "link instead of the poll": (lambda: zipped((link("poll.json"), b"/etc/passwd")), f"poll.json: {OUTSIDE}"),
    "encrypted": (encrypted, "poll.json: is encrypted"),
    "packed otherwise": (
        lambda: zipped(("poll.json", json.dumps(CONTENT).encode()), how=zipfile.ZIP_LZMA),
        "poll.json: is encrypted or packed in a way we do not read",
    ),
    "no json": (lambda: zipped(("poll.json", b"{")), "poll.json: is no JSON"),
    "no text": (lambda: zipped(("poll.json", b"\xff\xfe{}")), "poll.json: is no JSON"),
    "no object": (lambda: with_poll([]), "poll.json: must be an object"),
    "endless nesting": (lambda: zipped(("poll.json", b"[" * 100_000)), "poll.json: is no JSON"),
    "deep": (lambda: with_poll(changed("note", to=json.loads("[" * 50 + "]" * 50))), "is nested too deeply"),
    "no number": (lambda: zipped(("poll.json", b'{"schemaVersion":NaN}')), "poll.json: is no JSON"),
    "broken number": (lambda: with_poll(changed("schemaVersion", to=1.0)), "poll.json: is no JSON"),
    "endless number": (lambda: zipped(("poll.json", b'{"a":' + b"9" * 10_000 + b"}")), "poll.json: is no JSON"),
    "another version": (lambda: with_poll(changed("schemaVersion", to=2)), "schemaVersion: must be 1"),
    "no version": (lambda: with_poll({}), "schemaVersion: must be 1"),
    "surrogate": (lambda: with_poll(changed("note", to="\ud800")), "note: must be plain text"),
    "surrogate as a name": (lambda: with_poll(changed("\udfff", to=1)), "must be plain text"),
    "long text": (lambda: with_poll(changed("note", to="a" * 100_000)), "note: must have at most 4000 letters"),
    "no picture": (lambda: with_poll(changed("coverEmojiHex", to="1F4A9")), "1F4A9: is no picture that we have"),
    "path for a picture": (lambda: with_poll(changed("coverEmojiHex", to="../../x")), "../../x: is no picture"),
    "missing own picture": (lambda: with_poll(changed("coverEmojiHex", to=OWN)), f"{OWN}: is a picture that the pack"),
    "unused picture": (
        lambda: with_poll(CONTENT, (f"pictures/{OWN[4:]}.webp", b"x")),
        f"{OWN}: is a picture that the p",
    ),
    "no alternative": (
        lambda: with_poll(changed("coverEmojiHex", to=OWN), (f"pictures/{OWN[4:]}.webp", b"x")),
        f"ownPictures.{OWN}: is missing",
    ),
    "half an alternative": (
        lambda: with_poll(
            changed("coverEmojiHex", to=OWN) | {"ownPictures": {OWN: {"sv": "x"}}}, (f"pictures/{OWN[4:]}.webp", b"x")
        ),
        f"ownPictures.{OWN}.fi: is missing",
    ),
    "long alternative": (
        lambda: with_poll(
            changed("coverEmojiHex", to=OWN) | {"ownPictures": {OWN: {"sv": "x", "fi": "x" * 201}}},
            (f"pictures/{OWN[4:]}.webp", b"x"),
        ),
        f"ownPictures.{OWN}: must have at most 200",
    ),
    "unknown kind": (lambda: with_poll(changed("questions", 3, "kind", to="guess")), "questions[3].kind: must be one"),
    "no translation": (lambda: with_poll(changed("title", to={"sv": "x"})), "title.fi: is missing"),
    "words for an object": (lambda: with_poll(changed("questions", 0, "alt", to="x")), "questions[0].alt: must be an"),
    "list for a picture": (
        lambda: with_poll(changed("introduction", "lines", 4, "emojiHex", to=[1])),
        "introduction.lines[4].emojiHex: must be a text",
    ),
    "number for pairs": (
        lambda: with_poll(changed("questions", 0, "pairs", to=1)),
        "questions[0].pairs: must be a list",
    ),
    "no objects": (lambda: with_poll(changed("questions", 0, "inputs", to=["x"])), "inputs[0]: must be an object"),
    "word for a number": (lambda: with_poll(changed("questions", 1, "minSelect", to="x")), "must be a whole number"),
    "500 options": (
        lambda: with_poll(changed("questions", 0, "options", to=CONTENT["questions"][0]["options"] * 100)),
        "questions[0].options: must hold at most 100",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_taken_is_refused_with_its_reason(name: str) -> None:
    make, reason = HOSTILE[name]
    assert any(reason in fault for fault in faults_of(make())), faults_of(make())


def test_the_same_name_twice_is_refused() -> None:
    body = json.dumps(CONTENT).encode()
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("poll.json", body), ("poll.json", b"{}"))
    assert faults_of(data) == ["poll.json: is there twice"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    content = changed("questions", 0, "text", "fi", to="")
    content["questions"][1]["emojiHex"] = "0000"
    content["questions"][2]["kind"] = "guess"
    del content["thanks"]
    assert [fault.partition(":")[0] for fault in faults_of(with_poll(content))] == [
        "0000",
        "thanks",
        "questions[0].text.fi",
        "questions[2].kind",
    ]


@settings(max_examples=150)
@given(cut=st.integers(0, 400), at=st.integers(0, 5000), noise=st.binary(max_size=8))
def test_a_damaged_file_is_taken_whole_or_refused(cut: int, at: int, noise: bytes) -> None:
    data = write_package(Package(CONTENT, {}, {}, {KEY: b"a sound"}))
    place = at % len(data)
    with suppress(PackageError):
        assert read_package(data[:place] + noise + data[place + cut :], KNOWN.__contains__).content


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data: bytes) -> None:
    assert faults_of(data)
    assert faults_of(pack({"poll.json": data}))


def test_the_document_names_the_limits() -> None:
    said = Path("docs/package.md").read_text("utf-8")
    assert f"At most {MAX_PACKAGE // 1024**2} MB packed" in said
    assert f"{MAX_FILES} files" in said
    assert f"at most {MOST_LETTERS:,} letters, plain" in said
    assert f"Version {SCHEMA_VERSION}." in said
    assert f"at most {MAX_ALT} letters each" in said
    assert [name for name in (*SECTIONS, *KINDS) if f"`{name}`" not in said] == []
