"""How many children understood a picture of a draft."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "picture_tries",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("poll", "key", "picture")),
        sa.Column("saw", sa.Integer(), nullable=False),
        sa.Column("understood", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
