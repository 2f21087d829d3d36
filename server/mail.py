"""Sends a letter by the SMTP server that the settings name, where they name one. Knows no database and no page."""

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from server.settings import Smtp

_PATIENCE_S = 10

log = logging.getLogger(__name__)


class Mail:
    """Whether and how this server sends mail."""

    def __init__(self, smtp: Smtp | None) -> None:
        self._smtp = smtp

    @property
    def is_set_up(self) -> bool:
        return self._smtp is not None

    async def send(self, to: str, subject: str, text: str) -> bool:
        """Whether the SMTP server took the letter, within ten seconds; the log says why not, without addresses."""
        if self._smtp is None:
            return False
        try:
            await asyncio.to_thread(_deliver, self._smtp, _letter(self._smtp.sender, to, subject, text))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            log.warning("a letter could not be sent: %s", type(error).__name__)
            return False
        return True


def _letter(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Raises ValueError when an address or the subject is more than one line."""
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def _deliver(smtp: Smtp, letter: EmailMessage) -> None:
    context = ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_PATIENCE_S, context=context)
        if smtp.security == "tls"
        else smtplib.SMTP(smtp.host, smtp.port, timeout=_PATIENCE_S)
    ) as server:
        if smtp.security == "starttls":
            server.starttls(context=context)
        if smtp.user:
            server.login(smtp.user, smtp.password)
        server.send_message(letter)
