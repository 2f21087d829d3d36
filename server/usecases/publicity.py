"""What anyone may see of a consultation: where it stands, what came of it, and its results at the levels that are open.

Knows packets only, and no person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.feedback import Feedback, Step, timeline
from server.domain.guesses import Guess, compare
from server.domain.levels import may_ask, open_to_anyone
from server.domain.questions import ANSWERED_IN, Question
from server.domain.results import Result
from server.domain.themes import Theme
from server.domain.told import Told, tell
from server.store.areas import Area
from server.store.consultations import Revisions
from server.store.feedback import find_feedback
from server.store.guesses import list_guesses
from server.store.ideas import ShownIdea, list_shown_ideas
from server.store.themes import list_themes
from server.usecases.asked import list_asked_areas
from server.usecases.report import Results, read_results


@dataclass(frozen=True)
class Public:
    """Everything but `about`, `feedback` and `steps` is empty until the results are public at this place.

    `about` names the consultation and its poll; its own results are not to be shown. `schools` are those that it asks.
    """

    about: Results
    feedback: Feedback | None
    steps: Sequence[Step]
    schools: Sequence[Area] = ()
    questions: Sequence[tuple[Question, Sequence[Result]]] = ()
    guesses: Mapping[str, Guess] = field(default_factory=dict)
    ideas: Sequence[ShownIdea] = ()
    themes: Sequence[Theme] = ()

    @property
    def told(self) -> list[tuple[Question, list[Told]]]:
        """The questions as children are told them; in which language they answered is for adults."""
        return [(question, [*map(tell, of)]) for question, of in self.questions if question.id != ANSWERED_IN.id]


async def read_public(
    db: AsyncConnection, revisions: Revisions, consultation_id: str, where: Mapping[str, str], today: str
) -> Public:
    """A consultation from its first published poll on; `where` is as for `read_results`. Raises `not_found`."""
    about = await read_results(db, revisions, consultation_id, where)
    consultation = about.consultation
    feedback = (await find_feedback(db, consultation_id)).published
    steps = timeline(
        consultation.facts, feedback, frozen=consultation.frozen, today=today, frozen_on=consultation.frozen_on
    )
    if not may_ask(consultation.public, where):
        return Public(about, feedback, steps)
    asked = await list_asked_areas(db, consultation)
    schools = [school for school in about.schools.values() if school.id in asked]
    questions = tuple(_open(about))
    if where:
        return Public(about, feedback, steps, schools, questions)
    guessed = compare(about.results, about.poll.id, await list_guesses(db, consultation_id, about.poll.id))
    return Public(
        about,
        feedback,
        steps,
        schools,
        questions,
        guesses={guess.question.id: guess for guess in guessed},
        ideas=await list_shown_ideas(db, consultation_id),
        themes=await list_themes(db, consultation_id),
    )


def _open(about: Results) -> Iterable[tuple[Question, Sequence[Result]]]:
    return ((question, open_to_anyone(of, about.where)) for question, of in about.by_question())
