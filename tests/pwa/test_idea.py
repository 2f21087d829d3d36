"""What a child drew and wrote as plain data: what is sent of it, and the hint about names."""

import json

import pytest

from tests.pwa.conftest import Run

ABOUT = {"session": "s1", "question": "q10", "lang": "fi", "grades": [3, 4]}
LINE = "[[0.1,0.2,0.5],[0.3,0.4,0.5]]"


def idea(**changes: object) -> dict[str, object]:
    return {"strokes": [], "colours": [], "text": "", "mayShow": None, **changes}


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (idea(), None),
        (idea(text=" \n "), None),
        (idea(mayShow=True), None),
        (idea(text="x"), {"text": True}),
        (idea(strokes=[LINE], colours=[0]), {"drawing": True}),
        (idea(strokes=[LINE], colours=[0], text="x"), {"text": True, "drawing": True}),
    ],
)
def test_the_answer_says_only_what_there_is(run: Run, given: object, answer: object) -> None:
    assert run("idea.made(given)", given) == answer


@pytest.mark.parametrize(("chosen", "sent"), [(None, False), (False, False), (True, True)])
def test_no_choice_whether_others_may_see_it_means_no(run: Run, chosen: object, sent: bool) -> None:
    body = json.loads(run("idea.ideaBody(...given)", [idea(text=" Metsä ", mayShow=chosen), ABOUT]))
    assert body == {"proto": 1, **ABOUT, "may_show": sent, "text": "Metsä"}


def test_strokes_are_sent_as_points(run: Run) -> None:
    drawn = idea(strokes=[LINE, "[[1,1,1]]"], colours=[0, 3])
    body = json.loads(run("idea.ideaBody(...given)", [drawn, ABOUT]))
    points = [[[0.1, 0.2, 0.5], [0.3, 0.4, 0.5]], [[1, 1, 1]]]
    assert body == {"proto": 1, **ABOUT, "may_show": False, "strokes": points, "colours": [0, 3]}


@pytest.mark.parametrize(
    "text",
    [
        "jag och Elsa leker",
        "minä ja Väinö",
        "jag heter elsa",
        "Minun nimeni on elsa",
        "ring 0401234567",
        "elsa@skola.fi",
        "En skog. Där bor Max",
    ],
)
def test_what_may_be_a_name_is_asked_about(run: Run, text: str) -> None:
    assert run("idea.hasName(given)", text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "En skog med kojor.",
        "Metsä! Ja maja? Ei melua",
        "en skog\nMed kojor",
        "EN STOR SIMHALL",
        "10 kojor och 2 gungor",
        "… Kanske en ö",
    ],
)
def test_plain_wishes_are_left_in_peace(run: Run, text: str) -> None:
    assert run("idea.hasName(given)", text) is False
