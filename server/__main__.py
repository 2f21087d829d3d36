"""The command line: `python -m server …`. Every refusal is one clear line on stderr and exit code 1."""

import asyncio
import gc
import io
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import click
import segno
import uvicorn

from server import account
from server.app import create_app
from server.demo import Demo, as_json, set_up_demo
from server.domain.errors import DomainError
from server.domain.package_files import MAX_PACKAGE, PackageError
from server.domain.packages import LANGUAGES
from server.domain.people import Role
from server.domain.sessions import grades_key
from server.settings import Settings, read_settings
from server.store.areas import list_areas
from server.store.database import UNUSABLE, Database
from server.store.migrate import WrongVersion, check_version, migrate
from server.store.staff import count_demo_accounts
from server.usecases.packages import export_package, import_package
from server.usecases.redraw import Easel
from server.voice import Voice
from server.web.assets import Assets
from server.web.fields import has_picture

_MOST_FAULTS = 10


@click.group(help="Tyck: children's picture polls. Settings come from TYCK_… variables (docs/operations.md).")
def main() -> None: ...


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (TYCK_PORT).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The data directory (TYCK_DATA_DIR).")
@click.option("--json", "as_json_line", is_flag=True, help="One line of JSON on stdout when ready; logs go to stderr.")
def demo(port: int | None, data: Path | None, as_json_line: bool) -> None:
    """Starts the demo municipality, made at the first start."""
    settings = _settings({"TYCK_PORT": port, "TYCK_DATA_DIR": data}, demo=True)
    asyncio.run(_migrate(settings))
    made = asyncio.run(set_up_demo(settings))
    _serve(settings, as_json(made) if as_json_line else _welcome(made, settings))


@main.command()
def serve() -> None:
    """Serves what the environment describes."""
    settings = _settings({})
    asyncio.run(_check(settings))
    _serve(settings, f"Tyck answers at {settings.base_url}")


@main.command("migrate")
def migrate_command() -> None:
    """Brings the database to this version."""
    settings = _settings({})
    asyncio.run(_migrate(settings))
    click.echo("The database is at this version.")


@main.group("account")
def account_group() -> None:
    """Staff accounts: the first administrator, and ways out of trouble."""


@account_group.command("add")
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="administrator", show_default=True)
@click.option("--area", default="", help="Where the role holds; may be left out where only one area is at the top.")
@click.option("--municipality", default="", help='Makes a new municipality, "Namn / Nimi", and gives the role there.')
@click.option("--language", type=click.Choice(LANGUAGES), default="sv", help="The language of its majority.")
def add_account_command(email: str, name: str, role: str, area: str, municipality: str, language: str) -> None:
    """Gives EMAIL a role and prints a one-time link."""
    settings = _settings({})
    click.echo(
        _with_database(
            settings, lambda db: account.add(db, settings.base_url, email, name, role, area, municipality, language)
        )
    )


@account_group.command("list")
def list_accounts_command() -> None:
    """Lists everybody: address, name, state, roles."""
    click.echo(_with_database(_settings({}), account.listed))


@account_group.command("disable")
@click.argument("email")
def disable_account_command(email: str) -> None:
    """Lets nobody sign in as EMAIL."""
    click.echo(_with_database(_settings({}), lambda db: account.disable(db, email)))


@account_group.command("reset")
@click.argument("email")
def reset_account_command(email: str) -> None:
    """Takes the password of EMAIL away and prints a one-time link for a new one."""
    settings = _settings({})
    click.echo(_with_database(settings, lambda db: account.reset(db, settings.base_url, email)))


def _with_database(settings: Settings, job: Callable[[Database], Coroutine[None, None, str]]) -> str:
    async def run() -> str:
        async with _database(settings) as db:
            await check_version(db)
            return await job(db)

    return asyncio.run(run())


@main.group()
def poll() -> None:
    """Poll packages: how municipalities share polls (docs/package.md)."""


@poll.command("export")
@click.argument("consultation")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export_command(consultation: str, file: Path) -> None:
    """Writes the consultation's newest poll to FILE."""
    data = asyncio.run(_export(_settings({}), consultation))
    try:
        file.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror or error}") from error
    click.echo(f"{file}: {len(data)} bytes")


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
    click.echo(asyncio.run(_import(_settings({}), data, area)))


async def _export(settings: Settings, consultation: str) -> bytes:
    async with _database(settings) as db:
        await check_version(db)
        try:
            return await export_package(db, consultation, by="")
        except DomainError as error:
            missing = "; ".join(f"{path}: {what}" for path, what in error.details[:_MOST_FAULTS])
            unknown = f"There is no consultation {consultation}."
            raise click.ClickException(f"The poll is not complete: {missing}" if missing else unknown) from error


async def _import(settings: Settings, data: bytes, area: str) -> str:
    assets = Assets()
    async with _database(settings) as db:
        await check_version(db)
        async with db.reading() as tx:
            known = await list_areas(tx)
        top = [one.id for one in known.values() if one.parent is None]
        if area not in known and (area or len(top) != 1):
            raise click.ClickException(f"Name an area with --area: {', '.join(sorted(known)) or 'there is none yet'}")
        try:
            return await import_package(
                db,
                Easel(),
                Voice(speaks=False),
                lambda hexcode: has_picture(assets, hexcode),
                data,
                area or top[0],
                by="",
            )
        except PackageError as error:
            faults = [str(fault) for fault in error.faults]
            more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
            said = "; ".join(faults[:_MOST_FAULTS]) + more
            raise click.ClickException(f"The package cannot be taken in: {said}") from error


class _Server(uvicorn.Server):
    """Says it is ready once it listens, and ends event streams when it is told to stop."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            # What stands here from the start is never garbage; looking through it took 70 ms each time.
            gc.collect()
            gc.freeze()
            click.echo(self._announcement)
            sys.stdout.flush()

    def handle_exit(self, sig: int, frame: object) -> None:
        self.config.app.state.parts.live.stop()  # type: ignore[union-attr]
        super().handle_exit(sig, frame)  # type: ignore[arg-type]


def _serve(settings: Settings, announcement: str) -> None:
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxy,
        timeout_graceful_shutdown=5,
    )
    listening = _listen(settings)
    with suppress(KeyboardInterrupt):
        _Server(config, announcement).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        raise click.ClickException(f"Cannot listen on {where}: {error.strerror or error}") from error


def _settings(given: Mapping[str, object], *, demo: bool = False) -> Settings:
    environment = {**os.environ, **{name: str(value) for name, value in given.items() if value is not None}}
    try:
        return read_settings(environment, demo=demo)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error


async def _migrate(settings: Settings) -> None:
    async with _database(settings) as db:
        await migrate(db)


async def _check(settings: Settings) -> None:
    async with _database(settings) as db:
        await check_version(db)
        async with db.reading() as tx:
            if await count_demo_accounts(tx):
                click.echo("This database holds demo accounts; they cannot sign in here.", err=True)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The database; whatever keeps it from being used becomes one line."""
    db = Database(settings.database_url)
    try:
        yield db
    except WrongVersion as error:
        raise click.ClickException(str(error)) from error
    except UNUSABLE as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise click.ClickException(f"The database cannot be used: {reason}") from error
    finally:
        await db.close()


def _qr(address: str) -> str:
    drawn = io.StringIO()
    segno.make(address).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


def _welcome(demo: Demo, settings: Settings) -> str:
    teacher = next(person for person in demo.staff if person.role == "teacher")
    reviewer = next(person for person in demo.staff if person.role == "reviewer")
    lines = [
        "",
        f"Tyck is running at {demo.url}   (stop: Ctrl+C; the data stays in {settings.data_dir})",
        "",
        f"Children   {demo.url}/app/   and tap the pictures of a session:",
    ]
    lines += [
        f"             {shown['school']:<11} {grades_key(shown['grades'])}   {' '.join(shown['pictures'])}"
        for shown in demo.sessions
    ]
    lines += ["", f"Staff      {demo.url}/staff/"]
    lines += [f"             {person.role:<14} {person.email:<22} {person.password}" for person in demo.staff]
    lines += [
        "",
        "To play child and teacher: sign in as " + teacher.email + " in one window, open a session and its board,",
        f"join as a child in a private window, answer, then close the session and look as {reviewer.email}.",
    ]
    if settings.is_https:
        lines += ["", "For tablets:", _qr(f"{demo.url}/app/")]
    else:
        lines += ["", "Real tablets need https (README: On real tablets); this computer itself works as it is."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    try:
        main(prog_name="python -m server")
    except OSError as error:
        raise SystemExit(f"Error: {error.strerror or error}") from error
