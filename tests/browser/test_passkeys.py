"""A passkey from its making to signing in without typing: Chromium, and an authenticator that it pretends to have."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import BY_LANGUAGE, violations
from tests.browser.demo import DemoServer
from tests.browser.staff import Staff

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_device(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def look(page: Page, name: str, folder: Path | None = None) -> None:
    if folder:
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    lang = page.locator("html").get_attribute("lang") or ""
    assert violations(page, schemes=BY_LANGUAGE[lang]) == [], name


def code_of(page: Page) -> str:
    page.locator("details.more summary").first.click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    return pyotp.TOTP(secret).now()


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_a_passkey_is_made_and_used_without_typing(browser: Browser, demo: DemoServer, lang: str) -> None:
    with browser.new_context(locale=lang, viewport={"width": 1024, "height": 698}) as context:
        play(context.new_page(), demo, "moderator" if lang == "sv" else "reviewer")


def play(page: Page, demo: DemoServer, role: str, folder: Path | None = None) -> None:
    """Folder: where pictures of the pages go, for whoever wants to look at them."""
    give_device(page)
    staff = Staff(page, demo)
    page.goto(f"{demo.url}/staff/sign-in")
    look(page, "sign-in", folder)
    staff.sign_in(role)
    page.goto(f"{demo.url}/staff/me")
    look(page, "me", folder)
    page.click('form[action="/staff/me/passkeys"] button[type=submit]')
    expect(page.locator(".codes li")).to_have_count(8)
    look(page, "codes", folder)
    page.click("main a.do")
    expect(page.locator(".ways li")).to_have_count(1)
    look(page, "me-with-passkey", folder)
    page.click('form[action="/staff/sign-out"] button')
    page.wait_for_url("**/staff/sign-in")
    page.click('form[action="/staff/sign-in/passkey"] button[type=submit]')
    page.wait_for_url(f"{demo.url}/staff/")
    # An app beside it: now a password leads to a second step, where either is enough.
    page.goto(f"{demo.url}/staff/me")
    page.click('form[action="/staff/me/app/begin"] button')
    look(page, "app", folder)
    page.fill("#code", "000000")
    page.click('form[action="/staff/me/app"] button[type=submit]')
    expect(page.locator("#code-wrong")).to_be_visible()
    page.fill("#code", code_of(page))
    look(page, "app-wrong", folder)
    page.click('form[action="/staff/me/app"] button[type=submit]')
    page.wait_for_url(re.compile(r"/staff/me\?done=app"))
    page.context.clear_cookies()
    email, password = demo.password(role)
    page.goto(f"{demo.url}/staff/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click('form[action="/staff/sign-in"] button[type=submit]')
    page.wait_for_url(re.compile(r"/staff/sign-in/second\?next="))
    look(page, "second", folder)
    page.click('form[action="/staff/sign-in/passkey"] button[type=submit]')
    page.wait_for_url(f"{demo.url}/staff/")
    page.goto(f"{demo.url}/staff/me")
    page.click('form[action="/staff/me/app/remove"] button')
    expect(page.locator('form[action="/staff/me/app/begin"]')).to_be_visible()


def test_without_passkeys_in_the_browser_the_pages_say_so_and_the_password_works(
    browser: Browser, demo: DemoServer
) -> None:
    with browser.new_context(locale="sv") as context:
        page = context.new_page()
        page.add_init_script("delete globalThis.PublicKeyCredential")
        staff = Staff(page, demo)
        page.goto(f"{demo.url}/staff/sign-in")
        expect(page.locator('form[action="/staff/sign-in/passkey"]')).to_be_hidden()
        staff.sign_in("administrator")
        page.goto(f"{demo.url}/staff/me")
        expect(page.locator("[data-without-passkeys]")).to_be_visible()
        expect(page.locator('form[action="/staff/me/passkeys"]')).to_be_hidden()
