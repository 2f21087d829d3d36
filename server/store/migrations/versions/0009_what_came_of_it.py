"""What people decide about ideas, their themes, what adults guessed, and what was decided and done."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


# Otherwise INSERT OR REPLACE would slip past the guards of the first migration: SQLite tells no DELETE trigger of it.
_SQLITE_GUARD = """
CREATE TRIGGER packets_are_never_replaced BEFORE INSERT ON packets
WHEN EXISTS (SELECT 1 FROM packets WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'packets are append only'); END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE_GUARD)
    op.create_index("figures_by_filter", "figures", ["consultation", "school", "language"])
    op.drop_index("sessions_by_consultation", "sessions")
    summed = ["consultation", "area", "grades", "counts_in_school", "state", "children"]
    op.create_index("sessions_by_consultation", "sessions", summed)
    op.add_column("consultations", sa.Column("public", sa.String()))
    op.add_column("consultations", sa.Column("archived", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("consultations", sa.Column("frozen_at", sa.BigInteger()))
    op.execute(sa.text("UPDATE consultations SET frozen_at = :now WHERE frozen").bindparams(now=int(time.time())))
    _make_ideas_anew()
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
    op.create_table(
        "notices",
        sa.Column("staff", sa.String(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("day", sa.String(), nullable=False),
    )


def _make_ideas_anew() -> None:
    """With their pictures last: whatever stands behind one costs the reading of it."""
    kept = ("id", "consultation", "poll", "question", "school", "grades", "lang", "may_show", "held", "text", "picture")
    op.drop_index("ideas_by_consultation", "ideas")
    op.rename_table("ideas", "older_ideas")
    op.create_table(
        "ideas",
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in kept[1:7]),
        sa.Column("may_show", sa.Boolean(), nullable=False),
        sa.Column("held", sa.String()),
        sa.Column("state", sa.String(), nullable=False, server_default="new"),
        *(sa.Column(name, sa.String()) for name in ("reason", "theme", "decided_by")),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("second_by", sa.String()),
        *(sa.Column(name, sa.Text()) for name in ("text", "covered_text")),
        *(sa.Column(name, sa.LargeBinary()) for name in ("picture", "covered_picture")),
        sqlite_with_rowid=False,
    )
    listed = ", ".join(kept)
    op.execute(f"INSERT INTO ideas ({listed}) SELECT {listed} FROM older_ideas")
    op.drop_table("older_ideas")
    op.create_index("ideas_by_consultation", "ideas", ["consultation", "state", "theme", "decided_by"])
    op.create_index("ideas_by_state", "ideas", ["state", "decided_at", "consultation"])
