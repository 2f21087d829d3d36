"""What a tablet on a slow network has to fetch before the first child can answer."""

from collections import Counter

from playwright.sync_api import Browser, Request

from tests.browser.demo import Class, DemoServer
from tests.browser.tablet import Tablet

KIB = 1024


def test_the_first_load_is_light(browser: Browser, demo: DemoServer, a_class: Class) -> None:
    """Joining and one booklet with every picture on it, compressed; the worker's own copies are left out."""
    context = browser.new_context(viewport={"width": 768, "height": 954}, service_workers="block")
    page = context.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    tablet = Tablet(page, demo.url)
    tablet.join_by_pictures(a_class)
    page.evaluate("for (const each of document.images) each.loading = 'eager'")
    # Set to rest before the pictures were asked for, the page would still count as idle.
    page.wait_for_function("() => [...document.images].every(each => each.naturalWidth)")
    page.wait_for_load_state("networkidle")
    sizes = {
        request.url: (request.resource_type, request.sizes()["responseBodySize"]) for request in reversed(finished)
    }
    context.close()
    fetched: Counter[str] = Counter()
    for kind, size in sizes.values():
        fetched[kind] += size
    assert all(fetched[kind] for kind in ("document", "script", "stylesheet", "font", "image", "fetch")), fetched
    assert fetched["script"] <= 20 * KIB, fetched
    assert fetched.total() <= 120 * KIB, fetched
