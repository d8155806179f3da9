"""Corrections of a paper interview that was keyed twice: what goes into the first keying."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from db.models import Case, Interview
from db.vocabulary import InterviewState
from desktop_app.domain.exit_interview import Said
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.questionnaire.answers import to_answers
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Severity
from desktop_app.questionnaire.keyings import make_room
from desktop_app.questionnaire.versions import definition_of
from desktop_app.services import interview_end, repeats
from desktop_app.services.interview_rows import (
    answers_by_address,
    close_ranks,
    filling_of,
    natural,
    store,
)


def correct(
    session: Session, keyings: tuple[Interview, Interview], case: Case, address: str, value: str
) -> None:
    """Put what the paper says into the first keying.

    For other services: no rights asked, no name given.

    Args:
        session: the writing session.
        keyings: the first, which counts, and the second.
        case: their case; what a finished interview says of it is brought in line.
        address: the question; instances of repeats that only the second has are made.
        value: as XForms write it; empty for no answer.

    Raises:
        InvalidInputError: the value cannot be right.
    """
    first, second = keyings
    filling = filling_of(session, first)
    before = interview_end.said_of(filling)
    if filling.node(address) is None:
        make_room(filling, address)
        repeats.restructure(first)
    filling.set_answer(address, value)
    found = filling.problems(address)
    if not value and _goes(address, filling, filling_of(session, second)):
        found = ()
    wrong = [Problem(address, each.message) for each in found if each.severity is Severity.ERROR]
    if wrong:
        raise InvalidInputError(wrong)
    store(session, first, filling)
    if any(each.severity is Severity.WARNING for each in found):
        answers_by_address(session, first)[address].accepted = True
    _copy_into_case(session, first, case, before, filling)


def _goes(address: str, first: Filling, second: Filling) -> bool:
    """Whether the instance around an answer has no other answer, or was keyed only once."""
    instance = "".join(address.rpartition("]")[:2])
    return _may_go(first, instance) and any(not _says(each, instance) for each in (first, second))


def take_blank_away(session: Session, first: Interview, case: Case, settled: Iterable[str]) -> None:
    """Take away the instances of repeats that are not on the paper: settled, and blank now.

    For other services: no rights asked, no name given.

    Args:
        session: the writing session.
        first: the keying that counts.
        case: its case.
        settled: the addresses of the differences that were settled.
    """
    filling = filling_of(session, first)
    before = interview_end.said_of(filling)
    around = {each[: end + 1] for each in settled for end, sign in enumerate(each) if sign == "]"}
    gone = False
    for instance in sorted(around, key=natural, reverse=True):  # from behind: nothing moves up yet
        if _may_go(filling, instance) and not _says(filling, instance):
            filling.remove_repeat(instance)
            close_ranks(session, first, instance)
            gone = True
    if gone:
        repeats.restructure(first)
        store(session, first, filling)
        _copy_into_case(session, first, case, before, filling)


def _may_go(filling: Filling, instance: str) -> bool:
    """Whether there is such an instance of a repeat, and its form does not count them."""
    repeat = filling.form.repeats.get(definition_of(instance)) if instance else None
    return repeat is not None and repeat.may_change and filling.node(instance) is not None


def _says(filling: Filling, instance: str) -> bool:
    answers = to_answers(filling).items()
    return any(value.strip() for each, value in answers if each.startswith(f"{instance}/"))


def _copy_into_case(
    session: Session, first: Interview, case: Case, before: Said, filling: Filling
) -> None:
    if first.state == InterviewState.FINISHED:
        interview_end.copy_corrected(session, first, case, before, interview_end.said_of(filling))
