"""Words, sentences, LIX and negations, against figures reckoned by hand."""

import pytest

from server.domain.readability import lix, negations, words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Vad gör ett ställe bra?", 5),
        ("Du har {coins} mynt.", 4),
        ("Åk 1–2", 3),
        ("B-planen är öppen …", 3),
        ("", 0),
        ("– ! …", 0),
    ],
)
def test_words_are_counted(text: str, number: int) -> None:
    assert len(words(text)) == number


def test_lix_is_sentence_length_plus_the_share_of_long_words() -> None:
    # 20 words, 4 sentences, 5 words longer than six letters: 5 + 25.
    text = (
        "Kommunen frågar barn nu. Biblioteket är öppet idag. "
        "Vi ser dem. Barnen får lekplatser nära skolan, bredvid ladorna vid ån."
    )
    assert len(words(text)) == 20
    assert lix([text]) == 5 + 25


def test_each_text_is_a_sentence_of_its_own() -> None:
    assert lix(["Vi ser hur du mår"] * 4) == 5
    assert lix(["Vi ser hur. Mår du?"] * 4) == 2


def test_few_words_have_no_lix() -> None:
    assert lix(["Kommunfullmäktige sammanträder."]) is None
    assert lix([]) is None


@pytest.mark.parametrize(
    ("text", "lang", "found"),
    [
        ("Vad vill du inte ha?", "sv", ("inte",)),
        ("Aldrig och ingen", "sv", ("Aldrig", "ingen")),
        ("En lek som alla kan", "sv", ()),
        ("En halua tulla", "fi", ("En",)),
        ("Älä juokse ilman kenkiä", "fi", ("Älä", "ilman")),
        ("Eilen oli entistä parempi", "fi", ()),
    ],
)
def test_negations_are_whole_words_of_their_language(text: str, lang: str, found: tuple[str, ...]) -> None:
    assert negations(text, lang) == found
