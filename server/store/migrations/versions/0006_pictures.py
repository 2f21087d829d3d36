"""Photos and drawings of people's own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("alt_sv", sa.String(), nullable=False),
        sa.Column("alt_fi", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.id"]),
        sa.PrimaryKeyConstraint("id", "area"),
    )
