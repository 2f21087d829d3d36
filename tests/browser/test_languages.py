"""A child who reads neither Swedish nor Finnish plays in English, without network, and changes to Finnish halfway."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import expect

from server.domain.package_checks import Package, write_package
from tests.browser.demo import Class, DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet
from tests.english import in_english
from tests.town import poll_content

WORDS = {
    "Vårt tredje ställe": "Our third place",
    "Var är du helst när skolan är slut?": "Where do you like to be after school?",
    "Hemma": "At home",
    "I lekparken": "At the playground",
    "I skogen": "In the forest",
    "På biblioteket": "At the library",
    "På träning eller annan hobby": "At sports or another hobby",
    "Någon annanstans": "Somewhere else",
    "Välj en bild.": "Choose a picture.",
}


def english_poll() -> dict[str, Any]:
    """The demo's poll with an English column, two questions long for the youngest."""
    content = in_english(poll_content(), WORDS)
    content["gradeProfiles"][0]["questionIds"] = ["q1", "q3"]
    return content


def publish_english(demo: DemoServer) -> str:
    """Takes the poll in as a package and publishes it; returns its consultation."""
    package = write_package(Package(english_poll(), {}, {}, {}))
    mika = demo.staff("moderator")
    taken = mika.post("/staff/shelf", files={"package": ("poll.zip", package)}, data={"area": "pedersore"})
    assert taken.status_code == 303, taken.text
    home = re.search(r'href="(/staff/polls/[\w-]+)/workshop"', mika.get(taken.headers["location"]).text)
    assert home
    seen = re.search(r'name="seen" value="(\w+)"', mika.get(f"{home[1]}/workshop").text)
    assert seen
    assert mika.post(f"{home[1]}/publish", data={"seen": seen[1]}).status_code == 303
    return str(taken.headers["location"].split("/")[3])


def english_class(demo: DemoServer, records: Records) -> Class:
    return records.find_class(demo.new_class(consultation=publish_english(demo)))


def test_a_turn_in_english_without_network_and_on_in_finnish(plain: Tablet, demo: DemoServer, records: Records) -> None:
    joined = english_class(demo, records)
    plain.join_ready(joined)
    assert plain.here.locator("[data-lang]").evaluate_all("all => all.map(each => each.dataset.lang)") == [
        "sv",
        "fi",
        "en",
    ]
    plain.set_offline(True)
    plain.choose_language("en")
    plain.go("start", "assent")
    plain.go("yes", "practice")
    plain.go("next", "q1")
    expect(plain.section("q1").get_by_role("heading")).to_have_text("Where do you like to be after school?")
    plain.choose("q1", "forest")
    order = plain.shown_order("q1")
    plain.switch_language("fi")
    plain.expect_at("q1")
    assert (plain.chosen("q1"), plain.shown_order("q1")) == (["forest"], order)
    plain.switch_language("en")
    plain.go("next", "q3")
    plain.choose("q3", "good")
    plain.go("next", "review")
    plain.confirm()
    plain.set_offline(False)
    plain.hand_in()
    (body,) = records.bodies(joined.id)
    assert json.loads(body) == {"lang": "en", "end": "done", "answers": {"q1": "forest", "q3": "good"}}
