"""Ideas: drawings as flattened pictures, and texts; and how many came from each session."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("poll", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("may_show", sa.Boolean(), nullable=False),
        sa.Column("held", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ideas_by_consultation", "ideas", ["consultation"], unique=False)
    op.create_table(
        "idea_counts",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
        sqlite_with_rowid=False,
    )
