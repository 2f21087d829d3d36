"""What the environment says, read once. Knows no other module."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MOST_BACKUPS = 30
"""No copy is older than a month: what is deleted must be gone everywhere by then."""

MOST_WORKERS = 64


@dataclass(frozen=True)
class Smtp:
    """A mail server; `security` is `starttls`, `tls` or `off`, `sender` the address that letters come from."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


@dataclass(frozen=True)
class Oidc:
    """Another sign-in service; `name` stands on its button, `second` are the words by which it says that two factors
    were shown, `roles` holds (role, area, claim, pattern).
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scope: str
    second: tuple[str, ...]
    roles: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Settings:
    """`proxy` are the trusted proxies' addresses, comma-separated; `demo` lets demo accounts sign in.

    `feedback` is where people tell what is hard to use: an e-mail or https address; `voice` lets texts be read aloud by
    a generated voice; without `smtp` no mail is sent, without `oidc` people sign in here only;
    `backups` is how many nightly ones are kept, `workers` how many processes answer, several only on PostgreSQL.
    """

    data_dir: Path
    database_url: str
    base_url: str
    host: str
    port: int
    proxy: str
    demo: bool = False
    feedback: str | None = None
    voice: bool = False
    smtp: Smtp | None = None
    oidc: Oidc | None = None
    backups: int = 0
    workers: int = 1

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"


def read_settings(environment: Mapping[str, str], *, demo: bool = False) -> Settings:
    """Settings from `TYCK_…` variables (docs/operations.md). Raises ValueError with a plain sentence."""
    data_dir = Path(environment.get("TYCK_DATA_DIR", "data")).absolute()
    host = environment.get("TYCK_HOST", "127.0.0.1")
    port = _port(environment.get("TYCK_PORT", "8000"))
    base_url = environment.get("TYCK_BASE_URL", f"http://localhost:{port}").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        raise ValueError(f"TYCK_BASE_URL must be an http or https address, not {base_url!r}.")
    database_url = _database_url(environment) or f"sqlite+aiosqlite:///{data_dir / 'tyck.sqlite3'}"
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        base_url=base_url,
        host=host,
        port=port,
        proxy=environment.get("TYCK_PROXY", "127.0.0.1"),
        demo=demo,
        feedback=_feedback(environment.get("TYCK_FEEDBACK")),
        voice=_switch(environment, "TYCK_VOICE"),
        smtp=_smtp(environment),
        oidc=_oidc(environment),
        backups=_backups(environment.get("TYCK_BACKUPS", "0" if demo else "7")),
        workers=_workers(environment.get("TYCK_WORKERS", "1"), database_url),
    )


def _smtp(environment: Mapping[str, str]) -> Smtp | None:
    host, sender = environment.get("TYCK_SMTP_HOST", ""), environment.get("TYCK_SMTP_FROM", "")
    security = environment.get("TYCK_SMTP_SECURITY", "starttls")
    if not host:
        return None
    if not _ADDRESS.fullmatch(sender):
        raise ValueError("TYCK_SMTP_FROM must be the e-mail address that letters come from.")
    if security not in ("starttls", "tls", "off"):
        raise ValueError(f"TYCK_SMTP_SECURITY must be starttls, tls or off, not {security!r}.")
    return Smtp(
        host=host,
        port=_port(environment.get("TYCK_SMTP_PORT", "465" if security == "tls" else "587"), "TYCK_SMTP_PORT"),
        security=security,
        user=environment.get("TYCK_SMTP_USER", ""),
        password=_secret(environment, "TYCK_SMTP_PASSWORD") or "",
        sender=sender,
    )


_ROLE = re.compile(r"(teacher|reviewer|moderator|administrator)\s+(\S+)\s+(\S+)\s+(\S.*)")


def _oidc(environment: Mapping[str, str]) -> Oidc | None:
    issuer, client_id = environment.get("TYCK_OIDC_ISSUER", ""), environment.get("TYCK_OIDC_CLIENT_ID", "")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
        raise ValueError("TYCK_OIDC_ISSUER must be the https address by which the provider calls itself.")
    if not client_id:
        raise ValueError("TYCK_OIDC_CLIENT_ID must be the name by which the provider knows this Tyck.")
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        client_secret=_secret(environment, "TYCK_OIDC_CLIENT_SECRET") or "",
        name=environment.get("TYCK_OIDC_NAME") or parts.hostname or issuer,
        scope=environment.get("TYCK_OIDC_SCOPE", "openid profile email"),
        second=tuple(environment.get("TYCK_OIDC_SECOND", "mfa").split()),
        roles=_role_rules(_secret(environment, "TYCK_OIDC_ROLES") or ""),
    )


def _role_rules(text: str) -> tuple[tuple[str, str, str, str], ...]:
    """One on a line: role, area, claim, pattern."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    found = [_ROLE.fullmatch(line) for line in lines]
    for line, rule in zip(lines, found, strict=True):
        if rule is None:
            raise ValueError(f"TYCK_OIDC_ROLES: each line is a role, an area, a claim and a pattern, not {line!r}.")
    return tuple((rule[1], rule[2], rule[3], rule[4]) for rule in found if rule)


def _database_url(environment: Mapping[str, str]) -> str | None:
    url = _secret(environment, "TYCK_DATABASE_URL")
    if url and not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        # The address is not repeated: it may hold a password.
        raise ValueError("TYCK_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://.")
    return url


_ADDRESS = re.compile(r"[^@\s/?]+@[^@\s/?]+")


def _feedback(text: str | None) -> str | None:
    if text and not text.startswith("https://") and not _ADDRESS.fullmatch(text):
        raise ValueError(f"TYCK_FEEDBACK must be an e-mail or https address, not {text!r}.")
    return text or None


def _port(text: str, name: str = "TYCK_PORT") -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError(f"{name} must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _backups(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_BACKUPS):
        raise ValueError(f"TYCK_BACKUPS must be a number of nights from 0 to {MOST_BACKUPS}, not {text!r}.")
    return int(text)


def _workers(text: str, database_url: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise ValueError(f"TYCK_WORKERS must be a number of processes from 1 to {MOST_WORKERS}, not {text!r}.")
    if int(text) > 1 and database_url.startswith("sqlite"):
        raise ValueError("TYCK_WORKERS above 1 needs PostgreSQL (TYCK_DATABASE_URL): an SQLite file has one writer.")
    return int(text)


def _switch(environment: Mapping[str, str], name: str) -> bool:
    """On unless it is said to be off."""
    value = environment.get(name, "on")
    if value not in ("on", "off"):
        raise ValueError(f"{name} must be on or off, not {value!r}.")
    return value == "on"


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    """A secret itself, or the content of the file that `NAME_FILE` names."""
    if path := environment.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise ValueError(f"{name}_FILE names a file that cannot be read: {path}.") from error
    return environment.get(name)
