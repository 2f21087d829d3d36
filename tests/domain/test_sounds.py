"""A spoken text's key: the same for the same words in the same language, and for nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from server.domain.sounds import sound_key

LANGUAGE = st.sampled_from(["sv", "fi"])


def test_a_key_never_changes() -> None:
    assert sound_key("Ja", "sv") == "3E43TeW8"


@given(st.text(), LANGUAGE)
def test_a_key_is_short_and_stands_in_an_address(text: str, lang: str) -> None:
    key = sound_key(text, lang)
    assert len(key) == 8
    assert key.replace("-", "").replace("_", "").isalnum()


@given(st.text(), st.text(), LANGUAGE, LANGUAGE)
def test_other_words_or_another_language_have_another_key(one: str, other: str, lang: str, spoken: str) -> None:
    assert (sound_key(one, lang) == sound_key(other, spoken)) is ((one, lang) == (other, spoken))
