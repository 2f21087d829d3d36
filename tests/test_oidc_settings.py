"""The settings of another sign-in service: what is read, and what is refused with a plain sentence."""

from pathlib import Path

import pytest

from server.domain.people import Role
from server.settings import read_settings

OIDC = {"TYCK_OIDC_ISSUER": "https://login.example/t/v2.0", "TYCK_OIDC_CLIENT_ID": "tyck"}


def test_without_an_issuer_there_is_none() -> None:
    assert read_settings({"TYCK_OIDC_CLIENT_ID": "tyck"}).oidc is None


def test_what_is_left_out_has_a_plain_value() -> None:
    oidc = read_settings(OIDC).oidc
    assert oidc
    assert (oidc.name, oidc.scope, oidc.second, oidc.roles) == ("login.example", "openid profile email", ("mfa",), ())


def test_secret_and_rules_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("very secret\n")
    rules = "# teachers\n\n  teacher  a-1  urn:mpass.id:role  *;0007;*;Opettaja och mera \nmoderator a-2 groups 77aa\n"
    (tmp_path / "roles").write_text(rules)
    files = {"TYCK_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"), "TYCK_OIDC_ROLES_FILE": str(tmp_path / "roles")}
    oidc = read_settings({**OIDC, **files}).oidc
    assert oidc
    assert oidc.client_secret == "very secret"
    assert oidc.roles == (
        ("teacher", "a-1", "urn:mpass.id:role", "*;0007;*;Opettaja och mera"),
        ("moderator", "a-2", "groups", "77aa"),
    )


@pytest.mark.parametrize("role", Role)
def test_every_role_can_be_given(role: Role) -> None:
    oidc = read_settings({**OIDC, "TYCK_OIDC_ROLES": f"{role} a c v"}).oidc
    assert oidc
    assert oidc.roles == ((role, "a", "c", "v"),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"TYCK_OIDC_ISSUER": "http://login.example"}, "https"),
        ({"TYCK_OIDC_ISSUER": "login.example"}, "https"),
        ({"TYCK_OIDC_CLIENT_ID": ""}, "TYCK_OIDC_CLIENT_ID"),
        ({"TYCK_OIDC_ROLES": "headmaster a c v"}, "headmaster"),
        ({"TYCK_OIDC_ROLES": "teacher a c"}, "teacher a c"),
        ({"TYCK_OIDC_ROLES_FILE": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_wrong_setting_is_refused(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_settings({**OIDC, **changes})
