"""One visit in full: its form, its files, what is not asked, who may say what came of it."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import derived, reference
from db.models import Case, User, Visit
from db.queries import agenda as agenda_queries
from db.queries import charges as charge_queries
from db.queries import visits as queries
from db.queries import win_back as win_back_queries
from db.queries.attachments import AttachmentRow
from db.queries.visits import VisitRow
from db.reference import VisitField
from db.vocabulary import CaseStage, CustomerKind, Outcome, VisitPurpose, VisitState
from desktop_app import clock
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.visits import asks, purpose_of
from desktop_app.errors import NotAllowedError, NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access, case_life, phones

Named = tuple[tuple[uuid.UUID, str], ...]
"""Keys and names of people."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit with what its report asks for.

    Attributes:
        row: The visit, its phone masked.
        fields: Its form, by kind of customer and purpose.
        not_asked: Why the customer is not asked how satisfied they are; empty when they are.
        files: Photos and other files of the visit.
        currency: Of what a gift cost.
        goers: Who may be said to have made it.
        goer: Who made it when nothing is said about that.
    """

    row: VisitRow
    fields: tuple[VisitField, ...]
    not_asked: str
    files: Sequence[AttachmentRow]
    currency: str
    goers: Named
    goer: uuid.UUID | None


def look(session: Session, visit_id: uuid.UUID) -> VisitView:
    """One visit with its form and files.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone or out of reach.
    """
    from desktop_app.services import attachments  # noqa: PLC0415  (slow to import)

    access.require(session, Action.VIEW)
    visit = load(session, visit_id)
    row = queries.visit(session, visit_id)
    if row is None:
        raise NotFoundError(_("This visit is gone."))
    return VisitView(
        phones.masked_row(row),
        fields_of(session, visit),
        not_asked(session, visit.customer_id),
        attachments.rows_of_visit(session, visit_id),
        derived.currency(session),
        goers(session, visit),
        goer(session, visit),
    )


def fields_of(session: Session, visit: Visit) -> tuple[VisitField, ...]:
    """What is asked at a visit, by kind of customer and purpose."""
    access.require(session, Action.VIEW)
    purpose = purpose_of(
        VisitPurpose(visit.rule_purpose) if visit.rule_purpose else None,
        is_win_back=win_back_queries.is_win_back(session, visit.id),
    )
    kind = CustomerKind(case_life.customer_of(session, visit.customer_id).kind)
    return tuple(field for field in reference.visit_fields() if asks(field, kind, purpose))


def not_asked(session: Session, customer_id: uuid.UUID) -> str:
    """Why a customer is not asked how satisfied they are; empty when they are.

    Only active customers are asked: not one who leaves or has left.
    """
    access.require(session, Action.VIEW)
    found = none_asked(session, [customer_id]).get(customer_id)
    return "" if found is None else found.why


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Why a customer is not asked how satisfied they are, and since when: before, they were."""

    why: str
    since: dt.date


def none_asked(session: Session, customer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, NotAsked]:
    """Those of some customers who are not asked how satisfied they are, and why."""
    access.require(session, Action.VIEW)
    session.flush()
    newest: dict[uuid.UUID, Any] = {}
    for chunk in charge_queries.chunks(sorted(customer_ids)):
        cases = (
            select(
                Case.customer_id,
                Case.number,
                Case.stage,
                Case.outcome,
                Case.closed_on,
                func.coalesce(Case.left_on, Case.opened_on).label("since"),
            )
            .where(Case.customer_id.in_(chunk))
            .order_by(
                (Case.stage != CaseStage.CLOSED).desc(), Case.opened_on.desc(), Case.number.desc()
            )
        )
        for row in session.execute(cases):
            newest.setdefault(row.customer_id, row)
    lost = {
        key: row.closed_on
        for key, row in newest.items()
        if row.stage == CaseStage.CLOSED and row.outcome == Outcome.LOST
    }
    back = win_back_queries.bought_since(session, lost)
    leaving = _("Satisfaction is asked of active customers only: this one is leaving ({number}).")
    left = _("Satisfaction is asked of active customers only: this one has left ({number}).")
    return {
        key: NotAsked((left if key in lost else leaving).format(number=row.number), row.since)
        for key, row in newest.items()
        if row.stage != CaseStage.CLOSED or key in lost.keys() - back
    }


def load(session: Session, visit_id: uuid.UUID) -> Visit:
    """A visit within the actor's scope. Raises NotFoundError, NotAllowedError."""
    access.require(session, Action.VIEW)
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFoundError(_("This visit is gone."))
    session.flush()
    if not queries.is_seen(session, visit_id, access.visible(session)):
        raise NotAllowedError(_("This visit belongs to somebody else."))
    return visit


# ---------------------------------------------------------------- who may


def require_visit(session: Session, visit: Visit) -> None:
    """Refuse who may see a visit, but not report, finish, call off or move it.

    Whoever it is planned for may do so, in every role that makes visits. So may whoever works on
    its case, and whoever plans visits over others: both answer for it. A visit that nobody makes,
    or somebody who has left, is free to all who work on cases. Nobody else ends or moves what
    stands in the calendar of a colleague, for it counts as that colleague's.

    Raises:
        NotAllowedError: the role makes no visits, or this one is another's.
    """
    access.require(session, Action.MAKE_VISITS)
    mine = access.actor(session).user_id
    if access.may(session, Action.PLAN_VISITS) or (mine is not None and visit.by_id == mine):
        return
    case = None if visit.case_id is None else session.get_one(Case, visit.case_id)
    if case is not None and mine is not None and case.owner_id == mine:
        return
    person = None if visit.by_id is None else session.get(User, visit.by_id)
    if person is None or not person.is_active:
        access.require(session, Action.WORK_CASE)
        return
    text = _(
        "This contact is planned for {name}. Only they, who works on its case, or who plans visits "
        "may end or move it."
    )
    raise NotAllowedError(text.format(name=person.name))


def goer(session: Session, visit: Visit) -> uuid.UUID | None:
    """Who is taken to have made a visit when nobody is named.

    Of one that was made it is whoever stands there. Else it is whom it was planned for, if the
    actor is that person or plans for others; else the actor.
    """
    access.require(session, Action.VIEW)
    mine = access.actor(session).user_id
    if visit.state == VisitState.DONE or mine is None:
        return visit.by_id
    if visit.by_id is not None and access.may(session, Action.PLAN_VISITS):
        return visit.by_id
    return mine


def goers(session: Session, visit: Visit) -> Named:
    """Who may be said to have made a visit, whom it was planned for first.

    That is this person, the actor, and for who plans visits over others everybody in sight.
    """
    access.require(session, Action.VIEW)
    mine, today = access.actor(session).user_id, clock.today()
    wanted = dict.fromkeys(key for key in (visit.by_id, mine) if key is not None)
    found = {key: person.name for key in wanted if (person := session.get(User, key)) is not None}
    if access.may(session, Action.PLAN_VISITS):
        found |= {
            row.id: row.name
            for row in agenda_queries.people(session, access.visible(session))
            if row.is_active
            and (row.left_on is None or row.left_on >= today)
            and allowed(row.role, Action.MAKE_VISITS)
        }
    return tuple(found.items())
