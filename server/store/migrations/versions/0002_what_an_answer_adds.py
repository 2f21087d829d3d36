"""What waits above the session is what an answer adds, so that purses of five and ten coins mix."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WAITING = sa.table("waiting", sa.column("key"), sa.column("cells"))


def upgrade() -> None:
    op.execute("ALTER TABLE waiting RENAME COLUMN answer TO cells")
    connection = op.get_bind()
    for key, written in connection.execute(sa.select(_WAITING.c.key, _WAITING.c.cells)).all():
        answer = json.loads(written)
        # Until now there were one choice ("home") and several choices (["friends", "fun"]).
        cells = dict.fromkeys(answer if isinstance(answer, list) else [answer], 1)
        connection.execute(sa.update(_WAITING).where(_WAITING.c.key == key).values(cells=json.dumps(cells)))
