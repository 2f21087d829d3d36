"""Which entries of the journal this database has, and which sessions wait for an administrator's word."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("released", sa.Boolean(), nullable=False, server_default="1"))
    journaled = op.create_table(
        "journaled",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("entry", sa.String(), nullable=False, unique=True),
    )
    # The journal begins here: what this database saw before is in no entry of it.
    op.bulk_insert(journaled, [{"entry": secrets.token_hex(16)}])
