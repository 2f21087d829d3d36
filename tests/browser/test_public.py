"""The public pages and the class's answer where only a browser can tell: look, paper, and the tablet's way."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.demo import DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet
from tests.web.test_pages_public import CARD, FEEDBACK

HOME = "/results/third-place"
CARDS = [{**CARD, "id": f"c{number}", "state": state} for number, state in enumerate(["done", "in_progress", "cannot"])]


@pytest.fixture(scope="module")
def answered(demo: DemoServer) -> str:
    """A consultation that is counted, public and answered; the id of one of its sessions."""
    session = demo.new_class()
    demo.deliver(Records(demo.database).find_class(session), children=9)
    demo.post("teacher", f"/staff/sessions/{session}/close")
    demo.post("moderator", "/staff/consultations/third-place/freeze")
    said = json.dumps({**FEEDBACK, "cards": CARDS * 2})
    with sqlite3.connect(demo.database, timeout=20) as db:
        db.execute("UPDATE consultations SET public = 'schools'")
        db.execute("INSERT INTO feedback VALUES ('third-place', ?, ?, 1)", (said, said))
    return session


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_the_public_pages_are_for_everybody(browser: Browser, demo: DemoServer, answered: str, lang: str) -> None:
    """axe finds nothing; at 400 percent nothing leaves the screen, in the dark neither, and no script is there."""
    page = browser.new_page(viewport={"width": 1024, "height": 698})
    for path in (HOME, f"{HOME}/schools/satukallio", f"{HOME}/numbers", "/results/"):
        page.set_viewport_size({"width": 1024, "height": 698})
        page.goto(f"{demo.url}{path}?lang={lang}")
        expect(page.locator("script")).to_have_count(0)
        assert violations(page) == [], path
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, path
    page.close()


def test_every_card_fits_on_one_leaf(browser: Browser, demo: DemoServer, answered: str) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 615})
    page.context.request.post(
        f"{demo.url}/staff/sign-in", form=dict(zip(("email", "password"), demo.password("teacher"), strict=True))
    )
    for card in range(4):
        page.goto(f"{demo.url}/staff/sessions/{answered}/feedback?card={card}&lang=fi")
        assert page.evaluate("document.scrollingElement.scrollHeight - innerHeight") <= 0, card
        assert violations(page) == [], card
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
    assert [(round(float(width)), round(float(height))) for width, height in boxes] == [(595, 842)]
    page.close()


def test_a_tablet_of_the_school_leads_to_the_answer(plain: Tablet, demo: DemoServer, answered: str) -> None:
    plain.open("/app/?school=satukallio&lang=sv")
    page: Page = plain.page
    way = page.locator("[data-answer]")
    expect(way).to_be_visible()
    expect(way).to_have_text("Kommunen har svarat er!")
    assert violations(page) == []
    way.click()
    page.wait_for_url("**/results/third-place?lang=fi")
    expect(page.locator(".deed").first).to_contain_text("Kirjasto on auki.")
    plain.open("/app/?school=nowhere")
    plain.expect_at("join")
    expect(page.locator("[data-answer]")).to_be_hidden()
