"""What every handler may use, put together once in `app.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from server.handover import Handover
from server.live import Live
from server.mail import Mail
from server.metrics import Metrics
from server.seals import Seals
from server.settings import Settings
from server.store.consultations import Revisions
from server.store.database import Database
from server.usecases.collect import Collector
from server.usecases.redraw import Easel
from server.voice import Voice
from server.web.assets import Assets
from server.web.limits import Limits
from server.web.oidc import Provider
from server.web.printing import Press
from server.web.templating import Templates


@dataclass(frozen=True)
class Parts:
    """`clock` gives seconds since 1970; `key` signs tablets' passes and tombstones; `metrics_token` opens /metrics;
    `worker` is the number of this process where it is one of several, else 0.
    """

    settings: Settings
    db: Database
    clock: Callable[[], int]
    live: Live
    key: bytes
    factor_key: bytes
    revisions: Revisions
    collector: Collector
    seals: Seals
    handover: Handover
    easel: Easel
    voice: Voice
    mail: Mail
    assets: Assets
    templates: Templates
    press: Press
    limits: Limits
    provider: Provider | None
    metrics: Metrics
    metrics_token: bytes
    worker: int


def parts(connection: HTTPConnection) -> Parts:
    found = connection.app.state.parts
    assert isinstance(found, Parts)
    return found
