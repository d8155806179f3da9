"""One visit in full: its form by kind of customer and purpose, its files, what is not asked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, reference
from db.models import Case, Visit
from db.queries import visits as queries
from db.queries import win_back as win_back_queries
from db.queries.attachments import AttachmentRow
from db.queries.visits import VisitRow
from db.reference import VisitField
from db.vocabulary import CaseStage, CustomerKind, Outcome, VisitPurpose
from desktop_app.domain.permissions import Action
from desktop_app.domain.visits import asks, purpose_of
from desktop_app.errors import NotAllowedError, NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access, case_life, phones


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit with what its report asks for.

    Attributes:
        row: The visit, its phone masked.
        fields: Its form, by kind of customer and purpose.
        not_asked: Why the customer is not asked how satisfied they are; empty when they are.
        files: Photos and other files of the visit.
        currency: Of what a gift cost.
    """

    row: VisitRow
    fields: tuple[VisitField, ...]
    not_asked: str
    files: Sequence[AttachmentRow]
    currency: str


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
    session.flush()
    newest = session.execute(
        select(Case.number, Case.stage, Case.outcome, Case.closed_on)
        .where(Case.customer_id == customer_id)
        .order_by(
            (Case.stage != CaseStage.CLOSED).desc(), Case.opened_on.desc(), Case.number.desc()
        )
        .limit(1)
    ).first()
    if newest is None:
        return ""
    if newest.stage != CaseStage.CLOSED:
        text = _("Satisfaction is asked of active customers only: this one is leaving ({number}).")
        return text.format(number=newest.number)
    if newest.outcome == Outcome.LOST and not win_back_queries.has_bought(
        session, customer_id, newest.closed_on
    ):
        text = _("Satisfaction is asked of active customers only: this one has left ({number}).")
        return text.format(number=newest.number)
    return ""


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
