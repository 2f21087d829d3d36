"""The polls on the shelf keep to the rules of docs/screens.md."""

import pytest

from server.domain.findings import Severity
from server.domain.lint import lint
from server.store.shelf import find_shelf_poll, list_shelf_polls

SHELF = list_shelf_polls()
REASONS = {
    ("many_options", "options"): "a way out beside four pictures, five things for coins, six zones",
    ("negation", "practice.help"): "says that nothing is kept; it asks nothing",
    ("long_label", "mayShow.no"): "says who will see it, which matters more than one word",
}


def test_the_six_subjects_are_there() -> None:
    assert set(SHELF) >= {"third-place", "school-yard", "school-lunch", "way-to-school", "safe-places", "library"}


@pytest.mark.parametrize("name", SHELF)
def test_nothing_blocks_a_poll(name: str) -> None:
    assert not [each for each in lint(find_shelf_poll(name)) if each.rule.severity is Severity.BLOCKS]


@pytest.mark.parametrize("name", sorted({*SHELF} - {"third-place"}))
def test_what_is_said_against_a_poll_has_a_reason(name: str) -> None:
    """The demo's own reasons stand in test_lint.py."""
    for finding in lint(find_shelf_poll(name)):
        code, path = finding.rule.code, finding.path
        assert any((code == known and path.endswith(end)) for known, end in REASONS), (code, path, finding.words)


@pytest.mark.parametrize("name", SHELF)
def test_a_poll_has_something_of_its_own_to_look_at(name: str) -> None:
    content = find_shelf_poll(name)
    kinds = {question["kind"] for question in content["questions"]}
    assert len(kinds) >= 6
    assert content["id"] == name
