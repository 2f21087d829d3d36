"""Fixtures: a real database of either engine, and a small town with people to play with."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.migrate import migrate
from tests.postgres import Cluster, start_cluster
from tests.town import Town, build_town

# A busy machine is no fault of what is tested.
settings.register_profile("tyck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tyck")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL server from the machine's own binaries."""
    found = start_cluster()
    if found is None:
        pytest.skip("PostgreSQL is not installed here (no initdb found): its half of the store tests did not run.")
    with found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'tyck.sqlite3'}"
    found: Cluster = request.getfixturevalue("cluster")
    return found.new_database()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    made = Database(database_url)
    await migrate(made)
    yield made
    await made.close()


@pytest.fixture
async def town(db: Database) -> Town:
    """A municipality with two schools and the demo consultation."""
    return await build_town(db, Revisions(db), Live())
