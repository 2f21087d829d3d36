"""Which passwords are too easy to guess. Keeps none."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

MIN_LENGTH = 10
MAX_LENGTH = 200

_LIST = Path(__file__).parent.parent / "passwords/common.txt"
# What people here choose and an English list does not know.
_OURS = """
    aurinko barnen bergen elokuu hejhej helsingfors helsinki helmikuu heinäkuu isänmaa joulu joulukuu jumala kaveri kesä
    kesäkuu keskiviikko kevät kissa koira koulu koulun koululainen koti kotimaa lapset lauantai lokakuu loma lärare
    lösenord maaliskuu maanantai marraskuu moikka moikkamoi måndag mamma omena opettaja oppilas pappa perjantai perkele
    pohjanmaa pääsiäinen qwertyå rakastan salainen salasana sommar sommarlov sommaren skola skolan skolbarn suomi
    sunnuntai svenska syksy syyskuu sverige talvi tammikuu tervetuloa torstai toukokuu tiistai tycker tykätä vaasa
    vanda vasa vappu vinter vintern vår våren välkommen åbo ålänning äiti österbotten
"""
_LOOKALIKES = str.maketrans("@4301$5!7", "aaeoissit")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LEAST_OF_OTHERS = 8


def weakness(password: str, own_words: Iterable[str]) -> str | None:
    """Why a password is refused: `too_short`, `too_long`, `common` or `own_words`; None when it may be used.

    `own_words` are the person's name and e-mail address: too little would be left without them.
    """
    if len(password) < MIN_LENGTH:
        return "too_short"
    if len(password) > MAX_LENGTH:
        return "too_long"
    plain = password.casefold()
    if _is_common(plain) or _is_pattern(plain):
        return "common"
    rest = plain
    for word in sorted(_words_of(own_words), key=len, reverse=True):
        rest = rest.replace(word, "")
    return "own_words" if len(rest) < min(len(plain), _LEAST_OF_OTHERS) else None


def _is_common(plain: str) -> bool:
    """One of the list, also with digits and signs around it or in place of letters."""
    core = _EDGES.sub("", plain)
    return bool({plain, core, plain.translate(_LOOKALIKES), core.translate(_LOOKALIKES)} & _common())


def _is_pattern(plain: str) -> bool:
    """The same piece again and again, or letters or digits in their order."""
    repeats = (plain + plain).find(plain, 1) <= len(plain) // 2
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return repeats or steps in ({1}, {-1})


def _words_of(texts: Iterable[str]) -> set[str]:
    plain = [text.casefold() for text in texts]
    whole = {part for text in plain for part in (text, text.partition("@")[0]) if part}
    return whole | {word for text in plain for word in re.findall(r"\w{3,}", text)}


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text("utf-8").split()) | frozenset(_OURS.split())
