"""What a tablet's browser keeps on its disk of answers that were sent: searched byte by byte in a real profile."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.demo import Class, DemoServer
from tests.browser.device import Device
from tests.browser.tablet import Tablet, invent
from tests.traces import traces


def test_sent_answers_are_in_no_store_and_in_no_other_file_of_the_browser(
    demo: DemoServer, a_class: Class, new_device: Callable[[], Device]
) -> None:
    """Chromium keeps deleted records in its LevelDB until it compacts them (docs/privacy.md), and nowhere else."""
    device = new_device()
    tablet = Tablet(device.start(), demo.url, device)
    tablet.join(a_class)
    tablet.set_offline(True)
    tablet.play(invent(tablet.questions(), 1, "fi"))
    [sent] = tablet.stored("outbox")
    tablet.set_offline(False)
    tablet.hand_over()
    tablet.hand_in()
    answers = '"answers":{"q1"'
    assert sent["id"] in str(tablet.stored("receipts"))
    assert answers not in str(tablet.stored("receipts")), "the receipt is sealed"
    demo.post("teacher", f"/staff/sessions/{a_class.id}/close")
    assert [tablet.stored(store) for store in ("drafts", "outbox", "attention")] == [[], [], []]
    device.kill()
    found = traces(device.profile, [sent["id"], answers, answers.replace('"', '\\"')])
    places = {part for trace in found for part in trace.where.split("/") if "indexeddb" in part.lower()}
    assert {trace.where for trace in found if "indexeddb.leveldb" not in trace.where} == set()
    assert places, "the search finds what is there"
