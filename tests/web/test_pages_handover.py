"""A tablet's file, written as a tablet writes it: all of it counts once, and what is no such file is kept out."""

import gzip
import json
import os
from base64 import b64decode
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from server.domain.grants import corner_mark, corner_pin
from tests.town import new_id
from tests.web.demo import DemoApp, Tablet

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANDOVER = "/staff/handover"
COUNTED = ("responses", "held", "ideas", "tombstones")


def written(content: bytes, key: bytes, *, begins: bytes = b"TYCK1") -> bytes:
    """A file that only the owner of this public key reads."""
    theirs = load_der_public_key(key)
    assert isinstance(theirs, rsa.RSAPublicKey)
    ours, nonce = os.urandom(32), os.urandom(12)
    wrapped = theirs.encrypt(ours, padding.OAEP(padding.MGF1(SHA256()), SHA256(), None))
    return begins + wrapped + nonce + AESGCM(ours).encrypt(nonce, gzip.compress(content), None)


def file_of(*tablets: tuple[Tablet, list[dict[str, Any]]]) -> bytes:
    parcels = [{"token": tablet.answer["token"], "items": items} for tablet, items in tablets]
    key = b64decode(tablets[0][0].answer["corner"]["key"])
    return written(json.dumps({"parcels": parcels}).encode(), key)


async def send(staff: httpx2.AsyncClient, file: bytes) -> httpx2.Response:
    return await staff.post(HANDOVER, files={"file": ("tyck-blue-circle.tyck", file, "application/octet-stream")})


def idea_of(tablet: Tablet) -> dict[str, Any]:
    about = {"session": tablet.answer["session"], "question": "q10", "lang": "fi", "grades": [3], "may_show": True}
    return {"id": f"ideas/{new_id()}", "body": json.dumps({"proto": 1, **about, "text": "En gunga"})}


async def change(demo: DemoApp, before: dict[str, int]) -> dict[str, int]:
    after = await demo.rows(*COUNTED)
    return {name: after[name] - before[name] for name in COUNTED if after[name] != before[name]}


async def test_everything_in_a_file_counts_once(demo: DemoApp) -> None:
    """Taken in twice, and sent by the tablet too when it is back."""
    tablet, other = await demo.tablet(await demo.session(grades=(3, 4))), await demo.tablet()
    items = [tablet.item() for _ in range(60)]
    file = file_of((tablet, [*items, idea_of(tablet)]), (other, [other.item()]))
    before = await demo.rows(*COUNTED)
    teacher = await demo.staff("teacher")
    for _ in range(2):
        reply = await send(teacher, file)
        assert reply.status_code == 200
        assert "62 svar är framme" in reply.text
        assert await change(demo, before) == {"responses": 61, "ideas": 1}
    assert {word["s"] for word in await tablet.told(*items[:50])} == {"stored"}
    assert await change(demo, before) == {"responses": 61, "ideas": 1}
    log = await (await demo.staff("administrator")).get("/staff/log?what=answers_handed_over")
    assert log.text.count("Tog in svar från en pekplattas fil") >= 4


async def test_the_tablet_itself_is_not_taken_as_heard(demo: DemoApp) -> None:
    session = await demo.session()
    tablet = await demo.tablet(session)
    await tablet.sync(ledger={"confirmed": 3, "pending": 3, "attention": 0})
    teacher = await demo.staff("teacher")
    await teacher.post(f"/staff/sessions/{session.id}/finish")
    for _ in range(2):
        assert (await send(teacher, file_of((tablet, [tablet.item()])))).status_code == 200
    page = (await teacher.get(f"/staff/sessions/{session.id}/progress")).text
    assert "Minst 3 barns svar väntar här" in page
    assert "Klart att gå" not in page


async def test_seals_and_what_is_set_aside_or_cannot_be_read(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    sealed = await tablet.sealed(tablet.item())
    unfit = tablet.item({"q1": "the-moon"})
    bad = [{"id": new_id(), "body": "{"}, {"id": "ideas/x", "body": "{}"}, {"id": new_id(), "seal": "k1.x"}]
    reply = await send(await demo.staff("moderator"), file_of((tablet, [sealed, unfit, *bad])))
    assert "1 svar är framme" in reply.text
    assert "1 svar lades åt sidan" in reply.text
    assert "3 svar gick inte att läsa" in reply.text


async def test_a_blocked_tablets_file_is_held(demo: DemoApp) -> None:
    session = await demo.session()
    tablet, teacher = await demo.tablet(session), await demo.staff("teacher")
    await teacher.post(f"/staff/sessions/{session.id}/tablets/0/revoke")
    before = await demo.rows(*COUNTED)
    assert "lades åt sidan" in (await send(teacher, file_of((tablet, [tablet.item()])))).text
    assert await change(demo, before) == {"held": 1}


async def test_whoever_works_elsewhere_takes_nothing_in(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    before = await demo.rows(*COUNTED)
    reply = await send(await demo.staff("otto"), file_of((tablet, [tablet.item()])))
    assert reply.status_code == 403
    assert "Ge filen till någon som gör det" in reply.text
    assert await change(demo, before) == {}


async def faulty(tablet: Tablet) -> dict[str, bytes]:
    good = file_of((tablet, [tablet.item()]))
    key = b64decode(tablet.answer["corner"]["key"])
    elsewhere = rsa.generate_private_key(65537, 3072).public_key()
    foreign = elsewhere.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    parcel = {"token": tablet.answer["token"], "items": []}
    contents = [[], {}, {"parcels": []}, {"parcels": [1]}, {"parcels": [{**parcel, "items": [1]}]}]
    contents += [{"parcels": [{**parcel, "token": f"{parcel['token']}x"}]}, {"parcels": {"token": 1}}]
    return {
        "empty": b"",
        "half": good[: len(good) // 2],
        "changed": good[:-1] + bytes([good[-1] ^ 1]),
        "another beginning": b"TYCK2" + good[5:],
        "for another installation": written(b'{"parcels":[]}', foreign),
        "no gzip": b"x" * 1000,
        **{json.dumps(each)[:60]: written(json.dumps(each).encode(), key) for each in contents},
    }


async def test_what_is_no_such_file_is_refused_whole(demo: DemoApp) -> None:
    teacher, tablet = await demo.staff("teacher"), await demo.tablet()
    before = await demo.rows(*COUNTED)
    for name, file in (await faulty(tablet)).items():
        reply = await send(teacher, file)
        assert reply.status_code == 422, name
        assert "Spara den på pekplattan en gång till" in reply.text, name
    assert (await teacher.post(HANDOVER, data={"no": "file"})).status_code == 422
    assert await change(demo, before) == {}


async def test_a_bomb_is_too_large(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    bomb = written(b" " * 40_000_000, b64decode(tablet.answer["corner"]["key"]))
    assert (await send(await demo.staff("teacher"), bomb)).status_code == 413


async def test_the_class_card_holds_the_figures_a_tablet_checks(demo: DemoApp) -> None:
    session = await demo.session()
    tablet = await demo.tablet(session)
    pin = corner_pin(session.id, demo.parts.key)
    assert tablet.answer["corner"]["mark"] == corner_mark(session.id, demo.parts.key)
    card = (await (await demo.staff("teacher")).get(f"/staff/sessions/{session.id}/card")).text
    assert f"{pin[:3]} {pin[3:]}" in card
    assert pin not in json.dumps(tablet.answer)
