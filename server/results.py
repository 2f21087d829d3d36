"""Results from the command line: the files of the result page, of every place a reviewer sees."""

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from server.commands import settings_for, with_database, write_file
from server.domain.consultations import LANGUAGES
from server.domain.errors import DomainError
from server.settings import Settings
from server.store.consultations import Revisions
from server.store.database import Database
from server.web.assets import Assets
from server.web.files import FORMATS, make_file, read_for_reviewer
from server.web.printing import Press
from server.web.templating import Templates


@dataclass(frozen=True)
class _Tools:
    db: Database
    revisions: Revisions
    assets: Assets
    templates: Templates
    settings: Settings
    press: Press


@click.command()
@click.argument("consultation")
@click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True, help="What kind of file.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to write it.")
@click.option("--language", type=click.Choice(LANGUAGES), default="sv", show_default=True, help="Of its texts.")
def results(consultation: str, name: str, out: Path, language: str) -> None:
    """Writes the results of CONSULTATION as a file: what the reviewer's page shows."""
    settings = settings_for()
    made = with_database(
        settings, lambda db: _plainly(make_results(db, settings, consultation, name, language), consultation)
    )
    write_file(out, made)


async def make_results(db: Database, settings: Settings, consultation: str, name: str, lang: str) -> bytes:
    """One of `FORMATS`. Raises `not_found` for one without a published poll, or `no_pdf`."""
    assets = Assets()
    tools = _Tools(db, Revisions(db), assets, Templates(assets), settings, Press())
    levels = await read_for_reviewer(tools, consultation, {})
    return await make_file(tools, levels, name, lang, datetime.now(UTC).date().isoformat())


async def _plainly(job: Coroutine[None, None, bytes], consultation: str) -> bytes:
    try:
        return await job
    except DomainError as error:
        if error.kind.code == "not_found":
            raise click.ClickException(f"There is no consultation {consultation} with a published poll.") from error
        raise click.ClickException(f"{error.kind.message} {error.kind.way_on}") from error
