"""A short attack on the running server (`make attack` is the long one), and that no address is left out of it."""

from collections.abc import Iterator

import pytest

from server.web.routes import RULES
from tests.hostile.attack import Attack, attacking
from tests.hostile.described import ask_described
from tests.hostile.rows import ROWS

REQUESTS = 600
DESCRIBED = 15
MOST_MB = 400


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    with attacking(tmp_path_factory.mktemp("attack")) as begun:
        yield begun


def test_every_address_that_takes_something_has_its_row() -> None:
    assert {route for route in RULES if route[0] != "GET"} == set(ROWS)


def test_hostile_requests_get_a_documented_answer(attack: Attack) -> None:
    attack.throw(REQUESTS)
    assert attack.ledger.sent >= REQUESTS
    # An attack that is turned away at the door shows nothing.
    assert attack.ledger.through.total() > REQUESTS / 5
    assert len(attack.ledger.reached) > len(RULES) / 2
    assert attack.ledger.most_mb < MOST_MB


def test_the_json_addresses_answer_as_they_are_described(attack: Attack) -> None:
    attack.known_now()
    ask_described(attack, DESCRIBED)
    attack.ledger.check()
