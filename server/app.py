"""Puts the parts together: the only module that sees every layer."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.live import Live
from server.mail import Mail
from server.settings import Settings
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.keys import load_key
from server.usecases.collect import Collector
from server.usecases.days import keep_days
from server.usecases.forget import forget_ideas
from server.usecases.redraw import Easel
from server.voice import Voice
from server.web import public
from server.web.assets import Assets
from server.web.errors import HANDLERS
from server.web.limits import Limits
from server.web.middleware import CrossSiteGuard, Failures, PlainAddresses, SecurityHeaders
from server.web.parts import Parts
from server.web.printing import Press
from server.web.reminders import remind
from server.web.routes import ROUTES
from server.web.sounds import read_aloud
from server.web.templating import Templates

_CARE_EVERY_S = 60
_REMIND_EVERY_S = 1800
_LOOK_FOR_TEXTS_EVERY_S = 5

_FINLAND = ZoneInfo("Europe/Helsinki")

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Starlette:
    """The web application on a migrated database."""
    here = _put_together(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(task(here)) for task in (_take_care, _remind, _read_aloud)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        here.live.stop()
        await here.db.close()

    app = Starlette(
        routes=ROUTES,
        middleware=[
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


def _put_together(settings: Settings) -> Parts:
    db = Database(settings.database_url)
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
        revisions=revisions,
        collector=Collector(db, revisions, live, _now, key),
        easel=Easel(),
        voice=Voice(speaks=settings.voice),
        mail=Mail(settings.smtp),
        assets=assets,
        templates=templates,
        press=Press(),
        limits=Limits(),
    )


@cache
def _shipped() -> tuple[Assets, Templates]:
    """What comes with the program: read and packed once, however many applications a process makes."""
    assets = Assets()
    return assets, Templates(assets)


def _now() -> int:
    return int(time.time())


async def _take_care(here: Parts) -> None:
    """Opens and finishes sessions by their days, deletes ideas on schedule, and empties the log of what a busy reader
    kept at a closing.
    """
    while True:
        try:
            await keep_days(here.db, here.live, datetime.now(UTC).date().isoformat())
            await forget_ideas(here.db, here.clock())
            await here.db.forget_deleted()
        except Exception as error:
            log.error("taking care failed: %s", type(error).__name__)
        await asyncio.sleep(_CARE_EVERY_S)


async def _remind(here: Parts) -> None:
    """Tells people that something waits for them; a mail server that refuses is asked again later."""
    while True:
        try:
            await remind(here, datetime.now(_FINLAND))
        except Exception as error:
            log.error("reminding failed: %s", type(error).__name__)
        await asyncio.sleep(_REMIND_EVERY_S)


async def _read_aloud(here: Parts) -> None:
    """Makes the sounds of what is published, where a generated voice is wanted and its programs are installed."""
    if here.voice.speaks and (missing := here.voice.missing()):
        log.warning("the booklets have no generated sounds: not installed: %s", ", ".join(missing))
    done: set[tuple[str, str]] = set()
    while here.voice.speaks:
        await asyncio.sleep(_LOOK_FOR_TEXTS_EVERY_S)
        try:
            if not here.voice.missing():
                await read_aloud(here, done)
                await public.read_aloud(here, done)
        except Exception as error:
            log.error("reading aloud failed: %s", type(error).__name__)
