"""What a result may be said to say: words that its numbers bear, and no more. Knows no language and no storage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.questions import TENTHS, Option
from server.domain.results import Result

_FEW_PERCENT = 10


@dataclass(frozen=True)
class Claim:
    """A sentence about these options; `code` names which.

    Of children who chose: `all`, `over_half`, `half`, `most` (more than any other, less than half), `tie` (the most,
    equally many), `even` (every option equally often), `few` (at most one in ten, but somebody). Of a ranking:
    `points`, `first` (placed first most often), `points_first` (both). Of coins: `coins`, `coins_over_half`, `gave`
    (more children gave something than to any other), `coins_gave`. `…_tie`: several share it.
    """

    code: str
    options: tuple[Option, ...]


def claims(result: Result) -> tuple[Claim, ...]:
    """What to say of a result before its numbers; nothing when it is withheld."""
    if result.counts is None or not result.shown:
        return ()
    options, counts = result.question.options, result.counts
    if result.question.kind == "rank":
        return _both(_largest("points", options, counts, "#"), _largest("first", options, counts, "@1"))
    if result.question.kind == "budget":
        coins = _largest("coins", options, counts, "")
        if coins.code == "coins" and 2 * counts.get(coins.options[0].id, 0) > TENTHS * result.shown:
            coins = Claim("coins_over_half", coins.options)
        return _both(coins, _largest("gave", options, counts, "#"))
    return _chosen(options, counts, result.shown)


def _both(main: Claim, other: Claim) -> tuple[Claim, ...]:
    """One sentence where one option leads in both ways."""
    if main.options == other.options and main.code in ("points", "coins"):
        return (Claim(f"{main.code}_{other.code}", main.options),)
    return main, other


def _largest(code: str, options: Sequence[Option], counts: Mapping[str, int], suffix: str) -> Claim:
    most = max(counts.get(option.id + suffix, 0) for option in options)
    leaders = tuple(option for option in options if counts.get(option.id + suffix, 0) == most)
    return Claim(code if len(leaders) == 1 else f"{code}_tie", leaders)


def _chosen(options: Sequence[Option], counts: Mapping[str, int], shown: int) -> tuple[Claim, ...]:
    leaders = _largest("", options, counts, "").options
    few = tuple(option for option in options if 0 < 100 * counts.get(option.id, 0) <= _FEW_PERCENT * shown)
    said = Claim(_how(counts.get(leaders[0].id, 0), shown, len(leaders), len(options)), leaders)
    return (said, Claim("few", few)) if few else (said,)


def _how(most: int, shown: int, leaders: int, options: int) -> str:
    if leaders > 1:
        return "even" if leaders == options else "tie"
    if most == shown:
        return "all"
    if 2 * most > shown:
        return "over_half"
    return "half" if 2 * most == shown else "most"
