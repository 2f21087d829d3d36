"""A result as children are told it: every option with a word for its share and its number. Knows no language."""

from dataclasses import dataclass

from server.domain.questions import Option
from server.domain.results import Result
from server.domain.walls import band, share_cell

_BIG = ("most", "many")


@dataclass(frozen=True)
class Share:
    """How many children chose an option (put it first, gave it coins); `band` is one of walls.py's words."""

    option: Option
    number: int
    band: str


@dataclass(frozen=True)
class Told:
    """`big` is what many said, or what more said than anything else; `small` all the rest, also what nobody said."""

    result: Result
    big: tuple[Share, ...] = ()
    small: tuple[Share, ...] = ()


def tell(result: Result) -> Told:
    """The shares of a result, the biggest first and equal ones in the question's order; none when it is withheld."""
    if result.counts is None or not result.shown:
        return Told(result)
    entry, counts, shown = result.question, result.counts, result.shown
    numbers = [(option, counts.get(share_cell(entry, option.id), 0)) for option in entry.options]
    shares = [Share(option, number, band(number, shown)) for option, number in numbers]
    shares.sort(key=lambda share: -share.number)
    most = shares[0].number
    big = [share for share in shares if share.number == most or share.band in _BIG]
    return Told(result, tuple(big), tuple(shares[len(big) :]))
