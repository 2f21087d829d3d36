"""What a power cut leaves."""

from pathlib import Path


def lay_platter(data: Path, platter: Path) -> None:
    raise NotImplementedError(data, platter)
