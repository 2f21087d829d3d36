"""What a browser keeps: it says so; it is emptied, full, cut from its storage; and a server that goes back."""

import shutil
from pathlib import Path

from playwright.sync_api import CDPSession, expect

from tests.browser.demo import Class, DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet, eventually, invent

_EMPTIED = "indexeddb,cache_storage,service_workers"


def devtools(tablet: Tablet) -> CDPSession:
    return tablet.page.context.new_cdp_session(tablet.page)


def let_persist(tablet: Tablet) -> None:
    """As a browser does for an app that is used often."""
    devtools(tablet).send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": tablet.base})


def ready(records: Records, session: str) -> str:
    return str(records.rows("SELECT ready FROM tablets WHERE session = ?", session)[0][0])


def test_a_tablet_keeps_once_an_earlier_start_is_found(tablet: Tablet, a_class: Class, records: Records) -> None:
    """A second tab is no second start; a browser that was closed is."""
    let_persist(tablet)
    tablet.join_ready(a_class)
    assert tablet.page.locator('[data-keeps="yes"]').count() == 0
    other = tablet.beside()
    other.open()
    other.expect_at("language")
    other.make_ready()
    assert other.page.locator('[data-keeps="yes"]').count() == 0
    tablet.device.kill()
    again = Tablet(tablet.device.start(), tablet.base, tablet.device)
    let_persist(again)
    again.open()
    again.expect_at("language")
    again.make_ready()
    again.choose_language("fi")
    expect(again.page.locator('[data-keeps="yes"]:visible')).to_be_visible()
    eventually(lambda: ready(records, a_class.id) == "keeps", "the server has heard that it keeps", again.page)


def test_a_browser_that_may_clear_everything_does_not_keep(tablet: Tablet, a_class: Class) -> None:
    tablet.join_ready(a_class)
    tablet.device.kill()
    again = Tablet(tablet.device.start(), tablet.base, tablet.device)
    again.open()
    again.expect_at("language")
    again.make_ready()
    assert again.page.locator('[data-keeps="yes"]').count() == 0


def test_an_emptied_tablet_says_so_and_the_teacher_sees_the_gap(
    plain: Tablet, demo: DemoServer, a_class: Class
) -> None:
    """Emptied by its browser in the middle of a turn, with one confirmed response that was not sent."""
    plain.join_ready(a_class)
    children = [invent(plain.questions(), number, "fi") for number in (3, 4)]
    plain.set_offline(True)
    plain.play(children[0])
    plain.hand_over()
    plain.begin("fi")
    devtools(plain).send("Storage.clearDataForOrigin", {"origin": plain.base, "storageTypes": _EMPTIED})
    plain.set_offline(False)
    plain.section("q1").locator("input").first.click()
    plain.expect_at("join")
    assert plain.lang == "fi"
    sentence = plain.page.locator("[data-say=emptied]")
    expect(sentence).to_be_visible()
    expect(sentence.locator('[data-mark="blue"]')).to_be_visible()
    plain.page.reload()
    expect(sentence).to_be_visible()
    plain.tap_pictures(a_class)
    plain.expect_at("language")
    teacher = demo.staff("teacher")
    demo.post("teacher", f"/staff/sessions/{a_class.id}/finish")

    def gap() -> bool:
        plain.hurry()
        page = teacher.get(f"/staff/sessions/{a_class.id}/progress?lang=sv").text
        return "Klart att gå" not in page and page.count("Allt inlämnat") == 1 and "<strong>Blå cirkel</strong>" in page

    eventually(gap, "the new tablet is done, the old one is waited for", plain.page)


def test_a_full_device_starts_no_turn_and_loses_none(plain: Tablet, a_class: Class, records: Records) -> None:
    """It says that it is nearly full; later a single answer has no room any more."""
    page = plain.page
    plain.join(a_class)
    child = invent(plain.questions(), 6, "fi")
    plain.choose_language("fi")
    page.evaluate("navigator.storage.estimate = async () => ({quota: 10 ** 9, usage: 10 ** 9 - 10 ** 7})")
    plain.go("start", "stuck")
    assert plain.stored("drafts") == []
    page.evaluate("delete navigator.storage.estimate")
    plain.go("go-on", "assent")
    plain.go("yes", "practice")
    plain.do("next")
    plain.answer("q1", child.answers["q1"])
    page.evaluate(_NO_ROOM)
    plain.section("q2").locator("input").first.click()
    plain.expect_at("stuck")
    plain.do("go-on")
    plain.expect_at("stuck")
    page.evaluate("makeRoom()")
    plain.go("go-on", "q2")
    assert len(plain.chosen("q2")) == 1
    plain.go("next", "q3")
    (draft,) = plain.stored("drafts")
    assert sorted(draft["answers"]) == ["q1", "q2"]


_NO_ROOM = """() => {
  const {prototype} = IDBObjectStore;
  const {put} = prototype;
  prototype.put = () => { throw new DOMException('No room', 'QuotaExceededError'); };
  window.makeRoom = () => { prototype.put = put; };
}"""
_KILLING = """(() => {
  const used = new Set();
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...how) {
    used.add(this);
    return real.apply(this, how);
  };
  setInterval(() => {
    for (const each of used) each.close();
    used.clear();
  }, 100);
})()"""


def test_connections_are_killed_all_the_time(plain: Tablet, a_class: Class, records: Records) -> None:
    """As iOS does it in the background; whatever goes on at that moment finds its connection closed."""
    plain.page.add_init_script(_KILLING)
    plain.join(a_class)
    child = invent(plain.questions(), 8, "sv")
    plain.play(child)
    plain.hand_over()
    plain.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert records.arrived(a_class.id) == 1


def test_a_server_that_goes_back_gets_everything_again(
    plain: Tablet, demo: DemoServer, a_class: Class, records: Records, tmp_path: Path
) -> None:
    """The database is put back to before a child answered; the tablet holds only the seal, and sends it."""
    plain.join(a_class)
    child = invent(plain.questions(), 9, "fi")
    demo.stop()
    shutil.copy(demo.database, tmp_path / "before")
    demo.start()
    plain.play(child)
    plain.hand_in()
    assert records.arrived(a_class.id) == 1
    (receipt,) = plain.stored("receipts")
    assert str(child.answers["q1"]) not in str(receipt)
    demo.stop()
    for file in demo.data.glob(f"{demo.database.name}-*"):
        file.unlink()
    shutil.copy(tmp_path / "before", demo.database)
    demo.start()
    assert records.bodies(a_class.id) == []

    def is_back() -> bool:
        plain.hurry()
        return records.bodies(a_class.id) == [child.body]

    eventually(is_back, "the response, sent again", plain.page)
    assert records.arrived(a_class.id) == 1
    eventually(lambda: not plain.stored("outbox"), "nothing waits", plain.page)
    assert [each["id"] for each in plain.stored("receipts")] != [receipt["id"]]
