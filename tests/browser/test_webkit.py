"""The child's walk in the iPad's engine (WebKitGTK): joined online, answered and confirmed without a server, sent once.

WebKit cannot be told to be offline, so the server is stopped instead.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service

from tests.browser.demo import Class, DemoServer
from tests.browser.records import Answer, Child, Records
from tests.needs import find_webkit

_PATIENCE_S = 60
_BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
_NOT_HERE = "WebKit (the iPad's engine) is not installed here: Debian's webkit2gtk-driver or xvfb is missing."
pytestmark = [
    pytest.mark.skipif(not (_BROWSERS and find_webkit()), reason=_NOT_HERE),
    # Selenium's WebKitGTK driver still uses what Selenium itself has left behind.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]


@pytest.fixture
def display() -> Iterator[str]:
    """A screen that nobody sees, on the first number that is free."""
    if shown := os.environ.get("DISPLAY"):
        yield shown
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1024x1100x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start."
    yield f":{number}"
    process.terminate()
    process.wait()


@pytest.fixture
def webkit(display: str, tmp_path: Path) -> Iterator[WebKitGTK]:
    options = WebKitGTKOptions()
    options.binary_location = str(_BROWSERS[-1])
    options.add_argument("--automation")
    own = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment = {**os.environ, "DISPLAY": display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", **own}
    # There is no graphics card to put the page together.
    environment["WEBKIT_DISABLE_COMPOSITING_MODE"] = "1"
    started = WebKitGTK(options=options, service=Service(executable_path=find_webkit(), env=environment))
    yield started
    started.quit()


def test_a_turn_without_a_server_arrives_once(
    webkit: WebKitGTK, demo: DemoServer, a_class: Class, records: Records
) -> None:
    tablet = WebKitTablet(webkit)
    webkit.get(f"{demo.url}/app/")
    tablet.expect("section[data-screen=join]")
    for picture in a_class.pictures:
        tablet.click(f'button[data-join="{picture}"]')
    tablet.expect("section[data-screen=language]")
    tablet.click('section[data-screen=language] button[data-lang="fi"]')
    tablet.expect("section[data-screen=welcome] [data-ready=yes]")

    demo.kill()
    tablet.do("start", "assent")
    tablet.do("yes", "practice")
    tablet.click("section[data-screen=practice] button[data-do=next]")
    answers: dict[str, Answer] = {}
    for question in tablet.questions():
        answers[question] = tablet.answer(question)
    tablet.expect("section[data-screen=review]")
    webkit.refresh()
    tablet.expect("section[data-screen=abandoned]")
    tablet.do("go-on", "review")
    tablet.do("confirm", "thanks")
    tablet.expect("section[data-screen=thanks] [data-saved]")
    tablet.do("next", "handover")
    tablet.do("new-child", "language")
    webkit.refresh()
    tablet.expect("section[data-screen=language]")

    demo.start()
    WebDriverWait(webkit, _PATIENCE_S).until(lambda _driver: records.arrived(a_class.id) == 1)
    assert records.bodies(a_class.id) == [Child("fi", answers).body]
    webkit.refresh()
    tablet.expect("section[data-screen=language]")
    assert records.arrived(a_class.id) == 1


class WebKitTablet:
    """The same hooks as `Tablet`, through WebDriver."""

    def __init__(self, driver: WebKitGTK) -> None:
        self._driver = driver
        self._wait = WebDriverWait(driver, _PATIENCE_S, poll_frequency=0.05)

    def expect(self, selector: str) -> WebElement:
        """The first element that is shown and matches."""

        def look(driver: WebKitGTK) -> WebElement | None:
            script = "return [...document.querySelectorAll(arguments[0])].find(each => each.getClientRects().length)"
            found: WebElement | None = driver.execute_script(script, selector)
            return found

        found = self._wait.until(look, f"never shown: {selector}")
        assert found is not None
        return found

    def click(self, selector: str) -> None:
        self.expect(selector).click()

    def do(self, action: str, to: str) -> None:
        self.click(f'section[data-screen]:not([hidden]) button[data-do="{action}"]')
        self.expect(f'section[data-screen="{to}"]')

    def answer(self, question: str) -> Answer:
        """Gives the first answer there is, goes on, and returns it; an idea is skipped."""
        here = f'section[data-question="{question}"]'
        kind = self.expect(here).get_attribute("data-kind")
        if kind == "idea":
            self.click(f"{here} button[data-do=skip]")
            return None
        first = {"rank": "button[data-rank]", "budget": "button[data-coin='+1']"}.get(str(kind), "[data-tile] > input")
        control = self.expect(f"{here} {first}")
        name = (
            control.get_attribute("data-rank") or control.get_attribute("data-option") or control.get_attribute("value")
        )
        pair = str(control.get_attribute("name")).rpartition(".")[2]
        control.click()
        self.click(f"{here} button[data-do=next]:enabled")
        if kind in ("multi_choice", "rank"):
            return (str(name),)
        return {"budget": {name: 1}, "this_or_that": {pair: name}}.get(str(kind), str(name))  # type: ignore[return-value]

    def questions(self) -> list[str]:
        found = self._driver.find_elements(By.CSS_SELECTOR, 'section[data-screen="question"]')
        return [str(section.get_attribute("data-question")) for section in found]
