"""The desk where a person looks at every idea: one action each, nobody's school, worries for two, and nothing lost."""

import io
import re
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy import text

from server.domain.desk import COVER, REASONS
from server.domain.people import Role
from server.store.ideas import KeptIdea, insert_idea
from server.store.staff import Account, insert_account
from server.usecases.redraw import picture
from tests.town import new_id
from tests.web.staff import HOME, PASSWORD, World, hashed_cheaply

IDEAS = f"{HOME}/ideas"
LINE = [[(0.1, 0.1, 0.5), (0.5, 0.4, 0.5), (0.9, 0.9, 0.5)]]
DRAWN = picture(LINE, [0])
SECRET_SCHOOL = "koivu"


async def made(world: World, **changes: Any) -> str:
    """An idea that has come in."""
    idea = {
        "id": new_id(),
        "consultation": "third-place",
        "poll": "third-place",
        "question": "q10",
        "school": SECRET_SCHOOL,
        "grades": "3-6",
        "lang": "fi",
        "may_show": True,
        "held": None,
        "text": "Elsa Virtanen haluaa majan",
        "picture": DRAWN,
        **changes,
    }
    async with world.parts.db.writing() as tx:
        await insert_idea(tx, "s_x", KeptIdea(**idea))
    return str(idea["id"])


async def joined(world: World, name: str, role: Role = Role.MODERATOR) -> httpx2.AsyncClient:
    """One more, who moderates or has another role in the town, signed in."""
    account = Account(f"p_{name}", f"{name.lower()}@stad.example", name, hashed_cheaply(PASSWORD), False, False)
    async with world.parts.db.writing() as tx:
        await insert_account(tx, account, [(role, "stad")])
    return await world.signed_in(name)


async def row(world: World, idea: str) -> dict[str, Any]:
    async with world.parts.db.reading() as tx:
        found = (await tx.execute(text("SELECT * FROM ideas WHERE id = :id"), {"id": idea})).mappings().one()
        return dict(found)


async def log(world: World) -> list[str]:
    async with world.parts.db.reading() as tx:
        rows = await tx.execute(text("SELECT what, about FROM actions WHERE what LIKE 'idea_%' OR what LIKE 'worry_%'"))
        return [f"{what}: {about}" for what, about in rows]


async def decided(browser: httpx2.AsyncClient, idea: str, decision: str, was: str = "new", **more: str) -> int:
    reply = await browser.post(f"{IDEAS}/{idea}", data={"decision": decision, "was": was, **more})
    return reply.status_code


async def public(world: World, idea: str) -> int:
    return (await world.browser().get(f"/results/third-place/ideas/{idea}.webp")).status_code


async def make_public(world: World) -> None:
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET public = 'schools'"))


async def test_the_desk_shows_an_idea_and_never_its_school(world: World) -> None:
    idea = await made(world, held="over_cap", may_show=False)
    mika = await world.signed_in("Mika")
    for path in ("", f"/{idea}", f"/{idea}/cover", f"/{idea}/worry", "/all?state=waiting", "/keepers"):
        reply = await mika.get(IDEAS + path)
        assert reply.status_code == 200, path
        assert "Koivu" not in reply.text
        assert SECRET_SCHOOL not in reply.text
    shown = (await mika.get(IDEAS)).text
    assert "Elsa Virtanen" in shown
    assert "3–6" in shown
    assert "1 idé" in shown
    drawn = await mika.get(f"{IDEAS}/{idea}/picture")
    assert (drawn.content, drawn.headers["cache-control"]) == (DRAWN, "no-store")


async def test_one_action_each_leads_on_to_the_next_and_can_be_taken_back(world: World) -> None:
    for number in range(3):
        await made(world, text=f"Idé {number}")
    mika = await world.signed_in("Mika")
    seen: list[str] = []
    reply = await mika.get(IDEAS)
    for _ in range(3):
        (idea,) = re.findall(rf'<form class="desk-choices" method="post" action="{IDEAS}/([^"]+)"', reply.text)
        seen.append(idea)
        form = {"decision": "shown", "was": "new"}
        reply = await mika.post(f"{IDEAS}/{idea}", data=form, headers={"HX-Request": "true"})
        assert reply.status_code == 200
        assert reply.text.strip().startswith('<section id="desk-idea"')
    assert len(set(seen)) == 3
    assert "desk-choices" not in reply.text
    assert await decided(mika, seen[-1], "new", "shown") == 303
    assert (await row(world, seen[-1]))["state"] == "new"
    assert [(await row(world, idea))["state"] for idea in seen[:2]] == ["shown", "shown"]


async def test_without_script_a_form_leads_on(world: World) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    reply = await mika.post(f"{IDEAS}/{idea}", data={"decision": "hidden unreadable", "was": "new"})
    assert (reply.status_code, reply.headers["location"]) == (303, f"{IDEAS}?after={idea}&last={idea}")
    assert "Inget väntar" in (await mika.get(reply.headers["location"])).text


async def test_who_comes_second_sees_whose_decision_came_first(world: World) -> None:
    idea = await made(world)
    mika, maja = await world.signed_in("Mika"), await joined(world, "Maja")
    assert await decided(maja, idea, "hidden name") == 303
    reply = await mika.post(f"{IDEAS}/{idea}", data={"decision": "shown", "was": "new"})
    assert reply.status_code == 409
    assert "Maja" in reply.text
    assert "Elsa Virtanen" in reply.text
    assert (await row(world, idea))["state"] == "hidden"
    assert await decided(mika, idea, "shown", "hidden") == 303
    assert (await row(world, idea))["state"] == "shown"


async def test_the_same_decision_twice_is_one(world: World) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    for _ in range(2):
        assert await decided(mika, idea, "shown") == 303
    assert [line.partition(":")[0] for line in await log(world)] == ["idea_shown"]


@pytest.mark.parametrize(("decision", "critical"), [("hidden hurtful", ""), ("hidden name", "yes")])
async def test_what_is_critical_takes_a_second_person(world: World, decision: str, critical: str) -> None:
    idea = await made(world)
    mika, maja = await world.signed_in("Mika"), await joined(world, "Maja")
    assert await decided(mika, idea, decision, critical=critical) == 303
    assert (await row(world, idea))["state"] == "doubted"
    assert "Inget väntar" in (await mika.get(IDEAS)).text
    assert await decided(mika, idea, "hidden", "doubted") == 409
    assert "Mika föreslår" in (await maja.get(IDEAS)).text
    assert await decided(maja, idea, "hidden", "doubted") == 303
    found = await row(world, idea)
    assert (found["state"], found["decided_by"], found["second_by"]) == ("hidden", "p_Mika", "p_Maja")


async def test_a_second_person_may_see_it_otherwise(world: World) -> None:
    idea = await made(world)
    mika, maja = await world.signed_in("Mika"), await joined(world, "Maja")
    await decided(mika, idea, "hidden hurtful")
    assert await decided(maja, idea, "shown", "doubted") == 303
    assert (await row(world, idea))["state"] == "shown"


@pytest.mark.parametrize("decision", ["", "hidden", "hidden critical", "erased", "handed", "covered", "doubted", "x y"])
async def test_a_wrong_decision_is_said_and_nothing_lost(world: World, decision: str) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    reply = await mika.post(f"{IDEAS}/{idea}", data={"decision": decision, "was": "new"})
    assert reply.status_code == 422
    assert "Elsa Virtanen" in reply.text
    assert (await row(world, idea))["state"] == "new"


async def test_only_what_its_maker_and_a_person_allow_is_shown_and_only_when_results_are(world: World) -> None:
    mika = await world.signed_in("Mika")
    ideas = {name: await made(world, may_show=name != "no") for name in ("fine", "no", "hidden", "new")}
    for name, decision in (("fine", "shown"), ("no", "shown"), ("hidden", "hidden name")):
        await decided(mika, ideas[name], decision)
    assert [await public(world, idea) for idea in ideas.values()] == [404] * 4
    await make_public(world)
    assert [await public(world, idea) for idea in ideas.values()] == [200, 404, 404, 404]
    assert (await world.browser().get(f"/results/other/ideas/{ideas['fine']}.webp")).status_code == 404


# Covering


async def test_what_is_covered_reaches_nobody(world: World) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    form = {"was": "new", "hide": ["0", "1"], **boxes([("0.3", "0.25", "0.4", "0.5"), ("", "", "", "")])}
    reply = await mika.post(f"{IDEAS}/{idea}/cover", data=form)
    assert reply.status_code == 303, reply.text
    found = await row(world, idea)
    assert (found["state"], found["covered_text"]) == ("covered", f"{COVER} {COVER} haluaa majan")
    assert (found["text"], found["picture"]) == ("Elsa Virtanen haluaa majan", DRAWN)
    await make_public(world)
    seen = Image.open(io.BytesIO((await world.browser().get(f"/results/third-place/ideas/{idea}.webp")).content))
    assert seen.convert("RGB").getpixel((480, 288)) == (43, 37, 80)
    assert len(seen.convert("RGB").crop((300, 200, 650, 500)).getcolors() or ()) == 1
    assert not seen.getexif()
    shown = (await mika.get(f"{IDEAS}/{idea}")).text
    assert "Virtanen" not in shown
    assert await decided(mika, idea, "new", "covered") == 303
    assert await public(world, idea) == 404
    assert (await row(world, idea))["covered_picture"] is None


async def test_covering_more_takes_no_cover_away(world: World) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    first = {"was": "new", "hide": ["0"], **boxes([("0.1", "0.1", "0.2", "0.2")])}
    assert (await mika.post(f"{IDEAS}/{idea}/cover", data=first)).status_code == 303
    page = (await mika.get(f"{IDEAS}/{idea}/cover")).text
    assert "Elsa" not in page
    assert "picture?covered" in page
    for more in ({"hide": ["1"]}, boxes([("0.6", "0.6", "0.2", "0.2")])):
        assert (await mika.post(f"{IDEAS}/{idea}/cover", data={"was": "covered", **more})).status_code == 303
        assert (await row(world, idea))["covered_text"] == f"{COVER} {COVER} haluaa majan"
    seen = Image.open(io.BytesIO((await row(world, idea))["covered_picture"])).convert("RGB")
    assert {seen.getpixel((190, 140)), seen.getpixel((670, 500))} == {(43, 37, 80)}
    assert (await mika.post(f"{IDEAS}/{idea}/cover", data={"was": "covered"})).status_code == 422


def boxes(rows: list[tuple[str, ...]]) -> dict[str, list[str]]:
    return {side: [row[at] for row in rows] for at, side in enumerate(("x", "y", "width", "height"))}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"hide": ["9"]},
        {"hide": ["-1"]},
        boxes([("0.1", "0.1", "0", "0.2")]),
        boxes([("2", "0", "0.1", "0.1")]),
        boxes([("nan", "0", "0.1", "0.1")]),
        boxes([("1e0", "0", "0.1", "0.1")]),
        boxes([("0.1", "", "0.1", "0.1")]),
        boxes([("0.1", "0.1", "0.1", "0.1")] * 40),
        {"x": ["0.1"], "y": ["0.1"]},
    ],
)
async def test_a_wrong_cover_is_said_and_what_was_chosen_stays(world: World, form: dict[str, Any]) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    reply = await mika.post(f"{IDEAS}/{idea}/cover", data={"was": "new", **form})
    assert reply.status_code == 422
    assert (await row(world, idea))["state"] == "new"
    for value in form.get("x", [])[:1]:
        assert f'value="{value}"' in reply.text


async def test_a_cover_that_came_second_says_so(world: World) -> None:
    idea = await made(world)
    mika, maja = await world.signed_in("Mika"), await joined(world, "Maja")
    await decided(maja, idea, "hidden name")
    reply = await mika.post(f"{IDEAS}/{idea}/cover", data={"was": "new", "hide": ["0"]})
    assert reply.status_code == 409
    assert "Maja" in reply.text


# Worries


async def test_a_worry_is_for_those_who_are_named(world: World) -> None:
    idea = await made(world)
    mika, maja, muu = await world.signed_in("Mika"), await joined(world, "Maja"), await joined(world, "Muu")
    named = {"worryFirst": "p_Maja", "worryDeputy": "p_Muu"}
    assert (await mika.post(f"{IDEAS}/keepers", data=named)).status_code == 303
    asked = (await mika.get(f"{IDEAS}/{idea}/worry")).text
    assert "Maja, Muu" in asked
    assert "barnskyddsanmälan" in asked
    reply = await mika.post(f"{IDEAS}/{idea}/worry", data={"was": "new"})
    assert reply.status_code == 303
    for path in ("", "/picture", "/cover", "/worry"):
        assert (await mika.get(f"{IDEAS}/{idea}{path}")).status_code == 404, path
    gone = await mika.post(f"{IDEAS}/{idea}", data={"was": "new", "decision": "shown"}, headers={"HX-Request": "true"})
    assert (gone.status_code, "Elsa" in gone.text) == (409, False)
    for path in ("/cover", "/worry", "/worry/school", "/worry/handed"):
        assert (await mika.post(f"{IDEAS}/{idea}{path}", data={"was": "worry", "decision": "new"})).status_code == 404
    assert idea not in (await mika.get(f"{IDEAS}/keepers")).text
    assert (await mika.get(f"{IDEAS}/all?state=worry")).status_code == 404
    assert idea in (await muu.get(f"{IDEAS}/keepers")).text
    shown = (await maja.get(f"{IDEAS}/{idea}/worry")).text
    assert "Elsa Virtanen" in shown
    assert "Koivu" not in shown
    opened = (await maja.post(f"{IDEAS}/{idea}/worry/school")).text
    assert "<strong>Koivu</strong>" in opened
    assert "Koivu" not in (await maja.get(f"{IDEAS}/{idea}/worry")).text
    assert (await maja.post(f"{IDEAS}/{idea}/worry/handed")).status_code == 303
    assert (await maja.post(f"{IDEAS}/{idea}/worry/handed")).status_code == 303
    found = await row(world, idea)
    assert (found["state"], found["decided_by"]) == ("handed", "p_Maja")
    assert [line.partition(":")[0] for line in await log(world)] == [
        "worry_keepers_named",
        "worry_marked",
        "worry_opened",
        "worry_handed",
    ]
    assert not [line for line in await log(world) if "Koivu" in line or "Elsa" in line]


async def test_a_worry_that_is_none_goes_back_to_the_desk(world: World) -> None:
    idea = await made(world)
    mika = await world.signed_in("Mika")
    await mika.post(f"{IDEAS}/{idea}/worry", data={"was": "new"})
    assert await decided(mika, idea, "shown", "worry") == 409
    assert await decided(mika, idea, "new", "worry") == 303
    assert (await row(world, idea))["state"] == "new"


@pytest.mark.parametrize(
    "named", [{}, {"worryFirst": "p_Mika", "worryDeputy": "p_Mika"}, {"worryFirst": "p_Mika", "worryDeputy": "p_Alva"}]
)
async def test_only_two_who_may_look_at_ideas_keep_worries(world: World, named: dict[str, str]) -> None:
    mika = await world.signed_in("Mika")
    assert (await mika.post(f"{IDEAS}/keepers", data=named)).status_code == 422


async def test_whoever_is_named_and_gone_leaves_worries_to_those_who_are_there(world: World) -> None:
    idea = await made(world)
    mika, _ = await world.signed_in("Mika"), await joined(world, "Maja")
    await joined(world, "Muu")
    await mika.post(f"{IDEAS}/keepers", data={"worryFirst": "p_Maja", "worryDeputy": "p_Muu"})
    await mika.post(f"{IDEAS}/{idea}/worry", data={"was": "new"})
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE staff SET disabled = true WHERE id IN ('p_Maja', 'p_Muu')"))
    assert (await mika.get(f"{IDEAS}/{idea}/worry")).status_code == 200


async def test_the_workshop_keeps_who_keeps_worries(world: World) -> None:
    mika = await world.signed_in("Mika")
    await joined(world, "Maja")
    await mika.post(f"{IDEAS}/keepers", data={"worryFirst": "p_Mika", "worryDeputy": "p_Maja"})
    await world.town.set_facts({"ends": "2026-12-24"})
    assert (
        "Mika, Maja" in (await mika.get(f"{IDEAS}/keepers")).text
        or "Maja, Mika" in (await mika.get(f"{IDEAS}/keepers")).text
    )
    async with world.parts.db.reading() as tx:
        assert "worryFirst" in str(await tx.scalar(text("SELECT facts FROM consultations")))


def test_criticism_is_no_reason() -> None:
    assert not {"critical", "criticism", "negative"} & set(REASONS)
