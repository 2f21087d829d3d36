"""Everything static: the shell under its build's name and pictures under their content's name.

The shell and the pictures it shows are read into memory once; another picture is read and packed when first named.
"""

import hashlib
import mimetypes
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import minify

from server.domain.own_pictures import own_id
from server.web.joined import join_scripts, join_styles
from server.web.packing import Packed, pack

_ROOT = Path(__file__).parent.parent.parent
_SHELL_FOLDERS = ("pwa", "static/css", "static/js", "static/fonts", "static/icons", "static/vendor")
_COMPRESSED = {".js", ".css", ".svg", ".json", ".html", ".txt", ".webmanifest"}
_NAME_LENGTH = 20
_MINIFIED = {".js": "application/javascript", ".css": "text/css"}
_JOINED = {"pwa/app.js": join_scripts, "pwa/corner.js": join_scripts, "css/app.css": join_styles}

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("image/webp", ".webp")


@dataclass(frozen=True)
class Asset:
    """`sha256` is in hexadecimal."""

    url: str
    media_type: str
    sha256: str
    body: bytes

    @cached_property
    def packed(self) -> Packed:
        return pack(self.body) if Path(self.url).suffix in _COMPRESSED else Packed(self.body, {})


class Assets:
    """The assets by URL path, and the URLs that templates write."""

    def __init__(self, root: Path = _ROOT) -> None:
        shell = {_shell_name(root, path): path for folder in _SHELL_FOLDERS for path in _files(root / folder)}
        texts = {name: path.read_text("utf-8") for name, path in shell.items() if _is_minified(name)}
        contents = {name: _lean(name, path, texts) for name, path in sorted(shell.items())}
        self.build = _digest(b"".join(name.encode() + b"\0" + body for name, body in contents.items()))[:12]
        self._shell = {name: _asset(f"/static/{self.build}/{name}", body) for name, body in contents.items()}
        self._pictures = {
            path.stem: _picture(path) for path in _files(root / "static/pictures") if path.suffix == ".svg"
        }
        self._archive = zipfile.ZipFile(root / "static/pictures/more.zip")
        self._archived = {name.removesuffix(".svg") for name in self._archive.namelist()}
        self.by_url = {asset.url: asset for asset in (*self._shell.values(), *self._pictures.values())}

    def pack_shell(self) -> None:
        """Every tablet asks for it, so it is packed before the first one comes; it takes most of a second."""
        for asset in self._shell.values():
            _ = asset.packed

    def static(self, name: str) -> str:
        """The URL of a shell file, for example `css/child.css`. Raises KeyError."""
        return self._shell[name].url

    def picture(self, hexcode: str) -> Asset:
        """The picture with this OpenMoji name. Raises KeyError."""
        if hexcode not in self._pictures:
            if hexcode not in self._archived:
                raise KeyError(hexcode)
            body = self._archive.read(f"{hexcode}.svg")
            asset = _asset(f"/media/{hexcode}.{_digest(body)[:_NAME_LENGTH]}.svg", body)
            self._pictures[hexcode] = self.by_url[asset.url] = asset
        return self._pictures[hexcode]

    def picture_url(self, hexcode: str) -> str:
        """The URL of a picture that a poll names, also of an own one (`own-…`). Raises KeyError."""
        own = own_id(hexcode)
        return f"/media/{own}.webp" if own else self.picture(hexcode).url

    def find(self, url: str) -> Asset | None:
        """What is served there; an archived picture's URL begins with its name."""
        hexcode = url.removeprefix("/media/").partition(".")[0]
        if url not in self.by_url and hexcode in self._archived:
            self.picture(hexcode)
        return self.by_url.get(url)

    def shell(self, names: Iterable[str]) -> list[str]:
        """The URLs of every shell file whose name starts with one of `names`."""
        return [asset.url for name, asset in self._shell.items() if name.startswith(tuple(names))]


def own_asset(picture: str, body: bytes) -> Asset:
    """An own picture as an asset like every other."""
    return _asset(f"/media/{picture}.webp", body)


def _shell_name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix().removeprefix("static/")


def _is_minified(name: str) -> bool:
    return Path(name).suffix in _MINIFIED and ".min." not in name


def _lean(name: str, path: Path, texts: Mapping[str, str]) -> bytes:
    """A script or style sheet minified, with all it imports where a tablet takes it; anything else as it is."""
    if name not in texts:
        return path.read_bytes()
    text = _JOINED[name](name, texts) if name in _JOINED else texts[name]
    small: str = minify.string(_MINIFIED[path.suffix], text)
    return small.encode()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _picture(path: Path) -> Asset:
    body = path.read_bytes()
    return _asset(f"/media/{_digest(body)[:_NAME_LENGTH]}{path.suffix}", body)


def _asset(url: str, body: bytes) -> Asset:
    media_type = mimetypes.guess_type(url)[0] or "application/octet-stream"
    return Asset(url, media_type, _digest(body), body)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
