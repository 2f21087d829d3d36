"""A booklet's pictures come as one file; whatever becomes of it, each is kept whole under its own address."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from server.domain.sessions import PICTURES
from tests.browser.demo import Class, DemoServer
from tests.browser.proxy import CAPTIVE_PORTAL, Fault, FaultyProxy, Forged, Loss
from tests.browser.tablet import Tablet

_NOT_WHOLE = """async (assets) => {
  const wrong = [];
  for (const { url, sha256 } of assets) {
    const kept = await caches.match(url);
    const digest = kept && new Uint8Array(await crypto.subtle.digest('SHA-256', await kept.clone().arrayBuffer()));
    const hex = digest && Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (hex !== sha256 || kept.headers.get('Content-Type') !== 'image/svg+xml') wrong.push(url);
  }
  return wrong;
}"""


def asked(demo: DemoServer, a_class: Class) -> tuple[str, list[dict[str, Any]]]:
    """Where the pack is, and what is in it."""
    joined = demo.join(a_class)
    return f"{joined['booklets']['sv'].rpartition('/')[0]}/pictures", joined["assets"]


@pytest.mark.parametrize(
    "fault",
    [
        None,
        Loss.REPLY,
        Loss.HALF_A_REPLY,
        CAPTIVE_PORTAL,
        Forged(404, b"", "text/html"),
        Forged(200, b"<svg/>" * 20_000, "application/octet-stream"),
    ],
    ids=["well", "lost", "broken off", "portal", "an older server", "other pictures"],
)
def test_every_picture_is_kept(
    demo: DemoServer, a_class: Class, proxy: FaultyProxy, context: BrowserContext, fault: Fault | None
) -> None:
    proxy.only, assets = asked(demo, a_class)
    proxy.fault = fault
    tablet = Tablet(context.new_page(), proxy.url)
    tablet.join_ready(a_class)
    assert proxy.wait_for(fault, 1)
    assert tablet.page.evaluate(_NOT_WHOLE, assets) == []


def test_they_are_not_fetched_one_by_one(
    demo: DemoServer, a_class: Class, proxy: FaultyProxy, context: BrowserContext
) -> None:
    _, assets = asked(demo, a_class)
    proxy.only = "/media/"
    tablet = Tablet(context.new_page(), proxy.url)
    tablet.join_by_pictures(a_class)
    tablet.make_ready()
    assert len(PICTURES) <= proxy.count(None) <= 2 * len(PICTURES) < len(assets)
