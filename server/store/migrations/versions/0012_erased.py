"""A whole consultation can be erased: only then do its packets go, and the database itself sees to that."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_SQLITE_GUARD = """
CREATE TRIGGER packets_are_never_deleted BEFORE DELETE ON packets
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE consultation = OLD.consultation)
BEGIN SELECT RAISE(ABORT, 'packets are append only'); END
"""
_POSTGRESQL_GUARD = (
    "DROP TRIGGER packets_are_append_only ON packets",
    """
CREATE TRIGGER packets_are_append_only BEFORE UPDATE OR TRUNCATE ON packets
FOR EACH STATEMENT EXECUTE FUNCTION refuse_packet_change()
""",
    """
CREATE FUNCTION refuse_packet_deletion() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM erased WHERE consultation = OLD.consultation) THEN
    RAISE EXCEPTION 'packets are append only';
  END IF;
  RETURN OLD;
END $$
""",
    """
CREATE TRIGGER packets_go_with_their_consultation BEFORE DELETE ON packets
FOR EACH ROW EXECUTE FUNCTION refuse_packet_deletion()
""",
)


def upgrade() -> None:
    op.create_table(
        "erased",
        sa.Column("consultation", sa.String(), primary_key=True),
        sa.Column("day", sa.Integer(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER packets_are_never_deleted")
        op.execute(_SQLITE_GUARD)
        return
    for statement in _POSTGRESQL_GUARD:
        op.execute(statement)
