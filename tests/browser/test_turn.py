"""One child's turn: every way through it, and what is left of it afterwards."""

from tests.browser.demo import Class
from tests.browser.records import Records
from tests.browser.tablet import Tablet, invent


def test_a_turn_arrives_as_it_was_played(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    tablet.go("back", "language")
    child = invent(tablet.questions(), 5, "fi")
    tablet.play(child)
    assert len(tablet.stored("outbox")) == 1
    tablet.hurry()
    tablet.expect_delivered()
    assert records.bodies(a_class.id) == [child.body]
    assert tablet.stored("drafts") == []


def test_the_number_not_yet_acknowledged_is_always_true(tablet: Tablet, a_class: Class) -> None:
    tablet.join_ready(a_class)
    tablet.go("back", "language")
    tablet.page.context.set_offline(True)
    tablet.play(invent(tablet.questions(), 1, "sv"))
    tablet.expect_unsent(1)
    tablet.hand_over()
    tablet.expect_unsent(1)
    tablet.page.context.set_offline(False)
    tablet.hurry()
    tablet.expect_unsent(0)
