"""Puts the parts together: the only module that sees every layer."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.handover import Handover
from server.live import Live
from server.mail import Mail
from server.metrics import Metrics
from server.night import Night
from server.seals import Seals
from server.settings import Settings
from server.store.consultations import Revisions
from server.store.counts import Counts
from server.store.database import Database
from server.store.journal import Journal
from server.store.keys import load_key, load_token
from server.store.signals import Signals
from server.store.tally import count_all
from server.usecases.collect import Collector
from server.usecases.days import keep_days
from server.usecases.forget import forget_ideas
from server.usecases.leave import go_on_erasing
from server.usecases.redraw import Easel
from server.voice import Voice
from server.web import metrics, public
from server.web.assets import Assets
from server.web.errors import HANDLERS
from server.web.limits import Limits
from server.web.metrics import Counting
from server.web.middleware import CrossSiteGuard, Failures, PlainAddresses, SecurityHeaders
from server.web.oidc import Provider
from server.web.parts import Parts
from server.web.printing import Press
from server.web.reminders import remind
from server.web.routes import ROUTES
from server.web.sounds import read_aloud
from server.web.templating import Templates
from server.workers import FOLDER, KEY

_CARE_EVERY_S = 60
_REMIND_EVERY_S = 1800
_LOOK_FOR_TEXTS_EVERY_S = 5
_COUNT_EVERY_S = 3600
_LOOK_FOR_ERASED_EVERY_S = 5
_SILENT_S = 7 * 86_400
_LOOK_AT_THE_CLOCK_EVERY_S = 600
_LET_IT_START_S = 30
_SHARE_EVERY_S = 5

_FINLAND = ZoneInfo("Europe/Helsinki")

log = logging.getLogger(__name__)

Job = Callable[[Parts], Awaitable[None]]


def create_app(settings: Settings, worker: int = 0) -> Starlette:
    """The web application on a migrated database; `worker` is its number where it is one of several, else 0."""
    here = _put_together(settings, worker)
    jobs: list[tuple[str, float, Job]] = [
        ("care", _CARE_EVERY_S, _take_care),
        ("remind", _REMIND_EVERY_S, _remind),
        ("count", _COUNT_EVERY_S, _count),
        ("erase", _LOOK_FOR_ERASED_EVERY_S, _erase),
        ("read_aloud", 0, _reader_aloud(here)),
        ("night", _LOOK_AT_THE_CLOCK_EVERY_S, _at_night(here)),
    ]

    async def lead() -> None:
        try:
            await asyncio.gather(*(_repeat(here, *job) for job in jobs))
        finally:
            here.metrics.lead_no_more()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if worker:
            signals = Signals(settings.database_url, here.live.hear, here.live.hear_all, lead)
            here.live.beyond = signals.announce
            tasks = [
                asyncio.create_task(signals.run()),
                asyncio.create_task(_repeat(here, "share", _SHARE_EVERY_S, _share)),
            ]
        else:
            tasks = [asyncio.create_task(lead())]
        # Who waits for a server that was killed waits for this too.
        tasks.append(asyncio.create_task(asyncio.to_thread(here.assets.pack_shell)))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        here.live.stop()
        await here.db.close()

    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(Counting, metrics=here.metrics),
            Middleware(SecurityHeaders, is_https=settings.is_https, live=here.live),
            Middleware(Failures),
            Middleware(PlainAddresses),
            Middleware(CrossSiteGuard),
        ],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    # Starlette's own redirects name the host that the request named.
    app.router.redirect_slashes = False
    app.state.parts = here
    return app


def _put_together(settings: Settings, worker: int) -> Parts:
    db = Database(settings.database_url, Journal(settings.data_dir / "journal"))
    live = Live()
    key = load_key(settings.data_dir, "grants")
    revisions = Revisions(db)
    assets, templates = _shipped()
    return Parts(
        settings=settings,
        db=db,
        clock=_now,
        live=live,
        key=key,
        factor_key=load_key(settings.data_dir, "second-factor"),
        revisions=revisions,
        collector=Collector(db, revisions, live, _now, key),
        seals=Seals(settings.data_dir),
        handover=Handover(settings.data_dir),
        easel=Easel(),
        voice=Voice(speaks=settings.voice),
        mail=Mail(settings.smtp),
        assets=assets,
        templates=templates,
        press=Press(),
        limits=Limits(_counts(settings) if worker else None),
        provider=Provider(settings.oidc) if settings.oidc else None,
        metrics=Metrics(),
        metrics_token=load_token(settings.data_dir, "metrics"),
        worker=worker,
    )


def _counts(settings: Settings) -> Counts:
    return Counts(settings.data_dir / FOLDER / "counts.sqlite3", os.environ[KEY].encode())


@cache
def _shipped() -> tuple[Assets, Templates]:
    """What comes with the program: read and packed once, however many applications a process makes."""
    assets = Assets()
    return assets, Templates(assets)


def _now() -> int:
    return int(time.time())


async def _repeat(here: Parts, name: str, every_s: float, job: Job) -> None:
    """Does a job of the server's own again and again; one that fails is tried again at its next turn."""
    while True:
        try:
            await job(here)
            here.metrics.done_at[name] = time.time()
        except Exception as error:
            here.metrics.failed[name] += 1
            log.error("task failed: %s (%s)", name, type(error).__name__)
        await asyncio.sleep(every_s)


async def _share(here: Parts) -> None:
    """Lets the other workers tell what this one counted."""
    metrics.share(here)


async def _take_care(here: Parts) -> None:
    """Opens and finishes sessions by their days, deletes ideas on schedule, and empties the log of what a busy reader
    kept at a closing.
    """
    await keep_days(here.db, here.live, datetime.now(UTC).date().isoformat())
    await forget_ideas(here.db, here.clock())
    await here.db.forget_deleted()


async def _remind(here: Parts) -> None:
    """Tells people that something waits for them; a mail server that refuses is asked again later."""
    await remind(here, datetime.now(_FINLAND))


async def _count(here: Parts) -> None:
    """Once an hour: a finer curve would say when a class answered."""
    async with here.db.reading() as db:
        here.metrics.tally = metrics.tell(await count_all(db, here.clock() - _SILENT_S))


async def _erase(here: Parts) -> None:
    """Goes on with consultations that somebody erases from the command line."""
    await go_on_erasing(here.db, here.seals, here.revisions)


def _at_night(here: Parts) -> Job:
    """Backs up and deletes what has had its time."""
    night = Night(here.settings, here.db, here.seals)

    async def look_at_the_clock(_here: Parts) -> None:
        # A server that starts has more urgent things to do.
        await asyncio.sleep(_LET_IT_START_S)
        await night.work(datetime.now(_FINLAND))

    return look_at_the_clock


def _reader_aloud(here: Parts) -> Job:
    """Makes the sounds of what is published, where a generated voice is wanted and its programs are installed."""
    if here.voice.speaks and (missing := here.voice.missing()):
        log.warning("the booklets have no generated sounds: not installed: %s", ", ".join(missing))
    done: set[tuple[str, str]] = set()

    async def read_what_is_new(here: Parts) -> None:
        await asyncio.sleep(_LOOK_FOR_TEXTS_EVERY_S)
        if here.voice.speaks and not here.voice.missing():
            await read_aloud(here, done)
            await public.read_aloud(here, done)

    return read_what_is_new
