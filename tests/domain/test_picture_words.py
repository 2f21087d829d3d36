"""A word as people say it finds the picture they mean."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.picture_words import MAX_QUERY, one_edit, picture_name, search, search_texts
from server.domain.stems import stem


def read_rows(path: str) -> list[list[str]]:
    lines = Path(path).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


OWN = read_rows("server/pictures/words.tsv")
EVERYDAY = {
    code: [
        (word, set(meant.split())) for lang, word, meant in read_rows("tests/domain/everyday_words.tsv") if lang == code
    ]
    for code in ("sv", "fi")
}


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_an_everyday_word_finds_its_picture_among_the_first_five(lang: str) -> None:
    missed = {word: search(word, lang)[:5] for word, meant in EVERYDAY[lang] if not meant & set(search(word, lang)[:5])}
    assert missed == {}
    assert len(EVERYDAY[lang]) >= 120


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_nine_everyday_words_of_ten_find_it_first(lang: str) -> None:
    first = [word for word, meant in EVERYDAY[lang] if search(word, lang)[0] in meant]
    assert len(first) >= 0.9 * len(EVERYDAY[lang])


@pytest.mark.parametrize(("column", "lang"), [(1, "sv"), (2, "fi")])
def test_our_own_list_has_at_least_four_hundred_words_and_every_one_finds_its_picture(column: int, lang: str) -> None:
    words = {(word, row[0]) for row in OWN for word in row[column].split(", ")}
    assert len({word for word, _ in words}) >= 400
    assert [(word, hexcode) for word, hexcode in words if hexcode not in search(word, lang)] == []
    assert all(word and word == word.strip() for word, _ in words)


def test_our_own_list_has_a_line_for_each_picture_and_each_word_once_in_it() -> None:
    assert len({row[0] for row in OWN}) == len(OWN)
    assert all(len(row) == 3 for row in OWN)
    assert [row for row in OWN for words in row[1:] if len(set(words.split(", "))) < len(words.split(", "))] == []


@pytest.mark.parametrize(
    ("typed", "lang", "meant"),
    [
        ("gungan", "sv", "1F6DD"),
        ("gungor", "sv", "1F6DD"),
        ("gungorna", "sv", "1F6DD"),
        ("biblioteket", "sv", "1F4DA"),
        ("läser", "sv", "1F4D6"),
        ("simmar", "sv", "1F3CA"),
        ("keinut", "fi", "1F6DD"),
        ("keinussa", "fi", "1F6DD"),
        ("kirjastossa", "fi", "1F4DA"),
        ("lukeminen", "fi", "1F4D6"),
        ("pulkan", "fi", "1F6F7"),
        ("turvallista", "fi", "1F6E1"),
        ("hiihtäminen", "fi", "1F3BF"),
    ],
)
def test_another_form_of_the_word_finds_it_first(typed: str, lang: str, meant: str) -> None:
    assert search(typed, lang)[0] == meant


def test_the_beginning_of_a_word_is_enough() -> None:
    assert "1F4DA" in search("bibl", "sv")[:5]
    assert "1F4DA" in search("kirjas", "fi")[:5]


@pytest.mark.parametrize("typed", ["SKOLGÅRD", "skolgård", "skolgard", "  Skolgård!  ", "Skolga\u030ard"])
def test_case_dots_and_rings_do_not_matter(typed: str) -> None:
    assert search(typed, "sv")[0] == "1F6DD"


def test_dots_decide_where_there_are_two_words() -> None:
    assert search("bänk", "sv")[0] == "1FA91"
    assert search("bank", "sv")[0] == "1F3E6"


@pytest.mark.parametrize(
    ("typed", "lang", "meant"),
    [("skolbibliotek", "sv", "1F4DA"), ("uimahalliretki", "fi", "1F3CA"), ("skogspromenad", "sv", "1F6B6")],
)
def test_a_compound_finds_its_parts(typed: str, lang: str, meant: str) -> None:
    assert meant in search(typed, lang)[:5]


@pytest.mark.parametrize(
    ("typed", "lang", "meant"),
    [
        ("biblotek", "sv", "1F4DA"),
        ("fotbol", "sv", "26BD"),
        ("skridksor", "sv", "26F8"),
        ("bibliotket", "sv", "1F4DA"),
        ("koirrat", "fi", "1F415"),
        ("kirjesto", "fi", "1F4DA"),
    ],
)
def test_one_letter_wrong_is_understood(typed: str, lang: str, meant: str) -> None:
    assert meant in search(typed, lang)[:5]


def test_several_words_go_together() -> None:
    assert search("åka skridskor", "sv")[0] == "26F8"
    assert search("röd hjärta", "sv")[0] == "2764"
    assert {"1F4DA", "1F6DD"} <= set(search("biblioteket och skolgården", "sv")[:6])


@pytest.mark.parametrize("typed", ["", "   ", "?!", "…", "\u202e", "\0", "дом", "xyzzyq", "%_"])
def test_what_means_nothing_finds_nothing(typed: str) -> None:
    assert search(typed, "sv") == []


@given(st.text(max_size=3 * MAX_QUERY), st.sampled_from(["sv", "fi"]))
def test_whatever_is_typed_finds_pictures_with_names_each_once(typed: str, lang: str) -> None:
    found = search(typed, lang)
    assert len(found) == len(set(found))
    assert all(picture_name(hexcode, "sv") and picture_name(hexcode, "fi") for hexcode in found)


def test_a_hundred_thousand_letters_are_as_good_as_the_first_hundred() -> None:
    assert search("gunga " * 20_000, "sv") == search("gunga " * 20, "sv")


def test_a_picture_that_nobody_can_find_has_no_name() -> None:
    assert picture_name("FFFF", "sv") is None


def test_peoples_own_pictures_are_found_by_their_words() -> None:
    texts: Mapping[str, str] = {"own-1": "Vår skolgård på vintern", "own-2": "Simhallens bassäng"}
    assert search_texts("skolgårdar", "sv", texts) == ["own-1"]
    assert search_texts("simhall", "sv", texts) == ["own-2"]
    assert search_texts("buss", "sv", texts) == []


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("skola", "skola", False),
        ("skola", "skla", True),
        ("skola", "skolla", True),
        ("skola", "skala", True),
        ("skola", "sokla", True),
        ("skola", "olaks", False),
        ("skola", "skolgard", False),
    ],
)
def test_what_one_edit_is(one: str, other: str, near: bool) -> None:
    assert one_edit(one, other) is near
    assert one_edit(other, one) is near


@example("0tte", "fi")
@given(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), st.sampled_from(["sv", "fi"]))
def test_a_stem_keeps_three_letters_of_its_word(word: str, lang: str) -> None:
    assert min(3, len(word)) <= len(stem(word, lang)) <= len(word) + 1
