"""What files say in words: column heads, measures, the rule, limits. In sv, fi, and en where open data needs it."""

from collections.abc import Callable

from server.domain.errors import N_
from server.exports.rows import Record, Row, rows_of
from server.i18n import translations

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"

MEASURES = {
    "answers": N_("Answers"),
    "placed_first": N_("Placed first"),
    "points": N_("Points"),
    "tenths": N_("Tenths of the children's coins"),
    "givers": N_("Children who gave"),
}
WITHHELD = {
    "few": N_("Too few answers: counted one level up."),
    "waiting": N_("No packet here yet: the answers wait, or count one level up."),
}
COLUMNS = {
    "poll": N_("Poll"),
    "question": N_("Question's id"),
    "kind": N_("Kind"),
    "asked": N_("Question"),
    "school": N_("School's id"),
    "school_name": N_("School"),
    "grades": N_("Grades"),
    "school_language": N_("School's language"),
    "cell": N_("Cell's id"),
    "label": N_("Option"),
    "measure": N_("What is counted"),
    "number": N_("Count"),
    "shown": N_("Answers shown"),
    "received": N_("Answers received"),
    "skipped": N_("Children who did not answer"),
    "withheld": N_("Why it is withheld"),
}
WIDTHS = (12, 10, 14, 48, 14, 22, 12, 14, 14, 30, 18, 9, 9, 9, 9, 44)
"""How wide each column of a spreadsheet is, in characters."""

# The same two sentences as beside every result (templates/about/_rule.html; a test compares them).
RULE = (
    N_(
        "Answers are published only in packets of at least five answers from one group; if a group is too small its answers count one level up, and a packet is never split, changed or taken back."  # noqa: E501
    ),
    N_(
        "From every packet one more randomly chosen answer always moves up a level, so no table, and no comparison of tables, days or downloads, can show how fewer than five children answered or that everybody answered the same."  # noqa: E501
    ),
)
LIMITS = (
    N_("An empty number is withheld: it is not zero, and it is not known to whoever reads this."),
    N_("Rows overlap: a school's answers are part of the whole, and of its language and grades. Never add them up."),
    N_("A combined class counts under its own grades: grades 1–2 are no part of grade 1."),
    N_("Children chose freely whether to answer, and could skip every question: this is no random sample."),
    N_("Groups are small. Compare places with care, and never rank schools by these numbers."),
)
KINDS_EXPLAINED = (
    N_("In a ranking, first place gives as many points as there are options, each place after it one less."),
    N_("Every child's coins count as ten tenths, however many were in the purse."),
)
_WHAT = N_(
    "How children answered the picture poll “%(title)s” of %(publisher)s: sums of whole packets, never single answers."
)
NOT_YET = N_("So far: more packets come as sessions close.")


def say(lang: str) -> Callable[[str], str]:
    """What turns a text of the catalogue into this language; English is what the catalogue is written in."""
    return str if lang == "en" else translations(lang).gettext


def description(record: Record, lang: str) -> str:
    """What the data is, in a sentence; in English with the municipality's own names."""
    written = record.publisher.language if lang == "en" else lang
    return say(lang)(_WHAT) % {"title": record.consultation.title[written], "publisher": record.publisher.name[written]}


def raw(row: Row, record: Record, lang: str) -> dict[str, str | int | None]:
    """A row by column, as programs read it: places as the filters of the API name them, "" for all."""
    question = row.cell.question
    return {
        "poll": row.poll,
        "question": question.id,
        "kind": question.kind,
        "asked": record.asked[row.poll, question.id][lang],
        "school": row.school,
        "school_name": record.schools[row.school].name[lang] if row.school else "",
        "grades": row.grades,
        "school_language": row.school_language,
        "cell": row.cell.id,
        "label": row.cell.label[lang],
        "measure": say(lang)(MEASURES[row.cell.measure]),
        "number": row.number,
        "shown": row.shown,
        "received": row.received,
        "skipped": row.skipped,
        "withheld": row.withheld,
    }


def table(record: Record, lang: str) -> list[list[str | int | None]]:
    """The head and every row as a person reads them."""
    _ = say(lang)
    languages = {"": _("All"), "sv": _("Swedish"), "fi": _("Finnish")}
    found: list[list[str | int | None]] = [[_(head) for head in COLUMNS.values()]]
    for row in rows_of(record.levels):
        read = raw(row, record, lang) | {
            "grades": row.grades.replace("-", "–") or _("All"),
            "school_language": languages[row.school_language],
            "withheld": _(WITHHELD[row.withheld]) if row.withheld else "",
        }
        found.append(list((read | {"school_name": read["school_name"] or _("All")}).values()))
    return found


def notes(record: Record, lang: str) -> list[str]:
    """What stands beside the table: what it is, the rule, how to read it, its limits, its licence."""
    _ = say(lang)
    licence = _("Licence: %(name)s, %(address)s") % {"name": LICENCE, "address": LICENCE_URL}
    stands = _("The consultation is frozen: these results stand.") if record.consultation.frozen else _(NOT_YET)
    texts = [*RULE, *KINDS_EXPLAINED, *LIMITS]
    return [description(record, lang), stands, *(_(text) for text in texts), licence, record.address]
