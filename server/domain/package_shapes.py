"""Whether the parts of a poll that carry a known name have the form that goes with it, wherever they stand.

`packages.py` reads what children meet; the workshop reads more, and must not stumble over what a stranger wrote.
"""

from collections.abc import Iterator

from server.domain.errors import N_
from server.domain.packages import Part, PollError

_NAMES: dict[type, str] = {
    str: "sv fi id kind emojiHex coverEmojiHex picture builtFrom status",
    dict: "title subtitle text help instruction heading alt stem reminder notNow mayShow label overrides introduction "
    "assent practice thanks stopDialog teacher resultBands guardianNotice yes no afterNo helped drawing drawing+text",
    list: "questions gradeProfiles options pairs inputs lines experience before during after questionIds fixedLast "
    "pairIds grades languages",
    int: "coins maxSelect minSelect maxRank minRank minGrade maxChars targetMinutes scalePoints value",
    bool: "randomise sensitive wall enabled alone flipOrderForHalf mayLeaveUnspent stored",
}
_FORMS = {name: form for form, names in _NAMES.items() for name in names.split()}
_ENTRIES = {"questionIds": str, "fixedLast": str, "pairIds": str, "grades": int}
_MESSAGES = {
    str: N_("must be a text"),
    dict: N_("must be an object"),
    list: N_("must be a list"),
    int: N_("must be a whole number"),
    bool: N_("must be true or false"),
}


def list_shape_faults(part: Part, name: str = "") -> Iterator[PollError]:
    """What is wrong below `part`, which stands under this name."""
    form = _FORMS.get(name)
    if form and type(part.value) is not form:
        yield part.error(_MESSAGES[form])
    elif isinstance(part.value, dict):
        for key, below in part.named().items():
            yield from list_shape_faults(below, key)
    elif isinstance(part.value, list):
        wanted = _ENTRIES.get(name, dict if form else None)
        for number, value in enumerate(part.value):
            below = Part(f"{part.path}[{number}]", value)
            if wanted and type(value) is not wanted:
                yield below.error(_MESSAGES[wanted])
            else:
                yield from list_shape_faults(below)
