"""The letter that says that something waits at the desk. It names no school, no consultation and nothing of an idea."""

from datetime import datetime

from server.domain.consultations import LANGUAGES
from server.i18n import translations
from server.usecases.remind import Reminder, list_reminders, note_told
from server.web.parts import Parts

_FROM_HOUR = 7


async def remind(here: Parts, moment: datetime) -> None:
    """On each school day, from seven o'clock on, one letter to everyone for whom something waits."""
    if not here.mail.is_set_up or moment.hour < _FROM_HOUR:
        return
    for reminder in await list_reminders(here.db, moment.date()):
        subject = " / ".join(translations(lang).gettext("Something waits at Tyck's desk") for lang in LANGUAGES)
        text = "\n\n–\n\n".join(_letter(lang, reminder, here.settings.base_url) for lang in LANGUAGES)
        if reminder.account.address and await here.mail.send(reminder.account.address, subject, text):
            await note_told(here.db, reminder.account.id, moment.date().isoformat())


def _letter(lang: str, reminder: Reminder, base_url: str) -> str:
    said = translations(lang)
    ideas = said.ngettext("%(number)s idea", "%(number)s ideas", reminder.ideas) % {"number": reminder.ideas}
    worries = said.ngettext("%(number)s worry", "%(number)s worries", reminder.worries) % {"number": reminder.worries}
    return "\n\n".join(
        (
            said.gettext("Hello %(name)s!") % {"name": reminder.account.name},
            said.gettext("At Tyck's desk there wait: %(ideas)s, %(worries)s.") % {"ideas": ideas, "worries": worries},
            f"{base_url}/staff/",
        )
    )
