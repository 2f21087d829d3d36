"""Pages for anyone, and what every page has in common."""

import re
from pathlib import Path

import pytest

from server.settings import read_settings
from tests.web.staff import HOME, World, open_world

EVERY_PAGE = [
    "/staff/",
    HOME,
    f"{HOME}?ask=freeze",
    f"{HOME}/results",
    "/privacy",
    "/accessibility",
    "/pictures",
    "/staff/nothing",
]


@pytest.mark.parametrize("lang", ["sv", "fi"])
@pytest.mark.parametrize("path", [*EVERY_PAGE, "/staff/sign-in"])
async def test_every_page_has_a_language_a_title_and_no_inline_code(world: World, path: str, lang: str) -> None:
    browser = world.browser(lang) if path == "/staff/sign-in" else await world.signed_in("Mika", lang)
    reply = await browser.get(path)
    assert f'<html lang="{lang}"' in reply.text
    assert re.search(r"<title>[^<]*Tyck</title>", reply.text)
    assert reply.text.count("<h1") == 1
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", reply.text)
    assert reply.headers["cache-control"] == "no-store"
    assert "'unsafe-" not in reply.headers["content-security-policy"]


async def test_the_language_is_switched_for_good(world: World) -> None:
    browser = world.browser("sv")
    assert 'href="/privacy?lang=fi"' in (await browser.get("/privacy")).text
    assert "Tietosuoja" in (await browser.get("/privacy?lang=fi")).text
    assert "Tietosuoja" in (await browser.get("/privacy")).text


async def test_the_pictures_are_attributed(world: World) -> None:
    page = (await world.browser().get("/pictures")).text
    assert "OpenMoji" in page
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in page


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        (
            "sv",
            [
                "(306/2019)",
                "2016/2102",
                "Bristfälligheter",
                "Traficom",
                "tillganglighetskrav.fi",
                "14 dagar",
                "21.11.2026",
            ],
        ),
        (
            "fi",
            [
                "(306/2019)",
                "2016/2102",
                "Puutteet",
                "Traficom",
                "saavutettavuusvaatimukset.fi",
                "14 päivän",
                "21.11.2026",
            ],
        ),
    ],
)
async def test_the_accessibility_statement_has_the_required_parts(world: World, lang: str, parts: list[str]) -> None:
    page = (await world.browser(lang).get("/accessibility")).text
    assert [part for part in [*parts, "http://localhost:8000", "029 534 5000"] if part not in page] == []


@pytest.mark.parametrize(
    ("feedback", "link"),
    [
        (None, None),
        ("palaute@kunta.example", "mailto:palaute@kunta.example"),
        ("https://kunta.example/palaute", "https://kunta.example/palaute"),
    ],
)
async def test_the_statement_says_where_feedback_goes(tmp_path: Path, feedback: str | None, link: str | None) -> None:
    async with open_world(tmp_path, feedback=feedback) as world:
        page = (await world.browser().get("/accessibility")).text
        assert (f'href="{link}"' in page) == bool(feedback)
        assert ("registratorskontor" in page) == (not feedback)


@pytest.mark.parametrize(
    "text", ["kunta.example", "javascript:alert(1)", "a@b@c", "a b@c.example", "http://kunta.example"]
)
def test_a_strange_address_for_feedback_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="TYCK_FEEDBACK"):
        read_settings({"TYCK_FEEDBACK": text})


async def test_the_service_says_that_it_lives(world: World) -> None:
    reply = await world.browser().get("/healthz")
    assert (reply.status_code, reply.text) == (200, "ok")


async def test_an_unknown_page_is_kind_and_leads_on(world: World) -> None:
    reply = await (await world.signed_in("Alva")).get("/staff/nothing")
    assert reply.status_code == 404
    assert 'href="/staff/"' in reply.text
