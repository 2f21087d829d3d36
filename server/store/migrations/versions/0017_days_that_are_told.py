"""When results were first opened; school holidays; which ideas a session sent that is not closed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("consultations", sa.Column("public_at", sa.BigInteger()))
    op.create_table(
        "holidays",
        sa.Column("area", sa.String(), sa.ForeignKey("areas.id"), primary_key=True),
        sa.Column("first", sa.String(), primary_key=True),
        sa.Column("last", sa.String(), nullable=False),
    )
    op.create_table(
        "session_ideas",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("session", "idea")),
        sqlite_with_rowid=False,
    )
