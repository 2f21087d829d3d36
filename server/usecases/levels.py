"""Results of every place that a reader may see: what files hold. Knows packets only."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.errors import DomainError
from server.domain.levels import may_ask, open_to_anyone
from server.domain.results import Figure, lies_in, sum_up
from server.domain.sessions import read_grades
from server.store.consultations import Revisions
from server.store.packets import list_figures
from server.usecases.asked import list_asked_areas
from server.usecases.report import Results, read_results


async def read_levels(
    db: AsyncConnection, revisions: Revisions, consultation_id: str, *, for_anyone: bool
) -> list[Results]:
    """The whole, each school language, each school that is asked, and the grades of each; `for_anyone`: what is public.

    Each is what `read_results` says of the same `where`. Raises `not_found`, also when nothing of it is public.
    """
    whole = await read_results(db, revisions, consultation_id, {})
    levels = _sums(whole, {}, await list_figures(db, consultation_id, "", ""))
    languages = sorted({school.language for school in whole.schools.values()})
    for language in languages if len(languages) > 1 else ():
        figures = await list_figures(db, consultation_id, "", language)
        levels += _sums(whole, {"school_language": language}, figures)
    for school in sorted(whole.schools.keys() & await list_asked_areas(db, whole.consultation)):
        levels += _sums(whole, {"school": school}, await list_figures(db, consultation_id, school, ""))
    if not for_anyone:
        return levels
    public = whole.consultation.public
    if public is None:
        raise DomainError("not_found")
    return [
        replace(level, results=open_to_anyone(level.results, level.where))
        for level in levels
        if may_ask(public, level.where)
    ]


def _by_node(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """By the grades they are of, '' for all."""
    found: dict[str, list[Figure]] = {"": []}
    for figure in figures:
        found.setdefault(figure.grades, []).append(figure)
    return dict(sorted(found.items()))


def _sums(whole: Results, where: dict[str, str], figures: Iterable[Figure]) -> list[Results]:
    """Of a place as a whole, and of each of its grades what lies in them: what `at` says, asking each node once."""
    by_node, found = _by_node(figures), []
    for grades in by_node:
        nodes = [node for node in by_node if node and lies_in(node, read_grades(grades))] if grades else [""]
        here = [figure for node in nodes for figure in by_node[node]]
        results = tuple(sum_up(one.poll, one.question, here) for one in whole.results)
        found.append(replace(whole, where={**where, "grades": grades} if grades else where, results=results))
    return found
