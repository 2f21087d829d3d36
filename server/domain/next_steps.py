"""The one next step of a consultation, from the first session to the answer that children get. Knows no storage."""

from enum import StrEnum

from server.domain.participation import Reach


class Next(StrEnum):
    START = "start"
    ANSWERING = "answering"
    FREEZE = "freeze"
    PUBLISH = "publish"
    ANSWER = "answer"
    ARCHIVE = "archive"
    DONE = "done"


def next_step(reach: Reach, *, frozen: bool, public: bool, answered: bool, archived: bool, over: bool) -> Next:
    """`over`: the days in which children can answer have passed; `answered`: “you said – we did” is published."""
    if archived:
        return Next.DONE
    if frozen:
        return (Next.ARCHIVE if answered else Next.ANSWER) if public else Next.PUBLISH
    if over:
        return Next.FREEZE
    return Next.ANSWERING if reach.sessions else Next.START
