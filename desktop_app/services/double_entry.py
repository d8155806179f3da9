"""Double entry: a paper interview is keyed by a second person, and the differences are settled.

The second keying is an interview of its own that points to the first (`verifies_id`). It is keyed
blind: `interviews.load` does not show the first one to whoever keys the second. `compare` ends the
keying; from then on the differences stand in a list, and each is settled by somebody who looks at
the paper. What is settled goes into the first interview; the second stays as it was keyed.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import Case, Interview, InterviewReview, User
from db.session import Actor
from db.vocabulary import InterviewMode, InterviewState, ReviewState, Role
from desktop_app import clock
from desktop_app.domain import permissions
from desktop_app.domain.double_entry import KeyingErrors, keying_errors
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.keyings import KeyedPair, label_of, side_by_side, words_of
from desktop_app.services import access, case_life, drafts, keyed_corrections
from desktop_app.services.interview_rows import answers_by_address, filling_of, load_open, store
from desktop_app.services.interviews import draft_prefix


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A question that was keyed in two ways; values as XForms write them, empty for none."""

    address: str
    label: str
    first_words: str
    second_words: str
    first_value: str
    second_value: str


@dataclass(frozen=True, slots=True)
class DoubleEntry:
    """How far the double entry of an interview is.

    Attributes:
        first_id: The interview that counts.
        second_id: Its second keying.
        by: Who keys it.
        is_keyed: Whether the second keying is complete and the two may be compared.
        open: Differences that are not settled; zero before the keying is complete.
        errors: Fields that differed at first, of those keyed by either.
    """

    first_id: uuid.UUID
    second_id: uuid.UUID
    by: str
    is_keyed: bool
    open: int
    errors: KeyingErrors


# ---------------------------------------------------------------- keying


def begin(session: Session, interview_id: uuid.UUID) -> uuid.UUID:
    """Begin to key a paper interview a second time, or take it up again; gives the second one.

    The actor answers it with `interviews.save_answer` like any other.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is not from paper or not finished, the case is closed, it was keyed twice
            already, somebody else is keying it, or the actor keyed the first one and somebody else
            could key the second.
    """
    access.require(session, Action.WORK_CASE)
    first, case = load_open(session, interview_id)
    _require_paper(first)
    who = access.actor(session)
    second = _second_of(session, first.id)
    if second is not None:
        if second.state != InterviewState.DRAFT:
            raise ConflictError(_("This interview was keyed a second time already."))
        if second.by_id != who.user_id:
            name = _name(session, second.by_id)
            text = _("{name} is keying this interview a second time.")
            raise ConflictError(text.format(name=name))
        return second.id
    if first.by_id == who.user_id and _somebody_else(session, case, who):
        text = _(
            "You keyed this interview the first time. Let somebody else key it the second time."
        )
        raise ConflictError(text)
    journal.name_change(
        session, N_("Key the interview of case {number} a second time"), number=case.number
    )
    second = Interview(
        case_id=case.id,
        questionnaire_version_id=first.questionnaire_version_id,
        state=InterviewState.DRAFT,
        mode=InterviewMode.PAPER,
        language=first.language,
        verifies_id=first.id,
        started_at=clock.now(),
        by_id=who.user_id,
    )
    session.add(second)
    session.flush()
    store(session, second, filling_of(session, second))
    return second.id


def compare(session: Session, interview_id: uuid.UUID) -> int:
    """End the second keying; gives how many differences there are to settle.

    Args:
        session: the writing session.
        interview_id: either keying.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: there is no second keying, or the case is closed.
    """
    access.require(session, Action.WORK_CASE)
    first, second = _both(session, interview_id)
    _first, case = load_open(session, first.id)
    if second.state == InterviewState.DRAFT:
        journal.name_change(
            session,
            N_("Compare the two keyings of the interview of case {number}"),
            number=case.number,
        )
        case_life.set_values(
            second,
            {
                "state": InterviewState.FINISHED,
                "finished_at": clock.now(),
                "review": ReviewState.RECEIVED,
                "marks": [],
            },
        )
        if access.actor(session).user_id is not None:
            typed = drafts.open_drafts(session, draft_prefix(second.id))
            drafts.discard_drafts(session, [each.key for each in typed])
    return _close_if_settled(session, first, second, case)


def give_up(session: Session, interview_id: uuid.UUID) -> None:
    """Throw the second keying away while it is not complete; the first one stays as it is.

    Args:
        session: the writing session.
        interview_id: either keying.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: there is no second keying, or it is complete.
    """
    access.require(session, Action.WORK_CASE)
    first, second = _both(session, interview_id)
    _first, case = load_open(session, first.id)
    if second.state != InterviewState.DRAFT:
        raise ConflictError(_("The second keying is complete. It stays beside the first one."))
    journal.name_change(
        session, N_("Give up the second keying of case {number}"), number=case.number
    )
    for answer in answers_by_address(session, second).values():
        session.delete(answer)
    session.flush()
    session.delete(second)
    session.flush()


# ---------------------------------------------------------------- differences


def overview(session: Session, interview_id: uuid.UUID) -> DoubleEntry | None:
    """How far the double entry of an interview is; None when it was not begun.

    Args:
        session: the session.
        interview_id: either keying.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    interview = _load(session, interview_id)
    is_second = interview.verifies_id is not None
    second = interview if is_second else _second_of(session, interview.id)
    if second is None:
        return None
    first = session.get_one(Interview, second.verifies_id)
    is_keyed = second.state == InterviewState.FINISHED
    pairs = _pairs(session, first, second) if is_keyed else []
    settled = _settled(session, second)
    still = _still_open(pairs, second, settled)
    errors = keying_errors(  # the second keying stays as it was, what differed counts by itself
        (pair.address for pair in pairs if pair.second),
        [*settled, *(pair.address for pair in still)],
    )
    return DoubleEntry(
        first.id, second.id, _name(session, second.by_id), is_keyed, len(still), errors
    )


def discrepancies(session: Session, interview_id: uuid.UUID) -> tuple[Discrepancy, ...]:
    """What is to be settled between the two keyings, in the order of the paper.

    Args:
        session: the session.
        interview_id: either keying.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: there is no second keying, or it is not complete yet.
    """
    access.require(session, Action.VIEW)
    first, second = _both(session, interview_id)
    _require_keyed(second)
    fillings = filling_of(session, first), filling_of(session, second)
    still = _still_open(side_by_side(*fillings), second, _settled(session, second))
    currency = derived.currency(session)
    return tuple(
        Discrepancy(
            pair.address,
            label_of(fillings, pair),
            words_of(fillings[0], pair.address, currency),
            words_of(fillings[1], pair.address, currency),
            pair.first,
            pair.second,
        )
        for pair in still
    )


def settle(
    session: Session, interview_id: uuid.UUID, address: str, value: str, reason: str = ""
) -> int:
    """Say what the paper says where the keyings differ; gives how many differences are left.

    The value goes into the first interview and, if it is finished, what it says of its case into
    the case. After the last one the double entry is done: instances of repeats that turned out not
    to be on the paper go, not before, so that each address means the same until then.

    Args:
        session: the writing session.
        interview_id: either keying.
        address: the question.
        value: as XForms write it, either of the two or a third; empty for no answer.
        reason: why; needed when it is not what was keyed first.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: the keying is not complete yet, the case is closed, or nothing differs here.
        InvalidInputError: a reason is missing (field `reason`), or the value cannot be right.
    """
    access.require(session, Action.WORK_CASE)
    first, second = _both(session, interview_id)
    _first, case = load_open(session, first.id)
    _require_keyed(second)
    pairs = _still_open(_pairs(session, first, second), second, _settled(session, second))
    pair = next((each for each in pairs if each.address == address), None)
    if pair is None:
        raise ConflictError(_("The two keyings do not differ in this question any more."))
    value, reason = value.strip(), reason.strip()
    if value != pair.first and not reason:
        text = _("Say why the first keying is corrected. The reason is kept with the change.")
        raise InvalidInputError([Problem("reason", text)])
    title = N_("Settle a difference in the interview of case {number}: {reason}")
    if not reason:
        title = N_("Settle a difference in the interview of case {number}: keyed right at first")
    journal.name_change(session, title, number=case.number, reason=reason)
    if value != pair.first:
        keyed_corrections.correct(session, (first, second), case, address, value)
    session.add(
        InterviewReview(
            interview_id=second.id,
            address=address,
            state=ReviewState.APPROVED,
            comment=reason,
            at=clock.now(),
            by_id=access.actor(session).user_id,
        )
    )
    session.flush()
    return _close_if_settled(session, first, second, case)


# ---------------------------------------------------------------- parts


def _load(session: Session, interview_id: uuid.UUID) -> Interview:
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    case_life.load(session, interview.case_id)
    return interview


def _both(session: Session, interview_id: uuid.UUID) -> tuple[Interview, Interview]:
    """First and second keying, given either."""
    interview = _load(session, interview_id)
    if interview.verifies_id is not None:
        return session.get_one(Interview, interview.verifies_id), interview
    second = _second_of(session, interview.id)
    if second is None:
        raise ConflictError(_("This interview was not keyed a second time."))
    return interview, second


def _second_of(session: Session, interview_id: uuid.UUID) -> Interview | None:
    session.flush()
    return session.scalar(select(Interview).where(Interview.verifies_id == interview_id))


def _require_paper(first: Interview) -> None:
    if first.verifies_id is not None:
        raise ConflictError(_("This is a second keying itself."))
    if first.mode != InterviewMode.PAPER:
        raise ConflictError(_("Only an interview that was keyed from paper can be keyed twice."))
    if first.state != InterviewState.FINISHED:
        raise ConflictError(_("Finish this interview before it is keyed a second time."))


def _require_keyed(second: Interview) -> None:
    if second.state != InterviewState.FINISHED:
        text = _("The second keying is not complete. Complete it before the two are compared.")
        raise ConflictError(text)


def _somebody_else(session: Session, case: Case, who: Actor) -> bool:
    """Whether another user may work on this case, too."""
    for user in session.scalars(select(User).where(User.is_active, User.id != who.user_id)):
        other = Actor(user.id, user.login, user.name, Role(user.role), user.store_id)
        if permissions.allowed(other.role, Action.WORK_CASE) and access.sees_case(
            session, other, case.id
        ):
            return True
    return False


def _pairs(session: Session, first: Interview, second: Interview) -> list[KeyedPair]:
    return list(side_by_side(filling_of(session, first), filling_of(session, second)))


def _settled(session: Session, second: Interview) -> list[str]:
    statement = select(InterviewReview.address).where(
        InterviewReview.interview_id == second.id, InterviewReview.address != ""
    )
    return list(session.scalars(statement.distinct()))


def _still_open(
    pairs: Iterable[KeyedPair], second: Interview, settled: Collection[str]
) -> list[KeyedPair]:
    """What differs and is not settled; once all was, instances may have moved: nothing is open."""
    if second.review == ReviewState.APPROVED:
        return []
    return [pair for pair in pairs if pair.differs and pair.address not in settled]


def _close_if_settled(session: Session, first: Interview, second: Interview, case: Case) -> int:
    """How many differences are left; without any the double entry is done."""
    settled = _settled(session, second)
    left = len(_still_open(_pairs(session, first, second), second, settled))
    if not left and second.review != ReviewState.APPROVED:
        keyed_corrections.take_blank_away(session, first, case, settled)
        case_life.set_values(second, {"review": ReviewState.APPROVED})
    session.flush()
    return left


def _name(session: Session, user_id: uuid.UUID | None) -> str:
    user = session.get(User, user_id) if user_id is not None else None
    return user.name if user is not None else ""
