"""What a power cut leaves: beside the data lies a copy that holds only what was synced, as the strictest disk would.

A file's content is as its last sync left it, its name is there once its folder was synced. Watched are `os.fsync` and
SQLite's own way to the disk (`sqlite3_vfs`), so whoever forgets a sync loses what it was for.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import threading
from pathlib import Path
from typing import Any

_CONTENT = ".content"
_XOPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_XSYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_METHODS = 19
_SYNC_AT = 5


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_int),
        ("size", ctypes.c_int),
        ("longest", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", _XOPEN),
    )


class _Platter:
    def __init__(self, data: Path, folder: Path) -> None:
        self._data = data
        self._folder = folder
        self._turn = threading.Lock()
        if not folder.exists():
            shutil.copytree(data, folder)
        # Numbers of files are given anew after a cut.
        shutil.rmtree(folder / _CONTENT, ignore_errors=True)
        (folder / _CONTENT).mkdir()

    def sync(self, path: Path) -> None:
        """A file's content, or a folder's names, are on the disk now."""
        if not path.is_relative_to(self._data):
            return
        with self._turn:
            if path.is_dir():
                self._sync_names(path)
            elif path.exists():
                self._keep(path)
                if self._named(path).exists():
                    self._name(path)

    def _sync_names(self, folder: Path) -> None:
        there = self._named(folder)
        there.mkdir(parents=True, exist_ok=True)
        in_use = {str(path.stat().st_ino) for path in self._data.rglob("*")}
        for kept in (self._folder / _CONTENT).iterdir():
            if kept.name not in in_use:
                kept.unlink()
        for gone in {path.name for path in there.iterdir() if path.is_file()} - {
            path.name for path in folder.iterdir()
        }:
            (there / gone).unlink()
        for path in folder.iterdir():
            if path.is_dir():
                self._named(path).mkdir(exist_ok=True)
            elif self._content(path).exists():
                self._name(path)
            elif not self._named(path).exists():
                self._named(path).touch()

    def _keep(self, path: Path) -> None:
        # A server that is killed meanwhile leaves the old or the new.
        shutil.copyfile(path, self._folder / _CONTENT / "new")
        os.replace(self._folder / _CONTENT / "new", self._content(path))

    def _name(self, path: Path) -> None:
        kept, named = self._content(path), self._named(path)
        if not (named.exists() and named.samefile(kept)):
            os.link(kept, self._folder / _CONTENT / "new")
            os.replace(self._folder / _CONTENT / "new", named)

    def _named(self, path: Path) -> Path:
        return self._folder / path.relative_to(self._data)

    def _content(self, path: Path) -> Path:
        return self._folder / _CONTENT / str(path.stat().st_ino)


def find_sqlite() -> ctypes.CDLL | None:
    """The library that Python's own module has loaded; None where it is built in."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        if "libsqlite3" in line:
            return ctypes.CDLL(line.split()[-1])
    return None


def lay_platter(data: Path, folder: Path) -> None:
    """From now on `folder` is what a power cut would leave of `data`."""
    platter = _Platter(data, folder)
    fsync = os.fsync

    def watched(fd: int) -> None:
        fsync(fd)
        platter.sync(Path(os.readlink(f"/proc/self/fd/{fd}")))

    os.fsync = watched  # type: ignore[assignment]
    _watch_sqlite(platter)


_kept: list[Any] = []
"""What C holds pointers to."""


def _watch_sqlite(platter: _Platter) -> None:
    library = find_sqlite()
    assert library is not None, "Python has its own SQLite inside: a power cut cannot be shown here."
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    opened = _XOPEN(ctypes.cast(vfs.open, ctypes.c_void_p).value or 0)
    paths: dict[int, Path] = {}
    watched: dict[int, Any] = {}

    def watch_methods(methods: int) -> int:
        """Copies of a file's methods with a watched sync, one copy for each original."""
        if methods not in watched:
            copy = (ctypes.c_void_p * _METHODS).from_buffer_copy((ctypes.c_void_p * _METHODS).from_address(methods))
            synced = _XSYNC(copy[_SYNC_AT] or 0)

            def sync(file: int, flags: int) -> int:
                result = int(synced(file, flags))
                platter.sync(paths[file])
                if paths[file].name.endswith("-wal"):
                    # SQLite syncs the folder of a new log itself.
                    platter.sync(paths[file].parent)
                return result

            copy[_SYNC_AT] = ctypes.cast(callback := _XSYNC(sync), ctypes.c_void_p).value
            watched[methods] = copy
            _kept.extend((copy, callback))
        return ctypes.addressof(watched[methods])

    def open_file(own: int, name: int | None, file: int, flags: int, out: Any) -> int:
        # SQLite reads and keeps what stands behind a name: only its own pointer will do.
        result = int(opened(own, name, file, flags, out))
        methods = ctypes.c_void_p.from_address(file)
        if not result and name and methods.value:
            paths[file] = Path(os.fsdecode(ctypes.string_at(name)))
            methods.value = watch_methods(methods.value)
        return result

    vfs.open = _XOPEN(open_file)
    _kept.extend((vfs, vfs.open, opened))
