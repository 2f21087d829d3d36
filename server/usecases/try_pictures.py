"""Before a poll is published, a few children say what its pictures mean to them; only sums are kept."""

from server.domain.errors import DomainError
from server.domain.picture_tries import list_pictured
from server.store.database import Database
from server.store.drafts import find_draft
from server.store.picture_tries import add_try


async def note_try(db: Database, poll: str, key: str, picture: str, chosen: str) -> None:
    """Counts what one child took a picture for; `chosen` is the place of that meaning, '' for "I do not know".

    Raises `not_found` when the poll shows this picture there no longer.
    """
    async with db.writing() as tx:
        draft = await find_draft(tx, poll)
        if draft is None or (key, picture) not in {(one.key, one.picture) for one in list_pictured(draft.content)}:
            raise DomainError("not_found")
        await add_try(tx, poll, key, picture, understood=chosen == key)
