"""Poll packages from the command line: how municipalities share polls."""

from pathlib import Path

import click

from server.commands import named_area, settings_for, with_database, write_file
from server.domain.errors import DomainError
from server.domain.package_files import MAX_PACKAGE, PackageError
from server.i18n import further_languages
from server.store.areas import list_areas
from server.store.database import Database
from server.usecases.packages import export_package, import_package
from server.usecases.redraw import Easel
from server.voice import Voice
from server.web.assets import Assets
from server.web.fields import has_picture

_MOST_FAULTS = 10


@click.group()
def poll() -> None:
    """Poll packages: how municipalities share polls (docs/package.md)."""


@poll.command("export")
@click.argument("consultation")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_command(consultation: str, file: Path) -> None:
    """Writes the consultation's newest poll to FILE."""
    write_file(file, with_database(settings_for(), lambda db: _export(db, consultation)))


@poll.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--area", default="", help="The area that gets the draft; may be left out where there is only one at the top."
)
def import_command(file: Path, area: str) -> None:
    """Makes a new draft from FILE and prints its consultation."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_PACKAGE + 1)
    except OSError as error:
        raise click.ClickException(f"Cannot read {file}: {error.strerror or error}") from error
    click.echo(with_database(settings_for(), lambda db: _import(db, data, area)))


async def _export(db: Database, consultation: str) -> bytes:
    try:
        return await export_package(db, consultation, by="")
    except DomainError as error:
        missing = "; ".join(f"{path}: {what}" for path, what in error.details[:_MOST_FAULTS])
        unknown = f"There is no consultation {consultation}."
        raise click.ClickException(f"The poll is not complete: {missing}" if missing else unknown) from error


async def _import(db: Database, data: bytes, area: str) -> str:
    assets = Assets()
    async with db.reading() as tx:
        owner = named_area(await list_areas(tx), area)
    try:
        return await import_package(
            db,
            Easel(),
            Voice(speaks=False),
            lambda hexcode: has_picture(assets, hexcode),
            data,
            owner,
            by="",
            languages=further_languages(),
        )
    except PackageError as error:
        faults = [str(fault) for fault in error.faults]
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        said = "; ".join(faults[:_MOST_FAULTS]) + more
        raise click.ClickException(f"The package cannot be taken in: {said}") from error
