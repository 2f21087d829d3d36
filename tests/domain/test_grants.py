"""A tablet's pass is read back exactly, and any change to it is refused."""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.domain.errors import DomainError
from server.domain.grants import Grant, new_grant_id, read_token, sign, tombstone
from tests.town import new_id

KEY = b"k" * 32
GRANT = Grant("third-place", "koivu", "1-2", "r1", "short", "s_1", "g_1")
TOKEN = sign(GRANT, KEY)
keys = st.binary(min_size=32, max_size=32)


@given(st.builds(Grant, *[st.text()] * 7), keys)
def test_a_pass_is_read_back(grant: Grant, key: bytes) -> None:
    token = sign(grant, key)
    assert token.isascii()
    assert read_token(token, key) == grant


@given(keys, keys)
def test_another_servers_pass_is_refused(ours: bytes, theirs: bytes) -> None:
    assume(ours != theirs)
    with pytest.raises(DomainError, match="bad_token"):
        read_token(sign(GRANT, theirs), ours)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
def test_a_changed_letter_is_refused(place: int, letter: str) -> None:
    assume(TOKEN[place] != letter)
    with pytest.raises(DomainError, match="bad_token"):
        read_token(TOKEN[:place] + letter + TOKEN[place + 1 :], KEY)


@given(st.text() | st.text(st.sampled_from("abcXYZ019-_.=")) | st.text(st.characters(codec=None)))
def test_no_other_text_is_a_pass(token: str) -> None:
    with pytest.raises(DomainError, match="bad_token"):
        read_token(token, KEY)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        TOKEN + ".",
        "." + TOKEN,
        TOKEN.partition(".")[0],
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.upper(),
        TOKEN.replace(".", "．"),
        TOKEN + "å",
        "\udcff" + TOKEN,
    ],
)
def test_a_pass_has_one_writing(token: str) -> None:
    with pytest.raises(DomainError, match="bad_token"):
        read_token(token, KEY)


def signed(content: bytes) -> str:
    """A token that our own key signed, whatever it says: as a later or earlier version would have."""
    payload = base64.urlsafe_b64encode(content)
    mac = base64.urlsafe_b64encode(hmac.new(KEY, payload, hashlib.sha256).digest()).rstrip(b"=")
    return f"{payload.decode()}.{mac.decode()}"


def test_signed_here_means_what_sign_writes() -> None:
    assert signed(json.dumps(list(vars(GRANT).values()), separators=(",", ":")).encode()) == TOKEN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\xff",
        b"null",
        b"7",
        b'"abcdefg"',
        b"{}",
        b'["a"]',
        json.dumps(["a"] * 8).encode(),
        b"[1,2,3,4,5,6,7]",
    ],
)
def test_a_pass_of_another_shape_is_refused_even_when_signed(content: bytes) -> None:
    with pytest.raises(DomainError, match="bad_token"):
        read_token(signed(content), KEY)


def test_no_two_passes_are_the_same() -> None:
    assert len({new_grant_id() for _ in range(1000)}) == 1000


def test_a_tombstone_tells_nothing_of_the_id_and_differs_by_session_and_key() -> None:
    response = new_id()
    mark = tombstone("s_1", response, KEY)
    assert response not in mark
    assert mark == tombstone("s_1", response, KEY)
    assert len({mark, tombstone("s_2", response, KEY), tombstone("s_1", response, b"o" * 32)}) == 3
    assert mark != hashlib.sha256(response.encode()).hexdigest()
