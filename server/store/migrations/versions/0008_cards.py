"""Which class card of a session is good, and the last day on which it takes new children."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("closes", sa.String()))
    op.add_column("sessions", sa.Column("card", sa.Integer(), nullable=False, server_default="0"))
