"""What another sign-in service says: which rules fit, what is believed, who it is."""

from typing import Any

import pytest

from server.domain.people import Role
from server.domain.provided import RoleRule, read_identity, verified_email

ISSUER = "https://login.example"


@pytest.mark.parametrize(
    ("pattern", "said", "fits"),
    [
        ("readers", "readers", True),
        ("readers", ["others", "readers"], True),
        ("readers", ["reader"], False),
        ("readers", "readers\n", False),
        ("readers", None, False),
        ("readers", {"readers": True}, False),
        ("7", 7, True),
        ("*;00007;*;Opettaja", "1.2.246;00007;2B;Opettaja", True),
        ("*;00007;*;Opettaja", "1.2.246;00007;;Opettaja", True),
        ("*;00007;*;Opettaja", "1.2.246;00007;2B;Oppilas", False),
        ("*;00007;*;Opettaja", "1.2.246;00008;00007;Opettaja;Oppilas", False),
        ("*;00007;*;Opettaja", "1.2.246;00001;x;00007;2B;Opettaja", False),
        ("a.c", "abc", False),
        ("(", "(", True),
        ("*", "", False),
    ],
)
def test_a_pattern_is_plain_but_for_its_star(pattern: str, said: object, fits: bool) -> None:
    assert RoleRule("teacher", "koivu", "claim", pattern).fits({"claim": said}) == fits


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "A@x.example", "email_verified": True}, "a@x.example"),
        ({"email": "a@x.example", "email_verified": "true"}, "a@x.example"),
        ({"email": "a@x.example", "xms_edov": 1}, "a@x.example"),
        ({"email": "a@x.example", "email_verified": False}, ""),
        ({"email": "a@x.example", "email_verified": "no"}, ""),
        ({"email": "a@x.example"}, ""),
        ({"email": ["a@x.example"], "email_verified": True}, ""),
        ({"email": "no address", "email_verified": True}, ""),
        ({"email": "a@x.example\n", "email_verified": True}, "a@x.example"),
        ({"email_verified": True}, ""),
    ],
)
def test_only_an_address_that_is_vouched_for_is_one(claims: dict[str, Any], email: str) -> None:
    assert verified_email(claims) == email


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, ["s"]])
def test_whoever_has_no_name_there_is_nobody(subject: object) -> None:
    assert read_identity(ISSUER, {"sub": subject}, [], ["mfa"]) is None


def test_roles_and_names_are_read() -> None:
    rules = [
        RoleRule("teacher", "koivu", "g", "a"),
        RoleRule("moderator", "stad", "g", "b"),
        RoleRule("teacher", "x", "h", "*"),
    ]
    claims = {"sub": "s", "given_name": "Bo\u202e", "family_name": "Ek", "g": ["a", "b"], "amr": ["otp", "mfa"]}
    found = read_identity(ISSUER, claims, rules, ["mfa"])
    assert found
    assert found.name == "Bo Ek"
    assert found.roles == {(Role.TEACHER, "koivu"), (Role.MODERATOR, "stad")}
    assert found.strong


@pytest.mark.parametrize(
    ("claims", "strong"),
    [({"amr": ["pwd"]}, False), ({"acr": "c1"}, True), ({"acrs": ["c1"]}, True), ({"amr": {"c1": 1}}, False)],
)
def test_two_factors_there_are_what_the_settings_call_so(claims: dict[str, Any], strong: bool) -> None:
    found = read_identity(ISSUER, {"sub": "s", **claims}, [], ["c1"])
    assert found
    assert found.strong == strong
