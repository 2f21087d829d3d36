"""The packets of one session, and of one consultation, are found without reading all of them."""

from alembic import op

revision = "0016"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("packets_by_session", "packets", ["consultation", "session"])
