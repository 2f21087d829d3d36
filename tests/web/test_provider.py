"""Signing in at another service: a real provider process, whom it lets in with which roles, and providers that lie."""

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from server.domain.people import Role
from server.settings import Oidc
from server.store.identities import list_identities
from server.store.staff import Account, find_account, insert_account, list_members
from tests.browser.demo import free_port
from tests.web.oidc_provider import Liar, Provider, open_liar, open_provider
from tests.web.staff import PASSWORD, World, hashed_cheaply, open_world

START, BACK = "/staff/sign-in/provider", "/staff/sign-in/provider/back"
RULES = (
    ("teacher", "koivu", "urn:mpass.id:role", "*;00007;*;Opettaja"),
    ("reviewer", "stad", "groups", "readers"),
    ("moderator", "stad", "groups", "editors"),
    ("administrator", "stad", "email", "ulla@stad.example"),
    ("reviewer", "nowhere", "groups", "editors"),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with open_provider() as started:
        yield started


@asynccontextmanager
async def connected(folder: Path, issuer: str, **settings: Any) -> AsyncIterator[World]:
    oidc = Oidc(issuer, "tyck", "a secret of a length", "Kommunen", "openid profile email", ("mfa",), RULES)
    async with open_world(folder, oidc=oidc, **settings) as world:
        yield world


@pytest.fixture
async def joined(tmp_path: Path, provider: Provider) -> AsyncIterator[World]:
    async with connected(tmp_path, provider.issuer) as world:
        yield world


async def begin(browser: httpx2.AsyncClient, after: str = "/staff/", address: str = START) -> str:
    reply = await browser.get(f"{address}?next={after}")
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


async def sign_in(
    world: World, provider: Provider, subject: str | None, after: str = "/staff/"
) -> tuple[httpx2.AsyncClient, httpx2.Response]:
    """A new browser that went to the provider and came back."""
    browser = world.browser()
    return browser, await browser.get(provider.signs_in(await begin(browser, after), subject))


async def account_of(world: World, browser: httpx2.AsyncClient) -> str:
    async with world.parts.db.reading() as tx:
        return str((await tx.exec_driver_sql("SELECT staff FROM sign_ins ORDER BY began_at DESC, rowid DESC")).scalar())


async def roles_of(world: World, person: str) -> set[tuple[str, str]]:
    async with world.parts.db.reading() as tx:
        (member,) = [each for each in await list_members(tx) if each.account.id == person]
    return {(role.value, area) for role, area in member.roles}


async def test_the_form_offers_the_service_by_its_name(joined: World, world: World) -> None:
    assert "Logga in med Kommunen" in (await joined.browser().get("/staff/sign-in")).text
    assert START not in (await world.browser().get("/staff/sign-in")).text
    assert (await world.browser().get(START)).status_code == 404
    assert (await world.browser().get(BACK)).status_code == 404


async def test_the_browser_is_sent_with_state_nonce_and_code_challenge(joined: World, provider: Provider) -> None:
    browser = joined.browser()
    first, second = [parse_qs(urlsplit(await begin(browser)).query) for _ in range(2)]
    assert first["redirect_uri"] == [f"http://localhost:8000{BACK}"]
    assert (first["response_type"], first["code_challenge_method"]) == (["code"], ["S256"])
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]
    assert "a secret of a length" not in str(first)


async def test_a_teacher_new_to_us_gets_in_with_the_role_that_the_claims_give(
    joined: World, provider: Provider
) -> None:
    claims = {
        "given_name": "Bo",
        "family_name": "Ek",
        "urn:mpass.id:role": ["1.2.3;00001;1A;Oppilas", "1.2.3;00007;2B;Opettaja"],
    }
    browser, reply = await sign_in(joined, provider, provider.knows("bo", **claims), "/staff/me")
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/me")
    page = (await browser.get("/staff/me")).text
    assert "Bo Ek" in page
    assert ".invalid" not in page
    assert "data-passkey" not in page
    person = await account_of(joined, browser)
    assert await roles_of(joined, person) == {("teacher", "koivu")}
    # Again it is the same account.
    await sign_in(joined, provider, "bo")
    async with joined.parts.db.reading() as tx:
        assert len([each for each in await list_members(tx) if each.account.name == "Bo Ek"]) == 1


async def test_a_pupil_and_a_stranger_get_nothing(joined: World, provider: Provider) -> None:
    pupil = provider.knows("pupil", **{"urn:mpass.id:role": "1.2.3;00007;Opettaja;Oppilas"})
    for subject in (pupil, provider.knows("stranger", email="x@stad.example", email_verified=True)):
        browser, reply = await sign_in(joined, provider, subject)
        assert reply.status_code == 403
        assert "ingen roll" in reply.text
        assert "tyck" not in browser.cookies
    async with joined.parts.db.reading() as tx:
        assert await find_account(tx, "x@stad.example") is None


@pytest.mark.parametrize(
    ("claims", "known"),
    [({"email_verified": True}, True), ({"xms_edov": "1"}, True), ({"email_verified": False}, False), ({}, False)],
)
async def test_an_invited_person_is_known_by_an_address_only_if_it_is_vouched_for(
    joined: World, provider: Provider, claims: dict[str, Any], known: bool
) -> None:
    subject = provider.knows("alva" + repr(claims), email="Alva@stad.example", **claims)
    browser, reply = await sign_in(joined, provider, subject)
    assert reply.status_code == (303 if known else 403)
    if known:
        assert await account_of(joined, browser) == "p_Alva"
    async with joined.parts.db.reading() as tx:
        assert await list_identities(tx, "p_Alva") == ([provider.issuer] if known else [])


async def test_an_address_that_nobody_vouches_for_gives_no_role(joined: World, provider: Provider) -> None:
    """`administrator stad email ulla@…` would else be given to whoever calls themselves Ulla."""
    assert (await sign_in(joined, provider, provider.knows("u", email="ulla@stad.example")))[1].status_code == 403
    subject = provider.knows("v", email="ulla@stad.example", email_verified=True)
    assert (await sign_in(joined, provider, subject))[1].status_code == 303


async def test_a_second_factor_there_is_enough_when_it_says_so_else_ours_is_asked(
    joined: World, provider: Provider
) -> None:
    browser, reply = await sign_in(joined, provider, provider.knows("m1", groups=["editors"], amr=["pwd", "mfa"]))
    assert reply.headers["location"] == "/staff/"
    assert (await browser.get("/staff/")).status_code == 200
    without: list[dict[str, Any]] = [{}, {"amr": ["pwd"]}, {"acr": "1"}, {"acrs": ["c1"]}]
    for number, claims in enumerate(without):
        browser, reply = await sign_in(joined, provider, provider.knows(f"n{number}", groups=["editors"], **claims))
        assert reply.headers["location"].startswith("/staff/sign-in/second")
        assert (await browser.get("/staff/")).status_code == 303


async def test_what_it_gave_goes_when_it_gives_it_no_more_and_what_people_gave_stays(
    joined: World, provider: Provider
) -> None:
    browser, _reply = await sign_in(joined, provider, provider.knows("w", groups=["readers"]))
    person = await account_of(joined, browser)
    async with joined.parts.db.writing() as tx:
        await tx.exec_driver_sql("INSERT INTO roles (staff, area, role) VALUES (?, 'koivu', 'teacher')", (person,))
    await sign_in(joined, provider, provider.knows("w", groups="editors"))
    assert await roles_of(joined, person) == {("moderator", "stad"), ("teacher", "koivu")}
    await sign_in(joined, provider, provider.knows("w"))
    assert await roles_of(joined, person) == {("teacher", "koivu")}
    async with joined.parts.db.reading() as tx:
        done = [row.what for row in await tx.exec_driver_sql("SELECT what FROM actions ORDER BY id")]
    assert done == ["reviewer_added", "reviewer_removed", "moderator_added", "moderator_removed"]


async def test_its_roles_hold_only_where_it_signed_in(joined: World, provider: Provider) -> None:
    """Who has left the municipality, and still has a password here."""
    subject = provider.knows("alva", email="alva@stad.example", email_verified=True, groups=["readers"])
    browser, _reply = await sign_in(joined, provider, subject)
    results = "/staff/consultations/third-place/results"
    assert (await browser.get(results)).status_code == 200
    by_password = joined.browser()
    await by_password.post("/staff/sign-in", data={"email": "alva@stad.example", "password": PASSWORD})
    assert (await by_password.get("/staff/")).status_code == 200
    assert (await by_password.get(results)).status_code == 403


async def test_a_disabled_person_stays_out(joined: World, provider: Provider) -> None:
    subject = provider.knows("d", groups=["readers"])
    browser, _reply = await sign_in(joined, provider, subject)
    async with joined.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE staff SET disabled = true WHERE id NOT LIKE 'p\\_A%' ESCAPE '\\'")
    assert (await browser.get("/staff/")).status_code == 303
    assert (await sign_in(joined, provider, subject))[1].status_code == 403


@pytest.mark.parametrize("demo", [True, False])
async def test_a_demo_account_is_nobodys_there(tmp_path: Path, provider: Provider, demo: bool) -> None:
    async with connected(tmp_path, provider.issuer, demo=demo) as world:
        account = Account("p_D", "demo@stad.example", "D", hashed_cheaply(PASSWORD), demo=True, disabled=False)
        async with world.parts.db.writing() as tx:
            await insert_account(tx, account, [(Role.TEACHER, "stad")])
        subject = provider.knows("demo", email="demo@stad.example", email_verified=True)
        assert (await sign_in(world, provider, subject))[1].status_code == 403


async def test_connecting_ones_own_account(joined: World, provider: Provider) -> None:
    mika, alva = await joined.signed_in("Mika"), await joined.signed_in("Alva")
    other = await joined.signed_in("Mika")
    provider.knows("mine", amr=["mfa"])
    reply = await mika.get(provider.signs_in(await begin(mika, address="/staff/me/provider"), "mine"))
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/me?done=provider")
    assert "Koppla loss" in (await mika.get("/staff/me")).text
    assert (await other.get("/staff/me")).status_code == 303
    browser, _reply = await sign_in(joined, provider, "mine")
    assert await account_of(joined, browser) == "p_Mika"
    taken = await alva.get(provider.signs_in(await begin(alva, address="/staff/me/provider"), "mine"))
    assert taken.status_code == 409
    assert (await mika.post("/staff/me/provider/remove")).status_code == 303
    assert (await sign_in(joined, provider, "mine"))[1].status_code == 403


async def test_whoever_denies_there_comes_back_to_the_form(joined: World, provider: Provider) -> None:
    browser, reply = await sign_in(joined, provider, None)
    assert reply.status_code == 401
    assert "loggade inte in" in reply.text
    assert "tyck" not in browser.cookies


async def test_only_the_browser_that_went_comes_back_and_once(joined: World, provider: Provider) -> None:
    """Else a stranger could sign others in as themselves, or use what they saw of an address."""
    subject, victim = provider.knows("c", groups=["readers"]), joined.browser()
    sent = provider.signs_in(await begin(joined.browser()), subject)
    assert (await victim.get(sent)).status_code == 401
    own = provider.signs_in(await begin(victim), subject)
    stolen = parse_qs(urlsplit(sent).query)["code"][0]
    assert (await victim.get(f"{BACK}?code={stolen}&state=x")).status_code == 401
    assert (await victim.get(own)).status_code == 401
    again = provider.signs_in(await begin(victim), subject)
    assert (await victim.get(again)).status_code == 303
    assert (await victim.get(again)).status_code == 401
    other_issuer = provider.signs_in(await begin(victim), subject) + "&iss=https://evil.example"
    assert (await victim.get(other_issuer)).status_code == 401


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/staff/sign-out", "/app/", "/staff/\\x"]
)
async def test_it_leads_nowhere_else(joined: World, provider: Provider, elsewhere: str) -> None:
    subject = provider.knows("e", groups=["readers"])
    assert (await sign_in(joined, provider, subject, elsewhere))[1].headers["location"] == "/staff/"


async def test_a_sign_in_that_was_there_before_is_replaced(joined: World, provider: Provider) -> None:
    browser = joined.browser()
    browser.cookies.set("tyck", "set by a stranger")
    await browser.get(provider.signs_in(await begin(browser), provider.knows("f", groups=["readers"])))
    assert [cookie.value for cookie in browser.cookies.jar if cookie.name == "tyck"][-1] != "set by a stranger"


async def test_a_provider_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    async with connected(tmp_path, f"http://localhost:{free_port()}") as world:
        reply = await world.browser().get(START)
        assert reply.status_code == 503
        assert "svarar inte" in reply.text
        fields = {"email": "alva@stad.example", "password": PASSWORD}
        assert (await world.browser().post("/staff/sign-in", data=fields)).status_code == 303


async def lied_to(world: World, liar: Liar) -> int:
    browser = world.browser()
    asked = parse_qs(urlsplit(await begin(browser)).query)
    liar.nonce = liar.nonce or asked["nonce"][0]
    status = (await browser.get(f"{BACK}?code=c&state={asked['state'][0]}")).status_code
    if sent := [parse_qs(body) for path, body in liar.asked if path == "/token"]:
        digest = hashlib.sha256(sent[-1]["code_verifier"][0].encode()).digest()
        assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    return status


LIES: dict[str, dict[str, Any]] = {
    "the truth": {},
    "another nonce": {"nonce": "seen before"},
    "no nonce": {"claims": {"nonce": None}},
    "for another client": {"claims": {"aud": "another"}},
    "for two clients": {"claims": {"aud": ["tyck", "another"], "azp": "another"}},
    "from another issuer": {"claims": {"iss": "https://evil.example"}},
    "too old": {"claims": {"exp": 1_000_000_000}},
    "without an end": {"claims": {"exp": None}},
    "not signed": {"header": {"alg": "none"}},
    "signed with the shared secret": {"header": {"alg": "HS256"}, "shared_secret": "a secret of a length"},
    "signed with another key": {"signs_with_another_key": True},
    "about nobody": {"claims": {"sub": None}},
    "about a number": {"claims": {"sub": 7}},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_is_not_right_signs_nobody_in(tmp_path: Path, lie: str) -> None:
    with open_liar(Liar(**LIES[lie])) as liar:
        liar.claims = {"groups": ["readers"], **liar.claims}
        async with connected(tmp_path, liar.issuer) as world:
            assert await lied_to(world, liar) == (303 if lie == "the truth" else 401)


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
    ids=str,
)
async def test_addresses_that_lead_astray_are_not_opened(tmp_path: Path, published: dict[str, str]) -> None:
    with open_liar(Liar(published=published)) as liar:
        async with connected(tmp_path, liar.issuer) as world:
            assert (await world.browser().get(START)).status_code == 401
