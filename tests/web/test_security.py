"""What holds for every answer and every writing request: headers, no foreign sites, careful cookies."""

import re
from pathlib import Path

import httpx2
import pytest

from server.domain.errors import ERROR_KINDS, DomainError
from server.web.limits import Limits
from tests.web.demo import DemoApp, open_demo

pytestmark = pytest.mark.asyncio(loop_scope="module")

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|\shx-on", re.IGNORECASE)
# A link that a person may follow, to the authority or a licence, is no contact.
FOREIGN = re.compile(r"<(?!a\b)[^>]*\b(?:src|href|action|hx-get|hx-post|sse-connect)=\"(?:https?:)?//", re.IGNORECASE)


def check_headers(reply: httpx2.Response) -> None:
    policy = dict(part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; "))
    assert policy == CSP
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in reply.headers["permissions-policy"]
    assert "server" not in reply.headers
    assert "strict-transport-security" not in reply.headers
    if reply.headers.get("content-type", "").startswith("text/html"):
        assert not INLINE.search(reply.text), INLINE.findall(reply.text)


@pytest.mark.parametrize("lang", ["sv", "fi"])
async def test_every_page_of_staff_and_children(demo: DemoApp, lang: str) -> None:
    session = await demo.session()
    consultation = f"/staff/consultations/{demo.made.consultation}"
    teacher, reviewer = await demo.staff("teacher", lang), await demo.staff("reviewer", lang)
    pages = ["/", "/app/", f"/app/j/{session.link}", f"/app/b/{session.revision}-short/{lang}", "/app/sw.js"]
    pages += [
        "/app/manifest.webmanifest",
        "/pictures",
        "/privacy",
        "/accessibility",
        "/healthz",
        "/staff/",
        consultation,
    ]
    pages += [f"{consultation}/start", f"{consultation}/sessions", f"/staff/sessions/{session.id}"]
    pages += [f"/staff/sessions/{session.id}/progress", f"/staff/sessions/{session.id}/board"]
    for path in pages:
        reply = await teacher.get(path)
        assert reply.status_code == (303 if path == "/" else 200), path
        check_headers(reply)
        assert not FOREIGN.search(reply.text), path
    check_headers(await reviewer.get(f"{consultation}/results"))
    check_headers(await demo.client(lang).get("/staff/sign-in"))


async def test_what_is_no_page_carries_few_headers_and_may_do_nothing(demo: DemoApp) -> None:
    reviewer = await demo.staff("reviewer", "sv")
    files = (demo.parts.assets.static("css/child.css"), demo.parts.assets.picture("1F3E0").url)
    for url in (*files, f"/api/v1/results/{demo.made.consultation}"):
        reply = await reviewer.get(url)
        assert reply.status_code == 200
        assert reply.headers["content-security-policy"] == "default-src 'none'"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert "permissions-policy" not in reply.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/static/x/nothing.js", 404),
        ("GET", "/media/nothing.svg", 404),
        ("GET", "/app/b/x-y/sv", 404),
        ("GET", "/%00", 404),
        ("GET", "/staff/?next=%00", 404),
        ("GET", "/staff/", 303),
        ("GET", "/api/v1/results/third-place", 401),
        ("POST", "/staff/sessions", 401),
        ("POST", "/app/", 405),
        ("GET", "/api/v1/join", 405),
        ("OPTIONS", "/api/v1/sync", 405),
        ("POST", "/api/v1/sync", 401),
        ("POST", "/api/v1/join", 400),
        ("POST", "/staff/sign-in", 401),
    ],
)
async def test_refusals_carry_the_headers_too(demo: DemoApp, method: str, path: str, status: int) -> None:
    reply = await demo.client().request(method, path)
    assert reply.status_code == status
    check_headers(reply)
    assert "access-control-allow-origin" not in reply.headers


async def test_a_failure_of_ours_is_kind_carries_the_headers_and_tells_the_log_no_value(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_demo(tmp_path) as demo:
        tablet = await demo.tablet()
        await demo.execute("ALTER TABLE consultations RENAME TO lost")
        page = await demo.client().get("/healthz")
        assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
        assert "Traceback" not in page.text
        check_headers(page)
        for reply in (await tablet.sync(sent := tablet.item({"q1": "forest"})), await tablet.sync(sent)):
            assert reply.status_code in (500, 503)
            assert reply.json()["error"]["code"] in ("internal", "busy")
            check_headers(reply)
        await demo.execute("ALTER TABLE lost RENAME TO consultations")
        assert await tablet.told(sent) == [{"s": "stored"}]
    logged = caplog.text
    assert logged
    assert not [secret for secret in (sent["id"], "forest", tablet.answer["token"]) if secret in logged]


async def test_https_adds_strict_transport_and_the_host_cookie(tmp_path: Path) -> None:
    async with open_demo(tmp_path, base_url="https://tyck.example") as demo:
        client = demo.client()
        person = demo.made.staff[0]
        reply = await client.post("/staff/sign-in", data={"email": person.email, "password": person.password})
        assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        cookie = reply.headers["set-cookie"]
        assert cookie.startswith("__Host-tyck=")
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
        assert "domain" not in cookie.lower()
        language = (await client.get("/privacy?lang=fi")).headers["set-cookie"].lower()
        assert {"lang=fi", "httponly", "secure", "samesite=lax"} <= set(language.split("; "))
        session = await demo.session()
        ended = await client.post("/api/v1/join", json={"link": session.link})
        assert ended.headers["set-cookie"].startswith("__Host-tyck=")
        assert {"secure", "path=/"} <= set(ended.headers["set-cookie"].lower().split("; "))


async def test_http_has_a_plain_cookie(demo: DemoApp) -> None:
    person = demo.made.staff[0]
    reply = await demo.client().post("/staff/sign-in", data={"email": person.email, "password": person.password})
    cookie = reply.headers["set-cookie"].lower()
    assert cookie.startswith("tyck=")
    assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
    assert "secure" not in cookie
    assert person.password not in str(reply.headers)


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "nonsense"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, False),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Origin": "http://localhost:9000"}, False),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost:8000.evil.example"}, False),
        ({"Origin": "http://localhost:8000@evil.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://["}, False),
    ],
)
async def test_writing_from_other_sites_is_refused(demo: DemoApp, headers: dict[str, str], allowed: bool) -> None:
    teacher = await demo.staff("teacher")
    form = {"consultation": demo.made.consultation, "area": "sagoskogen", "grades": "3"}
    before = await demo.rows("sessions")
    reply = await teacher.post("/staff/sessions", data=form, headers=headers)
    assert reply.status_code == (303 if allowed else 403)
    after = await demo.rows("sessions")
    assert after["sessions"] == before["sessions"] + allowed
    check_headers(reply)


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/", 303, "/app/"),
        ("/app", 303, "/app/"),
        ("/staff", 303, "/staff/"),
        ("/results", 303, "/results/"),
        ("/staff/people/", 404, None),
        ("//evil.example/app", 404, None),
    ],
)
async def test_no_address_leads_to_the_host_that_a_stranger_named(
    demo: DemoApp, path: str, status: int, location: str | None
) -> None:
    reply = await demo.client().get(f"http://localhost:8000{path}", headers={"Host": "evil.example"})
    assert (reply.status_code, reply.headers.get("location")) == (status, location)


@pytest.mark.parametrize("seen", ["http://[", "javascript:1", "//evil.example/staff/", "x" * 5000, "\udcff"])
async def test_a_part_of_a_page_that_nobody_may_see_leads_to_our_sign_in(demo: DemoApp, seen: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": seen.encode("utf-8", "surrogateescape")}
    reply = await demo.client().get("/staff/", headers=headers)  # type: ignore[arg-type]
    assert reply.status_code == 401
    assert reply.headers["hx-redirect"].startswith("/staff/sign-in?next=")


@pytest.mark.parametrize("path", ["/staff/sign-in", "/staff/sign-out", "/nothing", "/app/"])
async def test_the_guard_stands_before_every_page(demo: DemoApp, path: str) -> None:
    reply = await demo.client().post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403


async def test_reading_from_other_sites_is_harmless_and_allowed(demo: DemoApp) -> None:
    assert (await demo.client().get("/app/", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def test_tablets_are_exempt_because_they_carry_their_own_pass(demo: DemoApp) -> None:
    session = await demo.session()
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    reply = await demo.client().post("/api/v1/join", json={"link": session.link}, headers=headers)
    assert reply.status_code == 200
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("lang", ["sv", "fi"])
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing"])
async def test_an_error_is_said_in_the_readers_language(demo: DemoApp, lang: str, path: str) -> None:
    english = ERROR_KINDS["not_found"]
    reply = await demo.client(lang).get(path)
    assert reply.status_code == 404
    assert english.message not in reply.text
    if path.startswith("/api/"):
        error = reply.json()["error"]
        assert (error["code"], error["details"]) == ("not_found", [])
        assert error["message"]
    else:
        assert f'<html lang="{lang}"' in reply.text
        assert english.way_on not in reply.text
        assert "<a " in reply.text


async def test_ten_wrong_passwords_a_minute_are_enough(demo: DemoApp) -> None:
    demo.forget_limits()
    person = demo.made.staff[0]
    client = demo.client()
    wrong = [await client.post("/staff/sign-in", data={"email": person.email, "password": "x"}) for _ in range(10)]
    assert {reply.status_code for reply in wrong} == {401}
    right = {"email": person.email, "password": person.password}
    assert (await client.post("/staff/sign-in", data=right)).status_code == 429
    demo.forget_limits()
    assert (await client.post("/staff/sign-in", data=right)).status_code == 303


async def test_one_place_that_tries_many_accounts_locks_nobody_else_out() -> None:
    limits, refused = Limits(), 0
    for number in range(130):
        try:
            limits.sign_in(f"2001:db8:1:2::{number:x}", f"{number}@demo.example")
        except DomainError:
            refused += 1
    assert refused == 70
    limits.sign_in("198.51.100.7", "alva@demo.example")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/staff/sessions/s_unknown", 404),
        ("/staff/consultations/unknown", 404),
        ("/staff/consultations/unknown/start", 404),
        ("/api/v1/results/unknown", 404),
        ("/api/v1/results/third-place?school=unknown", 404),
        ("/api/v1/results/third-place?grades=9", 404),
        ("/api/v1/results/third-place?school_language=en", 404),
        ("/api/v1/results/third-place?school=\u00e5&grades=x", 404),
        ("/staff/sessions/{session}/tablets/99999999999999999999999/revoke", 405),
    ],
)
async def test_unknown_things_are_not_found(demo: DemoApp, path: str, status: int) -> None:
    role = "reviewer" if "results" in path else "teacher"
    session = await demo.session()
    reply = await (await demo.staff(role)).get(path.format(session=session.id))
    assert reply.status_code == status


@pytest.mark.parametrize("number", ["7", "9" * 30, "9" * 5000])
async def test_revoking_a_tablet_that_never_joined_harms_nobody(demo: DemoApp, number: str) -> None:
    session = await demo.session()
    reply = await (await demo.staff("teacher")).post(f"/staff/sessions/{session.id}/tablets/{number}/revoke")
    assert reply.status_code == 404
