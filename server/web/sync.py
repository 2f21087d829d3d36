"""Join and sync, the JSON that tablets speak (docs/sync.md): parse, call, answer. Logs nothing of a request."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.deliveries import Delivery, Item, Outcome, Receipt, judge
from server.domain.errors import DomainError
from server.domain.grants import Grant, corner_mark, read_token
from server.domain.sessions import CODE_LENGTH, Session, State, asks_teacher_after
from server.store.sessions import find_session_by_link, list_sessions_by_pictures
from server.usecases.keep import DAY_S
from server.usecases.run_session import Joined, join
from server.usecases.sign_ins import sign_out
from server.web.body import MAX_SENT, read_body
from server.web.child import as_session, booklet_assets, booklet_urls
from server.web.cookies import cookie_name
from server.web.parts import Parts, parts

PROTO = 1
MAX_ITEMS = 50
_MAX_BODY = 8 * 1024
_MAX_JOIN = 4 * 1024
_NEXT = {"min_s": 5, "idle_s": 30, "max_items": MAX_ITEMS}
NO_STORE = {"Cache-Control": "no-store"}
_COUNT = Field(ge=0, le=1_000_000)
# A tablet shows the same pass with every request.
_read_token = lru_cache(4096)(read_token)

Body = TypeVar("Body", bound=BaseModel)


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


# No database takes a NUL.
_Name = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]


class JoinBody(_Wire):
    """Four pictures, with the school when the tablet knows it; or a link."""

    pictures: list[_Name] | None = Field(None, min_length=CODE_LENGTH, max_length=CODE_LENGTH)
    school: _Name | None = None
    link: _Name | None = None


class _Ledger(_Wire):
    confirmed: int = _COUNT
    pending: int = _COUNT
    attention: int = _COUNT


class _Tablet(_Wire):
    ready: Literal["yes", "no"]
    keeps: Literal["yes", "no"] = "no"
    turn: Literal["idle", "answering"]

    @property
    def readiness(self) -> str:
        return "keeps" if (self.ready, self.keeps) == ("yes", "yes") else self.ready


class SyncBody(_Wire):
    """`have` are the commits its receipts name; items are judged one by one."""

    proto: int
    rid: str = Field(max_length=64)
    session: str = Field(max_length=64)
    items: list[Any]
    have: list[str] = Field([], max_length=200)
    ledger: _Ledger
    tablet: _Tablet


async def post_join(request: Request) -> Response:
    """Lets a tablet join, and ends any staff sign-in of that browser."""
    here = parts(request)
    address = request.client.host if request.client else ""
    body = _parse(JoinBody, await read_body(request, _MAX_JOIN, _MAX_JOIN))
    if body.pictures:
        here.limits.check_code(address)
    try:
        session = await _find_session(here, body)
    except DomainError as error:
        # Nobody guesses a link: it holds 128 random bits.
        if error.kind.code in ("unknown_code", "ambiguous"):
            here.limits.wrong_code(address)
        raise
    here.limits.joined(address)
    joined = await join(here.db, here.live, here.clock, here.key, session.id)
    response = JSONResponse(await _join_answer(here, joined), headers=NO_STORE)
    if token := request.cookies.get(cookie_name(request)):
        await sign_out(here.db, token)
        response.delete_cookie(cookie_name(request), secure=here.settings.is_https, httponly=True)
    return response


async def _find_session(here: Parts, body: JoinBody) -> Session:
    """The one session that is meant. Raises `bad_request`, `unknown_code`, `ambiguous` or `not_found`."""
    async with here.db.reading() as db:
        if body.link is not None and body.pictures is None:
            session = await find_session_by_link(db, body.link)
            if session is None:
                raise DomainError("not_found")
            return session
        if body.pictures is None or body.link is not None:
            raise DomainError("bad_request")
        found = await list_sessions_by_pictures(db, tuple(body.pictures), body.school)
    if not found:
        raise DomainError("unknown_code")
    if len(found) > 1:
        raise DomainError("ambiguous")
    return found[0]


async def _join_answer(here: Parts, joined: Joined) -> dict[str, Any]:
    session = joined.session
    profile = as_session(session)
    revision = await here.revisions.find(session.revision)
    if revision is None:
        raise DomainError("not_found")
    return {
        "token": joined.token,
        "session": session.id,
        "school": session.area,
        "pictures": session.pictures,
        "revision": session.revision,
        "grades": session.grades,
        "mark": {"colour": joined.colour, "shape": joined.shape},
        "lang": joined.language,
        "booklets": booklet_urls(revision.poll, session.revision, profile),
        "assets": await booklet_assets(here, session.revision, profile),
        "state": session.state,
        "children": asks_teacher_after(session.id, session.children),
        "corner": {
            "mark": corner_mark(session.id, here.key),
            "key": await asyncio.to_thread(lambda: here.handover.public),
        },
        "limits": {"items": MAX_ITEMS, "bytes": MAX_SENT, "body_bytes": _MAX_BODY},
    }


async def post_sync(request: Request) -> Response:
    """Takes what a tablet delivers; the answer names every item."""
    here = parts(request)
    grant = read_grant(request, here.key)
    here.limits.sync(grant.grant)
    body = _parse(SyncBody, await read_body(request))
    if body.proto != PROTO:
        raise DomainError("old_app")
    if body.session != grant.session:
        raise DomainError("wrong_session")
    if len(body.items) > MAX_ITEMS:
        raise DomainError("too_large")
    revision = await here.revisions.find(grant.revision)
    items, rejected = judge(
        revision.poll if revision else None,
        grant.profile,
        grant.revision,
        body.items,
        lambda item, seal: here.seals.open(*grant.about(item), seal),
    )
    report = (body.tablet.readiness, body.tablet.turn, body.ledger.pending)
    try:
        outcome = await here.collector.deliver(Delivery(grant, items, rejected, *report, have=tuple(body.have)))
    except DomainError as error:
        if error.kind.code != "gone":
            raise
        told = {**rejected, **{item.id: Receipt("gone") for item in items}}
        outcome = Outcome(told, None, State.GONE, here.clock() // DAY_S)
    # After the freeze a tablet keeps nothing: what it delivered stands, or came too late.
    seals = {} if outcome.state in (State.FROZEN, State.GONE) else _seal(here, grant, items)
    return Response(_sync_answer(body.rid, outcome, seals), media_type="application/json", headers=NO_STORE)


def _seal(here: Parts, grant: Grant, items: Sequence[Item]) -> dict[str, str]:
    return {item.id: here.seals.seal(*grant.about(item.id), item.body.encode()) for item in items}


def _sync_answer(rid: str, outcome: Outcome, seals: Mapping[str, str]) -> bytes:
    answer: dict[str, Any] = {
        "proto": PROTO,
        "rid": rid,
        "day": outcome.day,
        "items": {item_id: said(receipt, seals.get(item_id)) for item_id, receipt in outcome.receipts.items()},
        "lost": outcome.lost,
        "session": {"state": outcome.state.value, **({"full": True} if outcome.full else {})},
        "next": _NEXT,
    }
    if outcome.commit:
        answer["commit"] = outcome.commit
    return to_json(answer)


def said(receipt: Receipt, seal: str | None = None) -> dict[str, str]:
    """The server's word on one item, as it is written on the wire; with its `seal` when the tablet is to keep one."""
    word = {"s": receipt.status, "why": receipt.why, "seal": seal}
    return {name: value for name, value in word.items() if value}


def read_grant(request: Request, key: bytes) -> Grant:
    """The tablet's pass. Raises `bad_token`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise DomainError("bad_token")
    return _read_token(token, key)


def _parse(kind: type[Body], raw: bytes) -> Body:
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        details = [
            (".".join(map(str, problem["loc"])), problem["type"]) for problem in error.errors(include_input=False)
        ]
        raise DomainError("bad_request", details[:10]) from None
