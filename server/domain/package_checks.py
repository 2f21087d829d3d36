"""Whether what stands in a poll package is a poll we can show: everything that is wrong, each with its path."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from server.domain.consultations import list_faults
from server.domain.errors import N_
from server.domain.own_pictures import MAX_ALT, own_hexcode, own_id
from server.domain.package_files import PackageError, fault, pack, unpack
from server.domain.package_shapes import list_shape_faults
from server.domain.packages import MOST_LETTERS, Part, PollError, is_language, is_plain
from server.domain.questions import Text

SCHEMA_VERSION = 1
_DEEPEST = 12
_ALTERNATIVES = "ownPictures"
_PICTURE_KEYS = ("emojiHex", "coverEmojiHex")


@dataclass(frozen=True)
class Package:
    """A poll's content, its own pictures by name (`own-…`) with their text alternatives, its recordings by key."""

    content: Mapping[str, Any]
    pictures: Mapping[str, bytes]
    alternatives: Mapping[str, Text]
    sounds: Mapping[str, bytes]


def write_package(package: Package) -> bytes:
    """The package as a zip file; a sound is Opus, a picture WebP."""
    content = {"schemaVersion": SCHEMA_VERSION, **package.content}
    if package.pictures:
        content[_ALTERNATIVES] = package.alternatives
    files = {"poll.json": json.dumps(content, ensure_ascii=False, indent=1).encode()}
    files |= {f"pictures/{own_id(name)}.webp": body for name, body in package.pictures.items()}
    files |= {f"sounds/{key}.ogg": body for key, body in package.sounds.items()}
    return pack(files)


def read_package(data: bytes, has_picture: Callable[[str], bool], languages: Collection[str] = ()) -> Package:
    """What a zip file holds, checked but for what only decoders see; `has_picture` knows OpenMoji's names, `languages`
    are the further ones that we have.

    Raises PackageError.
    """
    files = unpack(data)
    content = _content(files["poll.json"])
    pictures = {own_hexcode(name): body for name, body in _in_folder(files, "pictures/").items()}
    alternatives = content.pop(_ALTERNATIVES, {})
    faults = [*_picture_faults(content, pictures, has_picture), *_alternative_faults(alternatives, pictures)]
    faults += [*list_shape_faults(Part("", content)), *_language_faults(content, languages), *list_faults(content)]
    if faults:
        raise PackageError(list({str(one): one for one in faults}.values()))
    said = Part(_ALTERNATIVES, alternatives)
    return Package(content, pictures, {name: said[name].text() for name in pictures}, _in_folder(files, "sounds/"))


def _in_folder(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """The files of a folder by their names without ending; of two that differ only in that, the last."""
    return {PurePosixPath(name).stem: body for name, body in files.items() if name.startswith(folder)}


def _content(written: bytes) -> dict[str, Any]:
    try:
        content = json.loads(written.decode("utf-8-sig"), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise PackageError([fault("poll.json", N_("is no JSON in UTF-8 with whole numbers"))]) from error
    if not isinstance(content, dict):
        raise PackageError([fault("poll.json", N_("must be an object"))])
    if content.get("schemaVersion") != SCHEMA_VERSION:
        raise PackageError([fault("schemaVersion", N_("must be %(known)s: this is all we read"), known=SCHEMA_VERSION)])
    if faults := list(_strange(Part("", content))):
        raise PackageError(faults)
    return content


def _refuse(number: str) -> None:
    raise ValueError(number)


def _strange(part: Part, depth: int = 1) -> Iterator[PollError]:
    """What no part of a poll may be, also one that we do not know."""
    value = part.value
    if depth > _DEEPEST:
        yield part.error(N_("is nested too deeply"))
    elif isinstance(value, str) and (len(value) > MOST_LETTERS or not is_plain(value)):
        yield from _fault_of(part.string)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _strange(Part(f"{part.path}[{number}]", entry), depth + 1)
    elif isinstance(value, dict):
        for key, below in part.named().items():
            yield from _fault_of(Part(below.path, key).string) if not is_plain(key) else _strange(below, depth + 1)


def _fault_of(read: Callable[[], object]) -> Iterator[PollError]:
    try:
        read()
    except PollError as found:
        yield found


def _picture_faults(content: Any, own: Collection[str], has_picture: Callable[[str], bool]) -> Iterator[PollError]:
    named = dict.fromkeys(pictures_of(content))
    for name in named:
        if own_id(name) and name not in own:
            yield fault(name, N_("is a picture that the package does not hold"))
        elif not own_id(name) and not has_picture(name):
            yield fault(name, N_("is no picture that we have"))
    for name in own:
        if name not in named:
            yield fault(name, N_("is a picture that the poll does not show"))


def _language_faults(content: Any, known: Collection[str]) -> Iterator[PollError]:
    listed = content.get("languages")
    for one in Part("languages", listed).parts() if isinstance(listed, list) else ():
        if isinstance(one.value, dict) and is_language(code := one.value.get("id")) and code not in known:
            yield one["id"].error(N_("is a language that we do not have: ask for its folder, or take it out"))


def _alternative_faults(alternatives: Any, pictures: Collection[str]) -> Iterator[PollError]:
    said = Part(_ALTERNATIVES, alternatives)
    for name in pictures:
        yield from _fault_of(partial(_alternative, said, name))


def _alternative(part: Part, name: str) -> Text:
    said = part[name].text()
    if max(map(len, said.values())) > MAX_ALT:
        raise part[name].error(N_("must have at most %(most)s letters"), most=MAX_ALT)
    return said


def pictures_of(content: object) -> Iterator[str]:
    """The name of every picture in a poll's content, however deep, each as often as it stands there."""
    if isinstance(content, dict):
        yield from (content[key] for key in _PICTURE_KEYS if isinstance(content.get(key), str))
    for value in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from pictures_of(value)


def renamed(content: Any, names: Mapping[str, str]) -> Any:
    """The content with other names for some of its pictures."""
    if isinstance(content, list):
        return [renamed(value, names) for value in content]
    if not isinstance(content, dict):
        return content
    return {
        key: names.get(value, value) if key in _PICTURE_KEYS and isinstance(value, str) else renamed(value, names)
        for key, value in content.items()
    }
