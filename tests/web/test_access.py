"""Every route with every role in the own, a foreign and a parent area: who gets through, against a hand-written table.

What is asked for belongs to a school, its consultation to the municipality above. N nobody; T Alva who teaches, M Mika
who moderates, R Ritva who reviews, A an administrator, all for the whole municipality; t, m, r, a the same for that
school only; S every role in another school of the municipality; O Otto, who has every role in another municipality;
H Hilma, who administers the whole municipality and has shown one factor of two.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.domain.grants import sign_card
from server.domain.people import Role
from server.domain.sessions import Session
from server.store.second_factors import SecondFactor, insert_second_factor
from server.store.sessions import find_session
from server.store.sign_ins import erase_sign_ins, insert_sign_in
from server.store.staff import Account, find_account, insert_account
from server.usecases.hashing import hash_token
from server.web.routes import RULES
from tests.web.demo import OTTO, DemoApp, open_demo

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYBODY, STAFF = "NTMRAtmraSOH", "TMRA"


def school(letters: str) -> str:
    """Also who has the role in the school only."""
    return letters + letters.lower()


def anywhere(letters: str) -> str:
    """Who has the role wherever it may be."""
    return school(letters) + "SO"


HALF = anywhere("TMRA") + "H"
"""Whoever is signed in already is led on."""


CONSULTATION = "/staff/consultations/{consultation}"
SESSION = "/staff/sessions/{session}"
POLL = "/staff/polls/{poll}"
IDEAS = CONSULTATION + "/ideas"
THEMES = CONSULTATION + "/themes"
PERSON = "/staff/people/{person}"
MAY = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/app"): EVERYBODY,
    ("GET", "/staff"): EVERYBODY,
    ("GET", "/results"): EVERYBODY,
    ("GET", "/app/"): EVERYBODY,
    ("GET", "/app/j/{link}"): EVERYBODY,
    ("GET", "/app/corner"): EVERYBODY,
    ("GET", "/app/b/{edition}/pictures"): EVERYBODY,
    ("GET", "/app/b/{edition}/{lang}"): EVERYBODY,
    ("GET", "/app/sw.js"): EVERYBODY,
    ("GET", "/app/manifest.webmanifest"): EVERYBODY,
    ("GET", "/static/{build}/{name:path}"): EVERYBODY,
    ("GET", "/app/sounds/{edition}/{lang}/{format}"): EVERYBODY,
    ("GET", "/app/sounds/{edition}/{lang}/{format}/all"): EVERYBODY,
    ("GET", "/preview/{consultation}"): EVERYBODY,
    ("GET", "/preview/{consultation}/{profile}/{lang}"): EVERYBODY,
    ("GET", "/media/{name}"): EVERYBODY,
    ("GET", "/media/{picture}.webp"): EVERYBODY,
    ("GET", "/media/sounds/{name}"): EVERYBODY,
    ("POST", "/api/v1/join"): EVERYBODY,
    ("POST", "/api/v1/sync"): "",
    ("PUT", "/api/v1/ideas/{idea}"): "",
    ("GET", "/staff/sign-in"): EVERYBODY,
    ("POST", "/staff/sign-in"): EVERYBODY,
    ("POST", "/staff/sign-in/passkey/ask"): EVERYBODY,
    ("POST", "/staff/sign-in/passkey"): EVERYBODY,
    ("GET", "/staff/sign-in/provider"): EVERYBODY,
    ("GET", "/staff/sign-in/provider/back"): EVERYBODY,
    ("GET", "/staff/sign-in/second"): HALF,
    ("POST", "/staff/sign-in/second"): HALF,
    ("POST", "/staff/sign-in/second/app"): HALF,
    ("POST", "/staff/sign-in/second/passkey/ask"): HALF,
    ("POST", "/staff/sign-in/second/passkey"): HALF,
    ("POST", "/staff/sign-out"): EVERYBODY,
    ("GET", "/staff/"): anywhere("TMRA"),
    ("GET", CONSULTATION): STAFF,
    ("GET", CONSULTATION + "/sessions"): STAFF,
    ("GET", CONSULTATION + "/events"): STAFF,
    ("GET", CONSULTATION + "/results"): "MRA",
    ("GET", CONSULTATION + "/feedback"): "MA",
    ("POST", CONSULTATION + "/feedback"): "MA",
    ("GET", CONSULTATION + "/feedback/picture"): "MA",
    ("POST", CONSULTATION + "/feedback/guesses"): "MA",
    ("GET", CONSULTATION + "/feedback/sounds"): "MA",
    ("POST", CONSULTATION + "/feedback/sounds/{key}"): "MA",
    ("POST", CONSULTATION + "/feedback/sounds/{key}/generate"): "MA",
    ("POST", CONSULTATION + "/feedback/sounds/{key}/forget"): "MA",
    ("POST", CONSULTATION + "/feedback/publish"): "MA",
    ("POST", CONSULTATION + "/publish-results"): "MA",
    ("POST", CONSULTATION + "/archive"): "MA",
    ("POST", CONSULTATION + "/release"): "A",
    ("GET", CONSULTATION + "/results/files/{format}"): "MRA",
    ("GET", CONSULTATION + "/report"): "MRA",
    ("GET", CONSULTATION + "/report.pdf"): "MRA",
    ("GET", CONSULTATION + "/sheets"): "MA",
    ("POST", CONSULTATION + "/sheets"): "MA",
    ("GET", CONSULTATION + "/start"): "TtS",
    ("POST", "/staff/sessions"): school("T"),
    ("GET", SESSION): school("TMA"),
    ("GET", SESSION + "/progress"): school("TMA"),
    ("GET", SESSION + "/events"): school("TMA"),
    ("GET", SESSION + "/guide"): school("TMA"),
    ("GET", SESSION + "/board"): school("T"),
    ("GET", SESSION + "/wall"): school("TMA"),
    ("GET", SESSION + "/feedback"): school("TMA"),
    ("GET", SESSION + "/card"): school("T"),
    ("POST", SESSION + "/card"): school("T"),
    ("GET", "/staff/c/{card}"): EVERYBODY,
    ("GET", "/staff/c/{card}/progress"): EVERYBODY,
    ("POST", "/staff/c/{card}/open"): EVERYBODY,
    ("POST", "/staff/c/{card}/finish"): EVERYBODY,
    ("POST", "/staff/c/{card}/close"): EVERYBODY,
    ("POST", SESSION + "/open"): school("T"),
    ("POST", SESSION + "/closes"): school("T"),
    ("POST", SESSION + "/finish"): school("T"),
    ("POST", SESSION + "/close"): school("TMA"),
    ("POST", SESSION + "/discard"): school("TMA"),
    ("POST", SESSION + "/held"): school("TMA"),
    ("POST", SESSION + "/release"): school("A"),
    ("POST", SESSION + "/tablets/{number}/revoke"): school("T"),
    ("GET", "/api/v1/results/{consultation}"): "MRA",
    ("GET", POLL + "/paper"): school(STAFF) + "S",
    ("GET", POLL + "/picture-boards"): school(STAFF) + "S",
    ("GET", POLL + "/waiting-sheet"): school(STAFF) + "S",
    ("GET", POLL + "/sounds"): "MA",
    ("POST", POLL + "/sounds/{key}"): "MA",
    ("POST", POLL + "/sounds/{key}/generate"): "MA",
    ("POST", POLL + "/sounds/{key}/forget"): "MA",
    ("GET", "/staff/pictures"): anywhere("MA"),
    ("POST", "/staff/pictures"): anywhere("MA"),
    ("POST", "/staff/pictures/{picture}/forget"): anywhere("MA"),
    ("GET", IDEAS): "MA",
    ("GET", IDEAS + "/all"): "MA",
    ("GET", IDEAS + "/keepers"): "MA",
    ("POST", IDEAS + "/keepers"): "MA",
    ("GET", IDEAS + "/{idea}"): "MA",
    ("POST", IDEAS + "/{idea}"): "MA",
    ("GET", IDEAS + "/{idea}/picture"): "MA",
    ("GET", IDEAS + "/{idea}/cover"): "MA",
    ("POST", IDEAS + "/{idea}/cover"): "MA",
    ("GET", IDEAS + "/{idea}/worry"): "MA",
    ("POST", IDEAS + "/{idea}/worry"): "MA",
    ("POST", IDEAS + "/{idea}/worry/school"): "MA",
    ("POST", IDEAS + "/{idea}/worry/handed"): "MA",
    ("GET", THEMES): "MA",
    ("POST", THEMES): "MA",
    ("POST", THEMES + "/ideas"): "MA",
    ("POST", THEMES + "/sum"): "MA",
    ("POST", THEMES + "/poll"): "MA",
    ("GET", THEMES + "/{theme}"): "MA",
    ("POST", THEMES + "/{theme}"): "MA",
    ("POST", THEMES + "/{theme}/remove"): "MA",
    ("GET", "/staff/handover"): anywhere("TMA"),
    ("POST", "/staff/handover"): anywhere("TMA"),
    ("GET", "/staff/shelf"): anywhere("MA"),
    ("POST", "/staff/shelf"): anywhere("MA"),
    ("POST", "/staff/shelf/{poll}"): anywhere("MA"),
    ("GET", CONSULTATION + "/package"): "MA",
    ("GET", POLL + "/experience"): "MA",
    ("POST", POLL + "/experience"): "MA",
    ("GET", "/staff/workshop/new"): anywhere("MA"),
    ("POST", "/staff/workshop"): anywhere("MA"),
    ("GET", CONSULTATION + "/workshop"): "MA",
    ("POST", CONSULTATION + "/workshop"): "MA",
    ("POST", CONSULTATION + "/workshop/polls"): "MA",
    ("GET", POLL + "/workshop"): "MA",
    ("POST", POLL + "/workshop/fields"): "MA",
    ("POST", POLL + "/workshop/questions"): "MA",
    ("GET", POLL + "/workshop/questions/{question}"): "MA",
    ("GET", POLL + "/workshop/texts"): "MA",
    ("GET", POLL + "/workshop/grades"): "MA",
    ("POST", POLL + "/workshop/languages"): "A",
    ("GET", POLL + "/workshop/picture"): "MA",
    ("GET", POLL + "/workshop/try"): "MA",
    ("GET", POLL + "/workshop/tries"): "MA",
    ("GET", POLL + "/workshop/tries/child"): "MA",
    ("POST", POLL + "/workshop/tries/child"): "MA",
    ("GET", POLL + "/preview/{profile}/{lang}"): "MA",
    ("POST", POLL + "/publish"): "MA",
    ("GET", "/staff/people"): anywhere("A"),
    ("POST", "/staff/people"): anywhere("A"),
    ("GET", "/staff/people/new"): anywhere("A"),
    ("GET", PERSON): school("A"),
    ("POST", PERSON + "/roles"): school("A"),
    ("POST", PERSON + "/roles/remove"): school("A"),
    ("POST", PERSON + "/disable"): school("A"),
    ("POST", PERSON + "/enable"): school("A"),
    ("POST", PERSON + "/reset"): school("A"),
    ("POST", PERSON + "/second/reset"): school("A"),
    ("GET", "/staff/invitations/{token}"): EVERYBODY,
    ("POST", "/staff/invitations/{token}"): EVERYBODY,
    ("GET", "/staff/me"): anywhere(STAFF),
    ("POST", "/staff/me/password"): anywhere(STAFF),
    ("POST", "/staff/me/sign-out"): anywhere(STAFF),
    ("POST", "/staff/me/passkeys/ask"): anywhere(STAFF),
    ("POST", "/staff/me/passkeys"): anywhere(STAFF),
    ("POST", "/staff/me/passkeys/{passkey}/remove"): anywhere(STAFF),
    ("POST", "/staff/me/app/begin"): anywhere(STAFF),
    ("GET", "/staff/me/app"): anywhere(STAFF),
    ("POST", "/staff/me/app"): anywhere(STAFF),
    ("POST", "/staff/me/app/remove"): anywhere(STAFF),
    ("POST", "/staff/me/codes"): anywhere(STAFF),
    ("GET", "/staff/me/provider"): anywhere(STAFF),
    ("POST", "/staff/me/provider/remove"): anywhere(STAFF),
    ("GET", "/staff/areas"): anywhere("A"),
    ("POST", "/staff/areas"): anywhere("A"),
    ("GET", "/staff/areas/{area}"): school("A"),
    ("POST", "/staff/areas/{area}"): school("A"),
    ("POST", "/staff/areas/{area}/remove"): school("A"),
    ("GET", "/staff/areas/{area}/holidays"): school("A"),
    ("POST", "/staff/areas/{area}/holidays"): school("A"),
    ("POST", "/staff/areas/{area}/holidays/remove"): school("A"),
    ("GET", "/staff/unreleased"): anywhere("A"),
    ("GET", "/staff/log"): anywhere("A"),
    ("GET", "/staff/log.csv"): anywhere("A"),
    ("GET", "/staff/worry"): EVERYBODY,
    ("GET", "/staff/worry.js"): EVERYBODY,
    ("GET", "/results/{consultation}/ideas/{idea}.webp"): EVERYBODY,
    ("GET", "/api/v1/schools/{school}/answer"): EVERYBODY,
    ("GET", "/results/"): EVERYBODY,
    ("GET", "/results/{consultation}"): EVERYBODY,
    ("GET", "/results/{consultation}/schools/{school}"): EVERYBODY,
    ("GET", "/results/{consultation}/numbers"): EVERYBODY,
    ("GET", "/results/{consultation}/data"): EVERYBODY,
    ("GET", "/results/{consultation}/data/{file}"): EVERYBODY,
    ("GET", "/pictures"): EVERYBODY,
    ("GET", "/privacy"): EVERYBODY,
    ("GET", "/accessibility"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/metrics"): "",
    ("POST", CONSULTATION + "/freeze"): "MA",
}
KEPT = ("sessions", "sign_ins", "areas", "staff", "roles", "invitations", "actions")
WHOLE = {"T": "alva", "M": "mika", "R": "ritva", "A": "aino"}
"""The demo's people, by the letter of their role."""
SCHOOL = {"t": (Role.TEACHER,), "m": (Role.MODERATOR,), "r": (Role.REVIEWER,), "a": (Role.ADMINISTRATOR,)}
ASKED_WHO = ("/api/v1/join", "/staff/sign-in", "/staff/sign-in/passkey")
PASSED = {200, 204, 303, 304, 404, 409, 410, 422}
"""What a handler itself says: also that a session is not in a state for that."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def people(demo: DemoApp) -> dict[str, str]:
    """The account of each letter."""
    async with demo.parts.db.writing() as tx:
        for letter, roles in SCHOOL.items():
            await insert_account(tx, account(letter), [(role, "sagoskogen") for role in roles])
        await insert_account(tx, account("S"), [(role, "satukallio") for role in Role])
        await insert_account(tx, account("H"), [(Role.ADMINISTRATOR, "pedersore")])
        await insert_second_factor(tx, SecondFactor("H", "sealed", confirmed=True))
        await insert_account(tx, account("other"), [(Role.TEACHER, "sagoskogen")])
        emails = {**{letter: f"{name}@demo.example" for letter, name in WHOLE.items()}, "O": OTTO[0]}
        known = {letter: await find_account(tx, email) for letter, email in emails.items()}
    own = {each: each for each in [*SCHOOL, "S", "H"]}
    return {**{letter: found.id for letter, found in known.items() if found}, **own}


def account(name: str) -> Account:
    return Account(name, f"{name}@school.example", name, "", demo=True, disabled=False)


@pytest_asyncio.fixture(loop_scope="module")
async def tokens(demo: DemoApp, people: dict[str, str]) -> dict[str, str | None]:
    """A new sign-in of each; None for nobody."""
    async with demo.parts.db.writing() as tx:
        for letter, person in people.items():
            await erase_sign_ins(tx, person)
            await insert_sign_in(tx, hash_token(f"token of {letter}"), person, demo.parts.clock())
    return {"N": None, **{letter: f"token of {letter}" for letter in people}}


async def test_no_route_is_forgotten() -> None:
    assert set(MAY) == set(RULES)


async def ask(demo: DemoApp, method: str, path: str, token: str | None, body: bytes = b"") -> tuple[int, str]:
    """Status and address to go on to; does not wait for the end of an event stream."""
    answered: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
    headers = [(b"host", b"localhost:8000"), (b"content-type", b"application/x-www-form-urlencoded")]
    headers += [(b"cookie", f"tyck={token}".encode())] if token else []
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("203.0.113.7", 1),
        "server": ("localhost", 8000),
    }

    sent = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        if (message := next(sent, None)) is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            location = dict(message["headers"]).get(b"location", b"").decode()
            answered.set_result((message["status"], location))

    running = asyncio.create_task(demo.app(scope, receive, send))
    try:
        return await asyncio.wait_for(answered, 30)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def begin(demo: DemoApp) -> Session:
    """A session to ask about, in a consultation that takes answers."""
    await demo.execute("UPDATE consultations SET frozen = false")
    return await demo.session("sagoskogen", (5, 6))


def address(demo: DemoApp, path: str, session: Session) -> str:
    """The route's path about a session."""
    named = {
        "{session}": session.id,
        "{consultation}": demo.made.consultation,
        "{link}": session.link,
        "{card}": sign_card(session.id, session.card, demo.parts.key),
        "{poll}": "third-place",
        "{edition}": f"{session.revision}-long",
        "{lang}": "sv",
        "{build}": demo.parts.assets.build,
        "{name:path}": "css/child.css",
        "{name}": demo.parts.assets.picture("1F3E0").url.rpartition("/")[2],
        "{number}": "0",
        "{area}": session.area,
        "{school}": session.area,
        "{person}": "other",
        "{question}": "q1",
        "{profile}": "short",
        "{format}": "csv",
        "{file}": "results.json",
    }
    for placeholder, value in named.items():
        path = path.replace(placeholder, value)
    return path


@pytest.mark.parametrize("route", MAY, ids=lambda route: " ".join(route))
async def test_who_may(demo: DemoApp, tokens: dict[str, str | None], route: tuple[str, str]) -> None:
    method, pattern = route
    passed, session, rows = "", None, None
    for letter, token in tokens.items():
        demo.forget_limits()
        session = session or await begin(demo)
        path = address(demo, pattern, session)
        body = b"consultation=third-place&area=sagoskogen&grades=1" if pattern == "/staff/sessions" else b""
        rows = rows or await demo.rows(*KEPT)
        status, location = await ask(demo, method, path, token, body)
        refused = status in (401, 403) or location.startswith(("/staff/sign-in?", "/staff/sign-in/second?"))
        if pattern in ASKED_WHO and method == "POST":
            # Nobody is refused for who they are: only for what they sent, which is nothing.
            assert status in (400, 401)
            refused = False
        else:
            assert refused or status in PASSED, (letter, status)
        if refused:
            is_nobody = letter in "NH"
            expected = 303 if is_nobody and method == "GET" and not path.startswith("/api/") else 403
            expected = 401 if is_nobody and expected != 303 else expected
            assert status == (401 if MAY[route] == "" else expected), letter
            assert await demo.rows(*KEPT) == rows
            assert await state(demo, session.id) == "open"
        else:
            passed, rows = passed + letter, None
            if await state(demo, session.id) != "open":
                session = None
    assert sorted(passed) == sorted(MAY[route])


async def state(demo: DemoApp, session: str) -> str:
    """Empty when there is no such session any more."""
    async with demo.parts.db.reading() as tx:
        found = await find_session(tx, session)
    return found.state.value if found else ""


async def test_the_outsider_sees_nothing_of_this_municipality(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        otto = await demo.staff("otto")
        shown = (await otto.get("/staff/")).text
        assert "Otto" in shown
        for secret in (
            "Pedersöre",
            "Satukallio",
            demo.made.consultation,
            *(one["session"] for one in demo.made.sessions),
        ):
            assert secret not in shown


async def test_no_role_reaches_across_by_naming_another_school(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        otto, before = await demo.staff("otto"), await demo.rows()
        for area in ("sagoskogen", "pedersore"):
            form = {"consultation": demo.made.consultation, "area": area, "grades": "1"}
            assert (await otto.post("/staff/sessions", data=form)).status_code == 403
        form = {"consultation": demo.made.consultation, "area": "annanstans", "grades": "1"}
        assert (await otto.post("/staff/sessions", data=form)).status_code in (403, 404, 422)
        assert await demo.rows() == before


@pytest.mark.parametrize("token", ["", "x", "å", "x" * 5000, "%00", '"', "a;b"])
async def test_a_made_up_cookie_is_nobody(demo: DemoApp, token: str) -> None:
    headers = [(b"Cookie", f"tyck={token}".encode("latin-1"))]
    assert (await demo.client().get("/staff/", headers=headers)).status_code == 303


async def test_signing_out_ends_it_on_the_server(demo: DemoApp) -> None:
    token = await demo.cookie_of("teacher")
    assert (await ask(demo, "GET", "/staff/", token))[0] == 200
    assert (await ask(demo, "POST", "/staff/sign-out", token))[0] == 303
    assert (await ask(demo, "GET", "/staff/", token))[0] == 303
