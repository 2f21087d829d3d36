"""What people decide about ideas, their themes, what adults guessed, and what was decided and done."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("consultations", sa.Column("public", sa.String()))
    op.add_column("consultations", sa.Column("archived", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("ideas", sa.Column("state", sa.String(), nullable=False, server_default="new"))
    for name in ("reason", "theme", "decided_by", "second_by"):
        op.add_column("ideas", sa.Column(name, sa.String()))
    op.add_column("ideas", sa.Column("covered_text", sa.Text()))
    op.add_column("ideas", sa.Column("covered_picture", sa.LargeBinary()))
    op.add_column("ideas", sa.Column("decided_at", sa.BigInteger()))
    op.create_table(
        "themes",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("consultation", sa.String(), sa.ForeignKey("consultations.id"), nullable=False),
        sa.Column("name_sv", sa.String(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=False),
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("because_sv", sa.Text(), nullable=False),
        sa.Column("because_fi", sa.Text(), nullable=False),
        sa.Column("cost", sa.Integer()),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("themes_by_consultation", "themes", ["consultation"])
    op.create_table(
        "feedback",
        sa.Column("consultation", sa.String(), sa.ForeignKey("consultations.id"), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published", sa.Text()),
        sa.Column("published_at", sa.BigInteger()),
    )
    op.create_table(
        "guesses",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("consultation", "poll", "question", "cell")),
        sa.Column("number", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
