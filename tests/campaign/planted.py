"""Bugs that the campaign must find: each changes the loaded program as a careless programmer might have written it."""

from collections.abc import Callable

PLANTED: dict[str, Callable[[], None]] = {}
