"""The teacher's way through a session, and that no page of it tells anything about an answer."""

import asyncio
import re
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from server.domain.sessions import Session
from server.store.consultations import find_consultation, mark_consultation
from server.store.sessions import find_session
from server.web.events import MOST_STREAMS, stream
from tests.town import item
from tests.web.staff import HOME, World

START = {"consultation": "third-place", "area": "koivu", "grades": ["1", "2"]}
STATES = ("prepared", "open", "closing", "closed")


async def state_of(world: World, session: Session) -> str:
    async with world.parts.db.reading() as db:
        found = await find_session(db, session.id)
    assert found
    return found.state


async def started(browser: httpx2.AsyncClient, **fields: Any) -> str:
    reply = await browser.post("/staff/sessions", data={**START, **fields})
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


async def brought(world: World, state: str) -> Session:
    """A session in `state`, with one tablet that handed in two children's answers."""
    session = await world.town.session(opens="2099-01-01" if state == "prepared" else None)
    tablet = await world.town.tablet(session)
    if state != "prepared":
        await world.town.deliver(tablet, item(tablet, {"q1": "forest"}), item(tablet, {"q1": "forest"}))
    if state in ("closing", "closed"):
        await world.town.finish(session)
    if state == "closed":
        await world.town.close(session)
    return session


async def test_a_session_starts_in_three_actions(world: World) -> None:
    alva = await world.signed_in("Alva")
    first = await alva.get("/staff/")
    (link,) = re.findall(rf'href="({HOME}/start\?school=\w+)"', first.text)
    form = await alva.get(link)
    assert 'name="area" value="koivu"' in form.text
    page = await alva.get(await started(alva))
    assert "Koivu" in page.text
    assert "Visa tavlan" in page.text


async def test_a_later_day_prepares_it_and_children_are_expected(world: World) -> None:
    alva = await world.signed_in("Alva")
    day = "2027-01-20"
    page = await alva.get(await started(alva, opens=day, children="12", profile="mini"))
    assert "Öppnas av sig själv 20.1." in page.text
    assert "av 12" in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grades", []),
        ("grades", ["7"]),
        ("children", "0"),
        ("children", "många"),
        ("children", "99999999999"),
        ("children", "000012" + "9" * 5000),
        ("children", "²"),
        ("opens", "2001-01-01"),
        ("opens", "i morgon"),
        ("profile", "endless"),
    ],
)
async def test_a_bad_field_shows_the_form_again_with_what_was_chosen(world: World, field: str, value: Any) -> None:
    alva = await world.signed_in("Alva")
    fields = {**START, "children": "14", field: value}
    reply = await alva.post("/staff/sessions", data=fields)
    assert reply.status_code == 422
    assert f'id="{field}-wrong"' in reply.text
    if field != "children":
        assert 'value="14"' in reply.text
    part = await alva.post("/staff/sessions", data=fields, headers={"HX-Request": "true"})
    assert part.status_code == 422
    assert "<html" not in part.text


async def test_a_missing_school_is_refused(world: World) -> None:
    alva = await world.signed_in("Alva")
    assert (await alva.post("/staff/sessions", data={**START, "area": ""})).status_code == 422


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("Alva", {"area": "bjork"}, 403),
        ("Alva", {"area": "stad"}, 403),
        ("Alva", {"area": "nowhere"}, 404),
        ("Alva", {"consultation": "nothing"}, 404),
        ("Mika", {}, 403),
        ("Ritva", {}, 403),
        ("Otto", {}, 403),
    ],
)
async def test_who_may_start_where(world: World, name: str, fields: dict[str, str], status: int) -> None:
    browser = await world.signed_in(name)
    assert (await browser.post("/staff/sessions", data={**START, **fields})).status_code == status


async def test_a_session_goes_from_prepared_to_closed(world: World) -> None:
    alva = await world.signed_in("Alva")
    session = await brought(world, "prepared")
    seen = [await state_of(world, session)]
    for step in ("open", "finish", "close"):
        reply = await alva.post(f"/staff/sessions/{session.id}/{step}")
        assert (reply.status_code, reply.headers["location"]) == (303, f"/staff/sessions/{session.id}")
        seen.append(await state_of(world, session))
    assert seen == list(STATES)


async def test_a_step_answers_htmx_by_its_own_header(world: World) -> None:
    alva, session = await world.signed_in("Alva"), await brought(world, "open")
    reply = await alva.post(f"/staff/sessions/{session.id}/finish", headers={"HX-Request": "true"})
    assert (reply.status_code, reply.headers["hx-location"]) == (200, f"/staff/sessions/{session.id}")


@pytest.mark.parametrize(("state", "step"), [("prepared", "finish"), ("prepared", "close"), ("open", "open")])
@pytest.mark.parametrize("is_part", [False, True])
async def test_a_step_out_of_order_is_refused_kindly(world: World, state: str, step: str, is_part: bool) -> None:
    alva, session = await world.signed_in("Alva"), await brought(world, state)
    headers = {"HX-Request": "true"} if is_part else {}
    reply = await alva.post(f"/staff/sessions/{session.id}/{step}", headers=headers)
    assert reply.status_code == 409
    assert "<h1>" in reply.text
    assert ("<html" in reply.text) is not is_part
    assert await state_of(world, session) == state


@pytest.mark.parametrize("step", ["open", "finish", "close"])
async def test_a_closed_session_stays_closed(world: World, step: str) -> None:
    alva, session = await world.signed_in("Alva"), await brought(world, "closed")
    assert (await alva.post(f"/staff/sessions/{session.id}/{step}")).status_code == 409


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("Mika", "", 200),
        ("Mika", "/board", 403),
        ("Ritva", "", 403),
        ("Ritva", "/progress", 403),
        ("Ritva", "/board", 403),
        ("Otto", "", 403),
        ("Otto", "/events", 403),
    ],
)
async def test_who_may_watch(world: World, name: str, path: str, status: int) -> None:
    browser, session = await world.signed_in(name), await brought(world, "open")
    assert (await browser.get(f"/staff/sessions/{session.id}{path}")).status_code == status


@pytest.mark.parametrize(
    ("name", "step", "status"), [("Mika", "finish", 403), ("Mika", "close", 303), ("Ritva", "close", 403)]
)
async def test_who_may_end(world: World, name: str, step: str, status: int) -> None:
    browser, session = await world.signed_in(name), await brought(world, "open")
    assert (await browser.post(f"/staff/sessions/{session.id}/{step}")).status_code == status


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lang", ["sv", "fi"])
async def test_no_page_of_a_session_tells_anything_about_an_answer(world: World, state: str, lang: str) -> None:
    session = await brought(world, state)
    revision = await world.parts.revisions.find(session.revision)
    assert revision
    told = {
        text for question in revision.poll.questions for option in question.options for text in option.text.values()
    }
    told |= {text for question in revision.poll.questions for text in question.text.values()}
    alva = await world.signed_in("Alva", lang)
    paths = ("", "/progress", "/board")
    source = "".join([(await alva.get(f"/staff/sessions/{session.id}{path}")).text for path in paths])
    source += (await alva.get("/staff/")).text
    assert [text for text in told if len(text) > 6 and text in source] == []
    assert not re.search(r"\bq\d+\b|forest", source)


async def test_the_board_shows_the_code_in_order_and_no_count(world: World) -> None:
    alva, session = await world.signed_in("Alva"), await brought(world, "open")
    page = (await alva.get(f"/staff/sessions/{session.id}/board")).text
    words = re.findall(r'code-word">([^<]+)<', page)
    assert len(words) == 4
    finnish = re.findall(r'code-word">([^<]+)<', (await alva.get(f"/staff/sessions/{session.id}/board?lang=fi")).text)
    assert len(finnish) == 4
    assert finnish != words
    assert "qr-code" in page
    assert "style=" not in page
    assert "barn" not in page


async def test_the_board_of_a_closed_session_says_so(world: World) -> None:
    alva, session = await world.signed_in("Alva"), await brought(world, "closed")
    page = (await alva.get(f"/staff/sessions/{session.id}/board")).text
    assert "slut" in page
    assert "qr-code" not in page


async def test_safe_to_leave_only_when_every_tablet_has_handed_in_everything(world: World) -> None:
    alva, town = await world.signed_in("Alva"), world.town
    session = await town.session()
    first, second = await town.tablet(session), await town.tablet(session)
    await town.deliver(first, item(first, {"q1": "forest"}))
    await town.deliver(second, pending=3)
    await town.finish(session)
    for tablet in (first, first):
        await town.deliver(tablet)
    path = f"/staff/sessions/{session.id}/progress"
    waiting = (await alva.get(path)).text
    assert "Gå inte än" in waiting
    assert "<strong>Orange fyrkant</strong>" in waiting
    assert "<strong>Blå cirkel</strong>" not in waiting
    assert "Minst 3 barns svar väntar här" in waiting
    for _ in range(2):
        await town.deliver(second)
    assert "Klart att gå" in (await alva.get(path)).text


async def test_a_lost_tablet_is_blocked_and_no_longer_waited_for(world: World) -> None:
    alva, town = await world.signed_in("Alva"), world.town
    session = await town.session()
    tablet = await town.tablet(session)
    assert (await alva.post(f"/staff/sessions/{session.id}/tablets/0/revoke")).status_code == 303
    await town.deliver(tablet, item(tablet, {"q1": "forest"}))
    page = (await alva.get(f"/staff/sessions/{session.id}/progress")).text
    assert "Från en spärrad pekplatta: <strong>1</strong>" in page
    await town.finish(session)
    assert "Klart att gå" in (await alva.get(f"/staff/sessions/{session.id}/progress")).text


@pytest.mark.parametrize(
    ("ready", "said", "missing"),
    [
        ("no", ["Inte klar utan nät ännu", "1 pekplatta är inte klar"], ["Behåller svaren", "Kan tappa svar"]),
        ("yes", ["Klar utan nät", "Kan tappa svar som väntar", "1 pekplatta kan tappa svar"], ["Behåller svaren"]),
        ("keeps", ["Klar utan nät", "Behåller svaren"], ["kan tappa svar", "är inte klar"]),
    ],
)
async def test_both_marks_of_a_tablet(world: World, ready: str, said: list[str], missing: list[str]) -> None:
    session = await world.town.session()
    await world.town.deliver(await world.town.tablet(session), ready=ready)
    page = (await (await world.signed_in("Alva")).get(f"/staff/sessions/{session.id}/progress")).text
    assert [words for words in said if words not in page] == []
    assert [words for words in missing if words in page] == []


async def test_minutes_since_a_tablet_was_heard_from(world: World) -> None:
    world.town.now = world.parts.clock() - 5 * 60
    alva, session = await world.signed_in("Alva"), await brought(world, "open")
    assert "för 5 minuter sedan" in (await alva.get(f"/staff/sessions/{session.id}/progress")).text


async def test_the_consultation_lists_its_sessions_by_school(world: World) -> None:
    await world.answered(3, school="bjork", grades=(3,))
    await world.answered(4, school="koivu", grades=(1, 2))
    for name in ("Mika", "Ritva"):
        page = (await (await world.signed_in(name)).get(HOME)).text
        assert page.index("Björk") < page.index("Koivu")
        assert "<dd>7</dd>" in page
    assert (await (await world.signed_in("Otto")).get(HOME)).status_code == 403


async def test_freezing_asks_first_and_acts_once(world: World) -> None:
    session = await brought(world, "open")
    mika, ritva = await world.signed_in("Mika"), await world.signed_in("Ritva")
    assert "Frys för gott" not in (await mika.get(HOME)).text
    assert "Frys för gott" in (await mika.get(f"{HOME}?ask=freeze")).text
    assert "Frys" not in (await ritva.get(f"{HOME}?ask=freeze")).text
    assert (await ritva.post(f"{HOME}/freeze")).status_code == 403
    reply = await mika.post(f"{HOME}/freeze")
    assert (reply.status_code, reply.headers["location"]) == (303, HOME)
    async with world.parts.db.reading() as db:
        consultation = await find_consultation(db, "third-place")
    assert consultation
    assert consultation.frozen
    assert await state_of(world, session) == "closed"
    assert (await mika.post(f"{HOME}/freeze")).status_code == 409
    alva = await world.signed_in("Alva")
    assert (await alva.get(f"{HOME}/start")).status_code == 409
    assert "Starta en svarsstund" not in (await alva.get("/staff/")).text


def asked(world: World, path: str) -> Request:
    headers = [(b"cookie", b"tyck=one-browser")]
    return Request({"type": "http", "method": "GET", "path": path, "headers": headers, "app": world.app})


async def test_a_stream_signals_at_once_and_after_each_change(world: World) -> None:
    reply = stream(asked(world, "/x"), "s_1")
    assert isinstance(reply, StreamingResponse)
    assert reply.media_type == "text/event-stream"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-accel-buffering"] == "no"
    signals = aiter(reply.body_iterator)
    assert await anext(signals) == b"event: changed\ndata:\n\n"
    following = asyncio.ensure_future(anext(signals))
    await asyncio.sleep(0.2)
    assert not following.done()
    world.parts.live.announce("s_1")
    assert await asyncio.wait_for(following, 20) == b"event: changed\ndata:\n\n"
    world.parts.live.stop()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(signals), 20)


async def test_a_stream_that_cannot_be_told_ends(world: World) -> None:
    """Else it would stay, counted and silent, for as long as its browser does."""

    async def stays() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def breaks(message: MutableMapping[str, Any]) -> None:
        raise ConnectionResetError(message["type"])

    request = asked(world, "/x")
    async with asyncio.timeout(20):
        with pytest.raises(ConnectionResetError):
            await stream(request, "s_1")(request.scope, stays, breaks)


async def test_a_browser_holds_four_streams_and_a_fifth_stops(world: World) -> None:
    held = [stream(asked(world, "/x"), "s_1") for _ in range(MOST_STREAMS)]
    signals = [aiter(reply.body_iterator) for reply in held if isinstance(reply, StreamingResponse)]
    for one in signals:
        await anext(one)
    assert stream(asked(world, "/x"), "s_1").status_code == 204
    await signals[0].aclose()  # type: ignore[attr-defined]
    assert stream(asked(world, "/x"), "s_1").status_code == 200
    for one in signals[1:]:
        await one.aclose()  # type: ignore[attr-defined]


async def test_a_live_part_sends_a_signed_out_browser_to_the_form(world: World) -> None:
    session = await brought(world, "open")
    page = f"http://localhost:8000/staff/sessions/{session.id}"
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    reply = await world.browser().get(f"/staff/sessions/{session.id}/progress", headers=headers)
    assert reply.status_code == 401
    assert reply.headers["hx-redirect"] == f"/staff/sign-in?next=/staff/sessions/{session.id}"


async def test_the_desk_groups_sessions_and_shows_the_closed_ones_to_their_teacher(world: World) -> None:
    made = [await brought(world, state) for state in STATES]
    page = (await (await world.signed_in("Alva")).get("/staff/")).text
    where = [page.index(f'"/staff/sessions/{session.id}"') for session in made]
    prepared, opened, closing, closed = where
    assert max(opened, closing) < page.index("Starta en svarsstund") < prepared < closed
    assert "öppnas 1.1." in page
    assert "1 stängd svarsstund" in page
    assert "/start" not in (await (await world.signed_in("Otto")).get("/staff/")).text


async def test_a_special_group_counts_in_the_school(world: World) -> None:
    address = await started(await world.signed_in("Alva"), special="yes")
    async with world.parts.db.reading() as db:
        found = await find_session(db, address.rpartition("/")[2])
    assert found
    assert found.counts_in_school


async def test_what_was_set_aside_is_decided_by_reason_on_the_page(world: World) -> None:
    session = await world.town.session(children=1)
    tablet = await world.town.tablet(session)
    await world.town.deliver(tablet, *(item(tablet, {"q1": "forest"}) for _ in range(26)))
    alva, home = await world.signed_in("Alva"), f"/staff/sessions/{session.id}"
    page = (await alva.get(home)).text
    assert "Räkna alla 3" in page
    assert "forest" not in page
    for wrong in ({"reason": "over_cap"}, {"reason": "unfit", "decision": "include"}, {}):
        assert (await alva.post(f"{home}/held", data=wrong)).status_code == 422
    reply = await alva.post(f"{home}/held", data={"reason": "over_cap", "decision": "include"})
    assert (reply.status_code, reply.headers["location"]) == (303, home)
    page = (await alva.get(f"{home}/progress")).text
    assert "<dd>26 " in page
    assert 'id="held-title"' not in page


async def test_what_is_left_out_stays_as_a_number(world: World) -> None:
    session = await world.town.session(children=1)
    tablet = await world.town.tablet(session)
    await world.town.deliver(tablet, *(item(tablet, {"q1": "forest"}) for _ in range(24)))
    mika, home = await world.signed_in("Mika"), f"/staff/sessions/{session.id}"
    await mika.post(f"{home}/held", data={"reason": "over_cap", "decision": "leave_out"})
    page = (await mika.get(home)).text
    assert "utelämnade för gott: 1" in page
    assert f'action="{home}/held"' not in page


async def test_a_trial_says_so_to_the_teacher_and_on_the_tablet(world: World) -> None:
    alva = await world.signed_in("Alva")
    form = (await alva.get(f"{HOME}/start?school=koivu")).text
    (link,) = re.findall(r'href="([^"]*trial=yes[^"]*)"', form)
    assert 'name="trial"' not in form
    assert 'name="trial" value="yes"' in (await alva.get(link.replace("&amp;", "&"))).text
    home = await started(alva, trial="yes")
    page = (await alva.get(home)).text
    assert "Det här är en provkörning" in page
    assert "(provkörning)" in (await alva.get("/staff/")).text
    async with world.parts.db.reading() as db:
        session = await find_session(db, home.rpartition("/")[2])
    assert session
    joined = (await world.browser().post("/api/v1/join", json={"link": session.link})).json()
    for lang, said in (("sv", "Provkörning: svaren räknas inte"), ("fi", "Kokeilu: vastauksia ei lasketa")):
        edition = joined["booklets"][lang].split("/")[3]
        booklet = (await world.browser().get(joined["booklets"][lang])).text
        assert said in booklet
        assert (
            f'data-booklet="{edition}" data-revision="{session.revision}" data-profile="{session.profile}"' in booklet
        )
        assert said not in (await world.browser().get(joined["booklets"][lang].replace(".trial", ""))).text
        assert (await world.browser().get(f"/app/b/{edition}/pictures")).status_code == 200
    assert (await world.browser().get(f"{joined['booklets']['sv'].replace('.trial', '.other')}")).status_code == 404
    await alva.post(f"{home}/close")
    assert "Inget räknades" in (await alva.get(home)).text


async def test_the_form_says_the_period_and_keeps_what_was_written(world: World) -> None:
    async with world.parts.db.writing() as tx:
        consultation = await find_consultation(tx, "third-place")
        assert consultation
        await mark_consultation(tx, replace(consultation, facts={"begins": "2099-01-10", "ends": "2099-02-01"}))
    alva = await world.signed_in("Alva")
    page = (await alva.get(f"{HOME}/start?school=koivu")).text
    assert "Barnen kan svara från 10.1. till 1.2." in page
    assert 'value="2099-01-10"' in page
    refused = await alva.post("/staff/sessions", data={**START, "children": "17"})
    assert refused.status_code == 422
    assert "Välj en dag inom samrådets tid." in refused.text
    assert 'value="17"' in refused.text


async def test_a_session_is_kept_open_until_a_day(world: World) -> None:
    alva = await world.signed_in("Alva")
    home = await started(alva)
    day = (date.today() + timedelta(days=3)).isoformat()
    assert (await alva.post(f"{home}/closes", data={"closes": day})).status_code == 303
    assert f'value="{day}"' in (await alva.get(home)).text
    for wrong in ("yesterday", "2020-01-01", "9999-12-31"):
        assert (await alva.post(f"{home}/closes", data={"closes": wrong})).status_code == 422
    assert f'value="{day}"' in (await alva.get(home)).text
    await alva.post(f"{home}/closes", data={"closes": ""})
    assert "Håll öppen till" in (await alva.get(home)).text


async def test_the_page_of_the_freeze_names_the_tablets_that_may_hold_answers(world: World) -> None:
    session = await world.town.session()
    grant = await world.town.tablet(session)
    await world.town.deliver(grant, pending=3)
    mika = await world.signed_in("Mika")
    page = (await mika.get(HOME)).text
    assert "Pekplattor kan ha svar kvar." in page
    assert f'<a href="/staff/sessions/{session.id}">Koivu 1–2</a>: 1 pekplatta' in page
    assert "minst 3 svar" in page
    assert "räknas då inte i något resultat" in (await mika.get(f"{HOME}?ask=freeze")).text
    await world.town.finish(session)
    for _ in range(2):
        await world.town.deliver(grant)
    assert "Pekplattor kan ha svar kvar." not in (await mika.get(HOME)).text


async def test_a_misused_session_is_discarded_and_says_so(world: World) -> None:
    session = await brought(world, "open")
    alva, home = await world.signed_in("Alva"), f"/staff/sessions/{session.id}"
    page = (await alva.get(home)).text
    assert f'action="{home}/discard"' in page
    assert "2 barns svar raderas." in page
    assert (await alva.post(f"{home}/discard")).headers["location"] == home
    page = (await alva.get(home)).text
    assert "Svarsstunden är kasserad" in page
    assert f'action="{home}/' not in page
    assert session.id not in (await (await world.signed_in("Mika")).get(HOME)).text
    assert (await alva.post(f"{home}/discard")).status_code == 409


@pytest.mark.parametrize("state", ["closed", "trial"])
async def test_what_is_closed_or_a_trial_is_not_discarded(world: World, state: str) -> None:
    session = await world.town.session(trial=True) if state == "trial" else await brought(world, "closed")
    assert "/discard" not in (await (await world.signed_in("Alva")).get(f"/staff/sessions/{session.id}")).text
