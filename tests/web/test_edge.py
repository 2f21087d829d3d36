"""What a CDN or a cache in front may keep, by address: docs/operations/edge.md is this table in words."""

import re
from pathlib import Path

import pytest

from server.web.access import ANYONE
from server.web.routes import RULES
from tests.web.demo import DemoApp, open_demo

FOREVER = {"/static/{build}/{name:path}", "/media/{picture}.webp", "/media/{name}", "/media/sounds/{name}"}
ASKED_EACH_TIME = {
    *("/app/", "/app/j/{link}", "/app/corner", "/app/sw.js", "/app/manifest.webmanifest"),
    *("/app/b/{edition}/pictures", "/app/b/{edition}/{lang}", "/app/sounds/{edition}/{lang}/{format}"),
    *("/staff/worry.js", "/results/", "/results/{consultation}", "/results/{consultation}/schools/{school}"),
}
FIVE_MINUTES = {"/results/{consultation}/data/{file}", "/results/{consultation}/ideas/{idea}.webp"}
HEADERS = {
    "public, max-age=31536000, immutable": FOREVER,
    "no-cache": ASKED_EACH_TIME,
    "public, max-age=300": FIVE_MINUTES,
}
WITHOUT_TAG = {"/app/manifest.webmanifest", "/staff/worry.js"}


def of_anyone() -> set[str]:
    return {path for (method, path), rule in RULES.items() if method == "GET" and rule is ANYONE}


async def fetchable(demo: DemoApp) -> dict[str, str]:
    """An address for each path that the demo answers with 200."""
    tablet = await demo.tablet()
    edition = str(next(iter(tablet.answer["booklets"].values()))).split("/")[3]
    client = demo.client("fi")
    page = (await client.get("/app/")).text
    static = re.search(r"/static/[\w./-]+", page)
    assert static
    known = {"edition": edition, "lang": "fi", "format": "opus", "consultation": demo.made.consultation, "link": "x"}
    found = {}
    for path in of_anyone():
        address = re.sub(r"\{(\w+)[^}]*\}", lambda part: known.get(part[1], "unknown"), path)
        address = static[0] if path == "/static/{build}/{name:path}" else address
        if (await client.get(address)).status_code == 200:
            found[path] = address
    return found


def test_the_table_names_addresses_that_there_are() -> None:
    named = [path for paths in HEADERS.values() for path in paths]
    assert len(named) == len({*named})
    assert {*named} <= of_anyone()


async def test_only_what_the_table_names_may_be_kept_and_nothing_of_a_person(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        client = demo.client("fi")
        addresses = await fetchable(demo)
        assert {*addresses} >= ASKED_EACH_TIME - {"/results/{consultation}/schools/{school}"} | {"/healthz"}
        for path, address in addresses.items():
            reply = await client.get(address)
            may = next((header for header, paths in HEADERS.items() if path in paths), "no-store")
            assert reply.headers["cache-control"] == may, path
            assert may == "no-store" or "set-cookie" not in reply.headers, path
            if path in ASKED_EACH_TIME - WITHOUT_TAG:
                again = await client.get(address, headers={"If-None-Match": reply.headers["etag"]})
                assert (again.status_code, again.content) == (304, b""), path


@pytest.mark.parametrize("address", ["/staff/", "/static/0/x.js", "/media/sounds/x", "/results/x", "/api/v1/results/x"])
async def test_no_refusal_is_kept(tmp_path: Path, address: str) -> None:
    async with open_demo(tmp_path) as demo:
        reply = await demo.client().get(address, follow_redirects=False)
        assert reply.status_code >= 300
        assert "no-store" in reply.headers.get("cache-control", "no-store")


async def test_what_a_person_who_is_signed_in_sees_is_kept_nowhere(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        client = await demo.staff("moderator")
        for address in ("/staff/", f"/staff/consultations/{demo.made.consultation}", "/staff/me"):
            reply = await client.get(address)
            assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store"), address
        public = await client.get("/results/")
        assert "Cookie" in public.headers["vary"], "a chosen language is a cookie"
