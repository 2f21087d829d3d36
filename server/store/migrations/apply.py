"""Applies migrations by Alembic, on a connection that is handed over."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def apply(connection: Connection, version: str) -> None:
    """Every one that is missing up to `version`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
