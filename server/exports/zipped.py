"""Zip files that are the same, byte by byte, whenever they are made of the same."""

import io
import zipfile
from collections.abc import Mapping

_MADE = (2000, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes], *, stored: str = "") -> bytes:
    """A zip of these files in their order; the one named `stored` is not packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, _MADE)
            archive.writestr(entry, body, zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unzipped(body: bytes) -> dict[str, bytes]:
    """The files of a zip that we made."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
