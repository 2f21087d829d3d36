"""The class wall says shares in words, of this session's packets only."""

import pytest

from server.domain.consultations import parse_poll
from server.domain.walls import Packet, band, wall
from tests.town import poll_content

POLL = parse_poll(poll_content())


@pytest.mark.parametrize(
    ("number", "shown", "word"),
    [
        (6, 10, "most"),
        (5, 10, "many"),
        (4, 10, "many"),
        (3, 10, "some"),
        (2, 10, "some"),
        (1, 10, "few"),
        (0, 10, "few"),
        (3, 5, "most"),
        (1, 5, "some"),
        (5, 5, "most"),
    ],
)
def test_a_share_in_words(number: int, shown: int, word: str) -> None:
    assert band(number, shown) == word


def test_each_kind_says_its_own_share() -> None:
    packets = {
        "q1": Packet(5, {"home": 3, "forest": 2}),
        "q6": Packet(5, {"evening@1": 4, "free@1": 1, "evening#": 19, "free#": 12, "clean#": 20}),
        "q7": Packet(5, {"climb": 9, "music": 41, "climb#": 4, "music#": 1}),
        "q9.p1": Packet(5, {"outdoors": 5, "indoors": 0}),
    }
    bands = {card.entry.id: card.bands for card in wall(POLL, "long", packets)}
    assert bands["q1"] == {"home": "most", "forest": "many"} | dict.fromkeys(
        ["playground", "library", "hobby", "elsewhere"], "few"
    )
    assert bands["q6"] == {"evening": "most", "everyone": "few", "free": "some", "clean": "few"}
    assert bands["q7"] is not None
    assert (bands["q7"]["climb"], bands["q7"]["music"]) == ("most", "some")
    assert bands["q9.p1"] == {"outdoors": "most", "indoors": "few"}
    assert bands["q9.p2"] is None


def test_the_wall_has_its_questions_in_order_and_no_other() -> None:
    """The idea and the exit check are not for the wall; a younger class has two pairs."""
    assert [card.entry.id for card in wall(POLL, "short", {})] == ["q1", "q2", "q3", "q7", "q8", "q9.p1", "q9.p2"]


def test_a_sensitive_question_is_never_on_a_wall() -> None:
    content = poll_content()
    content["questions"][0]["sensitive"] = True
    cards = wall(parse_poll(content), "short", {"q1": Packet(10, {"home": 10})})
    assert "q1" not in [card.entry.id for card in cards]
