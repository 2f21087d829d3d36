"""Which passwords are refused as too easy to guess, and that good ones are not."""

import pytest

from server.domain.passwords import MAX_LENGTH, weakness

OWN = ("Alva Öst", "alva.ost@pedersore.example", "Tyck", "bo.ek@x.fi")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "too_short"),
        ("Kort9!ab?", "too_short"),
        ("x7" * 101, "too_long"),
        ("1234567890", "common"),
        ("qwertyuiop", "common"),
        ("PASSWORD123", "common"),
        ("P@ssw0rd2026", "common"),
        ("sommaren2026!", "common"),
        ("Salasana123", "common"),
        ("Välkommen1234", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("hejdåhejdåhejdå", "common"),
        ("abcdefghijkl", "common"),
        ("9876543210", "common"),
        ("Pedersöre-alva", None),
        ("alva.ost2026", "own_words"),
        ("AlvaAlva2026?", "own_words"),
        ("tycktyck-2026", "own_words"),
        ("pedersore2026", "own_words"),
        ("bo.ek-2026!", "own_words"),
    ],
)
def test_a_guessable_password_is_refused(password: str, why: str | None) -> None:
    assert weakness(password, OWN) == why


@pytest.mark.parametrize(
    "password",
    ["fyra blå stolar i rad", "kolme pientä kiveä", "r7#mKq!2zPw", "Alva har nio röda moppar", "x" + "y7" * 99],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert len(password) <= MAX_LENGTH
    assert weakness(password, OWN) is None
