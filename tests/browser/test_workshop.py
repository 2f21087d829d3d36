"""A coordinator builds a poll in a real browser: writes, meets another editor, loses the network, publishes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect

from tests.browser.coordinator import Coordinator
from tests.browser.demo import DemoServer
from tests.browser.staff import Staff


@pytest.fixture(scope="module")
def signed_in(browser: Browser, demo: DemoServer) -> StorageState:
    context = browser.new_context(locale="sv-FI")
    Staff(context.new_page(), demo).sign_in("moderator")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def coordinators(browser: Browser, demo: DemoServer, signed_in: StorageState) -> Iterator[list[Coordinator]]:
    """Two windows of people who make the same poll."""
    contexts = [browser.new_context(locale="sv-FI", storage_state=signed_in) for _ in range(2)]
    yield [Coordinator(context.new_page(), demo.url) for context in contexts]
    for context in contexts:
        context.close()


@pytest.fixture
def mika(coordinators: list[Coordinator]) -> Coordinator:
    return coordinators[0]


def test_three_questions_of_ones_own_are_published(mika: Coordinator) -> None:
    mika.begin()
    page = mika.page
    expect(page.locator(".question-line").first.locator(".mini-tiles img")).to_have_count(3)
    mika.press("#publish form button[type=submit]")
    expect(page.locator("#publish h2")).to_contain_text("Publicerat")
    page.goto(f"{mika.base}/staff/")
    expect(page.locator("article", has_text="Skolgården")).to_be_visible()


def test_what_is_written_is_kept_and_advised_on_as_one_writes(mika: Coordinator) -> None:
    home = mika.begin()
    mika.open(f"{home.removeprefix(mika.base)}/questions/q1")
    mika.write("questions.q1.text.sv", "Vad gör du inte på rasten?")
    state = mika.field("questions.q1.text.sv").locator("[data-state]")
    expect(state).to_contain_text("Sparat")
    expect(state).to_contain_text("inte")
    mika.write("questions.q1.text.fi", "")
    expect(mika.field("questions.q1.text.fi")).to_contain_text("Den finska texten saknas")
    expect(mika.page.locator("#bench-nav")).to_contain_text("1 saknas")
    mika.page.reload()
    expect(mika.page.locator("[id='questions.q1.text.sv']")).to_have_value("Vad gör du inte på rasten?")


def test_a_question_is_dragged_to_where_another_stands(mika: Coordinator) -> None:
    # Both lines in sight: the mouse goes from one to the other.
    mika.page.set_viewport_size({"width": 1280, "height": 1600})
    mika.open(mika.begin().removeprefix(mika.base))
    titles = mika.page.locator(".question-line h2")
    before = titles.all_text_contents()
    mika.page.locator("[data-grip='questions.q3']").drag_to(mika.page.locator("[id='questions.q1']"))
    expect(titles).to_have_text([before[2], before[0], before[1], *before[3:]])


def test_a_link_waits_for_the_last_letters(mika: Coordinator) -> None:
    home = mika.begin()
    mika.open(f"{home.removeprefix(mika.base)}/questions/q1")
    mika.write("questions.q1.text.sv", "Vad gör du?")
    mika.page.locator(".bench-nav a").first.click()
    expect(mika.page.locator(".question-line h2").first).to_have_text("Vad gör du?")


def test_the_second_of_two_editors_sees_whose_change_came_first(coordinators: list[Coordinator]) -> None:
    first, second = coordinators
    path = first.begin().removeprefix(first.base)
    for each in coordinators:
        each.open(f"{path}/texts")
    first.write("title.sv", "Hela gården")
    expect(first.field("title.sv")).to_contain_text("Sparat")
    second.write("title.sv", "Vår gård")
    conflict = second.field("title.sv").locator(".conflict")
    expect(conflict).to_contain_text("Mika ändrade det här före dig")
    expect(conflict).to_contain_text("Hela gården")
    expect(second.page.locator("[id='title.sv']")).to_have_value("Vår gård")
    conflict.locator("[data-theirs]").click()
    expect(second.page.locator("[id='title.sv']")).to_have_value("Hela gården")
    expect(conflict).to_have_count(0)
    with first.page.expect_response(lambda answer: answer.request.method == "POST"):
        first.write("title.sv", "Gården")
    second.write("title.sv", "Vår gård")
    conflict.locator("[data-over]").click()
    expect(conflict).to_have_count(0)
    first.page.reload()
    expect(first.page.locator("[id='title.sv']")).to_have_value("Vår gård")


def test_without_network_a_text_stays_and_is_sent_when_it_is_back(mika: Coordinator) -> None:
    path = mika.begin().removeprefix(mika.base)
    mika.open(f"{path}/texts")
    mika.page.context.set_offline(True)
    mika.write("subtitle.sv", "Hur leker ni?")
    expect(mika.field("subtitle.sv")).to_contain_text("Inte sparat ännu")
    expect(mika.page.locator("[id='subtitle.sv']")).to_have_value("Hur leker ni?")
    mika.page.context.set_offline(False)
    expect(mika.field("subtitle.sv")).to_contain_text("Sparat")
    expect(mika.field("subtitle.sv")).not_to_contain_text("Inte sparat")
    mika.page.reload()
    expect(mika.page.locator("[id='subtitle.sv']")).to_have_value("Hur leker ni?")


def test_another_picture_is_found_and_taken(mika: Coordinator) -> None:
    path = mika.begin().removeprefix(mika.base)
    mika.open(f"{path}/questions/q1")
    mika.press("[id='questions.q1.options.o1.emojiHex']")
    mika.write("q", "cykel")
    mika.press("form.search button")
    mika.press("[data-picture='1F6B2']")
    mika.page.wait_for_url("**/questions/q1*")
    mika.press("[id='questions.q1.options.o1.emojiHex']")
    expect(mika.page.locator("h2")).to_have_text("Välj en bild")


def test_the_trial_plays_to_its_end_and_keeps_nothing(mika: Coordinator) -> None:
    path = mika.begin().removeprefix(mika.base)
    mika.open(f"{path}/try?width=phone")
    booklet = mika.page.frame_locator("iframe.trial")
    for name in ("start", "yes", "next"):
        booklet.locator(f"section:not([hidden]) button[data-do={name}]").first.click()
    booklet.locator("section:not([hidden]) input[value=o2]").check(force=True)
    for _ in range(4):
        button = booklet.locator("section:not([hidden])")
        (button.locator("[data-do=next]:enabled").or_(button.locator("[data-do=skip]")).last).click()
    booklet.locator("section:not([hidden]) button[data-do=confirm]").click()
    expect(booklet.locator("section[data-screen=thanks]")).to_be_visible()
    frame = mika.page.frame(url="**/preview/**")
    assert frame
    assert frame.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_without_script_everything_can_be_done(browser: Browser, signed_in: StorageState, demo: DemoServer) -> None:
    context = browser.new_context(locale="sv-FI", storage_state=signed_in, java_script_enabled=False)
    plain = Coordinator(context.new_page(), demo.url)
    path = plain.begin().removeprefix(demo.url)
    plain.open(f"{path}/questions/q1")
    plain.write("questions.q1.text.sv", "Vad gör du?")
    plain.press("button[value='add questions.q1.options']")
    plain.write("questions.q1.options.o4.text.sv", "Ritar")
    plain.write("questions.q1.options.o4.text.fi", "Piirrän")
    plain.press(".save-all button")
    plain.press("[id='questions.q1.options.o4.emojiHex']")
    plain.press(plain.page.locator("[data-picture]").first)
    plain.open(path)
    expect(plain.page.locator(".question-line h2").first).to_have_text("Vad gör du?")
    plain.press("#publish form button[type=submit]")
    expect(plain.page.locator("#publish h2")).to_contain_text("Publicerat")
    context.close()
