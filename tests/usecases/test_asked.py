"""Where and with whom sessions of a consultation are held: the places below its area, those and the grades it asks."""

from collections.abc import Sequence
from typing import Any

import pytest

from server.domain.errors import DomainError
from server.store.areas import Area, insert_area
from tests.town import Town

NAMES = {"sv": "By", "fi": "Kylä"}


async def refused(town: Town, school: str, grades: Sequence[int] = (1, 2), **more: Any) -> tuple[tuple[str, str], ...]:
    with pytest.raises(DomainError) as error:
        await town.session(school, grades, **more)
    return tuple(error.value.details)


@pytest.mark.parametrize("kind", [{}, {"trial": True}, {"typed": True}])
async def test_a_session_is_held_in_a_place_below(town: Town, kind: dict[str, Any]) -> None:
    async with town.db.writing() as tx:
        await insert_area(tx, Area("by", "stad", "municipality", NAMES, "sv"))
        await insert_area(tx, Area("klubb", "by", "club", NAMES, "sv"))
        await insert_area(tx, Area("annan", None, "municipality", NAMES, "sv"))
        await insert_area(tx, Area("skola", "annan", "school", NAMES, "sv"))
    for elsewhere in ("stad", "by", "annan", "skola"):
        assert await refused(town, elsewhere, **kind) == (("area", "missing"),)
    assert (await town.session("klubb", **kind)).area == "klubb"


async def test_only_the_places_it_asks(town: Town) -> None:
    await town.set_facts({"areas.koivu": "on"})
    assert await refused(town, "bjork") == (("area", "missing"),)
    assert (await town.session("koivu")).area == "koivu"
    await town.set_facts({"areas.koivu": "", "areas.stad": "on"})
    assert (await town.session("bjork")).area == "bjork"


async def test_only_the_grades_it_asks(town: Town) -> None:
    await town.set_facts({"grades.1": "on", "grades.2": "on"})
    assert await refused(town, "koivu", (2, 3)) == (("grades", "missing"),)
    assert (await town.session("koivu", (1, 2))).grades == (1, 2)
