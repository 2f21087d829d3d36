"""One letter a day to those who keep worries: how much waits, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from server.app import create_app
from server.domain.people import Role
from server.web.parts import Parts
from server.web.reminders import remind
from tests.smtp import open_postbox
from tests.web.staff import PEOPLE, open_world
from tests.web.test_pages_ideas import IDEAS, joined, made

MONDAY = datetime(2026, 11, 23, 7, 0)


async def test_one_letter_a_day_also_after_a_restart(tmp_path: Path) -> None:
    async with open_postbox() as postbox, open_world(tmp_path, smtp=postbox.settings) as world:
        await remind(world.parts, MONDAY)
        assert postbox.letters == []
        for _ in range(3):
            await made(world)
        mika, _maja = await world.signed_in("Mika"), await joined(world, "Maja")
        await joined(world, "Muu")
        await mika.post(f"{IDEAS}/keepers", data={"worryFirst": "p_Mika", "worryDeputy": "p_Maja"})
        await mika.post(f"{IDEAS}/{await made(world)}/worry", data={"was": "new"})
        await remind(world.parts, MONDAY)
        again: Parts = create_app(world.parts.settings).state.parts
        await remind(again, MONDAY + timedelta(hours=3))
        assert sorted(letter["To"] for letter in postbox.letters) == ["maja@stad.example", "mika@stad.example"]
        await remind(again, MONDAY + timedelta(days=1))
        assert len(postbox.letters) == 4
        await again.db.close()
    said = postbox.letters[0].get_content()
    assert "3 idéer, 1 oro" in said
    assert "3 ideaa, 1 huoli" in said
    for secret in ("Elsa", "Koivu", "tredje", "kolmas", *PEOPLE):
        assert secret not in said.replace("Hej Maja", "").replace("Hej Mika", "").replace("Hei Mika", "")


@pytest.mark.parametrize(
    "moment", [MONDAY - timedelta(minutes=1), MONDAY - timedelta(days=1), MONDAY - timedelta(days=2)]
)
async def test_nobody_is_told_at_night_or_at_the_weekend(tmp_path: Path, moment: datetime) -> None:
    async with open_postbox() as postbox, open_world(tmp_path, smtp=postbox.settings) as world:
        await made(world)
        await remind(world.parts, moment)
        assert postbox.letters == []


async def test_a_letter_that_was_refused_is_tried_again(tmp_path: Path) -> None:
    async with open_postbox() as postbox, open_world(tmp_path, smtp=postbox.settings) as world:
        await made(world)
        postbox.refuses = "mika"
        await remind(world.parts, MONDAY)
        postbox.refuses = ""
        await remind(world.parts, MONDAY)
        assert len(postbox.letters) == 1
        async with world.parts.db.writing() as tx:
            await tx.execute(text("UPDATE ideas SET state = 'shown'"))
        await remind(world.parts, MONDAY + timedelta(days=1))
        assert len(postbox.letters) == 1


async def test_in_school_holidays_only_worries_are_told_of(tmp_path: Path) -> None:
    async with open_postbox() as postbox, open_world(tmp_path, smtp=postbox.settings) as world:
        mika, aino, idea = (
            await world.signed_in("Mika"),
            await joined(world, "Aino", Role.ADMINISTRATOR),
            await made(world),
        )
        holiday = {"first": "2026-11-20", "last": "2026-11-23"}
        assert (await aino.post("/staff/areas/stad/holidays", data=holiday)).status_code == 303
        await remind(world.parts, MONDAY)
        assert postbox.letters == []
        await mika.post(f"{IDEAS}/{idea}/worry", data={"was": "new"})
        await remind(world.parts, MONDAY)
        assert len(postbox.letters) == 2
        await remind(world.parts, datetime(2026, 12, 24, 7, 0))
        assert len(postbox.letters) == 2


async def test_the_letter_goes_out_again_after_the_holiday(tmp_path: Path) -> None:
    async with open_postbox() as postbox, open_world(tmp_path, smtp=postbox.settings) as world:
        aino = await joined(world, "Aino", Role.ADMINISTRATOR)
        await aino.post("/staff/areas/stad/holidays", data={"first": "2026-11-23", "last": ""})
        await made(world)
        await remind(world.parts, MONDAY)
        assert postbox.letters == []
        await remind(world.parts, MONDAY + timedelta(days=1))
        assert len(postbox.letters) > 0
