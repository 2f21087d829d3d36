"""The tables. `migrations/` holds their history; a test keeps the two the same."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _key(*columns: str) -> list[Column[str]]:
    return [Column(name, String, primary_key=True) for name in columns]


areas = Table(
    "areas",
    metadata,
    *_key("id"),
    Column("parent", String, ForeignKey("areas.id")),
    Column("kind", String, nullable=False),
    Column("name_sv", String, nullable=False),
    Column("name_fi", String, nullable=False),
    Column("language", String, nullable=False),
)

holidays = Table(
    "holidays",
    metadata,
    Column("area", String, ForeignKey("areas.id"), primary_key=True),
    Column("first", String, primary_key=True),
    Column("last", String, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    *_key("id"),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("password", String, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    Column("staff", String, ForeignKey("staff.id"), primary_key=True),
    Column("area", String, ForeignKey("areas.id"), primary_key=True),
    Column("role", String, primary_key=True),
    Column("provided", Boolean, nullable=False, server_default="0"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    *_key("token_hash"),
    Column("staff", String, ForeignKey("staff.id"), nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("began_at", BigInteger, nullable=False, server_default="0"),
    Column("strong", Boolean, nullable=False, server_default="0"),
    Column("provided", Boolean, nullable=False, server_default="0"),
)

passkeys = Table(
    "passkeys",
    metadata,
    *_key("id"),
    Column("staff", String, ForeignKey("staff.id"), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("added_on", String, nullable=False),
    Column("used_on", String),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("staff", String, ForeignKey("staff.id"), primary_key=True),
    Column("secret", String, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("used_step", BigInteger, nullable=False),
    Column("wrong", Integer, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff", String, ForeignKey("staff.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hashed", String, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    *_key("issuer", "subject"),
    Column("staff", String, ForeignKey("staff.id"), nullable=False),
)

challenges = Table(
    "challenges",
    metadata,
    *_key("token_hash"),
    Column("what", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    *_key("token_hash"),
    Column("staff", String, ForeignKey("staff.id"), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("staff", String, nullable=False),
    Column("what", String, nullable=False),
    Column("area", String, nullable=False),
    Column("about", String, nullable=False),
    Index("actions_by_time", "at"),
)

consultations = Table(
    "consultations",
    metadata,
    *_key("id"),
    Column("area", String, ForeignKey("areas.id"), nullable=False),
    Column("title_sv", String, nullable=False),
    Column("title_fi", String, nullable=False),
    Column("cover", String, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("public", String),
    Column("archived", Boolean, nullable=False, server_default="0"),
    Column("frozen_at", BigInteger),
    Column("public_at", BigInteger),
)

erased = Table(
    "erased",
    metadata,
    *_key("consultation"),
    Column("day", Integer, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    *_key("poll"),
    Column("consultation", String, ForeignKey("consultations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("removed_at", BigInteger),
    Index("drafts_by_consultation", "consultation"),
)

edits = Table(
    "edits",
    metadata,
    *_key("about", "path"),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", String, nullable=False),
    sqlite_with_rowid=False,
)

revisions = Table(
    "revisions",
    metadata,
    *_key("id"),
    Column("consultation", String, ForeignKey("consultations.id"), nullable=False),
    Column("poll", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("published_at", BigInteger),
    Index("revisions_by_consultation", "consultation", "number"),
    Index("revisions_by_poll", "poll", "number"),
)

sessions = Table(
    "sessions",
    metadata,
    *_key("id"),
    Column("consultation", String, ForeignKey("consultations.id"), nullable=False),
    Column("area", String, ForeignKey("areas.id"), nullable=False),
    Column("grades", String, nullable=False),
    Column("counts_in_school", Boolean, nullable=False),
    Column("revision", String, nullable=False),
    Column("profile", String, nullable=False),
    Column("state", String, nullable=False),
    Column("pictures", String),
    Column("link", String, nullable=False, unique=True),
    Column("children", Integer),
    Column("opens", String),
    Column("closes", String),
    Column("card", Integer, nullable=False, server_default="0"),
    Column("released", Boolean, nullable=False, server_default="1"),
    UniqueConstraint("area", "pictures", name="one_code_per_school"),
    Index("sessions_by_pictures", "pictures"),
    # Whom a consultation asked is summed from the index alone.
    Index("sessions_by_consultation", "consultation", "area", "grades", "counts_in_school", "state", "children"),
)

tablets = Table(
    "tablets",
    metadata,
    Column("session", String, ForeignKey("sessions.id"), primary_key=True),
    *_key("grant_id"),
    Column("number", Integer, nullable=False),
    Column("ready", String, nullable=False),
    Column("turn", String, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("told", String, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
)

responses = Table(
    "responses", metadata, *_key("session", "id"), Column("body", Text, nullable=False), sqlite_with_rowid=False
)

held = Table(
    "held",
    metadata,
    *_key("session", "id"),
    Column("reason", String, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

participation = Table(
    "participation",
    metadata,
    *_key("session"),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("arrived", Integer, nullable=False),
    Column("late", Integer, nullable=False),
)

tombstones = Table("tombstones", metadata, *_key("session", "mark"), sqlite_with_rowid=False)

commits = Table(
    "commits",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("tag", String, nullable=False),
)

journaled = Table(
    "journaled",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("entry", String, nullable=False, unique=True),
)

waiting = Table(
    "waiting",
    metadata,
    *_key("consultation", "poll", "question", "school", "grades", "key"),
    Column("cells", Text, nullable=False),
    sqlite_with_rowid=False,
)

packets = Table(
    "packets",
    metadata,
    *_key("id"),
    Column("consultation", String, nullable=False),
    Column("poll", String, nullable=False),
    Column("question", String, nullable=False),
    Column("school", String, nullable=False),
    Column("grades", String, nullable=False),
    Column("session", String, nullable=False),
    Column("language", String, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Index("packets_by_session", "consultation", "session"),
    sqlite_with_rowid=False,
)

figures = Table(
    "figures",
    metadata,
    *_key("consultation", "poll", "question", "school", "grades", "language", "cell"),
    Column("number", Integer, nullable=False),
    Index("figures_by_filter", "consultation", "school", "language"),
    sqlite_with_rowid=False,
)

# No rowid tells what came first; so to find a row is to read pictures, and counts are made from the indexes alone.
ideas = Table(
    "ideas",
    metadata,
    *_key("id"),
    Column("consultation", String, nullable=False),
    Column("poll", String, nullable=False),
    Column("question", String, nullable=False),
    Column("school", String, nullable=False),
    Column("grades", String, nullable=False),
    Column("lang", String, nullable=False),
    Column("may_show", Boolean, nullable=False),
    Column("held", String),
    Column("state", String, nullable=False, server_default="new"),
    Column("reason", String),
    Column("theme", String),
    Column("decided_by", String),
    Column("decided_at", BigInteger),
    Column("second_by", String),
    Column("text", Text),
    Column("covered_text", Text),
    Column("picture", LargeBinary),
    Column("covered_picture", LargeBinary),
    Index("ideas_by_consultation", "consultation", "state", "theme", "decided_by"),
    Index("ideas_by_state", "state", "decided_at", "consultation"),
    sqlite_with_rowid=False,
)

themes = Table(
    "themes",
    metadata,
    *_key("id"),
    Column("consultation", String, ForeignKey("consultations.id"), nullable=False),
    Column("name_sv", String, nullable=False),
    Column("name_fi", String, nullable=False),
    Column("picture", String, nullable=False),
    Column("state", String, nullable=False),
    Column("because_sv", Text, nullable=False),
    Column("because_fi", Text, nullable=False),
    Column("cost", Integer),
    Column("owner", String, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("themes_by_consultation", "consultation"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("consultation", String, ForeignKey("consultations.id"), primary_key=True),
    Column("content", Text, nullable=False),
    Column("published", Text),
    Column("published_at", BigInteger),
)

guesses = Table(
    "guesses",
    metadata,
    *_key("consultation", "poll", "question", "cell"),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)

picture_tries = Table(
    "picture_tries",
    metadata,
    *_key("poll", "key", "picture"),
    Column("saw", Integer, nullable=False),
    Column("understood", Integer, nullable=False),
    sqlite_with_rowid=False,
)

notices = Table(
    "notices",
    metadata,
    Column("staff", String, ForeignKey("staff.id"), primary_key=True),
    Column("day", String, nullable=False),
)

idea_counts = Table(
    "idea_counts",
    metadata,
    *_key("session"),
    Column("arrived", Integer, nullable=False),
    sqlite_with_rowid=False,
)

session_ideas = Table("session_ideas", metadata, *_key("session", "idea"), sqlite_with_rowid=False)

sounds = Table(
    "sounds",
    metadata,
    *_key("consultation", "key", "format"),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("sounds_by_name", "name"),
)

pictures = Table(
    "pictures",
    metadata,
    *_key("id"),
    Column("area", String, ForeignKey("areas.id"), primary_key=True),
    Column("alt_sv", String, nullable=False),
    Column("alt_fi", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
