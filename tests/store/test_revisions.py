"""A revision never changes, so it is read and parsed once, however many ask at the same moment."""

import asyncio

from server.store.consultations import Revisions
from tests.town import Town


async def test_those_who_ask_together_after_a_restart_share_one_revision(town: Town) -> None:
    session = await town.session()
    restarted = Revisions(town.db)
    found = await asyncio.gather(*(restarted.find(session.revision) for _ in range(20)))
    assert len({id(revision) for revision in found}) == 1
    assert await restarted.find("unknown") is None
