"""Polls being made, and what a consultation is about; every poll that was published can be changed again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("consultations", sa.Column("facts", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("revisions", sa.Column("published_at", sa.BigInteger(), nullable=True))
    op.create_index("revisions_by_consultation", "revisions", ["consultation", "number"], unique=False)
    op.create_index("revisions_by_poll", "revisions", ["poll", "number"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("poll", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["consultation"], ["consultations.id"]),
        sa.PrimaryKeyConstraint("poll"),
    )
    op.create_index("drafts_by_consultation", "drafts", ["consultation"], unique=False)
    op.create_table(
        "edits",
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("about", "path"),
    )
    op.execute(
        "INSERT INTO drafts (poll, consultation, position, content, changed_at, changed_by)"
        " SELECT poll, consultation, number, content, 0, '' FROM revisions AS newest WHERE number ="
        " (SELECT max(number) FROM revisions AS each WHERE each.poll = newest.poll)"
    )
