"""Fixtures for the pages and the wire."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.usecases import hashing
from tests.postgres import Cluster
from tests.web.demo import DemoApp, open_demo
from tests.web.staff import CHEAP, World, open_world


@pytest.fixture(scope="module", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """What a password or a recovery code is hashed at costs next to nothing here: the product's cost is tested in
    usecases/test_accounts.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "_HASHER", CHEAP)
        yield


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoApp]:
    """The demo that the tests of one module share."""
    async with open_demo(tmp_path_factory.mktemp("demo")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["sqlite", "postgresql"])
async def demo_of_each_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[DemoApp]:
    """The same twice; a module that wants it says `demo = demo_of_each_engine` by a fixture of its own."""
    url = None
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.new_database()
    async with open_demo(tmp_path_factory.mktemp("demo"), url) as opened:
        yield opened
