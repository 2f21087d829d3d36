"""What a stranger may fill in at each address that takes something: a row for every one, and typical values to spoil.

A new address that takes a body needs its row here; addresses that only read are asked with every query name there is.
"""

from dataclasses import dataclass

CONSULTATION = "/staff/consultations/{consultation}"
SESSION = "/staff/sessions/{session}"
POLL = "/staff/polls/{poll}"
PERSON = "/staff/people/{person}"
IDEA = CONSULTATION + "/ideas/{idea}"
THEMES = CONSULTATION + "/themes"
CARD = "/staff/c/{card}"


@dataclass(frozen=True)
class Row:
    """`fields` of a form; `file`, what the upload should be; `wire`, which JSON; `one_in`, as rare as it is dear."""

    fields: tuple[str, ...] = ()
    file: str = ""
    wire: str = ""
    one_in: int = 1


def form(fields: str = "", *, one_in: int = 1) -> Row:
    return Row(tuple(fields.split()), one_in=one_in)


def upload(file: str, fields: str = "") -> Row:
    return Row(tuple(fields.split()), file)


PATHS = (
    "title.sv intro.fi coverEmojiHex questions.q1.text.sv questions.q1.options.home.label.fi questions.q7.coins "
    "questions.q99.text.sv profiles.short.grades meeting decidedOn caseNumber decision.sv reasons.fi readers.r1.name "
    "readers.r1.day cards.c1.emojiHex cards.c1.state cards.c1.day begins ends purpose.sv areas.satukallio "
    "__proto__ questions.-1.text.sv questions.q1.__class__ ... ."
)
WRITTEN = f"do page seen take {PATHS} " + " ".join(f"was.{path}" for path in PATHS.split())

HASHED = 20
"""Passwords and recovery codes are slow to hash, on purpose; their tries are limited anyway."""

ROWS = {
    ("POST", "/api/v1/join"): Row(wire="join"),
    ("POST", "/api/v1/sync"): Row(wire="sync"),
    ("PUT", "/api/v1/ideas/{idea}"): Row(wire="idea"),
    ("POST", "/staff/sign-in"): form("email password next", one_in=HASHED),
    ("POST", "/staff/sign-out"): form(),
    ("POST", "/staff/sign-in/passkey"): form("credential next"),
    ("POST", "/staff/sign-in/passkey/ask"): form(one_in=4),
    ("POST", "/staff/sign-in/second"): form("code next", one_in=HASHED),
    ("POST", "/staff/sign-in/second/app"): form("code next", one_in=HASHED),
    ("POST", "/staff/sign-in/second/passkey"): form("credential name next"),
    ("POST", "/staff/sign-in/second/passkey/ask"): form(),
    ("POST", "/staff/me/app"): form("code", one_in=HASHED),
    ("POST", "/staff/me/app/begin"): form(),
    ("POST", "/staff/me/app/remove"): form(),
    ("POST", "/staff/me/codes"): form(one_in=HASHED),
    ("POST", "/staff/me/passkeys"): form("credential name next"),
    ("POST", "/staff/me/passkeys/ask"): form(),
    ("POST", "/staff/me/passkeys/{passkey}/remove"): form(),
    ("POST", "/staff/me/provider/remove"): form(),
    ("POST", PERSON + "/second/reset"): form(),
    ("POST", "/staff/handover"): upload("handover"),
    ("POST", CONSULTATION + "/release"): form(),
    ("POST", SESSION + "/release"): form(),
    ("POST", POLL + "/workshop/tries/child"): form("texts seed at key picture chosen"),
    ("POST", "/staff/invitations/{token}"): form("password again", one_in=HASHED),
    ("POST", "/staff/me/password"): form("old password again", one_in=HASHED),
    ("POST", "/staff/me/sign-out"): form(one_in=4),
    ("POST", CONSULTATION + "/freeze"): form(one_in=20),
    ("POST", CONSULTATION + "/publish-results"): form("level"),
    ("POST", CONSULTATION + "/archive"): form(one_in=20),
    ("POST", CONSULTATION + "/feedback"): form(WRITTEN),
    ("POST", CONSULTATION + "/feedback/guesses"): form("do"),
    ("POST", CONSULTATION + "/feedback/publish"): form("seen"),
    ("POST", CONSULTATION + "/feedback/sounds/{key}"): upload("sound"),
    ("POST", CONSULTATION + "/feedback/sounds/{key}/generate"): form(),
    ("POST", CONSULTATION + "/feedback/sounds/{key}/forget"): form(),
    ("POST", CONSULTATION + "/sheets"): form("area grades", one_in=4),
    ("POST", "/staff/sessions"): form(
        "consultation area grades grades profile children opens closes special trial place", one_in=2
    ),
    ("POST", SESSION + "/card"): form(),
    ("POST", SESSION + "/open"): form(),
    ("POST", SESSION + "/closes"): form("closes"),
    ("POST", SESSION + "/finish"): form(),
    ("POST", SESSION + "/close"): form(one_in=4),
    ("POST", SESSION + "/discard"): form(one_in=4),
    ("POST", SESSION + "/held"): form("reason decision"),
    ("POST", SESSION + "/tablets/{number}/revoke"): form(),
    ("POST", CARD + "/open"): form(),
    ("POST", CARD + "/finish"): form(),
    ("POST", CARD + "/close"): form(one_in=4),
    ("POST", POLL + "/sounds/{key}"): upload("sound"),
    ("POST", POLL + "/sounds/{key}/generate"): form(),
    ("POST", POLL + "/sounds/{key}/forget"): form(),
    ("POST", CONSULTATION + "/ideas/keepers"): form("worryFirst worryDeputy"),
    ("POST", IDEA): form("decision was critical"),
    ("POST", IDEA + "/cover"): form("was hide hide x y width height"),
    ("POST", IDEA + "/worry"): form("was"),
    ("POST", IDEA + "/worry/school"): form("was"),
    ("POST", IDEA + "/worry/handed"): form("was"),
    ("POST", THEMES): form("name_sv name_fi"),
    ("POST", THEMES + "/ideas"): form("idea idea theme of"),
    ("POST", THEMES + "/sum"): form("euros"),
    ("POST", THEMES + "/poll"): form("kind theme theme theme", one_in=4),
    ("POST", THEMES + "/{theme}"): form("name_sv name_fi picture state because_sv because_fi cost owner"),
    ("POST", THEMES + "/{theme}/remove"): form(),
    ("POST", "/staff/shelf"): upload("package", "area"),
    ("POST", "/staff/shelf/{poll}"): form("area", one_in=4),
    ("POST", POLL + "/experience"): form(
        "remove school_sv school_fi asked_sv asked_fi changed_sv changed_fi surprised_sv surprised_fi"
    ),
    ("POST", "/staff/workshop"): form("title_sv title_fi area", one_in=4),
    ("POST", CONSULTATION + "/workshop"): form(WRITTEN),
    ("POST", CONSULTATION + "/workshop/polls"): form("do"),
    ("POST", POLL + "/workshop/fields"): form(WRITTEN),
    ("POST", POLL + "/workshop/languages"): form("do"),
    ("POST", POLL + "/workshop/questions"): form("kind text_sv text_fi options_sv options_fi"),
    ("POST", POLL + "/publish"): form("seen"),
    ("POST", "/staff/pictures"): upload("picture", "area alt_sv alt_fi"),
    ("POST", "/staff/pictures/{picture}/forget"): form("area"),
    ("POST", "/staff/people"): form("name email role area", one_in=4),
    ("POST", PERSON + "/roles"): form("role area"),
    ("POST", PERSON + "/roles/remove"): form("role area"),
    ("POST", PERSON + "/disable"): form(),
    ("POST", PERSON + "/enable"): form(),
    ("POST", PERSON + "/reset"): form(),
    ("POST", "/staff/areas"): form("parent kind language name_sv name_fi", one_in=2),
    ("POST", "/staff/areas/{area}"): form("language name_sv name_fi"),
    ("POST", "/staff/areas/{area}/remove"): form(one_in=4),
    ("POST", "/staff/areas/{area}/holidays"): form("first last"),
    ("POST", "/staff/areas/{area}/holidays/remove"): form("first"),
}

_QUERY = (
    "lang next q area card step texts emojiHex at of state after last before what who ask children tablets "
    "profile only compare school grades school_language against_school against_grades against_school_language "
    "consultation opens closes done covered token code"
)
QUERY = _QUERY.split()

SLOW = {"/staff/consultations/{consultation}/report.pdf": 60}
"""Addresses that only read and take seconds: asked once in so many times."""

_CREDENTIAL = (
    '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA",'
    '"signature":"AAAA","attestationObject":"o2NmbXRkbm9uZQ"}} {} null [] {"id":1}'
)

VALUES = {
    "agreement": "yes",
    "area": "pedersore satukallio sagoskogen {area}",
    "before": "1 99999999999999999999",
    "card": "0 1 2 3 {card}",
    "children": "0 7 25 2000",
    "closes": "2026-12-01 2027-01-01 2026-02-30 0000-00-00 9999-12-31",
    "code": "000000",
    "consultation": "third-place {consultation}",
    "cost": "0 1500",
    "coverEmojiHex": "1F3E0 own-00000000000000000000",
    "credential": _CREDENTIAL,
    "critical": "yes",
    "decision": "include leave_out shown new hidden hidden_name hidden+hurtful",
    "do": "start close add add+en remove up down duplicate restore ask publish",
    "email": "aino@demo.example x@y.example",
    "emojiHex": "1F3E0 own-00000000000000000000",
    "euros": "0 5000",
    "format": "csv json xlsx ods datapackage",
    "grades": "1 2 3 6 1-2 1,2 0 9",
    "height": "0 0.5 1 0.000001",
    "hide": "0 1 2 99",
    "idea": "{idea}",
    "kind": "single_choice multi_choice smiley rank budget this_or_that idea place yes_maybe_no school municipality",
    "lang": "sv fi en",
    "language": "sv fi",
    "level": "schools grades",
    "next": "/staff/ //evil.example /staff/../\\evil.example https://evil.example /\\evil.example",
    "opens": "2026-12-01 2026-11-22",
    "owner": "Tekniska",
    "page": "questions texts grades questions/q1",
    "parent": "pedersore {area}",
    "poll": "third-place {poll}",
    "profile": "short long mini",
    "reason": "over_cap revoked unfit",
    "remove": "0 1",
    "role": "teacher moderator reviewer administrator",
    "school": "satukallio sagoskogen {area}",
    "school_language": "sv fi",
    "special": "yes",
    "state": "new maturing now vote done impossible shown",
    "theme": "{theme}",
    "trial": "yes",
    "was": "new shown covered doubted hidden worry",
    "width": "0 0.5 1",
    "worryFirst": "{person}",
    "worryDeputy": "{person}",
    "x": "0 0.25 1",
    "y": "0 0.25 1",
}
"""What would do at each field, separated by spaces (a plus is one inside); `{…}` are ids that there are."""
