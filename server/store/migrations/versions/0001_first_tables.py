"""The tables of the first version. Packets can only be inserted, whatever program asks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE_GUARD = """
CREATE TRIGGER packets_are_never_{past} BEFORE {verb} ON packets
BEGIN SELECT RAISE(ABORT, 'packets are append only'); END
"""
_POSTGRESQL_GUARD = (
    """
CREATE FUNCTION refuse_packet_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'packets are append only'; END $$
""",
    """
CREATE TRIGGER packets_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON packets
FOR EACH STATEMENT EXECUTE FUNCTION refuse_packet_change()
""",
)


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_sv", sa.String(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["areas.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "commits",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "figures",
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("poll", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("consultation", "poll", "question", "school", "grades", "language", "cell"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "held",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "packets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("poll", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "participation",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session", "day"),
    )
    op.create_table(
        "responses",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "tombstones",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("session", "mark"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waiting",
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("poll", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("consultation", "poll", "question", "school", "grades", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consultations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("title_sv", sa.String(), nullable=False),
        sa.Column("title_fi", sa.String(), nullable=False),
        sa.Column("cover", sa.String(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area"],
            ["areas.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "roles",
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area"],
            ["areas.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("staff", "area", "role"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("poll", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"],
            ["consultations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("grades", sa.String(), nullable=False),
        sa.Column("counts_in_school", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("pictures", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=True),
        sa.Column("opens", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area"],
            ["areas.id"],
        ),
        sa.ForeignKeyConstraint(
            ["consultation"],
            ["consultations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("area", "pictures", name="one_code_per_school"),
        sa.UniqueConstraint("link"),
    )
    op.create_index("sessions_by_consultation", "sessions", ["consultation"], unique=False)
    op.create_index("sessions_by_pictures", "sessions", ["pictures"], unique=False)
    op.create_table(
        "tablets",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ready", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"],
            ["sessions.id"],
        ),
        sa.PrimaryKeyConstraint("session", "grant_id"),
    )

    _guard_packets()


def _guard_packets() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE_GUARD.format(verb="UPDATE", past="updated"))
        op.execute(_SQLITE_GUARD.format(verb="DELETE", past="deleted"))
    else:
        for statement in _POSTGRESQL_GUARD:
            op.execute(statement)
