"""The whole story of one class, as issue 2 tells it: from the teacher's start to the reviewer's result."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, expect

from tests.browser.demo import Class, DemoServer
from tests.browser.device import Device
from tests.browser.records import Ledger, Records
from tests.browser.staff import Staff
from tests.browser.sums import entries, sums
from tests.browser.tablet import Asked, Tablet, invent


@dataclass
class Room:
    """Three tablets and the ledger that the test keeps of what every child confirmed."""

    session: Class
    tablets: list[Tablet]
    ledger: Ledger = field(default_factory=Ledger)
    children: int = 0
    questions: list[Asked] = field(default_factory=list)

    def next_child(self, tablet: Tablet, lang: str, *, stays: bool = False) -> None:
        child = invent(self.questions, self.children, lang)
        self.children += 1
        tablet.play(child)
        self.ledger.confirm(self.session.id, child)
        if not stays:
            tablet.hand_over()


def test_a_class_answers(
    demo: DemoServer, records: Records, browser: Browser, new_device: Callable[[], Device]
) -> None:
    teacher = Staff(browser.new_page(), demo)
    teacher.sign_in("teacher")
    session = records.find_class(teacher.start_session("satukallio", 2))
    teacher.expect_state("open")

    room = _open_room(session, demo, browser, new_device())
    swedish, finnish, away = room.tablets
    swedish.join_by_pictures(session)
    swedish.make_ready()
    finnish.join_ready(session)
    away.open(f"/app/j/{session.link}")
    away.expect_at("language")
    away.choose_language("fi")
    away.expect_ready()
    away.go("back", "language")
    teacher.expect_numbers(joined=3, done=0, waiting=0)
    teacher.expect_ready(3)
    room.questions = swedish.questions()

    away.set_offline(True)
    room.next_child(swedish, "sv")
    room.next_child(finnish, "fi")
    swedish.hand_in()
    finnish.hand_in()
    teacher.expect_numbers(joined=3, done=2, waiting=0)

    room.next_child(away, "fi")
    room.next_child(swedish, "sv", stays=True)
    demo.kill()
    room.next_child(finnish, "fi")
    swedish.hand_over()
    room.next_child(away, "sv")
    demo.start()
    room.next_child(swedish, "sv")
    room.next_child(finnish, "fi")
    assert room.children == 8
    swedish.hand_in()
    finnish.hand_in()
    teacher.expect_numbers(joined=3, done=6, waiting=0)
    assert len(away.stored("outbox")) == 2

    teacher.press("finish")
    teacher.expect_state("closing")
    swedish.hurry()
    finnish.hurry()
    teacher.expect_safe(is_safe=False)
    away.set_offline(False)
    away.hand_in()
    teacher.expect_numbers(joined=3, done=8, waiting=0)
    for tablet in room.tablets:
        tablet.hurry()
    teacher.expect_safe(is_safe=True)

    assert records.bodies(session.id) == room.ledger.bodies(session.id)
    teacher.press("close")
    teacher.expect_state("closed")
    _expect_packets(room, records)
    _expect_result(room, demo, browser)


def _open_room(session: Class, demo: DemoServer, browser: Browser, device: Device) -> Room:
    """One tablet hides its page between its children; of the others a page is enough."""
    pages = [browser.new_context(reduced_motion="reduce").new_page() for _ in range(2)]
    tablets = [Tablet(device.start(), demo.url, device), *(Tablet(page, demo.url) for page in pages)]
    return Room(session, tablets)


def _expect_packets(room: Room, records: Records) -> None:
    """Every confirmed answer is in a packet or waits one level up, once; no raw response is left."""
    session, confirmed = room.session.id, room.ledger.confirmed[room.session.id]
    assert records.number("responses", session) == 0
    assert records.number("tombstones", session) == len(confirmed)
    assert records.arrived(session) == len(confirmed)
    packets, shown = records.packets(session), records.shown(session)
    for asked in room.questions:
        given = sums(asked, room.ledger.answers(asked.id, session))
        for entry in entries(asked):
            waiting = records.waiting(entry)
            assert packets.get(entry, Counter()) + sum(waiting, Counter()) == sum(given[entry], Counter()), entry
            assert shown.get(entry, 0) + len(waiting) == len(given[entry]), entry


def _expect_result(room: Room, demo: DemoServer, browser: Browser) -> None:
    """The reviewer sees the packets and nothing else, on the page and in the JSON."""
    where = {"school": room.session.school, "grades": "2"}
    answer = demo.staff("reviewer").get("/api/v1/results/third-place", params=where).json()
    results = {each["id"]: each for each in answer["questions"]}
    reviewer = Staff(browser.new_page(), demo)
    reviewer.sign_in("reviewer")
    reviewer.page.goto(f"{demo.url}/staff/consultations/third-place/results?school=satukallio&grades=2")
    packets = Records(demo.database).packets(room.session.id)
    assert any(packets.values())
    for asked in room.questions:
        section = reviewer.page.locator(f"section#{asked.id}")
        for entry in entries(asked):
            if entry not in packets:
                assert results[entry]["counts"] is None
                expect(section.locator(".withheld").first).to_be_visible()
                continue
            counts = results[entry]["counts"]
            assert {cell: number for cell, number in counts.items() if number} == packets[entry]
            assert results[entry]["shown"] >= 5
            if asked.kind in ("single_choice", "multi_choice", "smiley", "yes_maybe_no", "place"):
                shown = section.locator(".chart-table tbody td:nth-of-type(1)").all_inner_texts()
                assert [int(number) for number in shown] == [counts[option] for option in asked.options]
