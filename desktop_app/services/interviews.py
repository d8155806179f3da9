"""An interview: begun for a case, saved answer by answer, copied into the case at the end.

Each answer is saved as soon as it is given, right or wrong; what is wrong stands in the way of
finishing only. What is typed but not given yet is kept as a draft (`draft_key`), is offered again
after a crash and is never applied by itself.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db import journal
from db.models import Answer, Interview
from db.queries import interviews as interview_queries
from db.queries import questionnaires as questionnaire_queries
from db.queries.interviews import InterviewFile, InterviewFilter, InterviewRow
from db.queries.paging import Sort
from db.queries.questionnaires import QuestionnaireRow
from db.vocabulary import InterviewMode, InterviewState, QuestionnairePurpose
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import roles
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form
from desktop_app.services import access, case_life, drafts, questionnaires, repeats
from desktop_app.services.interview_rows import (
    answers_by_address,
    close_ranks,
    facts_of,
    filled,
    filling_of,
    load_draft,
    name_answer,
    open_draft,
    refuse_first_keying,
    store,
)


@dataclass(frozen=True, slots=True)
class InterviewRun:
    """One interview with its form and the facts that conditions look at."""

    file: InterviewFile
    form: Form
    facts: frozenset[str]

    def filling(self, language: str = "") -> Filling:
        """The interview as it was left; without a language in the one it is held in."""
        return filled(self.form, self.file, self.facts, language)


# ---------------------------------------------------------------- reading


def draft_key(interview_id: uuid.UUID, address: str) -> str:
    """Key under which what is typed for a question is kept until it is saved."""
    return f"{draft_prefix(interview_id)}{address}"


def count_interviews(session: Session, criteria: InterviewFilter) -> int:
    """How many of the interviews the actor sees fit."""
    access.require(session, Action.VIEW)
    return interview_queries.count_interviews(session, access.limited(session, criteria))


def list_interviews(
    session: Session,
    criteria: InterviewFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[InterviewRow]:
    """One page of the interviews the actor sees."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return interview_queries.list_interviews(session, limited, sort, offset, limit)


def load(session: Session, interview_id: uuid.UUID) -> InterviewRun:
    """One interview with all that its page needs.

    Raises:
        NotFoundError, NotAllowedError: it is gone, or its case is out of reach.
        ConflictError: the actor is keying it a second time and must not see the first answers.
    """
    access.require(session, Action.VIEW)
    found = interview_queries.interview_file(session, interview_id)
    if found is None:
        raise NotFoundError(_("This interview is gone."))
    case_life.load(session, found.row.case_id)
    refuse_first_keying(session, interview_id)
    form = questionnaires.form_of(session, found.row.version_id)
    return InterviewRun(found, form, facts_of(session, found.row.case_id))


@dataclass(frozen=True, slots=True)
class Holdable:
    """With what a case can be interviewed.

    Attributes:
        number: Of the case.
        rows: The questionnaires in use: the one that the actor held last, then those of exit
            interviews, then the others.
    """

    number: str
    rows: tuple[QuestionnaireRow, ...]

    @property
    def exits(self) -> tuple[QuestionnaireRow, ...]:
        """The questionnaires of exit interviews."""
        return tuple(row for row in self.rows if row.purpose is QuestionnairePurpose.EXIT)


def holdable(session: Session, case_id: uuid.UUID) -> Holdable:
    """Which questionnaires an interview of a case can follow.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    last = questionnaire_queries.last_held(session, access.actor(session).user_id)
    listed = questionnaires.list_questionnaires(session)
    rows = [row for row in listed if row.current_version is not None]
    rows.sort(key=lambda row: (row.id != last, row.purpose is not QuestionnairePurpose.EXIT))
    return Holdable(case.number, tuple(rows))


def held_already(
    session: Session, case_id: uuid.UUID, questionnaire_id: uuid.UUID | None = None
) -> uuid.UUID | None:
    """The interview that was finished last, when none is begun that `start` would take up.

    With a questionnaire one that follows it; without one an exit interview, whatever it follows.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    version_id = questionnaires.in_use(session, questionnaire_id)
    if open_draft(session, case_id, version_id) is not None:
        return None
    if questionnaire_id is None:
        return interview_queries.newest_finished_exit(session, case_id)
    return interview_queries.newest_finished(session, case_id, questionnaire_id)


def often_next(session: Session) -> Mapping[str, tuple[str, ...]]:
    """What the why-chains that the actor sees went to next, by reason, most often first."""
    access.require(session, Action.VIEW)
    return interview_queries.often_next(session, access.visible(session))


# ---------------------------------------------------------------- holding


def start(
    session: Session,
    case_id: uuid.UUID,
    *,
    questionnaire_id: uuid.UUID | None = None,
    mode: InterviewMode = InterviewMode.CALL,
    version_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Begin an interview of a case, or take up the one that was begun; returns its key.

    Args:
        session: the writing session.
        case_id: the case.
        questionnaire_id: which questionnaire; the exit interview of the program without one.
        mode: how the answers come in.
        version_id: which published version, for paper that was printed of it; the one in use
            without it.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed or not assigned yet, the questionnaire is not in use, or the
            customer is not to be contacted; who came by themselves today is asked all the same,
            and what was answered on paper is kept.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    if mode is not InterviewMode.PAPER and not case_life.came_by_themselves(session, case):
        case_life.require_contactable(session, case)
    version_id = version_id or questionnaires.in_use(session, questionnaire_id)
    begun = open_draft(session, case_id, version_id)
    if begun is not None:
        return begun
    is_exit = questionnaires.purpose_of(session, version_id) is QuestionnairePurpose.EXIT
    begin = N_("Begin the exit interview of case {number}")
    other = N_("Begin an interview of case {number}")
    journal.name_change(session, begin if is_exit else other, number=case.number)
    interview = Interview(
        case_id=case_id,
        questionnaire_version_id=version_id,
        state=InterviewState.DRAFT,
        mode=mode,
        started_at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    session.add(interview)
    session.flush()
    form = questionnaires.form_of(session, version_id)
    filling = Filling(form)
    roles.put_facts(filling, facts_of(session, case_id))
    store(session, interview, filling)
    return interview.id


def save_answer(
    session: Session,
    interview_id: uuid.UUID,
    address: str,
    value: str,
    *,
    seconds: int = 0,
    mode: InterviewMode | None = None,
    seen: str | None = None,
) -> dict[str, str]:
    """Save the answer to one question as it was given; an empty one takes the answer away.

    Args:
        session: the writing session.
        interview_id: the interview.
        address: the question, for example ``/data/why_step_2/why_2``.
        value: as XForms write it; a wrong one is kept and stands in the way of finishing.
        seconds: time spent on the question since it was saved last.
        mode: how it came in, when that differs from the interview.
        seen: the structure of the interview that the window knows (`services.repeats`).

    Returns:
        Every stored value that is another one now, by address: calculations too.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is finished, the case is closed, or the question is another one by now.
        InvalidInputError: there is no such question.
    """
    given, times = {address: value}, {address: seconds}
    return save_answers(session, interview_id, given, seconds=times, mode=mode, seen=seen)


def save_answers(
    session: Session,
    interview_id: uuid.UUID,
    given: Mapping[str, str],
    *,
    seconds: Mapping[str, int] | None = None,
    mode: InterviewMode | None = None,
    seen: str | None = None,
) -> dict[str, str]:
    """Save several answers at once, by address, in their order; see `save_answer`."""
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    filling = filling_of(session, interview)
    for address, value in given.items():
        repeats.refuse_moved(interview, address, seen)
        try:
            filling.set_answer(address, value)
        except KeyError as error:
            raise InvalidInputError([Problem(address, _("There is no such question."))]) from error
    name_answer(session, case)
    changed = store(session, interview, filling, seconds, mode)
    if access.actor(session).user_id is not None:
        drafts.discard_drafts(session, [draft_key(interview_id, address) for address in given])
    return changed


def accept(
    session: Session, interview_id: uuid.UUID, address: str, *, seen: str | None = None
) -> None:
    """A person has seen the warning about the present answer, or about none, and lets it stand.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `save_answer`.
        InvalidInputError: there is no such question.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    repeats.refuse_moved(interview, address, seen)
    answer = answers_by_address(session, interview).get(address)
    if answer is None:
        filling = filling_of(session, interview)
        if filling.node(address) is None:
            raise InvalidInputError([Problem(address, _("There is no such question."))])
        answer = Answer(interview_id=interview.id, address=address, mode=interview.mode)
        session.add(answer)
    name_answer(session, case)
    if not answer.accepted:
        answer.accepted = True
    session.flush()


def add_repeat(
    session: Session,
    interview_id: uuid.UUID,
    address: str,
    *,
    seen: str | None = None,
    becomes: str = "",
) -> str:
    """Add an instance of a repeat; returns its address, for example ``/data/person[2]``.

    Args:
        session: the writing session.
        interview_id: the interview.
        address: the repeat.
        seen: the structure of the interview that the window knows (`services.repeats`).
        becomes: the structure with which the window goes on; a new one without it.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `save_answer`.
        InvalidInputError: there is no such repeat, or the form counts its instances.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    repeats.refuse_other(interview, seen)
    filling = filling_of(session, interview)
    try:
        added = filling.add_repeat(address)
    except (KeyError, ValueError) as error:
        raise InvalidInputError([Problem(address, _("Nothing can be added here."))]) from error
    title = N_("Add an entry to the interview of case {number}")
    journal.name_change(session, title, number=case.number)
    repeats.restructure(interview, becomes)
    store(session, interview, filling)
    return added


def remove_repeat(
    session: Session,
    interview_id: uuid.UUID,
    address: str,
    *,
    seen: str | None = None,
    becomes: str = "",
) -> None:
    """Take an instance of a repeat away with its answers. Takes and raises as `add_repeat`."""
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    repeats.refuse_other(interview, seen)
    filling = filling_of(session, interview)
    try:
        filling.remove_repeat(address)
    except (KeyError, ValueError) as error:
        raise InvalidInputError([Problem(address, _("Nothing can be removed here."))]) from error
    title = N_("Remove an entry from the interview of case {number}")
    journal.name_change(session, title, number=case.number)
    repeats.restructure(interview, becomes)
    close_ranks(session, interview, address)
    store(session, interview, filling)


def set_mark(
    session: Session,
    interview_id: uuid.UUID,
    address: str,
    *,
    is_on: bool,
    seen: str | None = None,
) -> None:
    """Mark a question to come back to it, or take the mark away. Raises as `save_answer`."""
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    repeats.refuse_moved(interview, address, seen)
    marks = [each for each in interview.marks if each != address] + ([address] if is_on else [])
    if marks != interview.marks:
        name_answer(session, case)
        interview.marks = marks
        session.flush()


def set_language(session: Session, interview_id: uuid.UUID, language: str) -> None:
    """Remember in which language the interview is held. Raises as `save_answer`."""
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    if interview.language != language:
        name_answer(session, case)
        interview.language = language
        session.flush()


def draft_prefix(interview_id: uuid.UUID) -> str:
    """What the keys of everything typed in an interview begin with."""
    return f"interview:{interview_id}:"
