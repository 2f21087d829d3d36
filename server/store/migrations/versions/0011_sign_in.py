"""How staff prove who they are: passkeys, codes from an app, recovery codes, and another provider's word."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # Nothing tells when an earlier sign-in began, nor how: everybody signs in once more.
    op.execute("DELETE FROM sign_ins")
    op.add_column("sign_ins", sa.Column("began_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sign_ins", sa.Column("strong", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("sign_ins", sa.Column("provided", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("roles", sa.Column("provided", sa.Boolean(), nullable=False, server_default="0"))
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("staff", sa.String(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_on", sa.String(), nullable=False),
        sa.Column("used_on", sa.String()),
    )
    op.create_table(
        "second_factors",
        sa.Column("staff", sa.String(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("used_step", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("staff", sa.String(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("hashed", sa.String(), nullable=False),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("staff", sa.String(), sa.ForeignKey("staff.id"), nullable=False),
    )
    op.create_table(
        "challenges",
        sa.Column("token_hash", sa.String(), primary_key=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
    )
