"""Duties: what somebody is to do beside the queue of cases, what is late, what waits for a yes.

Each thing that is done has one owner and stands in the list of that one alone. What managers see
beside their own is what is overdue with others (told to them), what waits for their yes, and
customers nobody looks after. Sources: S3-46 to S3-54 (duties down to the person).
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy.orm import Session

from db import reference
from db.queries.follow_up import FollowFilter
from db.queries.renewals import RenewalFilter
from db.queries.tasks import TaskFilter
from db.queries.visits import VisitFilter
from db.vocabulary import Channel, RenewalState, StaffFunction, VisitState
from desktop_app import clock, labels
from desktop_app.columns.duties import DutyItem
from desktop_app.domain.duties import DutyKind, Urgency, urgency_of
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _, language, ngettext
from desktop_app.services import (
    access,
    complaints,
    handovers,
    offer_approvals,
    orphans,
    promises,
    reminders,
    renewals,
    staff_profiles,
    tasks,
    visits,
)
from desktop_app.services.orphans import OrphanFilter

AHEAD_DAYS: Final = 7
"""What is due within so many days is shown; renewals as early as their first reminder."""
_MOST: Final = 2000
_FINDERS: Final = frozenset({StaffFunction.CUSTOMER_SERVICE, StaffFunction.DEPT_MANAGER})
"""Who looks for customers nobody is in charge of (S3-49, S3-54)."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a function is there for: its word and its duties in the present language."""

    function: StaffFunction
    title: str
    duties: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The duties of one person, what is late first."""

    user_id: uuid.UUID | None
    charges: tuple[Charge, ...]
    items: tuple[DutyItem, ...]

    def count(self, *urgencies: Urgency) -> int:
        """How many are so urgent."""
        return sum(item.urgency in urgencies for item in self.items)


def sheet(session: Session, user_id: uuid.UUID | None = None, ahead: int = AHEAD_DAYS) -> Sheet:
    """What somebody is to do within some days, the actor if nobody is named.

    What is told to a manager and what waits for a yes is shown to the actor alone.

    Raises:
        NotAllowedError: somebody else's, and the actor does not lead people.
        NotFoundError: there is no such user.
    """
    access.require(session, Action.VIEW)
    me = access.actor(session).user_id
    person = user_id or me
    if person is None:
        return Sheet(None, (), ())
    if person != me:
        access.require(session, Action.EDIT_STAFF)
        staff_profiles.require_reach(session, person)
    functions = staff_profiles.read(session, person).functions
    until = clock.today() + dt.timedelta(days=ahead)
    found = [*_own(session, person, until)]
    if person == me:
        found += _as_manager(session, functions)
    found.sort(key=_order)
    return Sheet(person, tuple(_charge(each) for each in functions), tuple(found))


def count_pressing(session: Session) -> int:
    """How many duties of the actor are late or due today."""
    access.require(session, Action.VIEW)
    me = access.actor(session).user_id
    if me is None:
        return 0
    pressing = (Urgency.LATE, Urgency.TODAY)
    own = sum(item.urgency in pressing for item in _own(session, me, _today()))
    return own + len(reminders.inbox(session))


def _own(session: Session, person: uuid.UUID, until: dt.date) -> Iterator[DutyItem]:
    yield from _visits(session, person, until)
    yield from _promised(session, person, until)
    yield from _renewals(session, person)
    yield from _tasks(session, person, until)
    for line in handovers.waiting_for(session, person):
        yield DutyItem(
            line.id, DutyKind.HANDOVER, _handed(line.giver), line.on, urgency_of(line.on, _today()),
            line.to_id, line.receiver, line.customer_id, line.customer_number, line.customer,
            None, line,
        )  # fmt: skip


def _handed(giver: str) -> str:
    if giver:
        return _("Accept or decline the customer handed over by {name}").format(name=giver)
    return _("Accept or decline the customer handed over")


def _visits(session: Session, person: uuid.UUID, until: dt.date) -> Iterator[DutyItem]:
    criteria = VisitFilter(
        by_id=person, states=frozenset({VisitState.PLANNED}), planned_until=until
    )
    for row in visits.list_visits(session, criteria, limit=_MOST):
        kind = DutyKind.VISIT if row.channel is Channel.VISIT else DutyKind.CALL
        purpose = labels.label(row.rule_purpose) if row.rule_purpose is not None else ""
        yield DutyItem(
            row.id, kind, row.purpose or purpose, row.planned_on,
            urgency_of(row.planned_on, _today()), row.by_id, row.by,
            row.customer_id, row.customer_number, row.customer, row.case_id, row,
        )  # fmt: skip


def _promised(session: Session, person: uuid.UUID, until: dt.date) -> Iterator[DutyItem]:
    criteria = FollowFilter(keeper_id=person, due_before=until + dt.timedelta(days=1))
    name = staff_profiles.all_profiles(session)[person].name
    for promise in promises.find(session, criteria):
        yield DutyItem(
            promise.id, DutyKind.PROMISE, promise.words, promise.due_on,
            urgency_of(promise.due_on, _today()), person, name,
            promise.customer_id, "", promise.customer, promise.case_id, promise,
        )  # fmt: skip
    for complaint in complaints.find(session, criteria):
        yield DutyItem(
            complaint.id, DutyKind.COMPLAINT, complaint.words, complaint.due_on,
            urgency_of(complaint.due_on, _today()), person, name,
            complaint.customer_id, "", complaint.customer, complaint.case_id, complaint,
        )  # fmt: skip


def _renewals(session: Session, person: uuid.UUID) -> Iterator[DutyItem]:
    first = max(reminders.policy(session).renewal_days, default=0)
    criteria = RenewalFilter(
        owner_id=person,
        states=frozenset({RenewalState.OPEN, RenewalState.NOTIFIED}),
        expires_until=_today() + dt.timedelta(days=first),
    )
    for row in renewals.list_renewals(session, criteria, limit=_MOST):
        text = _("{product}, {state}").format(product=row.product, state=labels.label(row.state))
        yield DutyItem(
            row.id, DutyKind.RENEWAL, text, row.expires_on, urgency_of(row.expires_on, _today()),
            row.owner_id, row.owner, row.customer_id, row.customer_number, row.customer, None, row,
        )  # fmt: skip


def _tasks(session: Session, person: uuid.UUID, until: dt.date) -> Iterator[DutyItem]:
    criteria = TaskFilter(owner_id=person, due_until=until)
    for row in tasks.list_tasks(session, criteria, limit=_MOST):
        text = f"{labels.label(row.kind)}: {row.words}" if row.words else labels.label(row.kind)
        yield DutyItem(
            row.id, DutyKind.TASK, text, row.due_on, urgency_of(row.due_on, _today()),
            row.owner_id, row.owner, row.customer_id, row.customer_number, row.customer,
            row.case_id, row,
        )  # fmt: skip


def _as_manager(session: Session, functions: tuple[StaffFunction, ...]) -> Iterator[DutyItem]:
    for line in reminders.inbox(session):
        key, due = cast("uuid.UUID", line.reminder.id.key), line.reminder.due.day
        yield DutyItem(
            key, DutyKind.ESCALATED, line.words, due, Urgency.LATE,
            None, line.person, line.customer_id, line.customer_number, line.customer, line.case_id,
        )  # fmt: skip
    if access.may(session, Action.APPROVE_OFFER):
        waiting = offer_approvals.count_waiting(session)
        if waiting:
            text = ngettext(
                "{n} offer waits for a yes or no", "{n} offers wait for a yes or no", waiting
            )
            yield _many(DutyKind.APPROVAL, text.format(n=waiting))
    if _FINDERS.intersection(functions) or access.may(session, Action.HAND_OVER):
        alone = orphans.count_orphans(session, OrphanFilter())
        if alone:
            text = ngettext(
                "{n} customer has nobody in charge", "{n} customers have nobody in charge", alone
            )
            yield _many(DutyKind.ORPHANS, text.format(n=labels.number(alone)))


def _many(kind: DutyKind, words: str) -> DutyItem:
    key = uuid.uuid5(uuid.NAMESPACE_OID, kind.value)
    return DutyItem(key, kind, words, None, Urgency.UNDATED, None, "")


def _charge(function: StaffFunction) -> Charge:
    entry = next(
        (each for each in reference.entries("roles") if each.code == _CODES.get(function)), None
    )
    said = entry.more("duties", language()) if entry is not None else ""
    return Charge(function, labels.label(function), said)


_CODES: Final = {each: each.value for each in StaffFunction} | {
    StaffFunction.GM: "senior_leader",
    StaffFunction.AGENT: "task_force_agent",
}
"""Codes of `resources/reference/roles.toml`."""


def _order(item: DutyItem) -> tuple[int, dt.date, str, str]:
    order = list(Urgency).index(item.urgency)
    return order, item.due or dt.date.max, item.kind.value, item.customer


def _today() -> dt.date:
    return clock.today()
