"""Letters reach a real SMTP server, and whatever goes wrong there is a word in the log and no more."""

import logging
from dataclasses import replace

import pytest

from server.mail import Mail
from server.settings import read_settings
from tests.smtp import open_postbox

SMTP = {"TYCK_SMTP_HOST": "mail.stad.example", "TYCK_SMTP_FROM": "tyck@stad.example"}


async def test_a_letter_arrives_whole() -> None:
    async with open_postbox() as postbox:
        assert await Mail(postbox.settings).send(
            "alva@stad.example", "Inbjudan till Tyck – kutsu", "Hej Åsa!\nKäy tässä."
        )
    (letter,) = postbox.letters
    assert (letter["To"], letter["From"]) == ("alva@stad.example", "tyck@stad.example")
    assert letter["Subject"] == "Inbjudan till Tyck – kutsu"
    assert letter.get_content().splitlines() == ["Hej Åsa!", "Käy tässä."]


async def test_nothing_is_sent_without_a_server() -> None:
    assert not Mail(None).is_set_up
    assert not await Mail(None).send("alva@stad.example", "x", "y")


@pytest.mark.parametrize("to", ["nobody@stad.example", "alva@stad.example\nBcc: all@stad.example", "åsa@stad.example"])
async def test_a_refused_address_is_said_without_naming_it(to: str, caplog: pytest.LogCaptureFixture) -> None:
    async with open_postbox() as postbox:
        postbox.refuses = "nobody"
        with caplog.at_level(logging.WARNING):
            assert not await Mail(postbox.settings).send(to, "x", "y")
    assert postbox.letters == []
    assert "could not be sent" in caplog.text
    assert "stad.example" not in caplog.text


async def test_a_server_that_is_not_there_or_has_no_tls_is_no_error() -> None:
    async with open_postbox() as postbox:
        assert not await Mail(replace(postbox.settings, security="starttls")).send("a@stad.example", "x", "y")
        assert not await Mail(replace(postbox.settings, security="tls")).send("a@stad.example", "x", "y")
        assert not await Mail(replace(postbox.settings, port=1)).send("a@stad.example", "x", "y")


def test_the_settings_of_mail(tmp_path) -> None:
    assert read_settings({}).smtp is None
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    found = read_settings({**SMTP, "TYCK_SMTP_USER": "tyck", "TYCK_SMTP_PASSWORD_FILE": str(secret)}).smtp
    assert found
    assert (found.host, found.port, found.security, found.password) == ("mail.stad.example", 587, "starttls", "hush")
    tls = read_settings({**SMTP, "TYCK_SMTP_SECURITY": "tls"}).smtp
    assert tls
    assert tls.port == 465


@pytest.mark.parametrize(
    "wrong", [{"TYCK_SMTP_FROM": ""}, {"TYCK_SMTP_SECURITY": "ssl"}, {"TYCK_SMTP_PORT": "smtp"}], ids=str
)
def test_faulty_settings_of_mail_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="TYCK_SMTP"):
        read_settings({**SMTP, **wrong})
