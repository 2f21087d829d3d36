"""Fixtures: a real database of either engine, and a small town with people to play with."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from tests.copies import lay_out, make_sqlite, make_tables, run_aside, sqlite_url
from tests.postgres import Cluster, start_cluster
from tests.shares import Shares
from tests.town import Town, make_town, poll_content

# A busy machine is no fault of what is tested.
settings.register_profile("tyck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tyck")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers go first: their files take longest; each of those that come last takes seconds, so no process waits."""
    items.sort(key=lambda item: item.path.parent.name not in ("browser", "pwa"))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    return Shares(config, log)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL server from the machine's own binaries."""
    found = start_cluster()
    if found is None:
        pytest.skip("PostgreSQL is not installed here (no initdb found): its half of the store tests did not run.")
    with found:
        yield found


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """A PostgreSQL database with our empty tables; copied, never used."""
    url = cluster.new_database()
    run_aside(make_tables(url))
    return url


@pytest.fixture(scope="session")
def with_town(cluster: Cluster, migrated: str) -> str:
    """The same with the small town in it."""
    url = cluster.new_database(like=migrated)
    run_aside(make_town(url))
    return url


async def make_sqlite_town(folder: Path) -> None:
    await make_sqlite(folder)
    await make_town(sqlite_url(folder))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if engine == "sqlite":
        return sqlite_url(tmp_path)
    found: Cluster = request.getfixturevalue("cluster")
    return found.new_database()


@pytest.fixture
def migrated_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with our tables: empty, but for the town where a test wants it."""
    has_town = "town" in request.fixturenames
    if engine == "sqlite":
        lay_out(make_sqlite_town if has_town else make_sqlite, tmp_path)
        return sqlite_url(tmp_path)
    found: Cluster = request.getfixturevalue("cluster")
    return found.new_database(like=request.getfixturevalue("with_town" if has_town else "migrated"))


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[Database]:
    made = Database(migrated_url)
    yield made
    await made.close()


@pytest.fixture
def town(db: Database) -> Town:
    """A municipality with two schools and the demo consultation."""
    return Town(db, Revisions(db), Live(), poll_content()["id"])
