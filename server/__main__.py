"""The command line: `python -m server …`. Every refusal is one clear line on stderr and exit code 1."""

import asyncio
import gc
import io
import os
import secrets
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import click
import segno
import uvicorn

from server import account, systemd, workers
from server.app import create_app
from server.commands import database, settings_for, with_database
from server.connections import Connection, Server, make_room
from server.demo import Demo, as_json, set_up_demo
from server.demo_town import NotATown, set_up_town
from server.domain.packages import LANGUAGES
from server.domain.people import Role
from server.domain.sessions import grades_key
from server.keeping import backup_command, doctor_command, erase_command, kept, restore_command, tell_of
from server.leaving import area, consultation
from server.moving import move_command
from server.polls import poll
from server.results import results
from server.settings import Settings
from server.store.keys import load_key
from server.store.migrate import check_version
from server.store.staff import count_demo_accounts
from server.usecases.recover import recover

_PLAY = """\
To play child and teacher: sign in as {teacher} in one window, open a session and its board,
join as a child in a private window, answer, then close the session and look as {reviewer}."""
_AROUND = """\
To look around: anyone reads what came of it at {url}/results/{consultation}
and {moderator} keeps the results, the ideas and the answer at {url}/staff/consultations/{consultation}"""
_LAST_REQUESTS_S = 0.2


@click.group(help="Tyck: children's picture polls. Settings come from TYCK_… variables (docs/operations.md).")
def main() -> None: ...


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (TYCK_PORT).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The data directory (TYCK_DATA_DIR).")
@click.option("--json", "as_json_line", is_flag=True, help="One line of JSON on stdout when ready; logs go to stderr.")
@click.option("--town", is_flag=True, help="A whole town with a finished consultation instead; needs its own --data.")
def demo(port: int | None, data: Path | None, as_json_line: bool, town: bool) -> None:
    """Starts the demo municipality, made at the first start."""
    settings = settings_for({"TYCK_PORT": port, "TYCK_DATA_DIR": data}, demo=True)
    with kept(settings) as lock:
        asyncio.run(_migrate(settings))
        made = _made_town(settings) if town else asyncio.run(set_up_demo(settings))
        _serve(settings, as_json(made) if as_json_line else _welcome(made, settings, _AROUND if town else _PLAY), lock)


@main.command()
def serve() -> None:
    """Serves what the environment describes."""
    settings = settings_for()
    with kept(settings) as lock:
        asyncio.run(_check(settings))
        _serve(settings, f"Tyck answers at {settings.base_url}", lock)


@main.command("worker", hidden=True)
@click.option("--demo", is_flag=True)
@click.argument("listening", type=int)
@click.argument("number", type=int)
def worker_command(demo: bool, listening: int, number: int) -> None:
    """One of several workers, as `serve` and `demo` start it: on the socket that is the file `listening`."""
    _answer(settings_for(demo=demo), workers.READY, socket.socket(fileno=listening), number)


@main.command("migrate")
def migrate_command() -> None:
    """Brings the database to this version."""
    settings = settings_for()
    with kept(settings):
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
    settings = settings_for()
    click.echo(
        with_database(
            settings, lambda db: account.add(db, settings.base_url, email, name, role, area, municipality, language)
        )
    )


@account_group.command("list")
def list_accounts_command() -> None:
    """Lists everybody: address, name, state, roles."""
    click.echo(with_database(settings_for(), account.listed))


@account_group.command("disable")
@click.argument("email")
def disable_account_command(email: str) -> None:
    """Lets nobody sign in as EMAIL."""
    click.echo(with_database(settings_for(), lambda db: account.disable(db, email)))


@account_group.command("reset")
@click.argument("email")
def reset_account_command(email: str) -> None:
    """Takes the password of EMAIL away and prints a one-time link for a new one."""
    settings = settings_for()
    click.echo(with_database(settings, lambda db: account.reset(db, settings.base_url, email)))


for command in (poll, results, consultation, area):
    main.add_command(command)
for command in (backup_command, restore_command, doctor_command, erase_command, move_command):
    main.add_command(command)


class _Server(Server):
    """Says it is ready once it listens, and ends event streams when it is told to stop."""

    def __init__(self, config: uvicorn.Config, announcement: str, worker: int) -> None:
        super().__init__(config)
        self._announcement = announcement
        self._worker = worker

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            # What stands here from the start is never garbage; looking through it took 70 ms each time.
            gc.collect()
            gc.freeze()
            # Requests under way are no garbage either.
            gc.set_threshold(50_000)
            click.echo(self._announcement)
            sys.stdout.flush()
            systemd.tell(os.environ, "READY=1")
            loop = asyncio.get_running_loop()
            if self._worker:
                loop.add_reader(sys.stdin, self.handle_exit, signal.SIGTERM, None)
            else:
                # `systemctl reload`: the one process ends as ever, and systemd starts another.
                loop.add_signal_handler(signal.SIGHUP, self.handle_exit, signal.SIGTERM, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no more connections, then answers what those it took are about to say, before it ends them."""
        systemd.tell(os.environ, "STOPPING=1")
        for listener in self.servers:
            listener.close()
        await asyncio.sleep(_LAST_REQUESTS_S)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: object) -> None:
        self.config.app.state.parts.live.stop()  # type: ignore[union-attr]
        super().handle_exit(sig, frame)  # type: ignore[arg-type]


def _serve(settings: Settings, announcement: str, lock: int) -> None:
    listening = systemd.handed_over(os.environ) or _listen(settings)
    if settings.workers == 1:
        _answer(settings, announcement, listening)
        return
    shared = settings.data_dir / workers.FOLDER
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(mode=0o700)
    os.environ |= {"TYCK_PORT": str(settings.port), "TYCK_DATA_DIR": str(settings.data_dir)}
    os.environ[workers.KEY] = secrets.token_hex(32)
    worker = [sys.executable, "-m", "server", "worker", *(["--demo"] if settings.demo else [])]
    workers.become(settings.workers, listening.fileno(), lock, announcement, worker)


def _answer(settings: Settings, announcement: str, listening: socket.socket, worker: int = 0) -> None:
    config = uvicorn.Config(
        create_app(settings, worker),
        host=settings.host,
        port=settings.port,
        http=Connection,
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxy,
        timeout_graceful_shutdown=5,
    )
    make_room()
    with suppress(KeyboardInterrupt):
        _Server(config, announcement, worker).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        raise click.ClickException(f"Cannot listen on {where}: {error.strerror or error}") from error


async def _migrate(settings: Settings) -> None:
    async with database(settings) as db:
        tell_of(await recover(db, load_key(settings.data_dir, "grants")), settings)


async def _check(settings: Settings) -> None:
    async with database(settings) as db:
        await check_version(db)
        tell_of(await recover(db, load_key(settings.data_dir, "grants")), settings)
        async with db.reading() as tx:
            if await count_demo_accounts(tx):
                click.echo("This database holds demo accounts; they cannot sign in here.", err=True)


def _qr(address: str) -> str:
    drawn = io.StringIO()
    segno.make(address).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


def _made_town(settings: Settings) -> Demo:
    click.echo("The town is ready in a minute, at its first start …", err=True)
    try:
        return asyncio.run(set_up_town(settings))
    except NotATown:
        raise click.ClickException(
            f"{settings.data_dir} holds something else, or a town that was not finished: "
            "name another folder, or delete this one."
        ) from None


def _welcome(demo: Demo, settings: Settings, how: str) -> str:
    people = {person.role: person.email for person in demo.staff}
    lines = [
        "",
        f"Tyck is running at {demo.url}   (stop: Ctrl+C; the data stays in {settings.data_dir})",
        "",
        f"Children   {demo.url}/app/   and tap the pictures of a session:",
    ]
    named = [(f"{shown['school']} {grades_key(shown['grades'])}", shown["pictures"]) for shown in demo.sessions]
    widest = max((len(name) for name, _ in named), default=0)
    lines += [f"             {name:<{widest}}   {' '.join(pictures)}" for name, pictures in named]
    lines += ["", f"Staff      {demo.url}/staff/"]
    lines += [f"             {person.role:<14} {person.email:<22} {person.password}" for person in demo.staff]
    lines += ["", how.format(url=demo.url, consultation=demo.consultation, **people)]
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
