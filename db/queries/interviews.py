"""Exit interviews: the list, and one with its answers."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from db.models import (
    Answer,
    Case,
    CaseReason,
    Customer,
    CustomerStat,
    Interview,
    ProbeStep,
    Questionnaire,
    QuestionnaireVersion,
    Reason,
    ReasonVersion,
    User,
)
from db.queries.cases import customers_found, in_order
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import (
    CaseStage,
    InterviewMode,
    InterviewState,
    QuestionnairePurpose,
    ReasonLayer,
    ReviewState,
    RuleKind,
)


@dataclass(frozen=True, slots=True)
class InterviewFilter:
    """Which interviews; the defaults are all of them, second keyings left out."""

    text: str = ""
    state: InterviewState | None = None
    review: ReviewState | None = None
    mode: InterviewMode | None = None
    questionnaire_id: uuid.UUID | None = None
    finished_from: dt.date | None = None
    finished_to: dt.date | None = None
    case_id: uuid.UUID | None = None
    by_id: uuid.UUID | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """A line of the list of interviews; `answered` counts the questions with an answer."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    kind: RuleKind
    stage: CaseStage
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    questionnaire_id: uuid.UUID
    questionnaire: str
    title_zh: str
    title_en: str
    purpose: QuestionnairePurpose
    version_id: uuid.UUID
    number: int
    state: InterviewState
    mode: InterviewMode
    review: ReviewState | None
    verifies_id: uuid.UUID | None
    started_at: dt.datetime
    finished_at: dt.datetime | None
    by_id: uuid.UUID | None
    by: str
    answered: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as XForms write it; `accepted` says that its warning was seen."""

    value: str
    mode: InterviewMode
    seconds: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class InterviewFile:
    """One interview: its line, its answers by address, and what is marked to come back to.

    `structure` is another word after instances of repeats came or went.
    """

    row: InterviewRow
    language: str
    answers: Mapping[str, StoredAnswer]
    marks: tuple[str, ...]
    structure: str
    version: int

    @property
    def values(self) -> dict[str, str]:
        """What was answered, by address."""
        return {address: answer.value for address, answer in self.answers.items()}


@dataclass(frozen=True, slots=True)
class InterviewSubject:
    """What the conditions of the questions look at, as it is stored."""

    kind: RuleKind
    extent: str | None
    competitor: str
    orders: int
    first_day: int | None  # ordinal of the first purchase
    joined_on: dt.date | None
    attributes: Mapping[str, Any]


def count_interviews(session: Session, criteria: InterviewFilter) -> int:
    """How many interviews fit."""
    statement = select(func.count()).select_from(Interview).join(Case, Case.id == Interview.case_id)
    return session.execute(statement.where(*_conditions(session, criteria))).scalar_one()


def list_interviews(
    session: Session,
    criteria: InterviewFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[InterviewRow]:
    """One page of interviews; newest first without a sort."""
    statement = _rows().where(*_conditions(session, criteria)).order_by(*_order(sort))
    return [_read(row) for row in session.execute(statement.offset(offset).limit(limit))]


def interviews_of_case(session: Session, case_id: uuid.UUID) -> tuple[InterviewRow, ...]:
    """All interviews of a case, oldest first."""
    statement = _rows().where(Interview.case_id == case_id, Interview.verifies_id.is_(None))
    ordered = statement.order_by(Interview.started_at, Interview.id)
    return tuple(_read(row) for row in session.execute(ordered))


def newest_finished_exit(session: Session, case_id: uuid.UUID) -> uuid.UUID | None:
    """The exit interview of a case that was finished last; a second keying is none."""
    session.flush()
    return session.scalars(
        exit_interviews_of(case_id)
        .where(Interview.state == InterviewState.FINISHED)
        .order_by(Interview.finished_at.desc(), Interview.id.desc())
    ).first()


def newest_finished(
    session: Session, case_id: uuid.UUID, questionnaire_id: uuid.UUID
) -> uuid.UUID | None:
    """The interview of a case with a questionnaire that was finished last."""
    session.flush()
    return session.scalars(
        select(Interview.id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Interview.questionnaire_version_id)
        .where(
            Interview.case_id == case_id,
            Interview.verifies_id.is_(None),
            Interview.state == InterviewState.FINISHED,
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
        )
        .order_by(Interview.finished_at.desc(), Interview.id.desc())
    ).first()


def exit_interviews_of(case_id: uuid.UUID) -> Select[uuid.UUID]:
    """Keys of the exit interviews of a case, begun and finished; second keyings left out."""
    return (
        select(Interview.id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Interview.questionnaire_version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(
            Interview.case_id == case_id,
            Interview.verifies_id.is_(None),
            Questionnaire.purpose == QuestionnairePurpose.EXIT,
        )
    )


def often_next(session: Session, visible: Visible) -> Mapping[str, tuple[str, ...]]:
    """By the code of a step of the why-chains, the codes of the steps after it, by frequency.

    The step above the first is the stated reason.
    """
    above = union_all(
        select(CaseReason.case_id, literal(0).label("step"), CaseReason.reason_version_id).where(
            CaseReason.layer == ReasonLayer.STATED
        ),
        select(ProbeStep.case_id, ProbeStep.step, ProbeStep.reason_version_id),
    ).subquery()
    from_version, to_version = aliased(ReasonVersion), aliased(ReasonVersion)
    from_reason, to_reason = aliased(Reason), aliased(Reason)
    count = func.count()
    rows = session.execute(
        select(from_reason.code, to_reason.code)
        .select_from(above)
        .join(
            ProbeStep,
            and_(ProbeStep.case_id == above.c.case_id, ProbeStep.step == above.c.step + 1),
        )
        .join(Case, Case.id == above.c.case_id)
        .join(from_version, from_version.id == above.c.reason_version_id)
        .join(from_reason, from_reason.id == from_version.reason_id)
        .join(to_version, to_version.id == ProbeStep.reason_version_id)
        .join(to_reason, to_reason.id == to_version.reason_id)
        .where(visible_cases(visible), from_reason.code != to_reason.code)
        .group_by(from_reason.code, to_reason.code)
        .order_by(from_reason.code, count.desc(), to_reason.code)
    )
    found: dict[str, tuple[str, ...]] = {}
    for code, following in rows:
        found[code] = (*found.get(code, ()), following)
    return found


def interview_file(session: Session, interview_id: uuid.UUID) -> InterviewFile | None:
    """One interview whole."""
    row = session.execute(_rows().where(Interview.id == interview_id)).first()
    if row is None:
        return None
    more = session.execute(
        select(Interview.language, Interview.marks, Interview.structure, Interview.version).where(
            Interview.id == interview_id
        )
    ).one()
    return InterviewFile(
        row=_read(row),
        language=more.language,
        answers=answers_of(session, interview_id),
        marks=tuple(more.marks),
        structure=more.structure,
        version=more.version,
    )


def answers_of(session: Session, interview_id: uuid.UUID) -> Mapping[str, StoredAnswer]:
    """The answers of one interview by address."""
    rows = session.execute(
        select(Answer.address, Answer.value, Answer.mode, Answer.seconds, Answer.accepted).where(
            Answer.interview_id == interview_id
        )
    )
    return MappingProxyType(
        {
            row.address: StoredAnswer(row.value, InterviewMode(row.mode), row.seconds, row.accepted)
            for row in rows
        }
    )


def interview_subject(session: Session, case_id: uuid.UUID) -> InterviewSubject:
    """The case and the customer as the conditions of the questions see them."""
    row = session.execute(_subject(), {"of_case": case_id}).one()
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    return InterviewSubject(**values | {"kind": RuleKind(row.kind)})


@cache
def _subject() -> Select[*tuple[Any, ...]]:
    """Made once: it is asked at every answer."""
    return (
        select(
            Case.kind,
            Case.extent,
            Case.competitor,
            func.coalesce(CustomerStat.orders, 0).label("orders"),
            CustomerStat.first_day,
            Customer.joined_on,
            Customer.attributes,
        )
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .where(Case.id == bindparam("of_case"))
    )


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    """Made once: it is long."""
    answered = (
        select(func.count())
        .select_from(Answer)
        .where(Answer.interview_id == Interview.id, Answer.value != "")
        .scalar_subquery()
    )
    return (
        select(
            Interview.id,
            Interview.case_id,
            Case.number.label("case_number"),
            Case.kind,
            Case.stage,
            Case.customer_id,
            Customer.number.label("customer_number"),
            Customer.name.label("customer"),
            Questionnaire.id.label("questionnaire_id"),
            Questionnaire.code.label("questionnaire"),
            Questionnaire.zh.label("title_zh"),
            Questionnaire.en.label("title_en"),
            Questionnaire.purpose,
            QuestionnaireVersion.id.label("version_id"),
            QuestionnaireVersion.number,
            Interview.state,
            Interview.mode,
            Interview.review,
            Interview.verifies_id,
            Interview.started_at,
            Interview.finished_at,
            Interview.by_id,
            func.coalesce(User.name, "").label("by"),
            answered.label("answered"),
        )
        .select_from(Interview)
        .join(Case, Case.id == Interview.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Interview.questionnaire_version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .outerjoin(User, User.id == Interview.by_id)
    )


def _read(row: Row[*tuple[Any, ...]]) -> InterviewRow:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    words = {
        "kind": RuleKind(row.kind),
        "stage": CaseStage(row.stage),
        "state": InterviewState(row.state),
        "mode": InterviewMode(row.mode),
        "purpose": QuestionnairePurpose(row.purpose),
        "review": ReviewState(row.review) if row.review else None,
    }
    return InterviewRow(**values | words)


_SORTED_BY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "case_number": Case.number,
        "customer_number": Customer.number,
        "customer": Customer.name,
        "kind": in_order(Case.kind, RuleKind),
        "stage": in_order(Case.stage, CaseStage),
        "state": in_order(Interview.state, InterviewState),
        "mode": in_order(Interview.mode, InterviewMode),
        "review": in_order(Interview.review, ReviewState),
        "questionnaire": Questionnaire.code,
        "started_at": Interview.started_at,
        "finished_at": Interview.finished_at,
        "by": User.name,
    }
)


def _order(sort: Sort | None) -> tuple[Any, ...]:
    sort = sort or Sort("started_at", descending=True)
    key = _SORTED_BY[sort.column_id]
    if sort.descending:
        return key.desc().nulls_last(), Interview.id.desc()
    return key.asc().nulls_last(), Interview.id.asc()


def _conditions(session: Session, criteria: InterviewFilter) -> list[ColumnElement[bool]]:
    found = [visible_cases(criteria.visible), Interview.verifies_id.is_(None)]
    if criteria.text.strip():
        typed = criteria.text.strip()
        by_customer = Case.customer_id.in_(customers_found(session, typed))
        found.append(or_(Case.number.contains(typed, autoescape=True), by_customer))
    equal = (
        (Interview.state, criteria.state),
        (Interview.review, criteria.review),
        (Interview.mode, criteria.mode),
        (Interview.case_id, criteria.case_id),
        (Interview.by_id, criteria.by_id),
    )
    if criteria.questionnaire_id is not None:
        versions = select(QuestionnaireVersion.id).where(
            QuestionnaireVersion.questionnaire_id == criteria.questionnaire_id
        )
        found.append(Interview.questionnaire_version_id.in_(versions))
    if criteria.finished_from is not None:
        found.append(Interview.finished_at >= start_of(criteria.finished_from))
    if criteria.finished_to is not None:
        found.append(Interview.finished_at < start_of(criteria.finished_to + dt.timedelta(days=1)))
    return found + [column == value for column, value in equal if value is not None]


def start_of(day: dt.date) -> dt.datetime:
    """The first moment of a day where the program runs."""
    return dt.datetime.combine(day, dt.time()).astimezone(dt.UTC)
