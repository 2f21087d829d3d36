"""What a Swedish or Finnish word begins with in all its forms, roughly: `gungan`, `gungor`; `keinut`, `keinussa`.

Made for finding pictures, where a word too many does less harm than one missed. Takes words without dots and rings.
"""

_LEAST = 3
# The longest ending that leaves enough is taken away.
_ENDINGS = {
    "sv": (
        "ningarna ningen ningar ornas arnas ernas ning orna arna erna andet anden ande ende aste are ast ade at ad et"
        " en an ar er or na te de as es ns a e t n s"
    ),
    "fi": (
        "misessa misesta minen misen mista inen isia isen iset ista isessa ista ilta illa ille issa iksi ihin ien jen"
        " taan daan tiin ssa sta lla lta lle ksi tta seen hin den ten ien an en in on un yn on ia ja ta na a n t"
    ),
}
_ENDINGS_OF = {lang: frozenset(endings.split()) for lang, endings in _ENDINGS.items()}
_LONGEST = 8
# Consonant gradation: `kenkä, kengät`, `pulkka, pulkan`, `ranta, rannat`.
_STRONG = {
    "kk": "k",
    "pp": "p",
    "tt": "t",
    "ng": "nk",
    "nn": "nt",
    "mm": "mp",
    "ll": "lt",
    "rr": "rt",
    "d": "t",
    "v": "p",
}


def stem(word: str, lang: str) -> str:
    """At least three letters of the word; a shorter one as it is."""
    if len(word) <= _LEAST:
        return word
    short = _without_ending(word, _ENDINGS_OF[lang])
    if lang == "sv":
        return short[:-1] if len(short) > _LEAST and short[-1] == short[-2] else short
    short = short.rstrip("aeiouy") if len(short.rstrip("aeiouy")) >= _LEAST else short
    weak = short[-2:] if short[-2:] in _STRONG else short[-1:]
    strong = short.removesuffix(weak) + _STRONG.get(weak, weak)
    return strong if len(strong) >= _LEAST else short


def _without_ending(word: str, endings: frozenset[str]) -> str:
    for at in range(max(_LEAST, len(word) - _LONGEST), len(word)):
        if word[at:] in endings:
            return word[:at]
    return word
