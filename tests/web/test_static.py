"""Static files and the child's documents: named by content, compressed, and nothing else is served."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import brotli
import httpx2
import pytest

from server.web.child import kept_document
from tests.web.demo import DemoApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREVER = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


async def plain(demo: DemoApp, url: str) -> httpx2.Response:
    return await demo.client().get(url, headers={"Accept-Encoding": "identity"})


async def test_every_asset_is_served_as_it_is_for_ever(demo: DemoApp) -> None:
    assets = demo.parts.assets.by_url
    assert any(url.endswith("pwa/app.js") for url in assets)
    for url, asset in assets.items():
        reply = await plain(demo, url)
        assert (reply.status_code, reply.content) == (200, asset.body)
        assert reply.headers["cache-control"] == FOREVER
        assert reply.headers["x-content-type-options"] == "nosniff"
        if expected := MEDIA_TYPES.get(Path(url).suffix):
            assert reply.headers["content-type"] == expected


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [("gzip, deflate, br, zstd", "br", brotli.decompress), ("gzip, deflate", "gzip", gzip.decompress)],
)
async def test_text_is_packed_as_whoever_asks_can_read_it(
    demo: DemoApp, accepted: str, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    for url in ("css/app.css", "pwa/app.js", "js/live.js"):
        asset = demo.parts.assets.by_url[demo.parts.assets.static(url)]
        async with demo.client().stream("GET", asset.url, headers={"Accept-Encoding": accepted}) as reply:
            sent = b"".join([chunk async for chunk in reply.aiter_raw()])
        assert reply.headers["content-encoding"] == encoding
        assert "Accept-Encoding" in reply.headers["vary"]
        assert unpack(sent) == asset.body
        assert len(sent) < len(asset.body)


async def test_the_build_names_the_content(demo: DemoApp) -> None:
    build = demo.parts.assets.build
    assert (await plain(demo, demo.parts.assets.static("pwa/app.js"))).status_code == 200
    assert (await plain(demo, f"/static/{'0' * len(build)}/pwa/app.js")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/{build}/",
        "/static/{build}/nothing.js",
        "/static/{build}/../../pyproject.toml",
        "/static/{build}/%2e%2e/%2e%2e/pyproject.toml",
        "/static/{build}/..%2f..%2fserver/app.py",
        "/static/{build}//etc/passwd",
        "/static/{build}/pwa/app.js%00",
        "/static/pwa/app.js",
        "/media/",
        "/media/../server/app.py",
        "/media/1F3E0.svg",
        "/app/b/none-short/sv",
        "/app/b/{revision}-short/en",
        "/app/b/{revision}-none/sv",
        "/app/b/{revision}/sv",
        "/app/b/{revision}-none/pictures",
        "/app/b/-/sv",
        "/app/b/%00-short/sv",
        "/app/nothing",
        "/nothing",
        "/%00",
        "/\u00e5",
        "/server/app.py",
        "/.git/config",
        "/data/tyck.sqlite3",
    ],
)
async def test_nothing_else_is_served(demo: DemoApp, path: str) -> None:
    revision = (await demo.tablet()).answer["revision"]
    reply = await plain(demo, path.format(build=demo.parts.assets.build, revision=revision))
    assert reply.status_code == 404
    assert "text/html" in reply.headers["content-type"]


async def test_the_root_leads_to_the_child(demo: DemoApp) -> None:
    reply = await plain(demo, "/")
    assert (reply.status_code, reply.headers["location"]) == (303, "/app/")


@pytest.mark.parametrize("path", ["/app/", "/app/?lang=sv", "/app/?lang=fi", "/app/j/anything", "/app/b/{edition}/sv"])
async def test_documents_are_asked_for_again_and_answered_briefly(demo: DemoApp, path: str) -> None:
    revision = (await demo.tablet()).answer["revision"]
    url = path.format(edition=f"{revision}-short")
    first = await plain(demo, url)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    again = await demo.client().get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await demo.client().get(url, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_each_language_is_its_own_document(demo: DemoApp) -> None:
    pages = {lang: (await plain(demo, f"/app/?lang={lang}")).text for lang in ("sv", "fi")}
    assert '<html lang="sv"' in pages["sv"]
    assert '<html lang="fi"' in pages["fi"]
    negotiated = await demo.client("fi-FI,fi;q=0.9,sv;q=0.5").get("/app/")
    assert '<html lang="fi"' in negotiated.text


async def test_the_service_worker_names_its_build_and_a_shell_that_exists(demo: DemoApp) -> None:
    reply = await plain(demo, "/app/sw.js")
    assert reply.headers["content-type"].startswith("text/javascript")
    assert reply.headers["cache-control"] == "no-cache"
    facts = dict(line.removeprefix("const ").rstrip(";").split(" = ", 1) for line in reply.text.splitlines()[:2])
    assert facts["BUILD"] == f'"{demo.parts.assets.build}"'
    shell = facts["SHELL"].strip("[]").replace('"', "").split(", ")
    assert {"/app/?lang=sv", "/app/?lang=fi"} <= set(shell)
    assert not any(url.endswith("sw.js") for url in shell)
    assert {(await plain(demo, url)).status_code for url in shell} == {200}


async def test_the_worker_is_packed_once(demo: DemoApp) -> None:
    """Every page that a child opens asks for it; packing it costs more than storing ten answers."""
    await plain(demo, "/app/sw.js")
    before = kept_document.cache_info().misses
    await plain(demo, "/app/sw.js")
    assert kept_document.cache_info().misses == before


async def test_a_booklets_pictures_come_as_one_file_in_the_order_of_the_list(demo: DemoApp) -> None:
    joined = (await demo.tablet()).answer
    edition = joined["booklets"]["sv"].split("/")[3]
    reply = await plain(demo, f"/app/b/{edition}/pictures")
    at = 0
    for listed in joined["assets"]:
        part = reply.content[at : at + listed["bytes"]]
        assert hashlib.sha256(part).hexdigest() == listed["sha256"]
        at += listed["bytes"]
    assert (reply.status_code, at) == (200, len(reply.content))
    packed = await demo.client().get(f"/app/b/{edition}/pictures", headers={"Accept-Encoding": "br"})
    assert packed.headers["content-encoding"] == "br"


async def test_the_manifest_starts_the_child(demo: DemoApp) -> None:
    reply = await plain(demo, "/app/manifest.webmanifest")
    assert reply.headers["content-type"].startswith("application/manifest+json")
    manifest = reply.json()
    assert (manifest["start_url"], manifest["scope"]) == ("/app/", "/app/")
    assert {(await plain(demo, icon["src"])).status_code for icon in manifest["icons"]} == {200}


@pytest.mark.parametrize("path", ["/app/", "/app/sw.js", "/healthz", "/staff/sign-in"])
async def test_head_answers_like_get_without_a_body(demo: DemoApp, path: str) -> None:
    reply = await demo.client().head(path)
    assert (reply.status_code, (await plain(demo, path)).status_code) == (200, 200)
