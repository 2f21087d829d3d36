"""One area and those above it are found without reading all the others: a country has thousands."""

import pytest

from server.store.areas import Area, find_area, insert_area, list_area_path, list_areas_above
from server.store.database import Database


@pytest.fixture
async def tree(db: Database) -> Database:
    async with db.writing() as tx:
        for id_, parent in (("land", None), ("town", "land"), ("school", "town"), ("other", "town"), ("far", None)):
            await insert_area(tx, Area(id_, parent, "school", {"sv": id_, "fi": id_}, "sv"))
    return db


async def test_an_area_is_found_with_those_above_it(tree: Database) -> None:
    async with tree.reading() as tx:
        assert await list_area_path(tx, "school") == ["school", "town", "land"]
        assert set(await list_areas_above(tx, "school")) == {"school", "town", "land"}
        assert (await find_area(tx, "other")) == Area("other", "town", "school", {"sv": "other", "fi": "other"}, "sv")


async def test_an_unknown_area_has_nothing_above(tree: Database) -> None:
    async with tree.reading() as tx:
        assert (await list_area_path(tx, "none"), await find_area(tx, "none")) == ([], None)
